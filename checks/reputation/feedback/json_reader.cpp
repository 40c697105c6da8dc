#include "checks/reputation/feedback/json_reader.hpp"

#include <charconv>
#include <cmath>
#include <utility>

#include "checks/reputation/feedback/json_document.hpp"

namespace reputed::feedback {
namespace {

using Node = Json;

constexpr double exact_integers = 9'007'199'254'740'992.0;  // 2^53

const Node* node_of(const void* node) {
    return static_cast<const Node*>(node);
}

std::optional<double> number_in(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    return value;
}

}  // namespace

struct JsonTree::Document {
    Node root;
};

std::optional<JsonTree> JsonTree::parse(std::string_view text) {
    auto root = parse_json(text);
    if (!root) return {};
    return JsonTree(std::make_shared<const Document>(Document{std::move(*root)}));
}

JsonValue JsonTree::root() const {
    return JsonValue(&document_->root);
}

JsonValue::operator bool() const {
    return node_ != nullptr && !node_of(node_)->is_null();
}

JsonValue JsonValue::operator[](std::string_view member) const {
    if (!is_object()) return {};
    const auto found = node_of(node_)->find(member);
    return found == node_of(node_)->end() ? JsonValue() : JsonValue(&*found);
}

JsonValue JsonValue::at(std::size_t index) const {
    return index < size() ? JsonValue(&(*node_of(node_))[index]) : JsonValue();
}

JsonValue JsonValue::pointer(std::string_view pointer) const {
    if (pointer.empty()) return *this;
    if (pointer.front() != '/') return {};
    JsonValue here = *this;
    while (!pointer.empty()) {
        pointer.remove_prefix(1);
        const auto raw = pointer.substr(0, pointer.find('/'));
        pointer.remove_prefix(raw.size());
        std::string token;
        for (std::size_t i = 0; i < raw.size(); ++i) {
            if (raw[i] != '~') {
                token += raw[i];
                continue;
            }
            if (++i == raw.size() || (raw[i] != '0' && raw[i] != '1')) return {};  // RFC 6901 section 3
            token += raw[i] == '0' ? '~' : '/';
        }
        if (!here.is_array()) {
            here = here[token];
            continue;
        }
        std::size_t index = 0;
        const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
        const bool leading_zero = token.size() > 1 && token.front() == '0';  // RFC 6901 section 4
        if (error != std::errc{} || end != token.data() + token.size() || leading_zero) return {};
        here = here.at(index);
    }
    return here;
}

std::size_t JsonValue::size() const {
    return is_array() ? node_of(node_)->size() : 0;
}
bool JsonValue::is_object() const {
    return node_ != nullptr && node_of(node_)->is_object();
}
bool JsonValue::is_array() const {
    return node_ != nullptr && node_of(node_)->is_array();
}

std::optional<double> JsonValue::number() const {
    if (!*this) return {};
    std::optional<double> value;
    if (node_of(node_)->is_number()) value = node_of(node_)->get<double>();
    if (const auto written = text()) value = number_in(*written);
    if (!value || !std::isfinite(*value)) return {};
    return value;
}

std::optional<std::int64_t> JsonValue::integer() const {
    const auto value = number();
    if (!value || std::abs(*value) >= exact_integers || std::trunc(*value) != *value) return {};
    return static_cast<std::int64_t>(*value);
}

std::optional<bool> JsonValue::boolean() const {
    if (!*this || !node_of(node_)->is_boolean()) return {};
    return node_of(node_)->get<bool>();
}

std::optional<std::string_view> JsonValue::text() const {
    if (!*this || !node_of(node_)->is_string()) return {};
    return std::string_view(node_of(node_)->get_ref<const std::string&>());
}

std::string json_quoted(std::string_view text) {
    return Node(std::string(text)).dump(-1, ' ', true, Node::error_handler_t::replace);
}

}  // namespace reputed::feedback
