#include "checks/reputation/feedback/abuseipdb.hpp"

#include <gtest/gtest.h>

#include "agent/rating.hpp"
#include "config/utc.hpp"
#include "tests/support/fake_service.hpp"

namespace reputed::feedback {
namespace {

using namespace std::chrono_literals;

const auto now =
    WallTime(std::chrono::sys_days(std::chrono::year_month_day(2026y, std::chrono::November, 22d))) + 9h;

std::string answer(const std::string& address, int score, const std::string& more = "") {
    return R"({"data":{"ipAddress":")" + address +
           R"(","isPublic":true,"ipVersion":4,"isWhitelisted":false,)"
           R"("abuseConfidenceScore":)" +
           std::to_string(score) +
           R"(,"countryCode":"JP","usageType":"Data Center/Web Hosting/Transit","isp":"Example \"\u682a\" KK","domain":"example.jp",)"
           R"("hostnames":["mail.example.jp"],"isTor":false,"totalReports":7,"numDistinctUsers":3,)"
           R"("lastReportedAt":"2026-11-20T20:55:14+09:00")" +
           more + "}}";
}

std::string error(int status, const std::string& detail) {
    return R"({"errors":[{"detail":")" + detail + R"(","status":)" + std::to_string(status) + "}]}";
}

struct Setting {
    FeedbackSettings settings;
    FakeService service;
    std::vector<std::string> addresses{"192.0.2.1", "2001:db8::1"};
    std::string memory;

    Setting() {
        settings.name = "abuse";
        settings.kind = FeedbackSettings::Kind::abuseipdb;
        settings.url.value = FakeService::base;
        settings.key.value = "planted-key";
    }
    Reading read() {
        auto context = service.context(settings, now);
        for (const auto& text : addresses)
            context.addresses.push_back(*IpAddress::parse(text));
        context.memory = memory;
        auto reading = read_abuseipdb(context);
        memory = reading.memory;
        return reading;
    }
    std::vector<std::string> asked_addresses() {
        std::vector<std::string> all;
        for (const auto& one : service.asked)
            all.push_back(one.path.substr(24, one.path.find('&') - 24));
        service.asked.clear();
        return all;
    }
};

TEST(AbuseipdbReading, TellsScoreReportsAndTheLastReport) {
    Setting setting;
    setting.service.on("GET /api/v2/check?ipAddress=192.0.2.1&", 200, answer("192.0.2.1", 52))
        .on("GET /api/v2/check?ipAddress=2001%3Adb8%3A%3A1&", 200,
            R"({"data":{"ipAddress":"2001:0db8:0:0::1","isPublic":true,"isWhitelisted":null,"abuseConfidenceScore":0,"totalReports":0,"numDistinctUsers":0,"lastReportedAt":null}})");
    const auto reading = setting.read();
    EXPECT_EQ(reading.fault, Fault::none) << reading.message;
    EXPECT_EQ(
        shown(reading.points),
        (std::vector<std::string>{"192.0.2.1 abuse_last_report_timestamp_seconds 1.79518e+09 11-22",
                                  "192.0.2.1 abuse_reports 7 11-22", "192.0.2.1 abuse_score 52 11-22",
                                  "2001:db8::1 abuse_reports 0 11-22", "2001:db8::1 abuse_score 0 11-22"}));
    EXPECT_EQ(point_of(reading.points, "192.0.2.1", "abuse_score")->detail,
              "7 reports in 90 days by 3 users, the last one 2026-11-20T11:55:14Z");
    EXPECT_EQ(point_of(reading.points, "2001:db8::1", "abuse_score")->detail, "0 reports in 90 days");
    EXPECT_EQ(point_of(reading.points, "192.0.2.1", "abuse_last_report_timestamp_seconds")->value,
              1795175714);
    ASSERT_EQ(setting.service.asked.size(), 2u);
    EXPECT_EQ(setting.service.asked[0].method, "GET");
    EXPECT_EQ(setting.service.asked[0].path, "/api/v2/check?ipAddress=192.0.2.1&maxAgeInDays=90");
    EXPECT_EQ(setting.service.asked[0].headers, (std::vector<std::pair<std::string, std::string>>{
                                                    {"Key", "planted-key"}, {"Accept", "application/json"}}));
}

TEST(AbuseipdbReading, FindsTheEndpointOfAProxy) {
    struct Row {
        std::string url;
        std::string asked;
    };
    const std::string base = FakeService::base;
    const Row rows[] = {
        {"", "https://api.abuseipdb.com/api/v2/check?ipAddress=192.0.2.1&maxAgeInDays=90"},
        {base + "//", "/api/v2/check?ipAddress=192.0.2.1&maxAgeInDays=90"},
        {base + "/proxy", "/proxy/check?ipAddress=192.0.2.1&maxAgeInDays=90"},
        {base + "/proxy/check/", "/proxy/check?ipAddress=192.0.2.1&maxAgeInDays=90"},
    };
    for (const auto& [url, asked] : rows) {
        Setting setting;
        setting.addresses = {"192.0.2.1"};
        setting.settings.url.value = url;
        setting.read();
        EXPECT_EQ(setting.service.asked.at(0).path, asked) << url;
    }
}

TEST(AbuseipdbReading, KnowsNothingOfAddressesThatAreNotPublic) {
    Setting setting;
    setting.addresses = {"192.0.2.1"};
    setting.service.on(
        "GET /", 200,
        R"({"data":{"ipAddress":"192.0.2.1","isPublic":false,"abuseConfidenceScore":0,"totalReports":0}})");
    const auto reading = setting.read();
    EXPECT_EQ(reading.fault, Fault::none);
    EXPECT_EQ(reading.points.size(), 0u);
}

TEST(AbuseipdbReading, SaysThatAnAddressIsOnTheAllowlist) {
    Setting setting;
    setting.addresses = {"192.0.2.1"};
    setting.service.on(
        "GET /", 200,
        R"({"data":{"ipAddress":"192.0.2.1","isWhitelisted":true,"abuseConfidenceScore":0,"totalReports":1}})");
    EXPECT_EQ(setting.read().points.at(0).detail, "1 report in 90 days; on AbuseIPDB's own allowlist");
}

TEST(AbuseipdbReading, TellsEveryFaultAndKeepsWhatWasReadBefore) {
    auto cut = FakeService::response(200, answer("192.0.2.2", 0));
    cut.body_cut = true;
    auto limited = FakeService::response(
        429, error(429, "Daily rate limit of 1000 requests exceeded for this endpoint. planted-key"));
    limited.retry_after = 29241s;
    http::Response silent;
    silent.error = "https://service.example did not answer in time";
    const std::string good = answer("192.0.2.2", 1);
    struct Row {
        std::string what;
        http::Response answer;
        Fault fault;
        std::string message;
        bool goes_on = false;
        std::optional<std::chrono::seconds> retry_after{};
    };
    const std::string about = "to the question for 192.0.2.2, ";
    const Row rows[] = {
        {"nobody there", silent, Fault::unreachable, "https://service.example did not answer in time"},
        {"server fails", FakeService::response(503), Fault::unreachable,
         "https://service.example answered 503"},
        {"bad key",
         FakeService::response(
             401,
             error(401, "Authentication failed. Your API key is either missing, incorrect, or revoked.")),
         Fault::refused, "https://service.example answered 401: the key is missing, wrong or revoked"},
        {"no plan", FakeService::response(402, error(402, "You need a subscription.")), Fault::refused,
         "https://service.example answered 402: the plan of the account does not cover it"},
        {"forbidden", FakeService::response(403), Fault::refused,
         "https://service.example answered 403: the key is missing, wrong or revoked"},
        {"not found", FakeService::response(404), Fault::malformed, "https://service.example answered 404"},
        {"redirect", FakeService::response(301), Fault::malformed, "https://service.example answered 301"},
        {"not taken",
         FakeService::response(
             422, error(422, "The ip address must be a valid IPv4 or IPv6 address (e.g. 8.8.8.8).")),
         Fault::malformed, "https://service.example answered 422 to the question for 192.0.2.2", true},
        {"too many", limited, Fault::quota,
         "https://service.example answered 429: the questions of the day are used up", false, 29241s},
        {"10 GB", cut, Fault::malformed, "an answer is larger than is read", true},
        {"half a body", FakeService::response(200, good.substr(0, 100)), Fault::malformed,
         about + "the answer is not JSON", true},
        {"wrong charset", FakeService::response(200, "{\"data\":{\"isp\":\"\xe9\"}}"), Fault::malformed,
         about + "the answer is not JSON", true},
        {"no data", FakeService::response(200, "{\"data\":[]}"), Fault::malformed,
         about + "the answer has no data", true},
        {"errors with 200", FakeService::response(200, error(401, "x")), Fault::malformed,
         about + "the answer has no data", true},
        {"another address", FakeService::response(200, answer("192.0.2.9", 0)), Fault::malformed,
         about + "the answer is about another address", true},
        {"address of a wrong type",
         FakeService::response(200, R"({"data":{"ipAddress":7,"abuseConfidenceScore":1,"totalReports":1}})"),
         Fault::malformed, about + "the answer is about another address", true},
        {"no score", FakeService::response(200, R"({"data":{"totalReports":1}})"), Fault::malformed,
         about + "abuseConfidenceScore is not a number from 0 to 100", true},
        {"score of 101", FakeService::response(200, answer("192.0.2.2", 101)), Fault::malformed,
         about + "abuseConfidenceScore is not a number from 0 to 100", true},
        {"score of -1", FakeService::response(200, answer("192.0.2.2", -1)), Fault::malformed,
         about + "abuseConfidenceScore is not a number from 0 to 100", true},
        {"huge number",
         FakeService::response(200, R"({"data":{"abuseConfidenceScore":1,"totalReports":1e300}})"),
         Fault::malformed, about + "totalReports is not a count", true},
        {"negative count",
         FakeService::response(200, R"({"data":{"abuseConfidenceScore":1,"totalReports":-1}})"),
         Fault::malformed, about + "totalReports is not a count", true},
        {"text for a count",
         FakeService::response(
             200, R"({"data":{"abuseConfidenceScore":1,"totalReports":1,"numDistinctUsers":"many"}})"),
         Fault::malformed, about + "numDistinctUsers is not a count", true},
        {"no time",
         FakeService::response(
             200, R"({"data":{"abuseConfidenceScore":1,"totalReports":1,"lastReportedAt":"yesterday"}})"),
         Fault::malformed, about + "lastReportedAt is not a time", true},
    };
    for (const auto& row : rows) {
        Setting setting;
        setting.addresses = {"192.0.2.3", "192.0.2.2", "192.0.2.1"};
        setting.service.on("GET /api/v2/check?ipAddress=192.0.2.1&", 200, answer("192.0.2.1", 5))
            .on("GET /api/v2/check?ipAddress=192.0.2.2&", row.answer)
            .on("GET /api/v2/check?ipAddress=192.0.2.3&", 200, answer("192.0.2.3", 6));
        const auto reading = setting.read();
        EXPECT_EQ(reading.fault, row.fault) << row.what;
        EXPECT_EQ(reading.message, row.message) << row.what;
        EXPECT_EQ(reading.retry_after, row.retry_after) << row.what;
        EXPECT_NE(point_of(reading.points, "192.0.2.1", "abuse_score"), nullptr) << row.what;
        EXPECT_EQ(point_of(reading.points, "192.0.2.2", "abuse_score"), nullptr) << row.what;
        EXPECT_EQ(point_of(reading.points, "192.0.2.3", "abuse_score") != nullptr, row.goes_on) << row.what;
        EXPECT_EQ(all_text(reading).find("planted"), std::string::npos) << row.what;
    }
}

TEST(AbuseipdbReading, GivesUpWhereNoAnswerIsOne) {
    Setting setting;
    setting.addresses.clear();
    for (int i = 1; i < 50; ++i)
        setting.addresses.push_back("192.0.2." + std::to_string(i));
    setting.service.on("GET /", 200, "<html>");
    EXPECT_EQ(setting.read().fault, Fault::malformed);
    EXPECT_EQ(setting.asked_addresses(), (std::vector<std::string>{"192.0.2.1", "192.0.2.2", "192.0.2.3"}));
}

TEST(AbuseipdbReading, LetsTheAddressesTakeTurns) {
    Setting setting;
    setting.settings.interval = std::chrono::seconds(346);  // 4 questions a reading
    setting.addresses = {"192.0.2.5", "192.0.2.3", "192.0.2.1", "192.0.2.2", "192.0.2.4"};
    for (const auto& address : setting.addresses)
        setting.service.on("GET /api/v2/check?ipAddress=" + address + "&", 200, answer(address, 0));
    using List = std::vector<std::string>;
    setting.read();
    EXPECT_EQ(setting.asked_addresses(), (List{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}));
    setting.read();
    EXPECT_EQ(setting.asked_addresses(), (List{"192.0.2.5", "192.0.2.1", "192.0.2.2", "192.0.2.3"}));
    // One that is new has its turn; one that is gone leaves its place.
    setting.addresses = {"192.0.2.1", "192.0.2.2", "192.0.2.4", "192.0.2.5", "192.0.2.35"};
    setting.service.on("GET /api/v2/check?ipAddress=192.0.2.35&", 200, answer("192.0.2.35", 0));
    setting.read();
    EXPECT_EQ(setting.asked_addresses(), (List{"192.0.2.4", "192.0.2.5", "192.0.2.35", "192.0.2.1"}));
    // The quota ends in between: the next reading goes on where this one ended.
    setting.service = {};
    setting.service.on("GET /api/v2/check?ipAddress=192.0.2.2&", 200, answer("192.0.2.2", 0))
        .on("GET /api/v2/check?ipAddress=192.0.2.4&", 200, answer("192.0.2.4", 0))
        .on("GET /api/v2/check?ipAddress=192.0.2.5&", 429, "");
    setting.read();
    EXPECT_EQ(setting.asked_addresses(), (List{"192.0.2.2", "192.0.2.4", "192.0.2.5"}));
    setting.read();
    EXPECT_EQ(setting.asked_addresses().front(), "192.0.2.5");
    for (const auto& memory : {std::string(), std::string("\0\xff", 2), std::string(2'000'000, 'x')}) {
        setting.memory = memory;
        setting.read();
        EXPECT_EQ(setting.asked_addresses().front(), "192.0.2.1");
        EXPECT_LE(setting.memory.size(), 39u);
    }
}

TEST(AbuseipdbReading, SpreadsAThousandQuestionsOverTheDay) {
    Setting setting;
    std::size_t asked = 0;
    auto context = setting.service.context(setting.settings, now);
    context.fetch = [&](http::Request&&) {
        ++asked;
        return FakeService::response(200, R"({"data":{"abuseConfidenceScore":0,"totalReports":0}})");
    };
    for (std::uint32_t i = 0; i < 1500; ++i)
        context.addresses.push_back(IpAddress::v4(0xc6120000 + i));
    using std::chrono::seconds;
    for (const auto& [interval, most] :
         {std::pair(seconds(21'600), 250u), std::pair(seconds(172'800), 1000u), std::pair(seconds(60), 1u)}) {
        setting.settings.interval = interval;
        asked = 0;
        const auto reading = read_abuseipdb(context);
        EXPECT_EQ(asked, most);
        EXPECT_EQ(reading.points.size(), 2 * most);
    }
}

TEST(AbuseipdbTime, ReadsRfc3339) {
    struct Row {
        std::string text;
        std::string utc;
    };
    const Row rows[] = {
        {"2018-12-20T20:55:14+00:00", "2018-12-20T20:55:14Z"},
        {"2018-12-20T20:55:14Z", "2018-12-20T20:55:14Z"},
        {"2018-12-20 20:55:14.123456z", "2018-12-20T20:55:14Z"},
        {"2018-12-31T23:30:00-05:30", "2019-01-01T05:00:00Z"},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
        {"2020-02-29T00:00:00Z", "2020-02-29T00:00:00Z"},
    };
    for (const auto& [text, utc] : rows) {
        const auto time = abuseipdb::parse_rfc3339(text);
        ASSERT_TRUE(time) << text;
        EXPECT_EQ(rfc3339(std::chrono::floor<std::chrono::seconds>(*time)), utc) << text;
    }
    for (const std::string text :
         {"", "2018-12-20", "2018-12-20T20:55:14", "2018-13-20T20:55:14Z", "2019-02-29T20:55:14Z",
          "2018-12-20T24:55:14Z", "2018-12-20T20:60:14Z", "2018-12-20T20:55:61Z", "2018-12-20T20:55:14.Z",
          "2018-12-20T20:55:14+0000", "2018-12-20T20:55:14+24:00", "2018-12-20T20:55:14+00:00x",
          "1969-12-20T20:55:14Z", "2262-04-12T00:00:00Z", "5761-12-20T20:55:14Z", "+018-12-20T20:55:14Z",
          "2018--2-20T20:55:14Z", "2018-12-20T20:55:14.5555555555555555555555555555555555555555Z"})
        EXPECT_FALSE(abuseipdb::parse_rfc3339(text)) << text;
}

TEST(AbuseipdbJudgements, AreOfTheScoreAlone) {
    const auto judgements = abuseipdb_judgements();
    ASSERT_EQ(judgements.size(), 1u);
    const auto& scale = *judgements[0].scale;
    struct Row {
        double score;
        Severity severity;
    };
    for (const auto& [score, severity] :
         {Row{0, Severity::ok}, Row{24, Severity::ok}, Row{25, Severity::warning}, Row{74, Severity::warning},
          Row{75, Severity::critical}, Row{100, Severity::critical}})
        EXPECT_EQ(scale.levels[level_of(scale, score, {})].severity, severity) << score;
    EXPECT_EQ(level_of(scale, 22, 1), 1u);
    EXPECT_EQ(level_of(scale, 19, 1), 0u);
}

}  // namespace
}  // namespace reputed::feedback
