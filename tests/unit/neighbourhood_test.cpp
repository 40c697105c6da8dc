#include "checks/dnsbl/neighbourhood.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "checks/dnsbl/dnsbl_check.hpp"
#include "checks/dnsbl/findings.hpp"
#include "tests/support/scripted_list.hpp"

namespace reputed::dnsbl {
namespace {

using test::addresses;
using test::outcome;
using test::ScriptedList;
using namespace std::chrono_literals;

using Words = std::vector<std::string>;

const Answer listed = addresses({"127.0.0.2"});

Report round_of(const ScriptedList& script) {
    test::FakeResolver resolver("localhost A 127.0.0.1");
    script.serve_on(resolver);
    ActiveLists lists;
    lists.lists = {script.list};
    Settings settings;
    Sender one;
    one.name = "mail";
    one.networks.push_back(IpNetwork::parse("203.0.113.9").value());
    settings.senders = {one};
    return dnsbl_check().run(script.list.name, {resolver, settings, lists, {}, {}});
}

TEST(NeighbourhoodListed, IsSaidInPlaceOfAListing) {
    struct Row {
        const char* list;
        const char* message;
        Severity severity;
    };
    const Row rows[] = {
        {"dnsbl-2.uceprotect.net",
         "dnsbl-2.uceprotect.net lists the network around 203.0.113.9 (level 2: the allocation around this "
         "address is "
         "listed): your neighbours are the problem, not you",
         Severity::info},
        {"dnsbl-3.uceprotect.net",
         "dnsbl-3.uceprotect.net lists the whole provider of 203.0.113.9 (level 3: the whole provider (ASN) "
         "is "
         "listed): your neighbours are the problem, not you",
         Severity::info},
        {"nbl.0spam.org",
         "nbl.0spam.org lists the network around 203.0.113.9 (listed): your neighbours are the problem, not "
         "you",
         Severity::info},
    };
    for (const auto& row : rows) {
        ScriptedList script{.list = *Catalogue::builtin().find(row.list),
                            .targets = {{"9.113.0.203", listed}}};
        script.reasons["9.113.0.203"] = test::text("see there");
        const auto report = round_of(script);
        ASSERT_EQ(report.findings.size(), 1U) << row.list;
        const auto& finding = report.findings[0];
        EXPECT_EQ(finding.code, "neighbourhood.listed");
        EXPECT_EQ(finding.subject + ' ' + finding.object, std::string("203.0.113.9 ") + row.list);
        EXPECT_EQ(finding.message, row.message);
        EXPECT_EQ(to_string(finding.severity), to_string(row.severity));
        EXPECT_EQ(finding.evidence,
                  std::string("9.113.0.203.") + row.list + " A 127.0.0.2; TXT \"see there\"");
        EXPECT_EQ(finding.link, lookup_link(script.list, Subject::parse("203.0.113.9").value()));
        EXPECT_EQ(
            finding.remedy,
            "Ask your provider to stop the abuse in its network and to have the entry removed; nobody else "
            "can. "
            "Where receivers refuse your mail for it, move to another network or send through a relay.");
        const auto& samples = report.samples;
        EXPECT_TRUE(std::any_of(samples.begin(), samples.end(), [](const Sample& sample) {
            return sample.metric->name == "reputed_listed" && sample.value == 1;
        })) << "the series stays what it is";
    }
}

TEST(NeighbourhoodListed, IsAWarningAtMost) {
    List list = generic_list("wide.example");
    list.scope = ListScope::network;
    list.codes = {{CodePattern::parse("127.0.0.2").value(), "bad", Severity::critical, false, {}},
                  {CodePattern::parse("127.0.0.3").value(), "meh", Severity::ok, false, {}}};
    const auto severity = [&](const char* code) {
        const auto report = round_of({.list = list, .targets = {{"9.113.0.203", addresses({code})}}});
        return report.findings.empty() ? "none" : to_string(report.findings[0].severity);
    };
    EXPECT_EQ(severity("127.0.0.2"), "warning");
    EXPECT_EQ(severity("127.0.0.3"), "info");
    list.weight = 0;
    EXPECT_EQ(severity("127.0.0.2"), "info");
    list.scope = ListScope::address;
    list.weight = 50;
    EXPECT_EQ(severity("127.0.0.2"), "critical");
}

TEST(NeighbourhoodListed, IsWhatADrillPlants) {
    const auto finding = drill_finding(*Catalogue::builtin().find("dnsbl-3.uceprotect.net"),
                                       Subject::parse("203.0.113.9").value());
    ASSERT_TRUE(finding);
    EXPECT_EQ(finding->code, "neighbourhood.listed");
    EXPECT_TRUE(finding->drill);
    EXPECT_TRUE(finding->message.starts_with("DRILL: ")) << finding->message;
}

TEST(NeighbourhoodOf, AddressesAroundAnAddress) {
    struct Row {
        const char* address;
        const char* network;
        std::size_t size;
        std::size_t own;
        const char* first;
        const char* last;
    };
    const Row rows[] = {
        {"203.0.113.9", "203.0.113.0/24", 256, 9, "203.0.113.0", "203.0.113.255"},
        {"203.0.113.0", "203.0.113.0/24", 256, 0, "203.0.113.0", "203.0.113.255"},
        {"203.0.113.255", "203.0.113.0/24", 256, 255, "203.0.113.0", "203.0.113.255"},
        {"2001:db8:9:1234::25", "2001:db8:9::/48", 64, 0x34, "2001:db8:9:1200::1", "2001:db8:9:123f::1"},
        {"2001:db8:9::25", "2001:db8:9::/48", 64, 0, "2001:db8:9::25", "2001:db8:9:3f::1"},
        {"2001:db8:9:ffff::1", "2001:db8:9::/48", 64, 63, "2001:db8:9:ffc0::1", "2001:db8:9:ffff::1"},
    };
    for (const auto& row : rows) {
        const auto address = IpAddress::parse(row.address).value();
        const auto around = neighbourhood_of(address);
        EXPECT_EQ(around.network.to_string(), row.network);
        ASSERT_EQ(around.addresses.size(), row.size) << row.address;
        EXPECT_EQ(around.own, row.own) << row.address;
        EXPECT_EQ(around.addresses[around.own].text, row.address);
        EXPECT_EQ(around.addresses.front().text, row.first);
        EXPECT_EQ(around.addresses.back().text, row.last);
        for (const auto& one : around.addresses)
            EXPECT_TRUE(around.network.contains(*one.address)) << one.text;
        EXPECT_TRUE(
            std::is_sorted(around.addresses.begin(), around.addresses.end(),
                           [](const Subject& a, const Subject& b) { return *a.address < *b.address; }));
    }
}

// What two lists say about 203.0.113.9 and those around it: how many neighbours each list has, and how the list does.
struct Case {
    const char* what;
    int listed = 0;               // by the first list: .100 and following
    int policy = 0;               // by the second list: .200 and following, for the kind of address
    bool own = false;             // by the first list
    State others = State::clean;  // of all else at both lists
    Severity severity = Severity::ok;
    const char* conclusion = "";
};

NeighbourhoodVerdict verdict_of(const Case& row) {
    const auto around = neighbourhood_of(IpAddress::parse("203.0.113.9").value());
    std::vector<std::size_t> subjects;
    Results results(2, 300);
    for (std::size_t i = 0; i < 256; ++i) {
        subjects.push_back(i + 40);  // the results hold other networks, too
        const auto in = [&](std::size_t from, int count) {
            return i >= from && i < from + static_cast<std::size_t>(count);
        };
        const bool first = in(100, row.listed) || (i == 9 && row.own);
        const bool second = in(200, row.policy);
        results.set(0, i + 40, first ? State::listed : row.others);
        results.set(1, i + 40, second ? State::listed : row.others);
        for (const std::uint32_t list : {0U, 1U}) {
            if (list == 0 ? !first : !second) continue;
            Entry entry{list, static_cast<std::uint32_t>(i + 40), {}, {}};
            entry.what.state = State::listed;
            entry.what.policy = list == 1;
            results.entries.push_back(entry);
        }
    }
    return judge_neighbourhood(around, subjects, 2, results);
}

TEST(NeighbourhoodVerdict, OneSentence) {
    const Case rows[] = {
        {"clean", 0, 0, false, State::clean, Severity::ok,
         "Clean: none of the 255 neighbours is listed, and the address itself is not"},
        {"few", 3, 0, false, State::clean, Severity::ok,
         "Clean: only 3 of 255 neighbours are listed, and the address itself is not"},
        {"one", 1, 0, false, State::clean, Severity::ok,
         "Clean: only 1 of 255 neighbours is listed, and the address itself is not"},
        {"a tenth", 25, 0, false, State::clean, Severity::ok,
         "Clean: only 25 of 255 neighbours are listed, and the address itself is not"},
        {"more than a tenth", 26, 0, false, State::clean, Severity::warning,
         "Bad neighbourhood: 26 of 255 neighbours are listed; your neighbours are the problem, not you"},
        {"and itself", 26, 0, true, State::clean, Severity::warning,
         "Bad neighbourhood: 26 of 255 neighbours are listed, and so is the address itself"},
        {"by policy", 10, 40, false, State::clean, Severity::warning,
         "Bad neighbourhood: 50 of 255 neighbours are listed; your neighbours are the problem, not you; 40 "
         "of them for "
         "the kind of address alone, so mail had better leave from elsewhere"},
        {"alone", 0, 0, true, State::clean, Severity::warning,
         "Alone: the address is listed, and none of its 255 neighbours is; the cause is its own"},
        {"nearly alone", 2, 0, true, State::clean, Severity::warning,
         "Alone: the address is listed, and only 2 of 255 neighbours are listed; the cause is its own"},
        {"no list told anything", 0, 0, false, State::timeout, Severity::unknown,
         "Could not tell: no list answered about this network"},
        {"only what is listed was heard", 3, 0, false, State::servfail, Severity::warning,
         "Bad neighbourhood: 3 of 3 neighbours are listed; your neighbours are the problem, not you"},
        {"only itself was heard", 0, 0, true, State::refused, Severity::warning,
         "Could not tell: no list answered about the neighbours; the address itself is listed"},
    };
    for (const auto& row : rows) {
        const auto verdict = verdict_of(row);
        EXPECT_EQ(verdict.conclusion, row.conclusion) << row.what;
        EXPECT_EQ(to_string(verdict.severity), to_string(row.severity)) << row.what;
        EXPECT_EQ(verdict.all.listed.size(), static_cast<std::size_t>(row.listed + row.policy)) << row.what;
        EXPECT_EQ(verdict.all.policy, static_cast<std::size_t>(row.policy)) << row.what;
        ASSERT_EQ(verdict.lists.size(), 2U);
        EXPECT_EQ(verdict.lists[0].listed.size(), static_cast<std::size_t>(row.listed)) << row.what;
        EXPECT_EQ(verdict.lists[1].listed.size(), static_cast<std::size_t>(row.policy)) << row.what;
        EXPECT_EQ(verdict.lists[1].own.value_or(false), false) << row.what;
    }
}

TEST(NeighbourhoodVerdict, TheOwnAddressThatCouldNotBeToldIsNotClean) {
    const auto around = neighbourhood_of(IpAddress::parse("203.0.113.9").value());
    std::vector<std::size_t> subjects;
    Results results(1, 256);
    for (std::size_t i = 0; i < 256; ++i) {
        subjects.push_back(i);
        results.set(0, i, i == 9 ? State::timeout : State::clean);
    }
    const auto verdict = judge_neighbourhood(around, subjects, 1, results);
    EXPECT_EQ(verdict.all.asked, 255U);
    EXPECT_FALSE(verdict.all.own);
    EXPECT_EQ(to_string(verdict.severity), "unknown");
    EXPECT_EQ(verdict.conclusion,
              "Clean: none of the 255 neighbours is listed; of the address itself it could not be told");
}

TEST(NeighbourhoodQuestions, ATenthOfADayIsTheMost) {
    List list;
    EXPECT_EQ(too_many_questions(list, 1'000'000), "") << "no limit is known";
    list.queries_per_day = 10'000;
    EXPECT_EQ(too_many_questions(list, 1000), "");
    EXPECT_EQ(too_many_questions(list, 1001),
              "1001 questions are more than a tenth of the 10000 that its operator allows a day");
}

// A TXT question a listing would double what a bad neighbourhood costs.
TEST(NeighbourhoodQuestions, NoReasonsAreAskedFor) {
    for (const bool wanted : {true, false}) {
        test::FakeResolver resolver("localhost A 127.0.0.1");
        const ScriptedList healthy{.list = generic_list("bl.example"), .targets = {{"9.113.0.203", listed}}};
        healthy.serve_on(resolver);
        SweepOptions options;
        options.reasons = wanted;
        sweep({healthy.list}, {Subject::parse("203.0.113.9").value()}, resolver, options);
        EXPECT_EQ(std::count(resolver.asked().begin(), resolver.asked().end(), "9.113.0.203.bl.example TXT"),
                  wanted ? 1 : 0);
    }
}

}  // namespace
}  // namespace reputed::dnsbl
