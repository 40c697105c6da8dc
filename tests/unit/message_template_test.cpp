#include "config/message_template.hpp"

#include <gtest/gtest.h>

namespace reputed {
namespace {

using Form = TemplatePart::Form;

TEST(MessageTemplate, Parts) {
    Problems problems;
    const auto parts =
        parse_template("{\"a\": \"{{title}}\", \"b\": {{ json key }}} {{raw text}}", "t", problems);
    EXPECT_TRUE(problems.empty());
    const std::vector<std::pair<Form, std::string>> expected = {
        {Form::text, "{\"a\": \""},  {Form::inside_json_string, "title"},
        {Form::text, "\", \"b\": "}, {Form::json, "key"},
        {Form::text, "} "},          {Form::raw, "text"}};
    ASSERT_EQ(parts.size(), expected.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
        EXPECT_EQ(parts[i].form, expected[i].first);
        EXPECT_EQ(parts[i].text, expected[i].second);
    }
}

TEST(MessageTemplate, Faults) {
    const struct {
        std::string text, problem;
    } rows[] = {
        {"a\nb {{titel}}", "t:2:3: unknown placeholder \"titel\": did you mean \"title\"?"},
        {"{{json nosuchthing}}",
         "t:1:1: unknown placeholder \"nosuchthing\": there are title, text, key, notifier, instance, page, "
         "severity, "
         "kind, count, digest, drill, code, check, subject, object, message, evidence, remedy, link, note, "
         "senders, "
         "since, time, payload"},
        {"x {{title", "t:1:3: \"{{\" without its \"}}\""},
        {"x {{title\n}}", "t:1:3: \"{{\" without its \"}}\""},
        {std::string(70'000, 'x'), "t: is larger than 64 KiB"},
    };
    for (const auto& row : rows) {
        Problems problems;
        parse_template(row.text, "t", problems);
        ASSERT_EQ(problems.size(), 1U) << row.text;
        EXPECT_EQ(problems[0].to_string(), row.problem);
    }
    Problems problems;
    std::string many;
    for (int i = 0; i < 2000; ++i)
        many += "{{key}}";
    parse_template(many, "t", problems);
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems[0].message, "more than 500 placeholders");
}

}  // namespace
}  // namespace reputed
