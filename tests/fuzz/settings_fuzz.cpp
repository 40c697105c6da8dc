#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/sources.hpp"

// Any bytes as a configuration: no crash, and what was accepted is shown as text that is accepted and shown
// alike. Nothing outside the text is looked at.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace reputed;
    const Sources nothing{[](const std::string&, std::size_t) {
                              return FileText{"key", ""};
                          },
                          [](const std::string&) { return "key"; }, [] { return MachineFacts{}; }};
    Problems problems;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto settings = parse_settings(text, "fuzz", nothing, problems);
    for (const auto& problem : problems)
        if (problem.to_string().empty()) std::abort();
    if (!problems.empty()) return 0;
    active_lists(settings.dnsbl, Catalogue::builtin());
    const auto shown = show_settings(settings);
    const auto again = parse_settings(shown, "shown", nothing, problems);
    if (!problems.empty() || show_settings(again) != shown) std::abort();
    return 0;
}
