#include "agent/web/api.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/sample_snapshot.hpp"
#include "tests/support/sample_state.hpp"

namespace reputed {
namespace {

using nlohmann::json;
using test::noon;

json body(const api::Answer& answer) {
    EXPECT_EQ(answer.status, 200U) << answer.json;
    return json::parse(answer.json);
}

std::string column(const json& rows, const char* name) {
    std::string out;
    for (const auto& row : rows)
        out += row.at(name).get<std::string>() + ' ';
    return out;
}

// All pages one after the other, as a client reads them.
std::string all_pages(const std::function<api::Answer(const QueryParameters&)>& ask, const char* name,
                      const char* field, const std::string& limit) {
    std::string out;
    QueryParameters query = {{"limit", limit}};
    for (int pages = 0; pages < 100; ++pages) {
        const auto page = body(ask(query));
        out += column(page.at(name), field) + "/ ";
        if (page.at("next").is_null()) return out;
        query = {{"limit", limit}, {"after", page.at("next").get<std::string>()}};
    }
    return "endless";
}

TEST(Api, FindingsAreToldWorstFirst) {
    const auto snapshot = test::busy_snapshot();
    const auto page = body(api::findings(snapshot, {}));
    EXPECT_EQ(column(page.at("findings"), "code"),
              "dnsbl.listed spf.fail ptr.mismatch dnsbl.refused queue.note ");
    EXPECT_TRUE(page.at("next").is_null());
    EXPECT_EQ(page.at("findings").at(0),
              json::parse(R"({"code":"dnsbl.listed","check":"dnsbl","subject":"192.0.2.10","object":"bl.test",
                  "severity":"critical","message":"192.0.2.10 is listed by bl.test.",
                  "evidence":"10.2.0.192.bl.test. A 127.0.0.2\nTXT \"Spam source, see https://bl.test/192.0.2.10\"",
                  "remedy":"Stop the cause, then ask for removal.","link":"https://bl.test/lookup?ip=192.0.2.10",
                  "drill":false,"since":"2026-11-19T11:00:00Z","last_seen":"2026-11-20T12:00:00Z","last_good":null,
                  "rounds":1,"flapping":false,"muted":false,"state":"open"})"));
}

TEST(Api, FindingsOfEveryState) {
    const auto snapshot = test::lively_snapshot();
    const std::pair<QueryParameters, const char*> rows[] = {
        {{}, "dnsbl.listed dnsbl.listed spf.fail dnsbl.listed ptr.mismatch dnsbl.refused queue.note "},
        {{{"state", "open"}}, "dnsbl.listed dnsbl.listed spf.fail ptr.mismatch dnsbl.refused queue.note "},
        {{{"state", "unconfirmed"}}, "dnsbl.listed "},
    };
    for (const auto& [query, codes] : rows)
        EXPECT_EQ(column(body(api::findings(snapshot, query)).at("findings"), "code"), codes);
    std::string drills;
    const auto all = body(api::findings(snapshot, {}));
    for (const auto& one : all.at("findings"))
        if (one.at("drill")) drills += one.at("subject").get<std::string>() + ' ';
    EXPECT_EQ(drills, "192.0.2.11 ");
    EXPECT_EQ(body(api::senders(snapshot, {})), body(api::senders(test::busy_snapshot(), {})));
}

TEST(Api, FindingsByWhatIsAsked) {
    const auto snapshot = test::busy_snapshot();
    const std::pair<QueryParameters, const char*> rows[] = {
        {{{"severity", "warning"}}, "dnsbl.listed spf.fail ptr.mismatch "},
        {{{"check", "dnsbl"}}, "dnsbl.listed dnsbl.refused "},
        {{{"code", "spf.fail"}}, "spf.fail "},
        {{{"subject", "192.0.2.11"}}, "ptr.mismatch "},
        {{{"object", "bl.test"}, {"severity", "info"}}, "dnsbl.listed "},
        {{{"object", "none"}}, ""},
    };
    for (const auto& [query, codes] : rows)
        EXPECT_EQ(column(body(api::findings(snapshot, query)).at("findings"), "code"), codes);
}

TEST(Api, PagesFollowEachOther) {
    const auto snapshot = test::busy_snapshot();
    const auto findings = [&](const QueryParameters& query) { return api::findings(snapshot, query); };
    EXPECT_EQ(all_pages(findings, "findings", "code", "2"),
              "dnsbl.listed spf.fail / ptr.mismatch dnsbl.refused / queue.note / ");
    EXPECT_EQ(all_pages(findings, "findings", "code", "5"),
              "dnsbl.listed spf.fail ptr.mismatch dnsbl.refused queue.note / ");
    const auto lists = [&](const QueryParameters& query) { return api::lists(snapshot, query); };
    EXPECT_EQ(all_pages(lists, "lists", "list", "4"),
              "allow.test bl.test never.test refused.test / score.test uri.test / ");
}

TEST(Api, Lists) {
    const auto page = body(api::lists(test::busy_snapshot(), {}));
    EXPECT_EQ(page.at("lists").at(3), json::parse(R"({"list":"refused.test","kind":"ip-blocklist",
        "operator":"Operator of refused.test","website":"https://refused.test/","weight":10,"health":"refused",
        "last_run":"2026-11-20T12:00:00Z","targets":{}})"));
}

TEST(Api, Senders) {
    const auto page = body(api::senders(test::busy_snapshot(), {}));
    EXPECT_EQ(page, json::parse(R"({"senders":[{"name":"main","hostname":"mail.example.com",
        "addresses":["192.0.2.10","192.0.2.11","2001:db8::10"],"domains":["example.com"],"via":"",
        "verdict":"critical","findings":3,"reputation":null}],"next":null})"));
}

TEST(Api, TransitionsComeFromTheStore) {
    const test::TemporaryFolder folder;
    const auto path = folder / "a.db";
    Store store(path);
    Batch batch;
    for (std::uint64_t id = 1; id <= 5; ++id)
        batch.transitions.push_back(test::opening(id, noon - 100 + static_cast<std::int64_t>(id)));
    store.commit(batch);
    const auto ask = [&](const QueryParameters& query) {
        return api::transitions(path, query, test::at(noon));
    };
    EXPECT_EQ(all_pages(ask, "transitions", "time", "2"),
              "2026-11-20T11:58:25Z 2026-11-20T11:58:24Z / 2026-11-20T11:58:23Z 2026-11-20T11:58:22Z / "
              "2026-11-20T11:58:21Z / ");
    EXPECT_EQ(body(ask({{"since", "96s"}})).at("transitions").size(), 2U);
    EXPECT_EQ(body(ask({{"list", "bl.test"}, {"sender", "main"}})).at("transitions").size(), 5U);
    EXPECT_EQ(body(ask({{"subject", "192.0.2.99"}})).at("transitions").size(), 0U);

    EXPECT_EQ(api::transitions("", {}, test::at(noon)).json,
              "{\"error\":\"no history is kept: the agent's memory is not on disk\"}\n");
    const auto gone = api::transitions(folder / "none.db", {}, test::at(noon));
    EXPECT_EQ(gone.status, 503U);
    EXPECT_EQ(gone.json, "{\"error\":\"the history cannot be read now; `reputed history` may say more\"}\n");
}

TEST(Api, BadParametersAreNamed) {
    const auto snapshot = test::busy_snapshot();
    const std::pair<QueryParameters, const char*> rows[] = {
        {{{"limit", "0"}}, R"(limit \"0\" is no number from 1 to 1000)"},
        {{{"limit", "1001"}}, R"(limit \"1001\" is no number from 1 to 1000)"},
        {{{"limit", "-1"}}, R"(limit \"-1\" is no number from 1 to 1000)"},
        {{{"limit", "99999999999999999999"}},
         R"(limit \"99999999999999999999\" is no number from 1 to 1000)"},
        {{{"limit", ""}}, "limit is empty"},
        {{{"limit", "1"}, {"limit", "2"}}, "limit is given twice"},
        {{{"severity", "bad"}}, R"(severity \"bad\" is none of ok, info, unknown, warning, critical)"},
        {{{"after", "zz"}}, R"(after \"zz\" is no cursor of this API)"},
        {{{"after", "aa"}}, R"(after \"aa\" is no cursor of this API)"},
        {{{"after", "a-"}}, R"(after \"a-\" is no cursor of this API)"},
        {{{"<x>", "1"}}, R"(no parameter \"<x>\" here)"},
        {{{"code", std::string(1025, 'x')}}, "code is longer than 1024 bytes"},
        {QueryParameters(33), "more than 32 parameters"},
    };
    for (const auto& [query, text] : rows) {
        const auto answer = api::findings(snapshot, query);
        EXPECT_EQ(answer.status, 400U);
        EXPECT_EQ(answer.json, "{\"error\":\"" + std::string(text) + "\"}\n");
    }
    EXPECT_EQ(api::transitions("x", {{"since", "soon"}}, {}).json,
              "{\"error\":\"since \\\"soon\\\" is neither a duration such as 30d nor a date such as "
              "2026-01-31\"}\n");
    EXPECT_EQ(api::transitions("x", {{"after", "0"}}, {}).status, 400U);
    EXPECT_EQ(api::senders(snapshot, {{"severity", "info"}}).json,
              "{\"error\":\"no parameter \\\"severity\\\" here\"}\n");
}

}  // namespace
}  // namespace reputed
