#include "agent/web/api_parameters.hpp"

#include <algorithm>
#include <charconv>

namespace reputed::api {
namespace {

constexpr std::size_t default_limit = 100;
constexpr std::size_t most_rows = 1000;
constexpr std::size_t longest_value = 1024;

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return {};
    return value;
}

std::string shown(std::string_view text) {
    return '"' + one_line(text, 100) + '"';
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

}  // namespace

Parameters::Parameters(const QueryParameters& query, std::initializer_list<std::string_view> known) {
    if (query.size() > most_query_parameters) throw BadParameter("more than 32 parameters");
    for (const auto& [name, value] : query) {
        if (name != "limit" && name != "after" && std::find(known.begin(), known.end(), name) == known.end())
            throw BadParameter("no parameter " + shown(name) + " here");
        if (value.empty()) throw BadParameter(name + " is empty");
        if (value.size() > longest_value && name != "after")
            throw BadParameter(name + " is longer than 1024 bytes");
        if (!values_.emplace(name, value).second) throw BadParameter(name + " is given twice");
    }
    (void)limit();
    (void)severity();
}

std::string Parameters::text(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? "" : found->second;
}

std::size_t Parameters::limit() const {
    const auto given = text("limit");
    if (given.empty()) return default_limit;
    const auto value = number(given);
    if (!value || *value < 1 || *value > most_rows)
        throw BadParameter("limit " + shown(given) + " is no number from 1 to 1000");
    return *value;
}

std::optional<Severity> Parameters::severity() const {
    const auto given = text("severity");
    if (given.empty()) return {};
    const auto severity = parse_severity(given);
    if (!severity)
        throw BadParameter("severity " + shown(given) + " is none of ok, info, unknown, warning, critical");
    return severity;
}

std::uint64_t Parameters::after_id() const {
    const auto given = text("after");
    if (given.empty()) return 0;
    const auto id = number(given);
    if (!id || *id == 0) throw BadParameter("after " + shown(given) + " is no cursor of this API");
    return *id;
}

std::vector<std::string> Parameters::after_token(std::size_t fields) const {
    const auto given = text("after");
    if (given.empty()) return {};
    std::vector<std::string> values(1);
    std::string_view rest = given;
    for (; !rest.empty(); rest.remove_prefix(1)) {
        if (rest.front() == '-') {
            values.emplace_back();
            continue;
        }
        const int high = hex_digit(rest.front());
        const int low = rest.size() > 1 ? hex_digit(rest[1]) : -1;
        if (high < 0 || low < 0) throw BadParameter("after " + shown(given) + " is no cursor of this API");
        values.back() += static_cast<char>(high * 16 + low);
        rest.remove_prefix(1);
    }
    if (values.size() != fields) throw BadParameter("after " + shown(given) + " is no cursor of this API");
    return values;
}

std::string token_of(const std::vector<std::string>& fields) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string token;
    for (const auto& field : fields) {
        if (&field != &fields.front()) token += '-';
        for (const char c : field) {
            const auto byte = static_cast<unsigned char>(c);
            (token += digits[byte >> 4]) += digits[byte & 0xf];
        }
    }
    return token;
}

Answer page_of(std::string_view name, Json&& rows, Json&& next) {
    Json page;
    page[std::string(name)] = std::move(rows);
    page["next"] = std::move(next);
    return {200, json_text(page) + '\n'};
}

Answer error(unsigned status, std::string_view text) {
    return {status, json_text(Json{{"error", text}}) + '\n'};
}

}  // namespace reputed::api
