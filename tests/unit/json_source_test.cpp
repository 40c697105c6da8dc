#include "checks/reputation/feedback/json_source.hpp"

#include <gtest/gtest.h>

#include "config/utc.hpp"
#include "tests/support/fake_http.hpp"

namespace reputed::feedback {
namespace {

const WallTime noon = WallTime{} + std::chrono::seconds(1795176000);  // 2026-11-20T12:00:00Z

FeedbackSettings settings_with(const std::string& pointer, const std::string& day_pointer = "",
                               double factor = 1) {
    FeedbackSettings settings;
    settings.name = "scores";
    settings.url.value = "https://scores.test/v1";
    settings.values = {{"score", pointer, factor, nullptr}};
    settings.day_pointer = day_pointer;
    return settings;
}

std::string shown(const JsonNumbers& numbers) {
    std::string out;
    for (const auto& one : numbers.numbers) {
        char value[32];
        std::snprintf(value, sizeof value, "%g", one.value);
        out += value;
    }
    if (numbers.day) out += " of " + rfc3339(*numbers.day);
    return out + numbers.fault;
}

TEST(JsonSource, Numbers) {
    const std::string expected = "where a number is expected";
    const struct {
        std::string text, pointer, result;
    } rows[] = {
        {R"({"a": 7})", "/a", "7"},
        {R"({"a": -7.5e1})", "/a", "-75"},
        {R"({"a": "71"})", "/a", "71"},
        {R"({"a": " 0.5 "})", "/a", "0.5"},
        {R"({"a": true})", "/a", "1"},
        {R"({"a": false})", "/a", "0"},
        {R"({"a": null})", "/a", ""},
        {R"({"b": 7})", "/a", ""},
        {R"({"a": {"b": [1, {"c": 7}]}})", "/a/b/1/c", "7"},
        {R"({"a": [1]})", "/a/1", ""},
        {R"({"a": [1]})", "/a/01", ""},
        {R"({"a": [1]})", "/a/-", ""},
        {R"({"a": [1]})", "/a/99999999999999999999", ""},
        {R"({"a": 1})", "/a/b", ""},
        {R"({"a/b": {"~": 7}})", "/a~1b/~0", "7"},
        {R"({"": 7})", "/", "7"},
        {"7", "", "7"},
        {"\xEF\xBB\xBF{\"a\": 7}", "/a", "7"},
        {R"({"a": {}})", "/a", R"(at "/a" stands an object )" + expected},
        {R"({"a": []})", "/a", R"(at "/a" stands a list )" + expected},
        {R"({"a": "7 %"})", "/a", R"(at "/a" stands a string that is none )" + expected},
        {R"({"a": ""})", "/a", R"(at "/a" stands a string that is none )" + expected},
        {R"({"a": "inf"})", "/a", R"(at "/a" stands a string that is none )" + expected},
        {"", "/a", "the answer is not JSON, or deeper than 32 levels, or of more than 100000 values"},
        {R"({"a": 7)", "/a",
         "the answer is not JSON, or deeper than 32 levels, or of more than 100000 values"},
        {R"({"a": 7} x)", "/a",
         "the answer is not JSON, or deeper than 32 levels, or of more than 100000 values"},
        {R"({"a": 1e999})", "/a",
         "the answer is not JSON, or deeper than 32 levels, or of more than 100000 values"},
        {"{\"a\": \"\xff\"}", "/a",
         "the answer is not JSON, or deeper than 32 levels, or of more than 100000 values"},
        {"{\"a\": \"\xe4\"}", "/a",
         "the answer is not JSON, or deeper than 32 levels, or of more than 100000 values"},
        {"<html>", "/a", "the answer is not JSON, or deeper than 32 levels, or of more than 100000 values"},
        {std::string(32, '[') + std::string(32, ']'), "/a", ""},
        {std::string(33, '[') + std::string(33, ']'), "/a",
         "the answer is not JSON, or deeper than 32 levels, or of more than 100000 values"},
        {std::string(1'000'000, '['), "/a",
         "the answer is not JSON, or deeper than 32 levels, or of more than 100000 values"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(shown(numbers_of(row.text, settings_with(row.pointer))), row.result)
            << row.text.substr(0, 100);
    EXPECT_EQ(shown(numbers_of(R"({"a": 3})", settings_with("/a", "", 0.01))), "0.03");
    EXPECT_EQ(shown(numbers_of(R"({"a": 1e308})", settings_with("/a", "", 100))),
              R"(at "/a" stands something else where a number is expected)");
}

TEST(JsonSource, Days) {
    const struct {
        std::string day, result;
    } rows[] = {
        {R"("2026-11-19")", "7 of 2026-11-19T00:00:00Z"},
        {R"("2026-11-19T10:11:12Z")", "7 of 2026-11-19T10:11:12Z"},
        {R"("2026-11-19T10:11:12+02:00")", "7 of 2026-11-19T08:11:12Z"},
        {R"("2026-11-19 10:11")", "7 of 2026-11-19T10:11:00Z"},
        {"1795046400", "7 of 2026-11-19T00:00:00Z"},
        {"\"1795046400\"", "7 of 2026-11-19T00:00:00Z"},
        {"1795046400000", "7 of 2026-11-19T00:00:00Z"},
        {"null", ""},
        {"true", "at \"/day\" stands something else where a day is expected"},
        {"20261119", "at \"/day\" stands something else where a day is expected"},
        {"-5", "at \"/day\" stands something else where a day is expected"},
        {R"("2026-13-19")", "at \"/day\" stands a string that is none where a day is expected"},
        {R"("2026-11-19X")", "at \"/day\" stands a string that is none where a day is expected"},
        {R"("2026-11-19T25:00:00Z")", "at \"/day\" stands a string that is none where a day is expected"},
        {R"("yesterday")", "at \"/day\" stands a string that is none where a day is expected"},
        {R"("1026-11-19")", "at \"/day\" stands a string that is none where a day is expected"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(
            shown(numbers_of(R"({"score": 7, "day": )" + row.day + "}", settings_with("/score", "/day"))),
            row.result)
            << row.day;
    EXPECT_EQ(shown(numbers_of(R"({"score": 7})", settings_with("/score", "/day"))), "")
        << "nobody knows what the number is of";
}

struct Service {
    FeedbackSettings settings = settings_with("/score");
    test::FakeHttp http;
    std::string memory;

    Reading read(WallTime now = noon) {
        auto reading = read_json({settings,
                                  {*IpAddress::parse("192.0.2.1"), *IpAddress::parse("2001:db8::1")},
                                  {"example.org", "example.net"},
                                  now,
                                  {},
                                  [this](http::Request&& request) { return http.exchange(request, {}); },
                                  memory});
        memory = reading.memory;
        return reading;
    }
};

std::string shown(const Reading& reading) {
    std::string out;
    for (const auto& point : reading.points) {
        char value[32];
        std::snprintf(value, sizeof value, " %g ", point.value);
        out += point.subject + ' ' + point.metric + value + utc_text(point.time, "%d %H:%M") + '\n';
    }
    return out + reading.message;
}

TEST(JsonSource, AsksAboutEachOfOurs) {
    Service service;
    service.settings.url.value = "https://scores.test/v1/{ip}?x={ip}";
    service.settings.headers["X-Api-Key"].value = "s3cret";
    service.http.answers["https://scores.test/v1/192.0.2.1?x=192.0.2.1"] = {200, R"({"score": 1})"};
    service.http.answers["https://scores.test/v1/2001%3Adb8%3A%3A1?x=2001%3Adb8%3A%3A1"] = {
        200, R"({"score": 2})"};
    EXPECT_EQ(shown(service.read()), "192.0.2.1 score 1 20 12:00\n2001:db8::1 score 2 20 12:00\n");
    using Headers = std::vector<std::pair<std::string, std::string>>;
    EXPECT_EQ(service.http.requests[0].headers,
              (Headers{{"X-Api-Key", "s3cret"}, {"Accept", "application/json"}}));
    EXPECT_EQ(service.http.requests[0].max_response, 1024U * 1024U);
    service.settings.url.value = "https://scores.test/d/{domain}";
    service.http.answers["https://scores.test/d/example.net"] = {200, R"({"score": 3})"};
    EXPECT_EQ(shown(service.read()), "example.net score 3 20 12:00\n")
        << "of the other domain the service knows nothing, and says so with 404";
    service.settings.url.value = "https://scores.test/all";
    service.http.answers["https://scores.test/all"] = {200, R"({"score": 4})"};
    EXPECT_EQ(shown(service.read()), "scores score 4 20 12:00\n");
}

TEST(JsonSource, StopsWhereTheNextQuestionIsNoBetter) {
    const struct {
        int status;
        Fault fault;
        std::size_t requests;
    } rows[] = {{429, Fault::quota, 1},       {401, Fault::refused, 1}, {302, Fault::refused, 1},
                {500, Fault::unreachable, 2}, {404, Fault::refused, 2}, {0, Fault::unreachable, 2}};
    for (const auto& row : rows) {
        Service service;
        service.settings.url.value = "https://scores.test/{ip}";
        for (const std::string ip : {"192.0.2.1", "2001%3Adb8%3A%3A1"})
            service.http.answers["https://scores.test/" + ip] = {row.status, ""};
        EXPECT_EQ(service.read().fault, row.fault) << row.status;
        EXPECT_EQ(service.http.requests.size(), row.requests) << row.status;
    }
}

TEST(JsonSource, AnUnchangedAnswerIsTheLastOne) {
    for (const bool with_day : {false, true}) {
        Service service;
        if (with_day) service.settings.day_pointer = "/day";
        service.http.answers["https://scores.test/v1"] = {200, R"({"score": 7, "day": "2026-11-19"})",
                                                          "\"v1\""};
        service.read();
        service.http.answers["https://scores.test/v1"] = {304, ""};
        EXPECT_EQ(shown(service.read(noon + std::chrono::hours(2))),
                  with_day ? "scores score 7 19 00:00\n" : "scores score 7 20 14:00\n");
        EXPECT_EQ(service.http.requests[1].if_none_match, "\"v1\"");
        EXPECT_EQ(service.memory.find("http"), std::string::npos);
        service.memory = "{\"scores\": [\"a\\u0001\", 0, {}]}";
        service.read();
        EXPECT_EQ(service.http.requests[2].if_none_match, "") << "a memory of any bytes";
    }
}

TEST(JsonSource, ALongAnswerIsAFault) {
    Service service;
    service.http.answers["https://scores.test/v1"] = {200, std::string(2'000'000, ' ')};
    const auto reading = service.read();
    EXPECT_EQ(reading.fault, Fault::malformed);
    EXPECT_EQ(reading.message, "the answer is longer than what is read of one");
}

}  // namespace
}  // namespace reputed::feedback
