#include <set>

#include <gtest/gtest.h>

#include "agent/page/subject.hpp"
#include "agent/watched_days.hpp"
#include "config/finding_codes.hpp"
#include "tests/support/page_words.hpp"
#include "tests/support/sample_snapshot.hpp"

namespace reputed::page {
namespace {

using test::at;
using test::has;
using test::job;
using test::noon;
using test::row_of;
using test::sample;
using test::words_of;

using Render = Answer (*)(const View&, std::string_view);

Answer shown(Render render, std::string_view name, const Snapshot& snapshot = test::busy_snapshot(),
             const Chronicle* chronicle = nullptr) {
    const Names names(snapshot);
    return render(View{snapshot, names, chronicle}, name);
}

TEST(PageSubject, Address) {
    const auto answer = shown(address_page, "192.0.2.10");
    EXPECT_EQ(answer.status, 200U);
    const auto words = words_of(answer.html);
    EXPECT_TRUE(has(answer.html, "<title>192.0.2.10 - reputed</title>"));
    EXPECT_TRUE(has(words, "critical 1 open finding. Sender main, says EHLO mail.example.com."));
    EXPECT_EQ(
        row_of(answer.html, "lists", "bl.test"),
        "bl.test \u2717 listed 2026-11-19 11:00 UTC 2026-11-20 12:00 UTC 10.2.0.192.bl.test. A 127.0.0.2 TXT "
        "&quot;Spam source, see https://bl.test/192.0.2.10&quot; look up ");
    EXPECT_EQ(row_of(answer.html, "lists", "never.test"), "never.test ? not known never the list is silent ");
    EXPECT_EQ(row_of(answer.html, "lists", "refused.test"),
              "refused.test ~ was clean 2026-11-19 12:00 UTC 2026-11-19 12:00 UTC the list is refused ");
    EXPECT_EQ(row_of(answer.html, "lists", "score.test"), "score.test score 42 2026-11-20 12:00 UTC ");
    EXPECT_EQ(row_of(answer.html, "identity", "PTR"), "PTR reverse name ok ");
    EXPECT_EQ(row_of(answer.html, "identity", "SPF"), "SPF example.com ok ");
    EXPECT_TRUE(has(words, "Reputation not known Too few lists"));
    EXPECT_TRUE(has(answer.html, "href=\"/list/bl.test\""));
    EXPECT_TRUE(has(answer.html, "href=\"/explain/dnsbl.listed\""));
    EXPECT_TRUE(has(answer.html, "href=\"/domain/example.com\""));
    EXPECT_TRUE(has(words, "No history is kept on disk"));
}

TEST(PageSubject, AddressesAreWrittenInOneWay) {
    for (const auto* text : {"2001:db8::10", "2001:0DB8:0:0::0010"}) {
        const auto answer = shown(address_page, text);
        EXPECT_EQ(answer.status, 200U) << text;
        EXPECT_TRUE(has(answer.html, "<title>2001:db8::10 - reputed</title>")) << text;
    }
}

TEST(PageSubject, ReputationWithItsParts) {
    auto snapshot = test::busy_snapshot();
    auto reputations = std::make_shared<Reputations>();
    (*reputations)["192.0.2.10"] = {62, 1, {{reputation::Part::lists, 38, "cause", "listed on <bl.test>"}}};
    snapshot.reputations = reputations;
    const auto answer = shown(address_page, "192.0.2.10", snapshot);
    EXPECT_TRUE(has(words_of(answer.html), "62 of 100: fair"));
    EXPECT_EQ(row_of(answer.html, "reputation", "listed on &lt;bl.test&gt;"),
              "listed on &lt;bl.test&gt; lists \u221238 ");
}

TEST(PageSubject, WhatHappened) {
    EpisodeOutline past;
    past.code = "dnsbl.listed";
    past.subject = "192.0.2.10";
    past.object = "refused.test";
    past.severity = Severity::warning;
    past.message = "192.0.2.10 is listed <there>";
    past.opened = at(noon - 300'000);
    past.end = Episode::End::cleared;
    past.cleared = at(noon - 200'000);
    const Chronicle chronicle({past}, {}, true);
    const auto answer = shown(address_page, "192.0.2.10", test::busy_snapshot(), &chronicle);
    const auto words = words_of(test::section_of(answer.html, "past"));
    EXPECT_TRUE(
        has(words,
            "critical dnsbl.listed bl.test 192.0.2.10 is listed by bl.test. 2026-11-19 11:00 UTC open now"))
        << words;
    EXPECT_TRUE(
        has(words,
            "warning dnsbl.listed refused.test 192.0.2.10 is listed &lt;there&gt; 2026-11-17 00:40 UTC "
            "2026-11-18 04:26 UTC 1 d 3 h"))
        << words;
    // Clean since that ended.
    EXPECT_TRUE(has(row_of(answer.html, "lists", "refused.test"),
                    "was clean 2026-11-19 12:00 UTC 2026-11-18 04:26 UTC"));
}

TEST(PageSubject, FindingsAboutTheNetworkAroundIt) {
    auto snapshot = test::busy_snapshot();
    snapshot.findings.push_back({{"neighbourhood.listed", "192.0.2.0/24", "bl.test", Severity::warning,
                                  "The network is listed.", "", "", ""},
                                 "dnsbl",
                                 at(noon),
                                 at(noon)});
    EXPECT_TRUE(has(shown(address_page, "192.0.2.11", snapshot).html, "The network is listed."));
    EXPECT_FALSE(has(shown(address_page, "2001:db8::10", snapshot).html, "The network is listed."));
}

TEST(PageSubject, List) {
    auto snapshot = test::busy_snapshot();
    auto lists = std::make_shared<ActiveLists>(*snapshot.lists);
    auto& list = lists->lists.front();
    list.lookup = "https://bl.test/?ip={ip}";
    list.queries_per_day = 1000;
    list.note = "a <note>";
    list.codes = {{CodePattern::parse("127.0.0.2").value(), "spam <source>", Severity::critical, false, {}}};
    list.errors = {{CodePattern::parse("127.0.0.99").value(), "asked too much", ErrorCause::quota}};
    snapshot.lists = lists;
    const auto answer = shown(list_page, "bl.test", snapshot);
    EXPECT_EQ(answer.status, 200U);
    const auto words = words_of(answer.html);
    EXPECT_TRUE(has(words, "Last asked 2026-11-20 12:00 UTC , next 2026-11-20 12:15 UTC ."));
    EXPECT_TRUE(has(words, "The operator allows 1000 questions a day"));
    EXPECT_TRUE(has(words, "Note a &lt;note&gt;"));
    EXPECT_TRUE(has(words, "127.0.0.2 spam &lt;source&gt; critical"));
    EXPECT_TRUE(has(words, "127.0.0.99 asked too much refuses to tell"));
    EXPECT_TRUE(
        row_of(answer.html, "targets", "192.0.2.10").starts_with("192.0.2.10 \u2717 listed 2026-11-19"));
    EXPECT_TRUE(
        row_of(answer.html, "targets", "192.0.2.11").starts_with("192.0.2.11 \u2713 clean 2026-11-20"));
    EXPECT_TRUE(has(answer.html, "href=\"https://bl.test/?ip=192.0.2.11\""));
    EXPECT_TRUE(
        has(words_of(shown(list_page, "refused.test").html), "refused.test does not answer this resolver."));
}

TEST(PageSubject, AListThatIsNotAskedSaysWhy) {
    auto snapshot = test::busy_snapshot();
    auto lists = std::make_shared<ActiveLists>(*snapshot.lists);
    lists->skipped = {{"zen.spamhaus.org", "switched off: [dnsbl] <exclude>"}};
    snapshot.lists = lists;
    const auto answer = shown(list_page, "zen.spamhaus.org", snapshot);
    EXPECT_EQ(answer.status, 200U);
    EXPECT_TRUE(has(words_of(answer.html), "not asked switched off: [dnsbl] &lt;exclude&gt;"));
    EXPECT_TRUE(has(words_of(answer.html), "The Spamhaus Project"));
    EXPECT_FALSE(has(answer.html, "{key}"));
}

TEST(PageSubject, Domain) {
    const auto answer = shown(domain_page, "example.com");
    EXPECT_EQ(answer.status, 200U);
    const auto words = words_of(answer.html);
    EXPECT_TRUE(has(words, "critical 1 open finding. Of main.")) << words;
    EXPECT_TRUE(has(row_of(answer.html, "lists", "uri.test"), "\u2713 clean"));
    EXPECT_EQ(row_of(answer.html, "spf", "192.0.2.11"), "192.0.2.11 critical ");
    EXPECT_EQ(row_of(answer.html, "spf", "2001:db8::10"), "2001:db8::10 unknown ");
}

TEST(PageSubject, Explanation) {
    const auto answer = shown(explain_page, "dnsbl.listed");
    EXPECT_EQ(answer.status, 200U);
    const auto words = words_of(answer.html);
    EXPECT_TRUE(has(words, "What it means "));
    EXPECT_TRUE(has(words, "What to do "));
    EXPECT_TRUE(has(words, "Open now critical 192.0.2.10 is listed by bl.test."));
    const auto all = shown(explain_page, "");
    for (const auto& code : finding_codes())
        EXPECT_TRUE(has(all.html, "href=\"/explain/" + code.code + "\"")) << code.code;
}

TEST(PageSubject, WhatNobodyKnowsIsNotFound) {
    struct Row {
        Render render;
        std::string_view name;
        std::string_view said;
    };
    const std::string evil = "<script>alert(1)</script>\"'\x1b\u202e\xff";
    const std::string huge(20'000, '<');
    const Row rows[] = {
        {address_page, "198.51.100.1",
         "198.51.100.1 is no address of a configured sender. `reputed check 198.51.100.1`"},
        {address_page, "", " is no IP address."},
        {address_page, "192.0.2.10/24", "192.0.2.10/24 is no IP address."},
        {address_page, evil,
         "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;\\x1b\\u202e\ufffd is no IP address."},
        {address_page, huge, "is no IP address."},
        {list_page, "", " is no list"},
        {list_page, "none.test", "none.test is no list that is asked or known."},
        {list_page, evil, "&lt;script&gt;"},
        {domain_page, "elsewhere.test", "elsewhere.test is no domain or host name of a configured sender."},
        {domain_page, evil, "&lt;script&gt;"},
        {domain_page, huge, "is no domain"},
        {explain_page, "dnsbl.listd", "dnsbl.listd is no code of a finding. Is dnsbl.listed meant?"},
        {explain_page, evil, "&lt;script&gt;"},
        {explain_page, huge, "is no code of a finding."},
    };
    for (const auto& row : rows) {
        const auto answer = shown(row.render, row.name);
        EXPECT_EQ(answer.status, 404U) << row.name.substr(0, 80);
        EXPECT_TRUE(has(words_of(answer.html), row.said)) << words_of(answer.html);
        EXPECT_TRUE(has(answer.html, "<form role=\"search\" action=\"/search\">"));
        EXPECT_FALSE(has(answer.html, "<script>"));
        EXPECT_LT(answer.html.size(), 20'000U);
    }
    EXPECT_EQ(shown(address_page, "192.0.2.10", Snapshot{}).status, 404U);
    EXPECT_EQ(shown(list_page, "bl.test", Snapshot{}).status, 404U);
    EXPECT_EQ(shown(domain_page, "example.com", Snapshot{}).status, 404U);
}

// Foreign text in every field of every page.
TEST(PageSubject, NothingForeignIsObeyed) {
    const std::string evil = "<img src=x onerror=y>\"'`</pre></title>\x1b[2J\u202e\xff";
    auto snapshot = test::busy_snapshot();
    auto settings = std::make_shared<Settings>(*snapshot.settings);
    settings->senders.front().name = settings->senders.front().hostname = evil;
    settings->senders.front().domains.push_back(evil);
    snapshot.settings = settings;
    auto lists = std::make_shared<ActiveLists>(*snapshot.lists);
    auto& list = lists->lists.front();
    list.name = list.operator_name = list.note = list.subset_of = evil;
    list.website = "javascript:alert(1)";
    list.lookup = "javascript:alert('{ip}')";
    list.codes = {{CodePattern{}, evil, Severity::critical, false, {}}};
    lists->skipped = {{evil, evil}};
    snapshot.lists = lists;
    snapshot.jobs.front() = job(
        "dnsbl", evil,
        {sample("reputed_listed", {"192.0.2.10", evil}, 1), sample("reputed_list_health", {evil, evil}, 1),
         sample("reputed_dnsbl_targets", {evil, evil}, 2)});
    std::sort(snapshot.jobs.begin(), snapshot.jobs.end(), [](const JobState& a, const JobState& b) {
        return std::tie(a.check, a.subject) < std::tie(b.check, b.subject);
    });
    for (auto& open : snapshot.findings) {
        open.finding.message = open.finding.evidence = open.finding.remedy = open.finding.link = evil;
        open.finding.object = evil;
    }
    EpisodeOutline past;
    past.code = past.object = past.message = evil;
    past.subject = "192.0.2.10";
    past.opened = past.cleared = at(noon - 1000);
    const Chronicle chronicle({past}, {}, true);

    struct Row {
        Render render;
        std::string_view name;
    };
    const Row rows[] = {{address_page, "192.0.2.10"}, {list_page, evil},     {domain_page, evil},
                        {domain_page, "example.com"}, {search_page, evil},   {explain_page, "dnsbl.listed"},
                        {search_page, "192.0.2"},     {search_page, "<img"}, {list_page, "refused.test"}};
    for (const auto& row : rows) {
        const auto answer = shown(row.render, row.name, snapshot, &chronicle);
        EXPECT_EQ(answer.status, 200U) << row.name;
        for (const auto* bad : {"<img", "\x1b", "\u202e", "\xff", "href=\"javascript"})
            EXPECT_FALSE(has(answer.html, bad)) << row.name << bad;
        std::string rest;
        for (const auto& tag : test::tags_of(answer.html, rest))
            EXPECT_FALSE(has(test::skeleton_of(tag), "onerror") || has(test::skeleton_of(tag), "unbalanced"))
                << tag;
        EXPECT_EQ(rest.find_first_of("<>\"'"), std::string::npos) << row.name;
    }
}

TEST(PageSubject, PathsNameAnything) {
    struct Row {
        std::string name;
        const char* path;
    };
    const Row rows[] = {
        {"bl.test", "/list/bl.test"},
        {"2001:db8::1", "/list/2001:db8::1"},
        {"a/b?c#d%e f", "/list/a%2Fb%3Fc%23d%25e%20f"},
        {"\"><script>", "/list/%22%3E%3Cscript%3E"},
        {"\xff\u202e", "/list/%FF%E2%80%AE"},
        {"", ""},
        {".", ""},
        {"..", ""},
        {std::string("a\0b", 3), ""},
        {std::string(301, 'a'), ""},
    };
    for (const auto& row : rows)
        EXPECT_EQ(path_to("/list/", row.name), row.path);
}

// Lists speak of the same targets in the same order, but some tell nothing yet and some speak of one family only.
TEST(PageSubject, TheRightWordAmongMany) {
    std::vector<JobState> jobs;
    std::vector<std::pair<std::string, ListKind>> lists;
    const auto network = IpNetwork::parse("192.0.0.0/22").value();
    for (int i = 0; i < 5; ++i) {
        const auto name = std::to_string(i) + ".test";
        lists.emplace_back(name, ListKind::ip_blocklist);
        std::vector<Sample> samples;
        for (std::uint64_t k = 0; k < network.size(); ++k) {
            const auto at = i == 3 ? network.size() - 1 - k : k;
            const auto ip = network.at(at).to_string();
            if (i != 1 && (i != 2 || at % 3 == 0))
                samples.push_back(sample("reputed_listed", {ip, name}, at % 7 == 0 ? 1 : 0));
            samples.push_back(
                sample("reputed_dnsbl_last_answer_timestamp_seconds", {ip, name}, i == 1 ? 0 : noon));
        }
        samples.push_back(sample("reputed_list_health", {name, "usable"}, 1));
        jobs.push_back(job("dnsbl", name, std::move(samples)));
    }
    Snapshot snapshot;
    snapshot.settings = test::settings_with({"192.0.0.0/22"});
    snapshot.lists = test::lists_of(lists);
    snapshot.jobs = std::move(jobs);
    for (const std::uint64_t at : {0, 1, 7, 500, 510, 1022, 1023}) {
        const auto words = words_about(snapshot, network.at(at).to_string(), false);
        ASSERT_EQ(words.size(), 5U);
        for (std::size_t i = 0; i < words.size(); ++i) {
            const bool told = i != 1 && (i != 2 || at % 3 == 0);
            EXPECT_EQ(words[i].cell.state, !told         ? CellState::unknown
                                           : at % 7 == 0 ? CellState::listed
                                                         : CellState::clean)
                << at << " on " << i;
            EXPECT_EQ(words[i].health, "usable");
        }
    }
}

}  // namespace
}  // namespace reputed::page
