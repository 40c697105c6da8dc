// Any bytes as lists.toml: no crash, and what is accepted keeps the catalogue's promises.
#include <cstddef>
#include <cstdlib>

#include "config/catalogue.hpp"

namespace {

void must(bool holds) {
    if (!holds) std::abort();
}

void check(const reputed::LevelScale& scale) {
    const auto& levels = scale.levels;
    must(scale.code == "dnsbl.score" && !scale.what.empty() && scale.hysteresis >= 0);
    must(levels.size() >= 2 && levels.front().severity == reputed::Severity::ok);
    for (std::size_t i = 0; i < levels.size(); ++i) {
        must(!levels[i].name.empty() && levels[i].severity != reputed::Severity::unknown);
        must(levels[i].takes >= 0 && levels[i].takes <= 100);
        if (i == 0) continue;
        must(levels[i].severity > levels[i - 1].severity && levels[i].takes >= levels[i - 1].takes);
        if (i + 1 == levels.size()) continue;
        must(scale.higher_is_better ? levels[i].bound < levels[i - 1].bound
                                    : levels[i].bound > levels[i - 1].bound);
    }
}

void check(const reputed::List& list, const reputed::Catalogue& catalogue) {
    must(!list.name.empty() && list.name.find('{') == std::string::npos);
    must(catalogue.find(list.name) == &list && catalogue.find(list.zone) != nullptr);
    must(catalogue.find_dead(list.name) == nullptr);
    must(list.weight >= 0 && list.weight <= 100 && list.interval_floor.count() >= 1);
    must(list.score_octet >= 0 && list.score_octet <= 4);
    must(list.scope == reputed::ListScope::address || list.kind == reputed::ListKind::ip_blocklist);
    if (list.scale) {
        must(list.kind == reputed::ListKind::ip_score);
        check(*list.scale);
    }
    for (const auto& code : list.codes) {
        must(!code.meaning.empty() && !code.pattern.matches(0x7fffff00) && !code.pattern.matches(0x7fffffff));
        must(reputed::CodePattern::parse(code.pattern.to_string()) == code.pattern);
    }
    for (const auto& error : list.errors)
        must(!error.meaning.empty() &&
             reputed::CodePattern::parse(error.pattern.to_string()) == error.pattern);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    reputed::Problems problems;
    const auto catalogue = reputed::Catalogue::parse(text, "fuzz", problems);
    for (const auto& list : catalogue.lists())
        check(list, catalogue);
    for (const auto& dead : catalogue.dead())
        must(catalogue.find_dead(dead.zone) != nullptr);
    for (const auto& problem : problems)
        must(!problem.to_string().empty());
    if (const auto pattern = reputed::CodePattern::parse(text))
        must(reputed::CodePattern::parse(pattern->to_string()) == pattern);
    return 0;
}
