#include "checks/reputation/feedback/postmaster.hpp"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "agent/rating.hpp"
#include "tests/support/fake_service.hpp"

namespace reputed::feedback {
namespace {

using std::chrono::sys_days;
using namespace std::chrono_literals;

const auto now = WallTime(sys_days(std::chrono::year_month_day(2026y, std::chrono::November, 22d))) + 9h;

const std::string token =
    R"({"access_token":"ya29.planted-access-token","expires_in":3599,"scope":"https://www.googleapis.com/auth/postmaster.readonly","token_type":"Bearer"})";
const std::string account_v2 = R"({"domains":[
  {"name":"domains/example.com","createTime":"2025-02-01T10:00:00Z","permission":"OWNER","verificationState":"VERIFIED"},
  {"name":"domains/pending.example","permission":"OWNER","verificationState":"UNVERIFIED"},
  {"name":"domains/other.example","permission":"NONE"}]})";
const std::string traffic = R"({"trafficStats":[
 {"name":"domains/example.com/trafficStats/20261119","userReportedSpamRatio":0.004,
  "ipReputations":[{"reputation":"HIGH","ipCount":"1","sampleIps":["192.0.2.1"]}],
  "domainReputation":"HIGH","spfSuccessRatio":1,"dkimSuccessRatio":1,"dmarcSuccessRatio":1,
  "outboundEncryptionRatio":1,"inboundEncryptionRatio":1,
  "deliveryErrors":[{"errorClass":"PERMANENT_ERROR","errorType":"SUSPECTED_SPAM","errorRatio":0.5}]},
 {"name":"domains/example.com/trafficStats/20261120",
  "ipReputations":[{"reputation":"BAD","ipCount":"1","sampleIps":["192.0.2.2","203.0.113.9"]},
   {"reputation":"LOW"},{"reputation":"MEDIUM","ipCount":"1","sampleIps":["2001:db8::1"]},
   {"reputation":"HIGH","ipCount":"6","sampleIps":["192.0.2.1"]}],
  "domainReputation":"MEDIUM","spfSuccessRatio":0.99,"dkimSuccessRatio":0.8,"dmarcSuccessRatio":0.97,
  "outboundEncryptionRatio":1,"inboundEncryptionRatio":0.9,
  "spammyFeedbackLoops":[{"id":"loop","spamRatio":0.2}],
  "deliveryErrors":[
   {"errorClass":"TEMPORARY_ERROR","errorType":"RATE_LIMIT_EXCEEDED","errorRatio":0.25},
   {"errorClass":"PERMANENT_ERROR","errorType":"LOW_IP_REPUTATION","errorRatio":0.0625},
   {"errorClass":"PERMANENT_ERROR","errorType":"LOW_IP_REPUTATION","errorRatio":0.0625},
   {"errorClass":"DELIVERY_ERROR_CLASS_UNSPECIFIED","errorType":"DELIVERY_ERROR_TYPE_UNSPECIFIED","errorRatio":0.5}]}]})";
const std::string stats = R"({"domainStats":[
 {"name":"domains/example.com/domainStats/a1","metric":"spam_ratio","date":{"year":2026,"month":11,"day":20},"value":{"floatValue":0.0015}},
 {"name":"domains/example.com/domainStats/a2","metric":"spam_ratio","date":{"year":2026,"month":11,"day":19},"value":{"floatValue":0.009}},
 {"name":"domains/example.com/domainStats/a3","metric":"dkim_ratio","date":{"year":2026,"month":11,"day":20},"value":{"doubleValue":0.5}}],
 "nextPageToken":"20261120/dkim_ratio+"})";
const std::string stats_page_2 = R"({"domainStats":[
 {"metric":"delivery_error_ratio_permanent","date":{"year":2026,"month":11,"day":20},"value":{"floatValue":0.03125}},
 {"metric":"delivery_error_ratio_low_ip_reputation","date":{"year":2026,"month":11,"day":20},"value":{"floatValue":0.03125}},
 {"metric":"delivery_error_ratio_bad_ptr","date":{"year":2026,"month":11,"day":19},"value":{"floatValue":0.5}},
 {"metric":"dmarc_ratio","date":{"year":2026,"month":11,"day":20},"value":{}},
 {"metric":"something_new","date":{"year":2026,"month":11,"day":20},"value":{"floatValue":0.9}}]})";
const std::string compliance =
    R"({"name":"domains/example.com/complianceStatus","complianceData":{"domainId":"example.com","rowData":[
 {"requirement":"SPF","status":{"status":"COMPLIANT"}},{"requirement":"DKIM","status":{"status":"NEEDS_WORK"}},
 {"requirement":"DNS_RECORDS","status":{"status":"NEEDS_WORK"}},{"requirement":"ENCRYPTION","status":{"status":"STATE_UNSPECIFIED"}},
 {"requirement":"QUANTUM_SAFETY","status":{"status":"NEEDS_WORK"}}],
 "oneClickUnsubscribeVerdict":{"status":{"status":"NEEDS_WORK"},"reason":"NO_UNSUB_GENERAL"},
 "honorUnsubscribeVerdict":{"status":{"status":"COMPLIANT"}}}})";

std::string denied(const std::string& reason = "") {
    std::string details;
    if (!reason.empty())
        details = R"(,"details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":")" + reason +
                  R"(","domain":"googleapis.com"}])";
    return R"({"error":{"code":403,"message":"no, ya29.planted-access-token","status":"PERMISSION_DENIED")" +
           details + "}}";
}

struct Setting {
    FeedbackSettings settings;
    FakeService service;
    std::vector<std::string> domains{"example.com"};
    std::stop_source stop;

    Setting() {
        settings.name = "gmail";
        settings.kind = FeedbackSettings::Kind::postmaster;
        settings.url.value = std::string(FakeService::base) + "/";
        settings.client_id.value = "planted-id&x=1";
        settings.client_secret.value = "planted-client-secret";
        settings.refresh_token.value = "1//planted+refresh/token";
        service.on("POST /token", 200, token);
    }
    Reading read() {
        auto context = service.context(settings, now);
        context.domains = domains;
        context.stop = stop.get_token();
        for (const auto* text : {"192.0.2.1", "192.0.2.2", "2001:db8::1"})
            context.addresses.push_back(*IpAddress::parse(text));
        return read_postmaster(context);
    }
};

std::vector<std::string> lines(std::vector<std::string> all) {
    std::sort(all.begin(), all.end());
    return all;
}

TEST(PostmasterReading, TellsTheNewestDayOfVersion1) {
    Setting setting;
    setting.service
        .on("GET /v1/domains?", 200, R"({"domains":[{"name":"domains/example.com","permission":"READER"}]})")
        .on("GET /v1/domains/example.com/trafficStats", 200, traffic);
    const auto reading = setting.read();
    EXPECT_EQ(reading.fault, Fault::none) << reading.message;
    EXPECT_EQ(shown(reading.points), lines({"192.0.2.1 ip_reputation 3 11-20",
                                            "192.0.2.2 ip_reputation 0 11-20",
                                            "2001:db8::1 ip_reputation 2 11-20",
                                            "example.com authentication_ratio 0.8 11-20",
                                            "example.com delivery_error_ratio 0.375 11-20",
                                            "example.com delivery_error_ratio_low_ip_reputation 0.125 11-20",
                                            "example.com delivery_error_ratio_permanent 0.125 11-20",
                                            "example.com delivery_error_ratio_rate_limit_exceeded 0.25 11-20",
                                            "example.com delivery_error_ratio_temporary 0.25 11-20",
                                            "example.com dkim_ratio 0.8 11-20",
                                            "example.com dmarc_ratio 0.97 11-20",
                                            "example.com domain_reputation 2 11-20",
                                            "example.com encryption_ratio 0.9 11-20",
                                            "example.com ip_share_bad 0.125 11-20",
                                            "example.com ip_share_high 0.75 11-20",
                                            "example.com ip_share_low 0 11-20",
                                            "example.com ip_share_medium 0.125 11-20",
                                            "example.com spam_ratio 0.004 11-19",
                                            "example.com spf_ratio 0.99 11-20",
                                            "example.com tls_inbound_ratio 0.9 11-20",
                                            "example.com tls_outbound_ratio 1 11-20"}));
    EXPECT_EQ(point_of(reading.points, "example.com", "authentication_ratio")->detail,
              "dkim_ratio 80 %, dmarc_ratio 97 %, spf_ratio 99 %");
    EXPECT_EQ(point_of(reading.points, "example.com", "delivery_error_ratio")->detail,
              "temporary 25 %, rate_limit_exceeded 25 %, permanent 12.5 %, low_ip_reputation 12.5 %");
    EXPECT_EQ(point_of(reading.points, "192.0.2.2", "ip_reputation")->detail, "sending for example.com");
    EXPECT_EQ(
        setting.service.paths(),
        (std::vector<std::string>{
            "POST /token", "GET /v2/domains?pageSize=200", "GET /v1/domains?pageSize=200",
            "POST /v2/domains/example.com/domainStats:query", "GET /v2/domains/example.com/complianceStatus",
            "GET /v1/domains/example.com/trafficStats?startDate.year=2026&startDate.month=11&startDate.day=15"
            "&endDate.year=2026&endDate.month=11&endDate.day=23"}));
}

TEST(PostmasterReading, TakesVersion2WhereItAnswers) {
    Setting setting;
    setting.service.on("GET /v2/domains?", 200, account_v2)
        .on("POST /v2/domains/example.com/domainStats:query", 200, stats)
        .on("POST /v2/domains/example.com/domainStats:query", 200, stats_page_2)
        .on("GET /v2/domains/example.com/complianceStatus", 200, compliance)
        .on("GET /v1/domains/example.com/trafficStats", 200, traffic);
    const auto reading = setting.read();
    EXPECT_EQ(reading.fault, Fault::none) << reading.message;
    EXPECT_EQ(shown(reading.points),
              lines({"192.0.2.1 ip_reputation 3 11-20",
                     "192.0.2.2 ip_reputation 0 11-20",
                     "2001:db8::1 ip_reputation 2 11-20",
                     "example.com authentication_ratio 0.5 11-20",
                     "example.com compliance_dkim 0 11-22",
                     "example.com compliance_dns_records 0 11-22",
                     "example.com compliance_honor_unsubscribe 1 11-22",
                     "example.com compliance_one_click_unsubscribe 0 11-22",
                     "example.com compliance_spf 1 11-22",
                     "example.com compliance_unmet 3 11-22",
                     "example.com delivery_error_ratio 0.03125 11-20",
                     "example.com delivery_error_ratio_low_ip_reputation 0.03125 11-20",
                     "example.com delivery_error_ratio_permanent 0.03125 11-20",
                     "example.com dkim_ratio 0.5 11-20",
                     "example.com dmarc_ratio 0.97 11-20",
                     "example.com domain_reputation 2 11-20",
                     "example.com encryption_ratio 0.9 11-20",
                     "example.com ip_share_bad 0.125 11-20",
                     "example.com ip_share_high 0.75 11-20",
                     "example.com ip_share_low 0 11-20",
                     "example.com ip_share_medium 0.125 11-20",
                     "example.com spam_ratio 0.0015 11-20",
                     "example.com spf_ratio 0.99 11-20",
                     "example.com tls_inbound_ratio 0.9 11-20",
                     "example.com tls_outbound_ratio 1 11-20"}));
    EXPECT_EQ(point_of(reading.points, "example.com", "compliance_unmet")->detail,
              "dkim, dns_records, one_click_unsubscribe");
    const auto& asked = setting.service.asked;
    ASSERT_EQ(asked.size(), 6u);
    EXPECT_EQ(asked[0].body,
              "grant_type=refresh_token&client_id=planted-id%26x%3D1&client_secret=planted-client-secret"
              "&refresh_token=1%2F%2Fplanted%2Brefresh%2Ftoken");
    EXPECT_EQ(asked[0].bearer, "");
    EXPECT_EQ(asked[1].bearer, "ya29.planted-access-token");
    EXPECT_NE(asked[2].body.find(R"({"name":"spf_ratio","baseMetric":{"standardMetric":"AUTH_SUCCESS_RATE"},)"
                                 R"("filter":"auth_type = \"spf\""})"),
              std::string::npos);
    EXPECT_NE(asked[2].body.find(
                  R"("timeQuery":{"dateRanges":{"dateRanges":[{"start":{"year":2026,"month":11,"day":15},)"
                  R"("end":{"year":2026,"month":11,"day":22}}]}},"aggregationGranularity":"DAILY")"),
              std::string::npos);
    EXPECT_EQ(asked[2].body.find("pageToken"), std::string::npos);
    EXPECT_NE(asked[3].body.find(R"("pageToken":"20261120/dkim_ratio+")"), std::string::npos);
}

TEST(PostmasterReading, AsksVersion2ForLessWhereItDoesNotTakeTheWholeQuestion) {
    Setting setting;
    setting.service.on("GET /v2/domains?", 200, account_v2)
        .on("POST /v2/domains/example.com/domainStats:query", 400,
            R"({"error":{"status":"INVALID_ARGUMENT"}})")
        .on("POST /v2/domains/example.com/domainStats:query", 200, stats_page_2);
    const auto reading = setting.read();
    EXPECT_EQ(reading.fault, Fault::none) << reading.message;
    EXPECT_NE(point_of(reading.points, "example.com", "delivery_error_ratio"), nullptr);
    EXPECT_NE(setting.service.asked[2].body.find("error_reason"), std::string::npos);
    EXPECT_EQ(setting.service.asked[3].body.find("error_reason"), std::string::npos);
}

TEST(PostmasterReading, HasNoFigureWhereThereIsTooLittleData) {
    for (
        const std::string empty :
        {"{}", R"({"trafficStats":[]})",
         R"({"trafficStats":[{"name":"domains/example.com/trafficStats/20261120"}]})",
         R"({"trafficStats":[{"name":"domains/example.com/trafficStats/20261114","spfSuccessRatio":1}]})",
         R"({"trafficStats":[{"name":"domains/example.com/trafficStats/20270114","spfSuccessRatio":1}]})",
         R"({"trafficStats":[{"name":"domains/example.com/trafficStats/20261120","spfSuccessRatio":"NaN"}]})",
         R"({"trafficStats":[{"name":"domains/example.com/trafficStats/20261120",
                                         "domainReputation":"REPUTATION_CATEGORY_UNSPECIFIED","ipReputations":[{"reputation":"HIGH"}]}]})",
         R"({"trafficStats":[{"name":"domains/example.com/trafficStats/20261120",
                                         "domainReputation":"SPLENDID","dmarcSuccessRatio":null}]})"}) {
        Setting setting;
        setting.service.on("GET /v1/domains/example.com/trafficStats", 200, empty);
        const auto reading = setting.read();
        EXPECT_EQ(reading.fault, Fault::none) << empty << reading.message;
        EXPECT_EQ(shown(reading.points), std::vector<std::string>{}) << empty;
    }
}

TEST(PostmasterReading, KeepsTheRestOfAnAnswerThatIsNotAsDocumented) {
    struct Row {
        std::string member;
        std::string problem;
    };
    const Row rows[] = {
        {R"("spfSuccessRatio":"high")", "spfSuccessRatio is not a ratio from 0 to 1"},
        {R"("spfSuccessRatio":97.5)", "spfSuccessRatio is not a ratio from 0 to 1"},
        {R"("spfSuccessRatio":-0.1)", "spfSuccessRatio is not a ratio from 0 to 1"},
        {R"("spfSuccessRatio":1e300)", "spfSuccessRatio is not a ratio from 0 to 1"},
        {R"("spfSuccessRatio":true)", "spfSuccessRatio is not a ratio from 0 to 1"},
        {R"("spfSuccessRatio":[1])", "spfSuccessRatio is not a ratio from 0 to 1"},
        {R"("domainReputation":3)", "domainReputation is not a text"},
        {R"("ipReputations":{"reputation":"BAD"})", "ipReputations is not a list"},
        {R"("ipReputations":[7, "x", null, {"reputation":"BAD","sampleIps":"192.0.2.1"}])",
         "sampleIps is not a list"},
        {R"("ipReputations":[{"reputation":"BAD","sampleIps":[4, "192.0.2.1/24", "host"]}])",
         "sampleIps holds something that is no address"},
        {R"("ipReputations":[{"reputation":"BAD","ipCount":"-4"}])", "ipCount is not a count"},
        {R"("ipReputations":[{"reputation":"BAD","ipCount":"99999999999999999999999"}])",
         "ipCount is not a count"},
        {R"("deliveryErrors":[{"errorClass":7,"errorRatio":0.1}])", "errorClass is not a text"},
        {R"("deliveryErrors":"none")", "deliveryErrors is not a list"},
    };
    for (const auto& [member, problem] : rows) {
        Setting setting;
        setting.service.on(
            "GET /v1/domains/example.com/trafficStats", 200,
            R"({"trafficStats":[{"name":"domains/example.com/trafficStats/20261120","dmarcSuccessRatio":1,)" +
                member + "}]}");
        const auto reading = setting.read();
        EXPECT_EQ(reading.fault, Fault::malformed) << member;
        EXPECT_EQ(reading.message, "an answer is not as documented: " + problem) << member;
        EXPECT_EQ(shown(reading.points),
                  lines({"example.com dmarc_ratio 1 11-20", "example.com authentication_ratio 1 11-20"}))
            << member;
    }
}

TEST(PostmasterReading, DoesNotTakeFiguresOfOtherDomainsOrNoDay) {
    for (const std::string name :
         {"domains/other.example/trafficStats/20261120", "domains/example.com/trafficStats/20261131",
          "domains/example.com/trafficStats/2026112", "domains/example.com/trafficStats/2026-11-20",
          "20261120", ""}) {
        Setting setting;
        setting.service.on("GET /v1/domains/example.com/trafficStats", 200,
                           R"({"trafficStats":[{"name":")" + name + R"(","dmarcSuccessRatio":1}]})");
        const auto reading = setting.read();
        EXPECT_EQ(reading.fault, Fault::malformed) << name;
        EXPECT_EQ(reading.points.size(), 0u) << name;
    }
}

TEST(PostmasterReading, CountsADayOnceThatIsToldTwice) {
    Setting setting;
    const std::string day =
        R"({"name":"domains/example.com/trafficStats/20261120","deliveryErrors":[{"errorClass":"PERMANENT_ERROR","errorRatio":0.25}]})";
    setting.service.on("GET /v1/domains/example.com/trafficStats", 200,
                       R"({"trafficStats":[)" + day + "," + day + R"(],"nextPageToken":"2"})");
    setting.service.on("GET /v1/domains/example.com/trafficStats", 200, R"({"trafficStats":[)" + day + "]}");
    const auto reading = setting.read();
    EXPECT_EQ(reading.fault, Fault::none) << reading.message;
    EXPECT_EQ(point_of(reading.points, "example.com", "delivery_error_ratio")->value, 0.25);
    EXPECT_NE(setting.service.asked.back().path.find("&pageToken=2"), std::string::npos);
}

TEST(PostmasterReading, EndsWhereThePagesDoNot) {
    for (const bool same : {true, false}) {
        Setting setting;
        for (int page = 0; page < 40; ++page)
            setting.service.on(
                "GET /v1/domains/example.com/trafficStats", 200,
                R"({"nextPageToken":")" + std::string(same ? "again" : std::to_string(page)) + "\"}");
        const auto reading = setting.read();
        EXPECT_EQ(reading.fault, Fault::malformed);
        EXPECT_EQ(reading.message, "an answer is not as documented: there is no end of pages");
        EXPECT_EQ(setting.service.asked.size(), 5u + (same ? 2 : 20));
    }
}

TEST(PostmasterReading, NamesTheDomainsThatAreNotVerified) {
    Setting setting;
    setting.domains = {"example.com", "Pending.example.", "other.example", "a.example", "b.example"};
    setting.service.on("GET /v2/domains?", 200, account_v2)
        .on("GET /v1/domains/example.com/trafficStats", 200, traffic);
    const auto reading = setting.read();
    EXPECT_EQ(reading.fault, Fault::refused);
    EXPECT_EQ(reading.message,
              "a.example, b.example, other.example and 1 more are not verified for this account in "
              "Postmaster Tools");
    EXPECT_EQ(reading.link, "https://postmaster.google.com/");
    EXPECT_NE(point_of(reading.points, "example.com", "domain_reputation"), nullptr);
    for (const auto& path : setting.service.paths())
        EXPECT_EQ(path.find("pending"), std::string::npos) << path;

    // A token that may not list the account: the domain itself is asked for.
    Setting unlisted;
    unlisted.service.on("GET /v", 403, denied()).on("POST /v2", 403, denied());
    EXPECT_EQ(unlisted.read().message, "example.com is not verified for this account in Postmaster Tools");
}

TEST(PostmasterReading, NeedsOnlyOneVersionOfTheApi) {
    struct Row {
        int status;
        std::string body;
    };
    for (const auto& [status, body] :
         {Row{404, "{}"}, Row{403, denied()}, Row{403, denied("ACCESS_TOKEN_SCOPE_INSUFFICIENT")},
          Row{410, ""}, Row{501, ""}, Row{400, "{}"}}) {
        Setting first;
        first.service.on("GET /v2", status, body)
            .on("POST /v2", status, body)
            .on("GET /v1/domains/example.com/trafficStats", 200, traffic);
        EXPECT_EQ(first.read().fault, Fault::none) << status << body;
        Setting second;
        second.service.on("GET /v1", status, body)
            .on("GET /v2/domains?", 200, account_v2)
            .on("POST /v2/domains/example.com/domainStats:query", 200, stats_page_2);
        const auto reading = second.read();
        EXPECT_EQ(reading.fault, Fault::none) << status << body;
        EXPECT_NE(point_of(reading.points, "example.com", "delivery_error_ratio"), nullptr);
    }
}

TEST(PostmasterReading, TellsEveryFault) {
    auto cut = FakeService::response(200, traffic);
    cut.body_cut = true;
    auto slow_down = FakeService::response(429, "{}");
    slow_down.retry_after = 77s;
    http::Response silent;
    silent.error = "https://service.example did not answer in time";
    struct Row {
        std::string what;
        http::Response answer;
        Fault fault;
        std::string message;
        std::optional<std::chrono::seconds> retry_after{};
    };
    const Row rows[] = {
        {"nobody there", silent, Fault::unreachable, "https://service.example did not answer in time"},
        {"server fails", FakeService::response(500, "{}"), Fault::unreachable,
         "https://service.example answered 500"},
        {"half a body", FakeService::response(200, traffic.substr(0, 400)), Fault::malformed,
         "an answer is not JSON"},
        {"10 GB", cut, Fault::malformed, "an answer is larger than is read"},
        {"page to sign in", FakeService::response(200, "<html>"), Fault::malformed, "an answer is not JSON"},
        {"not an object", FakeService::response(200, "[1]"), Fault::malformed,
         "an answer is not as documented: the answer is not an object"},
        {"wrong charset", FakeService::response(200, "{\"a\":\"\xe9\"}"), Fault::malformed,
         "an answer is not JSON"},
        {"redirect", FakeService::response(302), Fault::malformed, "https://service.example answered 302"},
        {"too many", slow_down, Fault::quota, "https://service.example answered 429", 77s},
        {"too many, as 403", FakeService::response(403, denied("RATE_LIMIT_EXCEEDED")), Fault::quota,
         "https://service.example answered 403"},
        {"too many, as it was",
         FakeService::response(
             403, R"({"error":{"errors":[{"domain":"usageLimits","reason":"dailyLimitExceeded"}]}})"),
         Fault::quota, "https://service.example answered 403"},
        {"not enabled", FakeService::response(403, denied("SERVICE_DISABLED")), Fault::refused,
         "the Gmail Postmaster Tools API is not enabled in the project of the OAuth client"},
        {"no scope", FakeService::response(403, denied("ACCESS_TOKEN_SCOPE_INSUFFICIENT")), Fault::refused,
         "the refresh token was made without the right to read Postmaster Tools: give the consent again with "
         "the scopes "
         "postmaster.readonly and postmaster.traffic.readonly"},
        {"token not taken", FakeService::response(401, "{}"), Fault::refused,
         "https://service.example answered 401: the access token is not taken"},
        {"no such API", FakeService::response(404, "{}"), Fault::malformed,
         "no call of the Postmaster Tools API has an answer there"},
    };
    for (const auto& row : rows) {
        Setting setting;
        setting.domains = {"a.example", "b.example", "c.example"};
        setting.service.on("GET /v", row.answer).on("POST /v", row.answer);
        const auto reading = setting.read();
        EXPECT_EQ(reading.fault, row.fault) << row.what;
        EXPECT_EQ(reading.message, row.message) << row.what;
        EXPECT_EQ(reading.retry_after, row.retry_after) << row.what;
        EXPECT_EQ(reading.points.size(), 0u) << row.what;
        EXPECT_EQ(all_text(reading).find("planted"), std::string::npos) << row.what;
    }
}

TEST(PostmasterReading, DoesNotGoOnAskingWhereItIsOfNoUse) {
    http::Response silent;
    silent.error = "https://service.example did not answer in time";
    Setting setting;
    setting.domains = std::vector<std::string>();
    for (int i = 0; i < 50; ++i)
        setting.domains.push_back("d" + std::to_string(i) + ".example");
    setting.service.on("GET /v", silent).on("POST /v", silent);
    setting.read();
    EXPECT_LE(setting.service.asked.size(), 5u);

    // What was read before stays.
    Setting limited;
    limited.domains = {"example.com", "later.example"};
    limited.service.on("GET /v1/domains/example.com/trafficStats", 200, traffic)
        .on("POST /v2/domains/later.example", 429, "{}");
    const auto reading = limited.read();
    EXPECT_EQ(reading.fault, Fault::quota);
    EXPECT_NE(point_of(reading.points, "example.com", "domain_reputation"), nullptr);
    EXPECT_EQ(limited.service.asked.back().path, "/v2/domains/later.example/domainStats:query");

    Setting stopped;
    stopped.stop.request_stop();
    stopped.service.on("GET /v1/domains/example.com/trafficStats", 200, traffic);
    stopped.read();
    EXPECT_LE(stopped.service.asked.size(), 2u);
}

TEST(PostmasterReading, RenewsATokenThatEndsInBetween) {
    Setting setting;
    setting.service.on("POST /token", 200, R"({"access_token":"ya29.second","token_type":"bearer"})")
        .on("GET /v2/domains?", 200, account_v2)
        .on("POST /v2/domains/example.com/domainStats:query", 401,
            R"({"error":{"code":401,"status":"UNAUTHENTICATED"}})")
        .on("POST /v2/domains/example.com/domainStats:query", 200, stats_page_2);
    auto reading = setting.read();
    EXPECT_EQ(reading.fault, Fault::none) << reading.message;
    EXPECT_NE(point_of(reading.points, "example.com", "delivery_error_ratio"), nullptr);
    EXPECT_EQ(setting.service.asked[4].bearer, "ya29.second");

    Setting revoked;
    revoked.service
        .on("POST /token", 400,
            R"({"error":"invalid_grant","error_description":"Token has been expired or revoked."})")
        .on("GET /v2/domains?", 200, account_v2)
        .on("POST /v2/domains/example.com/domainStats:query", 401, "{}");
    reading = revoked.read();
    EXPECT_EQ(reading.fault, Fault::refused);
    EXPECT_TRUE(reading.message.starts_with("the refresh token has expired or was revoked (invalid_grant)"))
        << reading.message;
}

TEST(PostmasterReading, GivesAnAddressOfSeveralDomainsItsNewestAndThenWorstReputation) {
    Setting setting;
    setting.domains = {"a.example", "b.example", "c.example"};
    const auto day = [](const std::string& domain, const std::string& date, const std::string& reputation) {
        return R"({"trafficStats":[{"name":"domains/)" + domain + "/trafficStats/" + date +
               R"(","ipReputations":[{"reputation":")" + reputation +
               R"(","sampleIps":["192.0.2.1","::ffff:192.0.2.1"]}]}]})";
    };
    setting.service.on("GET /v1/domains/a.example/trafficStats", 200, day("a.example", "20261119", "BAD"))
        .on("GET /v1/domains/b.example/trafficStats", 200, day("b.example", "20261120", "LOW"))
        .on("GET /v1/domains/c.example/trafficStats", 200, day("c.example", "20261120", "HIGH"));
    EXPECT_EQ(shown(setting.read().points), lines({"192.0.2.1 ip_reputation 1 11-20"}));
}

TEST(PostmasterReading, TakesTheDomainsOfItsOwnSettingsFirst) {
    Setting setting;
    setting.settings.domains = {"own.example"};
    setting.read();
    EXPECT_EQ(setting.service.asked.back().path.substr(0, 24), "/v1/domains/own.example/");
    Setting none;
    none.domains = {};
    const auto reading = none.read();
    EXPECT_EQ(reading.fault, Fault::refused);
    EXPECT_TRUE(none.service.asked.empty());
}

TEST(PostmasterReading, PrefersWhatIsToldOfTheSubdomain) {
    Setting setting;
    setting.domains = {"mail.example.com"};
    setting.service.on(
        "GET /v2/domains/mail.example.com/complianceStatus", 200,
        R"({"complianceData":{"domainId":"example.com","rowData":[{"requirement":"SPF","status":{"status":"COMPLIANT"}}]},
                           "subdomainComplianceData":{"domainId":"mail.example.com","rowData":[
                             {"requirement":"SPF","status":{"status":"NEEDS_WORK"}},{"requirement":"SPF","status":{"status":"COMPLIANT"}}]}})");
    EXPECT_EQ(shown(setting.read().points), lines({"mail.example.com compliance_spf 0 11-22",
                                                   "mail.example.com compliance_unmet 1 11-22"}));
}

TEST(PostmasterJudgements, AreWhatGooglePublishes) {
    std::map<std::string_view, Judgement> by_metric;
    for (const auto& one : postmaster_judgements()) {
        by_metric.emplace(one.metric, one);
        for (std::size_t i = 1; i < one.scale->levels.size(); ++i) {
            EXPECT_LT(one.scale->levels[i - 1].severity, one.scale->levels[i].severity) << one.metric;
            EXPECT_LE(one.scale->levels[i - 1].takes, one.scale->levels[i].takes) << one.metric;
        }
        EXPECT_EQ(one.scale->levels.front().severity, Severity::ok) << one.metric;
        EXPECT_EQ(one.scale->levels.front().takes, 0) << one.metric;
    }
    EXPECT_EQ(by_metric.size(), 7u);
    struct Row {
        std::string_view metric;
        double value;
        Severity severity;
    };
    const Row rows[] = {
        {"spam_ratio", 0, Severity::ok},
        {"spam_ratio", 0.00099, Severity::ok},
        {"spam_ratio", 0.001, Severity::warning},
        {"spam_ratio", 0.00299, Severity::warning},
        {"spam_ratio", 0.003, Severity::critical},
        {"domain_reputation", 3, Severity::ok},
        {"domain_reputation", 2, Severity::info},
        {"ip_reputation", 1, Severity::warning},
        {"ip_reputation", 0, Severity::critical},
        {"authentication_ratio", 0.95, Severity::ok},
        {"authentication_ratio", 0.9499, Severity::warning},
        {"authentication_ratio", 0.79, Severity::critical},
        {"encryption_ratio", 0.79, Severity::warning},
        {"delivery_error_ratio", 0.03, Severity::ok},
        {"delivery_error_ratio", 0.031, Severity::warning},
        {"delivery_error_ratio", 0.21, Severity::critical},
        {"compliance_unmet", 0, Severity::ok},
        {"compliance_unmet", 1, Severity::warning},
    };
    for (const auto& [metric, value, severity] : rows) {
        const auto& scale = *by_metric.at(metric).scale;
        EXPECT_EQ(scale.levels[level_of(scale, value, {})].severity, severity) << metric << value;
    }
    const auto& reputation = by_metric.at("ip_reputation").scale->levels;
    EXPECT_EQ(reputation[1].takes, 5);
    EXPECT_EQ(reputation[2].takes, 15);
    EXPECT_EQ(reputation[3].takes, 30);
}

}  // namespace
}  // namespace reputed::feedback
