#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "checks/dnsbl/health.hpp"
#include "tests/support/scripted_list.hpp"

namespace reputed::dnsbl {
namespace {

using test::addresses;
using test::outcome;
using test::ScriptedList;

List ip_list() {
    List list;
    list.zone = list.name = "bl.example";
    list.codes = {{CodePattern::parse("127.0.0.2").value(), "listed", Severity::warning, false, {}}};
    list.errors = {{CodePattern::parse("127.0.0.255").value(), "too much", ErrorCause::quota}};
    list.test_listed = {"127.0.0.2"};
    list.test_clean = {"127.0.0.1"};
    return list;
}

List without_points(List list = ip_list()) {
    list.test_listed.clear();
    list.test_clean.clear();
    return list;
}

List domain_list() {
    List list = ip_list();
    list.kind = ListKind::domain_blocklist;
    list.test_listed = {"listed.test"};
    list.test_clean = {"clean.test"};
    return list;
}

List v6_list() {
    List list = without_points();
    list.ipv4 = false;
    list.ipv6 = true;
    return list;
}

List score_list() {
    List list = without_points();
    list.kind = ListKind::ip_score;
    list.codes.clear();
    list.score_octet = 4;
    return list;
}

ListHealth judged(const ScriptedList& script) {
    const auto questions = probes(script.list, 7);
    std::vector<Answer> answers;
    for (const auto& probe : questions)
        answers.push_back(script.answer(probe.question));
    return judge(script.list, questions, answers);
}

const Answer listed = addresses({"127.0.0.2"});
const Answer unknown = addresses({"127.0.0.77"});
const Answer nxdomain = outcome(Outcome::nxdomain);
const Answer nodata = outcome(Outcome::nodata);
const Answer timeout = outcome(Outcome::timeout);
const Answer servfail = outcome(Outcome::servfail);
const Answer refused = outcome(Outcome::refused);
const Answer refusal = addresses({"127.255.255.254"});
const Answer parked = addresses({"192.0.2.80"});

struct Row {
    const char* what;
    ScriptedList script;
    Health health;
    std::string detail;
    std::optional<ErrorCause> cause = {};
};

void expect_rows(const std::vector<Row>& rows) {
    for (const auto& row : rows) {
        const auto health = judged(row.script);
        EXPECT_EQ(to_string(health.health), to_string(row.health)) << row.what;
        EXPECT_EQ(health.detail, row.detail) << row.what;
        EXPECT_EQ(health.cause, row.cause) << row.what;
    }
}

ScriptedList everything(List list, const Answer& answer) {
    return {.list = std::move(list),
            .listed_points = answer,
            .clean_points = answer,
            .others = answer,
            .zone_ns = answer};
}

const std::string silent = "no answer within the time limit";
const std::string failing = "the resolver answered SERVFAIL: it cannot reach the list's servers";
const std::string refuses = "the DNS server refused the question (RCODE 5)";
const std::string wildcard = "lists everything: the zone has a wildcard, as abandoned lists have";
const std::string unverified = "no test point is known: that it works could not be verified";

TEST(DnsblHealthVerdict, OfAListWithTestPoints) {
    List several = ip_list();
    several.test_listed = {"127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"};
    expect_rows({
        {"healthy", {ip_list()}, Health::usable, ""},
        {"healthy, undocumented code at its point",
         {.list = ip_list(), .listed_points = unknown},
         Health::usable,
         ""},
        {"NODATA for what is clean",
         {.list = ip_list(), .clean_points = nodata, .others = nodata},
         Health::usable,
         ""},
        {"refused by code", everything(ip_list(), refusal), Health::refused,
         "answered 127.255.255.254: an error code: the list refuses to answer this resolver",
         ErrorCause::resolver},
        {"over quota at the random point only",
         {.list = ip_list(), .others = addresses({"127.0.0.255"})},
         Health::refused,
         "answered 127.0.0.255: too much",
         ErrorCause::quota},
        {"refused by RCODE", everything(ip_list(), refused), Health::refused, refuses, ErrorCause::resolver},
        {"refused by RCODE for what is clean",
         {.list = ip_list(), .clean_points = refused},
         Health::refused,
         refuses,
         ErrorCause::resolver},
        {"refused without a word: NXDOMAIN for everything", everything(ip_list(), nxdomain), Health::broken,
         "does not list its own test point 127.0.0.2: it is dead, or it refuses this resolver without a "
         "word"},
        {"rebinding protection: NODATA for everything", everything(ip_list(), nodata), Health::broken,
         "gives no address for its own test point 127.0.0.2: it is dead, or the resolver removes "
         "127.0.0.0/8 from answers (rebinding protection)"},
        {"wildcard", everything(ip_list(), listed), Health::broken, wildcard},
        {"wildcard of an undocumented code", everything(ip_list(), unknown), Health::broken, wildcard},
        {"inverted",
         {.list = ip_list(), .listed_points = nxdomain, .clean_points = listed},
         Health::broken,
         "inverted: it lists 127.0.0.1, which must be clean, and not 127.0.0.2"},
        {"inverted, with everything else listed",
         {.list = ip_list(), .listed_points = nxdomain, .clean_points = listed, .others = listed},
         Health::broken,
         wildcard},
        {"lists its clean point",
         {.list = ip_list(), .clean_points = listed},
         Health::broken,
         "lists 127.0.0.1, which must never be listed"},
        {"one random entry is no wildcard", {.list = ip_list(), .others = listed}, Health::usable, ""},
        {"foreign", everything(ip_list(), parked), Health::broken,
         "answered 192.0.2.80: an address outside 127.0.0.0/8: the zone is parked or the answer forged"},
        {"foreign where nothing is listed",
         {.list = ip_list(), .others = parked},
         Health::broken,
         "answered 192.0.2.80: an address outside 127.0.0.0/8: the zone is parked or the answer forged"},
        {"silent", everything(ip_list(), timeout), Health::silent, silent},
        {"silent about the listed point",
         {.list = ip_list(), .listed_points = timeout},
         Health::silent,
         silent},
        {"silent about the clean point",
         {.list = ip_list(), .clean_points = timeout},
         Health::silent,
         silent},
        {"silent about the random point", {.list = ip_list(), .others = timeout}, Health::silent, silent},
        {"servfail", everything(ip_list(), servfail), Health::servfail, failing},
        {"malformed", everything(ip_list(), outcome(Outcome::malformed)), Health::servfail, failing},
        {"several points, all listed", {several}, Health::usable, ""},
        {"one of several is silent",
         {.list = several, .targets = {{"2.0.0.127", timeout}}},
         Health::usable,
         ""},
        {"one of several is not listed any more",
         {.list = several, .targets = {{"2.0.0.127", nxdomain}}},
         Health::usable,
         ""},
        {"one of several is silent, the others are not listed",
         {.list = several, .targets = {{"3.0.0.127", timeout}}, .listed_points = nxdomain},
         Health::silent,
         silent},
        {"one of several fails, the others are not listed",
         {.list = several, .targets = {{"3.0.0.127", servfail}}, .listed_points = nxdomain},
         Health::servfail,
         failing},
        {"domains", {domain_list()}, Health::usable, ""},
        {"domains, wildcard", everything(domain_list(), listed), Health::broken, wildcard},
        {"domains, dead", everything(domain_list(), nxdomain), Health::broken,
         "does not list its own test point listed.test: it is dead, or it refuses this resolver without a "
         "word"},
    });
}

TEST(DnsblHealthVerdict, OfAListWithoutTestPoints) {
    List dual = without_points();
    dual.ipv6 = true;
    expect_rows({
        {"answers as RFC 5782 wants it",
         {.list = without_points(), .targets = {{"2.0.0.127", listed}}},
         Health::usable,
         ""},
        {"lists nothing that we know of", {without_points()}, Health::usable, unverified},
        {"the zone does not exist", everything(without_points(), nxdomain), Health::broken,
         "the zone does not exist"},
        {"the zone cannot be looked up",
         {.list = without_points(), .zone_ns = servfail},
         Health::servfail,
         failing},
        {"the zone is silent", {.list = without_points(), .zone_ns = timeout}, Health::silent, silent},
        {"the zone is silent, the list answers",
         {.list = without_points(), .targets = {{"2.0.0.127", listed}}, .zone_ns = timeout},
         Health::usable,
         ""},
        {"silent", everything(without_points(), timeout), Health::silent, silent},
        {"servfail", everything(without_points(), servfail), Health::servfail, failing},
        {"refused", everything(without_points(), refused), Health::refused, refuses, ErrorCause::resolver},
        {"wildcard", everything(without_points(), listed), Health::broken, wildcard},
        {"wildcard that spares the guess",
         {.list = without_points(), .targets = {{"2.0.0.127", nxdomain}}, .others = listed},
         Health::broken,
         wildcard},
        {"domains", {without_points(domain_list())}, Health::usable, unverified},
        {"domains, wildcard", everything(without_points(domain_list()), listed), Health::broken, wildcard},
        {"IPv6 only", {v6_list()}, Health::usable, unverified},
        {"IPv6 only, wildcard", everything(v6_list(), listed), Health::broken, wildcard},
        {"IPv6 only, foreign", everything(v6_list(), parked), Health::broken,
         "answered 192.0.2.80: an address outside 127.0.0.0/8: the zone is parked or the answer forged"},
        {"both families", {dual}, Health::usable, unverified},
    });
}

TEST(DnsblHealthVerdict, AWildcardOverOneFamilyAlone) {
    List dual = ip_list();
    dual.ipv6 = true;
    ScriptedList script{dual};
    const auto questions = probes(dual, 7);
    std::vector<Answer> answers;
    for (const auto& probe : questions)
        answers.push_back(probe.point.find(':') == std::string::npos ? script.answer(probe.question)
                                                                     : listed);
    const auto health = judge(dual, questions, answers);
    EXPECT_EQ(to_string(health.health), "broken");
    EXPECT_EQ(health.detail, wildcard);
}

TEST(DnsblHealthVerdict, ScoreListsMayKnowEverybody) {
    List with_points = score_list();
    with_points.test_listed = {"127.0.0.2"};
    // A score of its own for every name.
    std::size_t next = 1;
    const auto questions = probes(score_list(), 7);
    std::vector<Answer> answers;
    for (std::size_t i = 0; i < questions.size(); ++i)
        answers.push_back(addresses({"127.0.0." + std::to_string(next++)}));
    EXPECT_EQ(to_string(judge(score_list(), questions, answers).health), "usable");

    expect_rows({
        {"the same score for everybody", everything(score_list(), listed), Health::broken,
         "answers every question alike"},
        {"nobody has a score", {score_list()}, Health::usable, unverified},
        {"its point has none any more", everything(with_points, nxdomain), Health::broken,
         "does not list its own test point 127.0.0.2: it is dead, or it refuses this resolver without a "
         "word"},
        {"its point has one", {with_points}, Health::usable, ""},
        {"unregistered resolver", everything(score_list(), refusal), Health::refused,
         "answered 127.255.255.254: an error code: the list refuses to answer this resolver",
         ErrorCause::resolver},
    });
}

TEST(DnsblHealthVerdict, AllowlistsVouchForNobodyAtRandom) {
    List allowlist = ip_list();
    allowlist.kind = ListKind::ip_allowlist;
    List unlimited = allowlist;
    unlimited.errors.clear();
    const auto random_point = probes(allowlist, 7).back().point;
    const auto vouches = "vouches for " + random_point + ", which is nobody's";
    const auto quota = "answered 127.0.0.2 about " + random_point +
                       ", which is nobody's: it vouches for everybody when it is asked too much";
    expect_rows({
        {"healthy", {allowlist}, Health::usable, ""},
        {"everybody, of a list with a limit", everything(allowlist, listed), Health::refused, quota,
         ErrorCause::quota},
        {"nobody's address alone",
         {.list = allowlist, .others = listed},
         Health::refused,
         quota,
         ErrorCause::quota},
        {"everybody, of a list without a limit", everything(unlimited, listed), Health::broken, wildcard},
        {"nobody's address alone, of a list without a limit",
         {.list = unlimited, .others = listed},
         Health::broken,
         vouches},
        {"everybody with a code that it does not use", everything(allowlist, unknown), Health::broken,
         wildcard},
        {"nobody's address with such a code",
         {.list = allowlist, .others = unknown},
         Health::broken,
         vouches},
        {"over quota in words",
         {.list = allowlist, .others = addresses({"127.0.0.255"})},
         Health::refused,
         "answered 127.0.0.255: too much",
         ErrorCause::quota},
    });
}

std::multiset<std::string> asked(const List& list, std::uint64_t seed = 7) {
    std::multiset<std::string> names;
    for (const auto& probe : probes(list, seed))
        names.insert(probe.question.name + ' ' + std::string(to_string(probe.question.type)));
    return names;
}

TEST(DnsblHealthProbes, AreThePointsOfTheList) {
    const auto names = asked(ip_list());
    EXPECT_EQ(names.size(), 3U);
    EXPECT_EQ(names.count("2.0.0.127.bl.example A"), 1U);
    EXPECT_EQ(names.count("1.0.0.127.bl.example A"), 1U);
}

TEST(DnsblHealthProbes, WithoutPointsAreRfc5782sAndTheZone) {
    const auto names = asked(without_points());
    EXPECT_EQ(names.size(), 4U);
    EXPECT_EQ(names.count("2.0.0.127.bl.example A"), 1U);
    EXPECT_EQ(names.count("bl.example NS"), 1U);
    EXPECT_EQ(asked(without_points(domain_list())).count("test.bl.example A"), 1U);
    for (const auto& probe : probes(v6_list(), 7)) {
        if (probe.kind != Probe::Kind::zone) {
            EXPECT_NE(probe.point.find(':'), std::string::npos) << probe.point;
        }
    }
}

TEST(DnsblHealthProbes, TheRandomPointsChange) {
    for (const auto& list : {without_points(), v6_list(), without_points(domain_list())}) {
        std::set<std::string> points;
        for (std::uint64_t seed = 0; seed < 50; ++seed)
            for (const auto& probe : probes(list, seed)) {
                if (probe.kind == Probe::Kind::random) points.insert(probe.point);
                EXPECT_TRUE(is_valid_name(probe.question.name)) << probe.question.name;
            }
        EXPECT_GT(points.size(), 40U) << to_string(list.kind);
    }
}

TEST(DnsblHealthProbes, ASplitZone) {
    List list = without_points();
    list.zone = "k3y.{revip}.http.example";
    list.name = "http.example";
    const auto names = asked(list);
    EXPECT_EQ(names.count("k3y.2.0.0.127.http.example A"), 1U);
    EXPECT_EQ(names.count("http.example NS"), 1U);
}

TEST(DnsblHealthState, OfItsSubjects) {
    const std::pair<Health, State> rows[] = {
        {Health::refused, State::refused},
        {Health::broken, State::broken},
        {Health::silent, State::timeout},
        {Health::servfail, State::servfail},
    };
    for (const auto& [health, state] : rows)
        EXPECT_EQ(to_string(state_of(health)), to_string(state));
}

}  // namespace
}  // namespace reputed::dnsbl
