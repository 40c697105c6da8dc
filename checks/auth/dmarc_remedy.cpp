#include "checks/auth/dmarc_remedy.hpp"

#include <algorithm>
#include <iterator>

#include "checks/auth/spf_remedy.hpp"
#include "config/text.hpp"

namespace reputed::dmarc {
namespace {

constexpr std::string_view tag_names[] = {"v",  "p",  "sp", "np",  "adkim", "aspf", "pct",
                                          "fo", "rf", "ri", "rua", "ruf",   "psd",  "t"};

bool begins_tag(std::string_view word) {
    const std::string name = lower(word.substr(0, word.find('=')));
    return word.find('=') != std::string_view::npos &&
           std::find(std::begin(tag_names), std::end(tag_names), name) != std::end(tag_names);
}

// Addresses without mailto: get it.
std::string with_schemes(std::string_view uris) {
    std::string out;
    for (const auto& item : record::split(uris, ',')) {
        if (item.empty()) continue;
        const bool bare = item.find(':') == std::string::npos && item.find('@') != std::string::npos;
        out += (out.empty() ? "" : ",") + std::string(bare ? "mailto:" : "") + item;
    }
    return out;
}

}  // namespace

std::string without(const PolicyRecord& record, std::initializer_list<std::string_view> dropped) {
    record::Tags tags = record.tags;
    tags.erase(std::remove_if(tags.begin(), tags.end(),
                              [&](const record::Tag& tag) {
                                  return std::find(dropped.begin(), dropped.end(), tag.name) != dropped.end();
                              }),
               tags.end());
    return record::to_string(tags);
}

std::string repaired(std::string_view text) {
    record::Tags tags;
    std::string word;
    const auto take = [&] {
        if (begins_tag(word)) {
            const auto equals = word.find('=');
            const std::string name = lower(word.substr(0, equals));
            if (record::find(tags, name) == nullptr) tags.push_back({name, word.substr(equals + 1)});
        } else if (!tags.empty()) {
            tags.back().value += word;
        }
        word.clear();
    };
    for (const char c : text.substr(0, 2000)) {
        if (std::string_view("; \t\r\n").find(c) != std::string_view::npos)
            take();
        else if (c != '"' && c != '\'' && c != '\\')
            word += c;
    }
    take();
    for (auto& tag : tags) {
        if (tag.name == "v") tag.value = "DMARC1";
        if (tag.name == "rua" || tag.name == "ruf") tag.value = with_schemes(tag.value);
    }
    if (record::find(tags, "v") == nullptr) tags.push_back({"v", "DMARC1"});
    const auto parsed = parse_record(record::to_string(record::in_order(std::move(tags), {"v", "p"})));
    return parsed.valid() ? parsed.to_string() : "";
}

std::string publish(std::string_view domain, std::string_view record) {
    return "Publish " + spf::zone_line("_dmarc." + std::string(domain), record);
}

}  // namespace reputed::dmarc
