// Any bytes as the configuration of each tool: no crash, no key in the output, and what is written is a configuration.
#include <algorithm>

#include "config/import/writer.hpp"
#include "config/settings.hpp"
#include "config/sources.hpp"
#include "config/text.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace reputed;
    constexpr std::string_view key = "abcdef0123456789abcdef0123";
    if (size > 16 * 1024) return 0;
    const imports::Source source{"fuzz", std::string(fuzz::text_of(data, size))};
    imports::recognise(source);
    Sources outside;
    outside.file = [](const std::string&, std::size_t) { return FileText{"secret", ""}; };
    outside.environment = [](const std::string&) { return std::nullopt; };
    outside.machine = [] { return MachineFacts{}; };
    for (const auto name : imports::kind_names) {
        imports::Found found;
        imports::read_sources(*imports::parse_kind(name), {&source, 1}, found);
        const auto written = imports::write_settings(found, source.file, {});
        // Whom to watch is no secret, whatever it looks like.
        if (std::any_of(found.targets.begin(), found.targets.end(), [&](const auto& target) {
                return lower(target.text).find(key) != std::string::npos;
            }))
            continue;
        fuzz::require(written.toml.find(key) == std::string::npos, "the key is nowhere in the output");
        Problems problems;
        parse_settings(written.toml, "out", outside, problems);
        for (const auto& problem : problems)
            fuzz::require(false, problem.to_string());
        for (const auto& remark : written.remarks) {
            const auto text = remark.to_string();
            fuzz::require(text.find(key) == std::string::npos, "the key is in no remark");
            fuzz::require(printable(text, 100'000) == text, "a remark is printable");
        }
    }
    return 0;
}
