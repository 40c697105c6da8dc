#include <gtest/gtest.h>

#include "checks/dnsbl/classify.hpp"
#include "tests/support/scripted_list.hpp"

namespace reputed::dnsbl {
namespace {

using test::addresses;

CodeMeaning meaning(const char* pattern, const char* text, Severity severity = Severity::warning,
                    std::optional<double> score = {}) {
    return {CodePattern::parse(pattern).value(), text, severity, false, score};
}

ErrorMeaning error(const char* pattern, ErrorCause cause) {
    return {CodePattern::parse(pattern).value(), std::string("error ") + pattern, cause};
}

List zen() {
    List list;
    list.zone = list.name = "zen.example";
    list.weight = 100;
    list.codes = {meaning("127.0.0.2", "SBL", Severity::critical), meaning("127.0.0.4", "XBL"),
                  meaning("127.0.0.[10-11]", "PBL", Severity::info)};
    list.errors = {error("127.255.255.252", ErrorCause::query), error("127.255.255.255", ErrorCause::quota),
                   error("127.0.0.99", ErrorCause::key)};
    return list;
}

List bitmask() {
    List list;
    list.zone = list.name = "bits.example";
    list.kind = ListKind::domain_blocklist;
    list.codes = {meaning("bit8", "phishing"), meaning("bit64", "abuse", Severity::info)};
    list.errors = {error("bit1", ErrorCause::resolver)};
    return list;
}

List plain(ListKind kind = ListKind::ip_blocklist, int weight = 20) {
    List list;
    list.zone = list.name = "plain.example";
    list.kind = kind;
    list.weight = weight;
    return list;
}

List scores(int octet, std::vector<CodeMeaning> codes) {
    List list = plain(ListKind::ip_score);
    list.score_octet = octet;
    list.codes = std::move(codes);
    return list;
}

struct Row {
    const char* what;
    List list;
    std::vector<std::string> records;
    State state;
    std::vector<std::string> meanings;
    Severity severity = Severity::ok;
};

void expect_rows(const std::vector<Row>& rows) {
    for (const auto& row : rows) {
        const auto seen = classify(row.list, addresses(row.records));
        EXPECT_EQ(to_string(seen.state), to_string(row.state)) << row.what;
        EXPECT_EQ(seen.meanings, row.meanings) << row.what;
        EXPECT_EQ(to_string(seen.severity), to_string(row.severity)) << row.what;
    }
}

TEST(DnsblClassifyCodes, Blocklists) {
    const std::vector<std::string> undocumented = {"a code that this list does not document"};
    List harmless = zen();
    harmless.weight = 0;
    expect_rows({
        {"one", zen(), {"127.0.0.2"}, State::listed, {"SBL"}, Severity::critical},
        {"two", zen(), {"127.0.0.4", "127.0.0.2"}, State::listed, {"SBL", "XBL"}, Severity::critical},
        {"a range says its meaning once",
         zen(),
         {"127.0.0.10", "127.0.0.11"},
         State::listed,
         {"PBL"},
         Severity::info},
        {"known beside unknown",
         zen(),
         {"127.0.0.77", "127.0.0.4"},
         State::listed,
         {"XBL"},
         Severity::warning},
        {"unknown", zen(), {"127.0.0.77"}, State::unknown_code, undocumented},
        {"127.0.0.1", zen(), {"127.0.0.1"}, State::unknown_code, undocumented},
        {"another octet", zen(), {"127.0.1.2"}, State::unknown_code, undocumented},
        {"weight 0", harmless, {"127.0.0.2"}, State::listed, {"SBL"}, Severity::info},
        {"one bit", bitmask(), {"127.0.0.8"}, State::listed, {"phishing"}, Severity::warning},
        {"two bits", bitmask(), {"127.0.0.72"}, State::listed, {"phishing", "abuse"}, Severity::warning},
        {"a known bit and an unknown one",
         bitmask(),
         {"127.0.0.66"},
         State::listed,
         {"abuse"},
         Severity::info},
        {"an unknown bit", bitmask(), {"127.0.0.2"}, State::unknown_code, undocumented},
        {"bits elsewhere", bitmask(), {"127.0.1.8"}, State::unknown_code, undocumented},
        {"no codes known", plain(), {"127.0.0.2"}, State::listed, {"listed"}, Severity::warning},
        {"no codes known, any", plain(), {"127.1.2.3"}, State::listed, {"listed"}, Severity::warning},
        {"no codes known, 127.0.0.1", plain(), {"127.0.0.1"}, State::unknown_code, undocumented},
        {"no codes known, light",
         plain(ListKind::ip_blocklist, 5),
         {"127.0.0.2"},
         State::listed,
         {"listed"},
         Severity::info},
    });
}

TEST(DnsblClassifyCodes, AllowlistsNeverList) {
    List list = plain(ListKind::ip_allowlist);
    list.codes = {meaning("127.0.*.3", "trusted", Severity::critical)};
    expect_rows({
        {"documented", list, {"127.0.5.3"}, State::allowed, {"trusted"}},
        {"undocumented",
         list,
         {"127.0.5.9"},
         State::unknown_code,
         {"a code that this list does not document"}},
        {"no codes known", plain(ListKind::domain_allowlist), {"127.0.0.2"}, State::allowed, {"listed"}},
    });
}

TEST(DnsblClassifyCodes, Scores) {
    struct ScoreRow {
        const char* what;
        List list;
        std::vector<std::string> records;
        State state;
        double score;
    };
    const auto by_code =
        scores(0, {meaning("127.0.0.10", "worst", Severity::info, -5),
                   meaning("127.0.0.20", "best", Severity::critical, 5), meaning("127.0.1.1", "a remark")});
    const auto by_octet = scores(4, {meaning("127.0.4.[0-100]", "score")});
    const auto mixed = scores(3, {meaning("127.*.*.0", "search engine", Severity::info, 0),
                                  meaning("127.*.*.[1-7]", "suspicious")});
    const ScoreRow rows[] = {
        {"by code", by_code, {"127.0.0.10"}, State::score, -5},
        {"a remark alone is no score", by_code, {"127.0.1.1"}, State::clean, 0},
        {"a remark beside a score", by_code, {"127.0.1.1", "127.0.0.20"}, State::score, 5},
        {"two scores, in either order", by_code, {"127.0.0.20", "127.0.0.10"}, State::score, -5},
        {"two scores, in either order", by_code, {"127.0.0.10", "127.0.0.20"}, State::score, -5},
        {"an undocumented code", by_code, {"127.0.0.11"}, State::unknown_code, 0},
        {"by octet", by_octet, {"127.0.4.93"}, State::score, 93},
        {"by octet, 0", by_octet, {"127.0.4.0"}, State::score, 0},
        {"by octet, out of range", by_octet, {"127.0.4.101"}, State::unknown_code, 0},
        {"by octet, another prefix", by_octet, {"127.0.0.93"}, State::unknown_code, 0},
        {"a refusal is no score", by_octet, {"127.255.255.255"}, State::refused, 0},
        {"octet 3", mixed, {"127.9.44.5"}, State::score, 44},
        {"a code's own score goes before the octet", mixed, {"127.9.44.0"}, State::score, 0},
        {"octet without codes", scores(4, {}), {"127.0.0.93"}, State::score, 93},
        {"nothing known", scores(0, {}), {"127.0.0.93"}, State::unknown_code, 0},
    };
    for (const auto& row : rows) {
        const auto seen = classify(row.list, addresses(row.records));
        EXPECT_EQ(to_string(seen.state), to_string(row.state)) << row.what;
        EXPECT_EQ(seen.score, row.score) << row.what;
        EXPECT_EQ(to_string(seen.severity), "ok") << row.what;
    }
}

TEST(DnsblClassifyErrors, OverruleEveryListing) {
    struct ErrorRow {
        std::vector<std::string> records;
        State state;
        std::optional<ErrorCause> cause;
        std::string meaning;
    };
    const std::string refuses = "an error code: the list refuses to answer this resolver";
    const std::string foreign = "an address outside 127.0.0.0/8: the zone is parked or the answer forged";
    const ErrorRow rows[] = {
        {{"127.255.255.254"}, State::refused, ErrorCause::resolver, refuses},
        {{"127.255.255.0"}, State::refused, ErrorCause::resolver, refuses},
        {{"127.255.255.255"}, State::refused, ErrorCause::quota, "error 127.255.255.255"},
        {{"127.255.255.252"}, State::broken, ErrorCause::query, "error 127.255.255.252"},
        {{"127.0.0.99"}, State::refused, ErrorCause::key, "error 127.0.0.99"},
        {{"127.0.0.2", "127.0.0.99"}, State::refused, ErrorCause::key, "error 127.0.0.99"},
        {{"127.0.0.2", "127.255.255.254"}, State::refused, ErrorCause::resolver, refuses},
        {{"192.0.2.1"}, State::broken, {}, foreign},
        {{"0.0.0.0"}, State::broken, {}, foreign},
        {{"255.255.255.255"}, State::broken, {}, foreign},
        {{"126.255.255.255"}, State::broken, {}, foreign},
        {{"128.0.0.0"}, State::broken, {}, foreign},
        {{"127.0.0.2", "10.0.0.1"}, State::broken, {}, foreign},
    };
    for (const auto& row : rows) {
        const auto seen = classify(zen(), addresses(row.records));
        EXPECT_EQ(to_string(seen.state), to_string(row.state)) << row.records[0];
        EXPECT_EQ(seen.cause, row.cause) << row.records[0];
        EXPECT_EQ(seen.meanings, std::vector<std::string>{row.meaning}) << row.records[0];
        EXPECT_EQ(to_string(seen.severity), "ok") << row.records[0];
    }
    EXPECT_EQ(classify(bitmask(), addresses({"127.0.0.9"})).state, State::refused);
}

TEST(DnsblClassifyOutcomes, OnlyStatementsAboutTheNameAreClean) {
    const std::pair<Outcome, State> rows[] = {
        {Outcome::nodata, State::clean},      {Outcome::nxdomain, State::clean},
        {Outcome::servfail, State::servfail}, {Outcome::refused, State::refused},
        {Outcome::timeout, State::timeout},   {Outcome::malformed, State::servfail},
        {Outcome::invalid, State::servfail},  {Outcome::cancelled, State::timeout},
        {Outcome::ok, State::servfail},  // without a record
    };
    for (const auto& [outcome, state] : rows)
        EXPECT_EQ(to_string(classify(zen(), test::outcome(outcome)).state), to_string(state))
            << to_string(outcome);
    EXPECT_EQ(classify(zen(), addresses({"::ffff:127.0.0.2"})).state, State::servfail);
}

TEST(DnsblClassifyCodes, AreSortedAndEachOnce) {
    const auto seen = classify(zen(), addresses({"127.0.0.4", "127.0.0.2", "127.0.0.4", "::1"}));
    EXPECT_EQ(seen.codes, (std::vector<std::uint32_t>{0x7f000002, 0x7f000004}));
    EXPECT_EQ(code_text(seen.codes[1]), "127.0.0.4");
}

TEST(DnsblClassifyStates, Names) {
    const std::pair<State, const char*> rows[] = {
        {State::clean, "clean"},     {State::listed, "listed"},     {State::allowed, "allowed"},
        {State::score, "score"},     {State::refused, "refused"},   {State::broken, "broken"},
        {State::timeout, "timeout"}, {State::servfail, "servfail"}, {State::unknown_code, "unknown_code"},
    };
    EXPECT_EQ(std::size(rows), state_count);
    for (const auto& [state, name] : rows) {
        EXPECT_EQ(to_string(state), name);
        EXPECT_EQ(is_definite(state), state <= State::score) << name;
    }
}

}  // namespace
}  // namespace reputed::dnsbl
