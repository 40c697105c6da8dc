#include "agent/logging.hpp"

#include <algorithm>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace reputed {
namespace {

class Logging : public testing::Test {
  protected:
    void TearDown() override { set_up_logging({}); }
};

// What `write` puts on standard error.
template <typename Write>
std::string written(Write write) {
    testing::internal::CaptureStderr();
    write();
    return testing::internal::GetCapturedStderr();
}

std::string without_digits(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }, '0');
    return text;
}

std::string logged(const std::string& message) {
    return written([&] { log("logging_test").info("{}", message); });
}

// Without the time.
std::string plain_logged(const std::string& message) {
    const std::string line = logged(message);
    const auto blank = line.find(' ');
    return blank == std::string::npos ? line : line.substr(blank + 1);
}

TEST_F(Logging, APlainLine) {
    const std::string line = logged("three jobs");
    EXPECT_EQ(without_digits(line), "0000-00-00T00:00:00Z info    logging_test: three jobs\n");
}

TEST_F(Logging, AJsonLine) {
    set_up_logging({.level = "info", .format = "json", .levels = {}});
    const std::string line = logged("say \"no\" \\ \xff\n{}");
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
    const auto json = nlohmann::json::parse(line);
    EXPECT_EQ(json.size(), 4U);
    EXPECT_EQ(json.at("level"), "info");
    EXPECT_EQ(json.at("logger"), "logging_test");
    EXPECT_EQ(json.at("message"), "say \"no\" \\ \ufffd {}");
    EXPECT_EQ(without_digits(json.at("time")), "0000-00-00T00:00:00Z");
}

TEST_F(Logging, ForeignTextStaysOnItsLine) {
    struct Row {
        std::string foreign;
        std::string shown;
    };
    const Row rows[] = {
        {"", ""},
        {"bücher", "bücher"},
        {"a\nb\r\nc", "a b\\x0d c"},
        {"a\tb", "a b"},
        {"\x1b[31mred", "\\x1b[31mred"},
        {std::string("a\0b", 3), "a\\x00b"},
        {"\u2028\u202e", "\\u2028\\u202e"},
        {"\xff\xfe", "\ufffd\ufffd"},
        {"{} %s %n", "{} %s %n"},
        {std::string(4096, 'x'), std::string(4096, 'x')},
        {std::string(5000, 'x'), std::string(4096, 'x') + "\u2026"},
    };
    for (const auto& row : rows) {
        set_up_logging({});
        EXPECT_EQ(plain_logged(row.foreign), "info    logging_test: " + row.shown + "\n");
        set_up_logging({.level = "info", .format = "json", .levels = {}});
        EXPECT_EQ(nlohmann::json::parse(logged(row.foreign)).at("message"), row.shown);
    }
}

// The levels at which a message of this file is written, in one word.
std::string levels_of(std::string_view file) {
    std::string seen;
    for (const auto level : {spdlog::level::trace, spdlog::level::debug, spdlog::level::info,
                             spdlog::level::warn, spdlog::level::err, spdlog::level::critical})
        seen += written([&] { log(file).log(level, "x"); }).empty() ? '-' : 'x';
    return seen;
}

TEST_F(Logging, LevelsOfOneFileAndOfTheRest) {
    struct Row {
        const char* level;
        const char* seen;
    };
    for (const auto& row : {Row{"trace", "xxxxxx"}, Row{"debug", "-xxxxx"}, Row{"info", "--xxxx"},
                            Row{"warning", "---xxx"}, Row{"error", "----xx"}, Row{"off", "------"}}) {
        SCOPED_TRACE(row.level);
        set_up_logging({.level = row.level, .format = "plain", .levels = {}});
        EXPECT_EQ(levels_of("logging_test"), row.seen);
        set_up_logging({.level = "error", .format = "plain", .levels = {{"logging_test", row.level}}});
        EXPECT_EQ(levels_of("logging_test"), row.seen);
        EXPECT_EQ(levels_of("another"), "----xx");
        // A logger that is made after the settings were read obeys them, too.
        const std::string fresh = "fresh_" + std::string(row.level);
        set_up_logging({.level = "error", .format = "plain", .levels = {{fresh, row.level}}});
        EXPECT_EQ(levels_of(fresh), row.seen);
    }
}

TEST_F(Logging, ChangesReachLoggersThatAreInUse) {
    auto& logger = log("logging_test");
    EXPECT_EQ(written([&] { logger.debug("x"); }), "");
    set_up_logging({.level = "debug", .format = "json", .levels = {}});
    EXPECT_EQ(written([&] { logger.debug("x"); }).front(), '{');
    set_up_logging({});
    EXPECT_EQ(written([&] { logger.debug("x"); }), "");
    EXPECT_NE(written([&] { logger.info("x"); }).front(), '{');
    EXPECT_EQ(&log("logging_test"), &logger);
}

}  // namespace
}  // namespace reputed
