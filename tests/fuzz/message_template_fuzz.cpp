#include "config/message_template.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace reputed;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    Problems problems;
    const auto parts = parse_template(text, "template", problems);
    for (const auto& problem : problems)
        fuzz::require(!problem.message.empty() && problem.message.size() < 1000,
                      "a problem is a short sentence");
    if (!problems.empty()) return 0;
    std::string written;
    for (const auto& part : parts) {
        const std::string name = part.form == TemplatePart::Form::json  ? "json " + part.text
                                 : part.form == TemplatePart::Form::raw ? "raw " + part.text
                                                                        : part.text;
        written += part.form == TemplatePart::Form::text ? part.text : "{{" + name + "}}";
    }
    Problems none;
    const auto again = parse_template(written, "template", none);
    fuzz::require(none.empty() && again.size() == parts.size(),
                  "what was parsed is written and parsed again");
    for (std::size_t i = 0; i < parts.size(); ++i)
        fuzz::require(again[i].form == parts[i].form && again[i].text == parts[i].text, "the same parts");
    return 0;
}
