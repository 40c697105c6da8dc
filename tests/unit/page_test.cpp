#include "agent/page/page.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/page_words.hpp"
#include "tests/support/sample_snapshot.hpp"

namespace reputed {
namespace {

using test::at;
using test::has;
using test::job;
using test::noon;
using test::row_of;
using test::sample;
using test::skeleton_of;
using test::tags_of;
using test::words_of;

// Written beside the test binary so that a person (or a browser) can look at what the tests speak of.
void keep_for_looking(const std::string& name, const std::string& page) {
    const auto* folder = std::getenv("REPUTED_KEEP_PAGES");
    if (folder == nullptr) return;
    std::filesystem::create_directories(folder);
    std::ofstream(std::filesystem::path(folder) / name) << page;
    std::ofstream(std::filesystem::path(folder) / "style.css") << page_style();
}

Snapshot snapshot_of(std::vector<JobState> jobs, const std::vector<std::string>& addresses,
                     const std::vector<std::pair<std::string, ListKind>>& lists) {
    Snapshot snapshot;
    snapshot.made = snapshot.started = snapshot.last_good_reload = at(noon);
    snapshot.settings = test::settings_with(addresses);
    snapshot.lists = test::lists_of(lists);
    snapshot.jobs = std::move(jobs);
    snapshot.ready = true;
    return snapshot;
}

std::string shown(const std::vector<Sample>& samples) {
    return render_page(snapshot_of({job("dnsbl", "bl.test", samples)}, {"192.0.2.1"},
                                   {{"bl.test", ListKind::ip_blocklist}}));
}

TEST(PageFacts, BusyAgent) {
    const auto page = render_page(test::busy_snapshot());
    keep_for_looking("busy.html", page);
    const auto words = words_of(page);
    EXPECT_TRUE(has(page, "<html lang=\"en\">"));
    EXPECT_TRUE(has(page, "<title>critical - reputed</title>"));
    EXPECT_TRUE(has(words, "Open findings: 2 critical, 1 warning, 1 unknown, 1 info."));
    EXPECT_TRUE(has(words, "critical 192.0.2.10 is listed by bl.test."));
    EXPECT_TRUE(has(words, "TXT &quot;Spam source, see https://bl.test/192.0.2.10&quot;"));
    EXPECT_TRUE(has(words, "Stop the cause, then ask for removal."));
    EXPECT_TRUE(has(page, "<a href=\"https://bl.test/lookup?ip=192.0.2.10\" rel"));
    EXPECT_TRUE(has(words,
                    "dnsbl.listed: 192.0.2.10, bl.test. Since 2026-11-19 11:00 UTC , last confirmed "
                    "2026-11-20 12:00 UTC ."));
    EXPECT_LT(page.find("is listed by bl.test"), page.find("does not lead back"));

    EXPECT_TRUE(has(words, "Says EHLO mail.example.com; sends for example.com; 3 addresses."));
    EXPECT_EQ(
        row_of(page, "senders", "192.0.2.10"),
        "192.0.2.10 not known listed bl.test not known refused.test, never.test fine on 2 lists ok ok ");
    EXPECT_EQ(row_of(page, "senders", "192.0.2.11"),
              "192.0.2.11 not known was listed refused.test not known never.test, score.test fine on 2 lists "
              "warning "
              "critical "
              "example.com ");
    EXPECT_EQ(row_of(page, "senders", "2001:db8::10"),
              "2001:db8::10 not known fine on 1 list unknown unknown example.com ");

    EXPECT_EQ(row_of(page, "addresses", "bl.test"), "bl.test \u2717 listed \u2713 clean \u2713 clean ");
    EXPECT_EQ(row_of(page, "addresses", "never.test"), "never.test ? not known ? not known not asked ");
    EXPECT_EQ(row_of(page, "addresses", "refused.test"),
              "refused.test ~ was clean 2026-11-19 12:00 UTC ! was listed 2026-11-19 12:00 UTC not asked ");
    EXPECT_EQ(row_of(page, "addresses", "allow.test"), "allow.test + on it \u00b7 not on it not asked ");
    EXPECT_EQ(row_of(page, "addresses", "score.test"),
              "score.test score 42 was 7 2026-11-19 12:00 UTC not asked ");
    EXPECT_EQ(row_of(page, "domains", "uri.test"), "uri.test \u2713 clean ");
    EXPECT_EQ(row_of(page, "lists", "refused.test"),
              "refused.test refused ip-blocklist Operator of refused.test ");
    EXPECT_TRUE(has(
        words, "1 list is known and not asked keyed.test needs a key: [dnsbl.keys] &quot;keyed.test&quot;"));
    EXPECT_EQ(row_of(page, "queues", "postfix"), "postfix active 3 900 B ");
    EXPECT_TRUE(has(words, "postfix deferred 1234 5.5 MiB 2026-11-20 10:00 UTC"));
    EXPECT_TRUE(has(words, "Jobs that fail spf example.com") ||
                has(row_of(page, "agent", "spf example.com"), " 2 "));
    EXPECT_TRUE(has(words, "Configuration: /etc/reputed.toml, read 2026-11-10 12:00 UTC ."));
}

// A score list answers without a score where it has no entry; that is known, and nothing bad.
TEST(PageFacts, NoScoreIsAnAnswer) {
    struct Row {
        std::vector<Sample> samples;
        const char* cell;
    };
    const std::vector<std::string> key = {"192.0.2.1", "score.test"};
    const auto answered = [&](double time) {
        return sample("reputed_dnsbl_last_answer_timestamp_seconds", key, time);
    };
    const Row rows[] = {
        {{answered(noon)}, "\u00b7 no score"},
        {{answered(noon - 60)}, "~ had no score 2026-11-20 11:59 UTC"},
        {{answered(0)}, "? not known"},
        {{}, "? not known"},
        {{sample("reputed_score", key, 42), answered(noon)}, "score 42"},
    };
    for (const auto& row : rows) {
        const auto page = render_page(snapshot_of({job("dnsbl", "score.test", row.samples)}, {"192.0.2.1"},
                                                  {{"score.test", ListKind::ip_score}}));
        EXPECT_EQ(row_of(page, "addresses", "score.test"), "score.test " + std::string(row.cell) + " ");
        EXPECT_EQ(has(row_of(page, "senders", "192.0.2.1"), "fine on 1 list"),
                  row.samples.size() == 2 || std::string_view(row.cell) == "\u00b7 no score")
            << row.cell;
    }
}

// Could not tell is never ok.
TEST(PageFacts, SilenceIsNotOk) {
    Snapshot snapshot;
    EXPECT_TRUE(has(render_page(snapshot), "<title>unknown - reputed</title>"));
    snapshot =
        snapshot_of({job("dnsbl", "bl.test", {})}, {"192.0.2.1"}, {{"bl.test", ListKind::ip_blocklist}});
    snapshot.jobs[0].runs = 0;
    snapshot.ready = false;
    const auto words = words_of(render_page(snapshot));
    EXPECT_TRUE(has(
        words, "reputed: unknown No open finding. The first round is not complete: 1 job has not run yet."))
        << words;
    snapshot.ready = true;
    const auto page = render_page(snapshot);
    EXPECT_TRUE(has(page, "<title>ok - reputed</title>"));
    EXPECT_EQ(row_of(page, "senders", "192.0.2.1"), "192.0.2.1 not known not known bl.test unknown unknown ");
    EXPECT_EQ(row_of(page, "addresses", "bl.test"), "bl.test ? not known ");
    EXPECT_EQ(row_of(page, "lists", "bl.test"), "bl.test not known ip-blocklist Operator of bl.test ");
}

TEST(PageFacts, OneCell) {
    struct Row {
        std::vector<Sample> samples;
        const char* cell;
    };
    const std::vector<std::string> key = {"192.0.2.1", "bl.test"};
    const auto answered = [&](double time) {
        return sample("reputed_dnsbl_last_answer_timestamp_seconds", key, time);
    };
    const auto listed = [&](double value) { return sample("reputed_listed", key, value); };
    const Row rows[] = {
        {{listed(0), answered(noon)}, "\u2713 clean"},
        {{answered(noon), listed(1)}, "\u2717 listed"},
        {{listed(0), answered(noon - 2)}, "\u2713 clean"},  // during the run, which took 1.5 s
        {{listed(0), answered(noon - 60)}, "~ was clean 2026-11-20 11:59 UTC"},
        {{listed(1), answered(noon - 60)}, "! was listed 2026-11-20 11:59 UTC"},
        {{listed(0)}, "~ was clean"},  // nobody knows when
        {{answered(0)}, "? not known"},
        {{answered(noon)}, "? not known"},
        {{listed(std::nan("")), answered(noon)}, "? not known"},
        {{listed(0), answered(std::nan(""))}, "~ was clean"},
        {{listed(0), answered(-1e300)}, "~ was clean"},
        {{listed(0), answered(INFINITY)}, "~ was clean"},
        {{}, "? not known"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(row_of(shown(row.samples), "addresses", "bl.test"),
                  "bl.test " + std::string(row.cell) + " ");
}

TEST(PageFacts, AListingIsAsGraveAsItsFinding) {
    struct Row {
        int weight;
        std::vector<Severity> findings;
        const char* cell;
    };
    const Row rows[] = {
        {10, {}, "warning"},  // not confirmed yet
        {0, {}, "info"},      // this list never alarms
        {10, {Severity::critical}, "critical"},
        {10, {Severity::info}, "info"},
    };
    for (const auto& row : rows) {
        auto snapshot = snapshot_of(
            {job("dnsbl", "bl.test",
                 {sample("reputed_listed", {"192.0.2.1", "bl.test"}, 1),
                  sample("reputed_dnsbl_last_answer_timestamp_seconds", {"192.0.2.1", "bl.test"}, noon)})},
            {"192.0.2.1"}, {{"bl.test", ListKind::ip_blocklist}});
        auto lists = std::make_shared<ActiveLists>(*snapshot.lists);
        lists->lists.front().weight = row.weight;
        snapshot.lists = lists;
        for (const auto severity : row.findings)
            snapshot.findings.push_back({{"dnsbl.listed", "192.0.2.1", "bl.test", severity, "", "", "", ""},
                                         "dnsbl",
                                         at(noon),
                                         at(noon)});
        const auto page = render_page(snapshot);
        EXPECT_TRUE(has(page, "<td class=\"" + std::string(row.cell) + "\">\u2717 listed</td>")) << row.cell;
        EXPECT_TRUE(has(page, "<span class=\"badge " + std::string(row.cell) + "\">listed</span>"))
            << row.cell;
    }
}

TEST(PageFacts, ReloadThatFailed) {
    auto snapshot = test::busy_snapshot();
    snapshot.last_reload_ok = false;
    const auto words = words_of(render_page(snapshot));
    EXPECT_TRUE(
        has(words, "The configuration could not be reloaded: the one of 2026-11-10 12:00 UTC is in use."));
    EXPECT_TRUE(has(words, "the last reload failed"));
}

// Foreign text in every field that is shown.
TEST(PageHostile, NothingForeignIsObeyed) {
    const std::string evil = "<script>alert(1)</script>\"'><img src=x onerror=y>\x1b[2J\u202e\xff";
    auto snapshot = snapshot_of(
        {job("dnsbl", evil,
             {sample("reputed_listed", {evil, evil}, 1), sample("reputed_list_health", {evil, "broken"}, 1),
              sample("reputed_list_health", {evil, evil}, 1),
              sample("reputed_dnsbl_targets", {evil, evil}, 3),
              sample("reputed_domain_listed", {evil, evil}, 1)}),
         job(evil, evil,
             {sample("reputed_queue_messages", {evil, evil}, 1), sample("reputed_queue_verdict", {evil}, 3),
              sample("reputed_spf_verdict", {evil, "192.0.2.1"}, 3)})},
        {"192.0.2.1"}, {{evil, ListKind::ip_blocklist}, {evil, ListKind::domain_blocklist}});
    auto settings = std::make_shared<Settings>(*snapshot.settings);
    auto& sender = settings->senders.front();
    sender.name = sender.hostname = sender.via = settings->file = evil;
    sender.domains = {evil, "b" + evil};
    snapshot.settings = settings;
    auto lists = std::make_shared<ActiveLists>(*snapshot.lists);
    lists->skipped = {{evil, evil}};
    lists->lists.front().website = "javascript:alert(1)";
    lists->lists.front().operator_name = evil;
    snapshot.lists = lists;
    snapshot.jobs.back().failures = 1;
    snapshot.jobs.back().last_success = {};
    for (const auto& link : std::vector<std::string>{evil, "javascript:alert(1)", "https://a/\"onclick=\"x"})
        snapshot.findings.push_back(
            {{evil, evil, evil, Severity::critical, evil, evil, evil, link}, evil, at(noon), at(noon)});

    const auto page = render_page(snapshot);
    EXPECT_EQ(page.find("<script"), page.rfind("<script"));  // the page's own
    EXPECT_FALSE(has(page, "<img"));
    EXPECT_FALSE(has(page, "href=\"javascript"));
    EXPECT_FALSE(has(page, "\"onclick"));
    EXPECT_FALSE(has(page, "\x1b"));
    EXPECT_FALSE(has(page, "\u202e"));
    EXPECT_FALSE(has(page, "\xff"));
    EXPECT_GT(std::count(page.begin(), page.end(), '\\'), 60);  // it is there, made visible

    // No tag has an attribute that the page of a harmless agent does not have, and between tags there is only
    // text.
    std::string rest;
    std::set<std::string> known;
    for (const auto& tag : tags_of(render_page(test::busy_snapshot()), rest))
        known.insert(skeleton_of(tag));
    rest.clear();
    for (const auto& tag : tags_of(page, rest))
        EXPECT_TRUE(known.contains(skeleton_of(tag))) << tag;
    EXPECT_EQ(rest.find_first_of("<>\"'"), std::string::npos);
}

TEST(PageBounds, ManyAddressesShowOnlyThoseThatAreNotClean) {
    std::vector<Sample> samples;
    std::vector<JobState> identity;
    const auto network = IpNetwork::parse("192.0.0.0/22").value();
    for (std::uint64_t i = 0; i < network.size(); ++i) {
        const auto ip = network.at(i).to_string();
        samples.push_back(sample("reputed_listed", {ip, "bl.test"}, i == 500 ? 1 : 0));
        samples.push_back(sample("reputed_dnsbl_last_answer_timestamp_seconds", {ip, "bl.test"},
                                 i == 700 ? noon - 3600 : noon));
        identity.push_back(job("ptr", ip,
                               {sample("reputed_ptr_verdict", {ip}, i == 900 ? 2 : 0),
                                sample("reputed_spf_verdict", {"example.com", ip}, 0)}));
    }
    auto jobs = identity;
    jobs.push_back(job("dnsbl", "bl.test", std::move(samples)));
    const auto page =
        render_page(snapshot_of(std::move(jobs), {"192.0.0.0/22"}, {{"bl.test", ListKind::ip_blocklist}}));
    keep_for_looking("many.html", page);
    EXPECT_TRUE(has(row_of(page, "senders", "192.0.1.244"), "listed bl.test"));
    EXPECT_TRUE(has(row_of(page, "senders", "192.0.2.188"), "not known bl.test"));
    EXPECT_TRUE(has(row_of(page, "senders", "192.0.3.132"), "warning"));
    EXPECT_EQ(row_of(page, "senders", "192.0.0.1"), "no row 192.0.0.1");
    EXPECT_TRUE(has(page, "1021 addresses are fine everywhere and not shown."));
    EXPECT_EQ(row_of(page, "addresses", "192.0.1.244"), "192.0.1.244 \u2717 listed ");
    EXPECT_EQ(row_of(page, "addresses", "192.0.2.188"), "192.0.2.188 ~ was clean ");
    EXPECT_TRUE(has(page, "1022 of 1024 are fine on every list and not shown."));
    EXPECT_LT(page.size(), 40000U);
}

TEST(PageBounds, EverythingIsBounded) {
    std::vector<JobState> jobs;
    std::vector<std::pair<std::string, ListKind>> lists;
    const std::string long_name(5000, 'x');
    for (int i = 0; i < 500; ++i) {
        const auto number = std::to_string(i);
        lists.emplace_back(number + ".test", ListKind::ip_blocklist);
        jobs.push_back(job("dnsbl", number + long_name, {}));
        jobs.back().failures = 1;
        jobs.back().last_success = {};
    }
    auto snapshot = snapshot_of(std::move(jobs), {"192.0.2.0/23"}, lists);
    for (int i = 0; i < 250; ++i)
        snapshot.findings.push_back(
            {{"dnsbl.listed", long_name, long_name, Severity::critical, std::string(20000, '<'),
              std::string(20000, '<'), std::string(20000, '<'), "https://" + std::string(20000, 'a')},
             "dnsbl",
             at(noon),
             at(noon)});
    const auto page = render_page(snapshot);
    EXPECT_LT(page.size(), 10U * 1024 * 1024);
    EXPECT_TRUE(has(page, "50 findings less grave or later in order not shown."));
    EXPECT_TRUE(has(page, "312 addresses with something wrong or not known not shown."));
    EXPECT_TRUE(has(page, "312 more that are listed or not known not shown."));
    EXPECT_TRUE(has(page, "300 more lists not shown."));
    EXPECT_TRUE(has(page, "450 more not shown."));
}

TEST(PageFindings, SayWhatElseIsKnownOfThem) {
    const auto page = render_page(test::lively_snapshot());
    keep_for_looking("lively.html", page);
    const auto words = words_of(page);
    EXPECT_TRUE(has(words, "drill: nothing of it is real")) << words;
    EXPECT_TRUE(has(words, "flapping: not told again before it stays away"));
    EXPECT_TRUE(has(words, "muted: the owner &lt;knows&gt; until 2026-11-30 12:00 UTC"));
    EXPECT_TRUE(has(words, "Being confirmed"));
    EXPECT_TRUE(
        has(words, "192.0.2.11 is listed on never.test: listed (seen 1 time since 2026-11-20 12:00 UTC"));
    EXPECT_TRUE(has(words, "Open findings: 2 critical, 1 warning, 1 unknown, 1 info."))
        << "no drill among them";
    const auto chat = row_of(page, "notifiers", "chat");
    EXPECT_TRUE(has(chat, "failing")) << chat;
    EXPECT_TRUE(has(chat, "https://chat.test answered 503 &lt;b&gt;busy&lt;/b&gt;")) << chat;
    EXPECT_TRUE(has(row_of(page, "notifiers", "mail"), "fine"));
    EXPECT_TRUE(has(words, "Memory: /var/lib/reputed/reputed.db, 1536 KiB."));
}

// What the content security policy of the server would forbid, and what a screen reader needs.
TEST(PageForm, NoScriptNoInlineStyleAndHeadersWithScope) {
    for (const auto& addresses :
         {std::vector<std::string>{"192.0.2.10"}, std::vector<std::string>{"192.0.2.0/28"}}) {
        auto snapshot = test::busy_snapshot();
        snapshot.settings = test::settings_with(addresses);
        const auto page = render_page(snapshot);
        if (addresses.front() != "192.0.2.10") keep_for_looking("rows.html", page);
        std::string rest;
        for (const auto& tag : tags_of(page, rest)) {
            const auto skeleton = skeleton_of(tag);
            for (const auto* forbidden : {"<script", "<style", "<img", "<iframe", " style=", " on"})
                EXPECT_TRUE(!has(skeleton, forbidden) || tag == "<script src=\"/page.js\" defer>") << tag;
            EXPECT_TRUE(!has(skeleton, "<form") || tag == "<form role=\"search\" action=\"/search\">") << tag;
            if (skeleton.starts_with("<th ") || skeleton == "<th>") {
                EXPECT_TRUE(has(tag, "scope=\"")) << tag;
            }
        }
        EXPECT_TRUE(has(page, "name=\"viewport\""));
    }
    EXPECT_TRUE(has(std::string(page_style()), "@media (prefers-color-scheme: dark)"));
    EXPECT_TRUE(has(std::string(page_style()), "@media print"));
    EXPECT_FALSE(has(std::string(page_style()), "url("));
}

}  // namespace
}  // namespace reputed
