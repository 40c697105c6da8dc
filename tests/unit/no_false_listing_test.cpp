#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "checks/dnsbl/sweep.hpp"
#include "tests/support/scripted_list.hpp"

// Every list of the catalogue against every answer that is no listing, and every answer that is one.
namespace reputed::dnsbl {
namespace {

using test::addresses;
using test::outcome;
using test::ScriptedList;

// What the list is asked about here: of its kind and family, and none of its test points.
Subject subject_for(const List& list) {
    if (is_domain_list(list.kind)) return Subject::of_domain("sender-under-test.com").value();
    return Subject::of(IpAddress::parse(list.ipv4 ? "198.51.100.77" : "2001:db8:77::77").value());
}

std::vector<List> catalogue() {
    std::vector<List> lists;
    for (const auto& list : Catalogue::builtin().lists()) {
        lists.push_back(test::with_key(list));
        lists.back().queries_per_second = 0;  // a test does not wait
    }
    lists.push_back(generic_list("unknown.example"));
    return lists;
}

State state_after(const ScriptedList& script) {
    test::FakeResolver resolver;
    script.serve_on(resolver);
    return sweep({script.list}, {subject_for(script.list)}, resolver).state(0, 0);
}

bool is_verdict(State state) {
    return state == State::listed || state == State::allowed || state == State::score;
}

// Everything that the list says, about its test points as well.
ScriptedList saying(const List& list, const Answer& answer) {
    return {
        .list = list, .listed_points = answer, .clean_points = answer, .others = answer, .zone_ns = answer};
}

// A healthy list that says this about the subject.
ScriptedList healthy_saying(const List& list, const Answer& answer) {
    ScriptedList script{.list = list};
    script.targets[subject_for(list).query] = answer;
    return script;
}

struct Row {
    std::string what;
    Answer answer;
    bool may_be_clean = false;
};

std::vector<Row> no_listings() {
    std::vector<Row> rows = {
        {"NXDOMAIN", outcome(Outcome::nxdomain), true},
        {"NODATA", outcome(Outcome::nodata), true},
        {"SERVFAIL", outcome(Outcome::servfail)},
        {"REFUSED", outcome(Outcome::refused)},
        {"timeout", outcome(Outcome::timeout)},
        {"malformed or truncated", outcome(Outcome::malformed)},
        {"never asked", outcome(Outcome::invalid)},
        {"cancelled", outcome(Outcome::cancelled)},
        {"no records", outcome(Outcome::ok)},
        {"AAAA only", addresses({"::ffff:127.0.0.2", "2001:db8::1"})},
    };
    for (const auto* foreign :
         {"1.2.3.4", "10.0.0.1", "0.0.0.0", "255.255.255.255", "126.255.255.255", "128.0.0.2", "192.168.1.1"})
        rows.push_back({foreign, addresses({foreign})});
    for (const std::uint32_t last : {0U, 1U, 2U, 10U, 250U, 251U, 252U, 253U, 254U, 255U}) {
        const std::uint32_t code = 0x7fffff00 | last;
        rows.push_back({code_text(code), test::code(code)});
    }
    return rows;
}

TEST(NoFalseListing, WhateverEveryListAnswersThatIsNoListing) {
    const auto lists = catalogue();
    ASSERT_GT(lists.size(), 100U);
    for (const auto& list : lists) {
        for (const auto& row : no_listings()) {
            for (const auto& script : {saying(list, row.answer), healthy_saying(list, row.answer)}) {
                const State state = state_after(script);
                EXPECT_FALSE(is_verdict(state)) << list.name << ", " << row.what;
                EXPECT_TRUE(row.may_be_clean || !is_definite(state)) << list.name << ", " << row.what;
            }
        }
    }
}

TEST(NoFalseListing, TheWholeErrorRangeIsNeverAListing) {
    for (const auto& list : catalogue()) {
        for (std::uint32_t last = 0; last < 256; ++last) {
            const State state = classify(list, test::code(0x7fffff00 | last)).state;
            EXPECT_FALSE(is_definite(state)) << list.name << " 127.255.255." << last;
        }
    }
}

// The codes at the ends of every error pattern.
std::set<std::uint32_t> error_codes(const List& list) {
    std::set<std::uint32_t> codes;
    for (const auto& error : list.errors) {
        if (error.pattern.bit != 0) codes.insert(0x7f000000U | error.pattern.bit);
        for (const auto* end : {&error.pattern.low, &error.pattern.high}) {
            std::uint32_t code = 0;
            for (const auto octet : *end)
                code = code << 8 | octet;
            if (error.pattern.bit == 0) codes.insert(code);
        }
    }
    return codes;
}

TEST(NoFalseListing, EveryListsOwnErrorCodes) {
    std::size_t seen = 0;
    for (const auto& list : catalogue()) {
        const auto listings = test::listing_codes(list);
        for (const auto code : error_codes(list)) {
            ++seen;
            Answer with_listing = test::code(code);
            if (!listings.empty()) with_listing.records.push_back(test::code(listings.front()).records[0]);
            for (const auto& script : {saying(list, test::code(code)), healthy_saying(list, test::code(code)),
                                       healthy_saying(list, with_listing)}) {
                const State state = state_after(script);
                EXPECT_TRUE(state == State::refused || state == State::broken)
                    << list.name << ' ' << code_text(code) << ": " << to_string(state);
            }
        }
    }
    EXPECT_GT(seen, 40U);
}

TEST(NoFalseListing, WildcardsWithARealCode) {
    for (const auto& list : catalogue()) {
        // An allowlist with a limit does that to who asks too much.
        const bool limited = std::any_of(list.errors.begin(), list.errors.end(),
                                         [](const auto& error) { return error.cause == ErrorCause::quota; });
        const auto* const expected = is_allowlist(list.kind) && limited ? "refused" : "broken";
        for (const auto code : test::listing_codes(list))
            EXPECT_EQ(to_string(state_after(saying(list, test::code(code)))), expected)
                << list.name << ' ' << code_text(code);
        EXPECT_FALSE(is_definite(state_after(saying(list, test::code(0x7f000001))))) << list.name;
    }
}

// An address in 127.0.0.0/8 that the list documents neither as a listing nor as an error.
std::optional<std::uint32_t> undocumented_code(const List& list) {
    if (list.codes.empty()) return list.errors.empty() ? std::optional(0x7f000001U) : std::nullopt;
    for (const std::uint32_t code : {0x7f63636fU, 0x7f000002U, 0x7f00004dU, 0x7f000001U, 0x7f0000c8U}) {
        bool documented = false;
        for (const auto& meaning : list.codes)
            documented = documented || meaning.pattern.matches(code);
        for (const auto& error : list.errors)
            documented = documented || error.pattern.matches(code);
        if (!documented) return code;
    }
    return {};
}

TEST(NoFalseListing, UndocumentedCodes) {
    std::size_t seen = 0;
    for (const auto& list : catalogue()) {
        const auto code = undocumented_code(list);
        if (!code) continue;
        ++seen;
        EXPECT_EQ(to_string(state_after(healthy_saying(list, test::code(*code)))), "unknown_code")
            << list.name << ' ' << code_text(*code);
    }
    EXPECT_GT(seen, 100U);
}

TEST(NoFalseListing, AListThatFailsAnyOfItsProbesIsNotBelieved) {
    for (const auto& list : catalogue()) {
        const auto codes = test::listing_codes(list);
        if (codes.empty()) continue;
        const auto listing = test::code(codes.front());
        for (const auto& row : no_listings()) {
            // Only what says the same at every list: the 256 error codes are no different from each other.
            if (row.what.starts_with("127.255.255.") && row.what != "127.255.255.254") continue;
            auto script = healthy_saying(list, listing);
            if (!list.test_listed.empty()) {
                script.listed_points = row.answer;
                EXPECT_FALSE(is_definite(state_after(script))) << list.name << ": listed point, " << row.what;
            }
            if (row.may_be_clean) continue;
            script = healthy_saying(list, listing);
            script.others = row.answer;
            script.zone_ns = outcome(Outcome::nodata);
            EXPECT_FALSE(is_definite(state_after(script))) << list.name << ": random point, " << row.what;
        }
    }
}

// The converse: caution must not swallow what is true.
TEST(NoFalseListing, EveryDocumentedCodeOfAHealthyListCounts) {
    std::size_t seen = 0;
    for (const auto& list : catalogue()) {
        State expected = State::listed;
        if (is_allowlist(list.kind)) expected = State::allowed;
        if (list.kind == ListKind::ip_score) expected = State::score;
        for (const auto code : test::listing_codes(list)) {
            ++seen;
            EXPECT_EQ(to_string(state_after(healthy_saying(list, test::code(code)))), to_string(expected))
                << list.name << ' ' << code_text(code);
        }
        EXPECT_EQ(to_string(state_after(healthy_saying(list, outcome(Outcome::nxdomain)))), "clean")
            << list.name;
    }
    EXPECT_GT(seen, 300U);
}

}  // namespace
}  // namespace reputed::dnsbl
