#include "config/catalogue.hpp"

#include <algorithm>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "config/embedded.hpp"
#include "config/ip_address.hpp"

namespace reputed {
namespace {

bool any_code(const List& list, std::uint32_t answer) {
    return std::any_of(list.codes.begin(), list.codes.end(),
                       [&](const auto& c) { return c.pattern.matches(answer); });
}

bool any_error(const List& list, std::uint32_t answer) {
    return std::any_of(list.errors.begin(), list.errors.end(),
                       [&](const auto& e) { return e.pattern.matches(answer); });
}

std::vector<std::string> problems_of(std::string_view toml) {
    Problems problems;
    Catalogue::parse(toml, "lists.toml", problems);
    std::vector<std::string> lines;
    for (const auto& problem : problems)
        lines.push_back(problem.to_string());
    std::sort(lines.begin(), lines.end());
    return lines;
}

using Lines = std::vector<std::string>;

TEST(CatalogueBuiltin, ParsesWithoutProblem) {
    Problems problems;
    const auto catalogue = Catalogue::parse(embedded_lists_toml(), "config/lists.toml", problems);
    for (const auto& problem : problems)
        ADD_FAILURE() << problem.to_string();
    EXPECT_GT(catalogue.lists().size(), 100U);
    EXPECT_GT(catalogue.dead().size(), 40U);
    EXPECT_EQ(Catalogue::builtin().lists().size(), catalogue.lists().size());
}

TEST(CatalogueBuiltin, EveryListIsFitToBeAsked) {
    for (const auto& list : Catalogue::builtin().lists()) {
        SCOPED_TRACE(list.name);
        EXPECT_NE(list.status, ListStatus::own) << "status is missing";
        EXPECT_TRUE(is_domain_list(list.kind) || list.ipv4 || list.ipv6);
        EXPECT_FALSE(list.operator_name.empty() && list.note.empty());
        EXPECT_GE(list.interval_floor, std::chrono::minutes(5));
        EXPECT_EQ(list.name.find('{'), std::string::npos);
        if (list.status == ListStatus::doubtful) {
            EXPECT_LE(list.weight, 5);
        }
        if (is_allowlist(list.kind) || list.kind == ListKind::ip_score) {
            EXPECT_EQ(list.weight, 0);
            for (const auto& code : list.codes)
                EXPECT_LE(code.severity, Severity::info) << code.meaning;
        }
        for (const auto& point : list.test_clean)
            EXPECT_EQ(std::count(list.test_listed.begin(), list.test_listed.end(), point), 0) << point;
    }
}

TEST(CatalogueBuiltin, NoAnswerIsACodeAndAnErrorAtOnce) {
    const auto overlap = [](const CodePattern& a, const CodePattern& b) {
        if (a.bit != 0 || b.bit != 0) return a.bit == b.bit;
        for (std::size_t i = 0; i < 4; ++i)
            if (a.low[i] > b.high[i] || b.low[i] > a.high[i]) return false;
        return true;
    };
    for (const auto& list : Catalogue::builtin().lists())
        for (const auto& code : list.codes) {
            for (const auto& error : list.errors)
                EXPECT_FALSE(overlap(code.pattern, error.pattern))
                    << list.name << ' ' << code.pattern.to_string();
            for (std::uint32_t last = 0; last < 256; ++last)
                EXPECT_FALSE(code.pattern.matches(0x7fffff00 | last))
                    << list.name << ' ' << code.pattern.to_string();
        }
}

TEST(CatalogueBuiltin, SubsetsNameAListThatIsThere) {
    struct Row {
        const char* name;
        const char* whole;
    };
    const Row rows[] = {
        {"sbl.spamhaus.org", "zen.spamhaus.org"},
        {"cbl.abuseat.org", "zen.spamhaus.org"},
        {"zen.spamhaus.org", "zen.dq.spamhaus.net"},
        {"xbl.dq.spamhaus.net", "zen.dq.spamhaus.net"},
        {"authbl.dq.spamhaus.net", ""},
        {"dbl.spamhaus.org", "dbl.dq.spamhaus.net"},
        {"noptr.spamrats.com", "all.spamrats.com"},
        {"auth.spamrats.com", ""},
        {"grey.uribl.com", "multi.uribl.com"},
        {"white.uribl.com", ""},
        {"z.mailspike.net", "bl.mailspike.net"},
        {"dnsbl-1.uceprotect.net", ""},
    };
    const auto& catalogue = Catalogue::builtin();
    for (const auto& row : rows) {
        ASSERT_NE(catalogue.find(row.name), nullptr) << row.name;
        EXPECT_EQ(catalogue.find(row.name)->subset_of, row.whole) << row.name;
    }
    for (const auto& list : catalogue.lists())
        EXPECT_TRUE(list.subset_of.empty() || catalogue.find(list.subset_of) != nullptr) << list.name;
}

TEST(CatalogueBuiltin, SeverityFollowsWhatAListingDoes) {
    struct Row {
        const char* list;
        const char* answer;
        Severity severity;
    };
    const Row rows[] = {
        {"zen.spamhaus.org", "127.0.0.2", Severity::critical},
        {"zen.spamhaus.org", "127.0.0.4", Severity::critical},
        {"zen.spamhaus.org", "127.0.0.9", Severity::critical},
        {"zen.spamhaus.org", "127.0.0.11", Severity::warning},
        {"dbl.spamhaus.org", "127.0.1.104", Severity::critical},
        {"b.barracudacentral.org", "127.0.0.2", Severity::critical},
        {"bl.spamcop.net", "127.0.0.2", Severity::critical},
        {"dnsbl-1.uceprotect.net", "127.0.0.2", Severity::warning},
        {"dnsbl-3.uceprotect.net", "127.0.0.2", Severity::info},
        {"list.dnswl.org", "127.0.10.3", Severity::info},
    };
    for (const auto& row : rows) {
        const auto* const list = Catalogue::builtin().find(row.list);
        ASSERT_NE(list, nullptr) << row.list;
        const auto answer = IpAddress::parse(row.answer)->v4_value();
        const auto code = std::find_if(list->codes.begin(), list->codes.end(),
                                       [&](const auto& c) { return c.pattern.matches(answer); });
        ASSERT_NE(code, list->codes.end()) << row.list << ' ' << row.answer;
        EXPECT_EQ(code->severity, row.severity) << row.list << ' ' << row.answer;
    }
    EXPECT_EQ(Catalogue::builtin().find("dnsbl-3.uceprotect.net")->weight, 0);
}

TEST(CatalogueBuiltin, RefusalsAreErrorsAndNeverListings) {
    struct Row {
        const char* list;
        const char* answer;
        ErrorCause cause;
    };
    const Row rows[] = {
        {"zen.spamhaus.org", "127.255.255.252", ErrorCause::query},
        {"zen.spamhaus.org", "127.255.255.254", ErrorCause::resolver},
        {"zen.spamhaus.org", "127.255.255.255", ErrorCause::quota},
        {"zen.dq.spamhaus.net", "127.255.255.250", ErrorCause::key},
        {"dbl.spamhaus.org", "127.0.1.255", ErrorCause::query},
        {"multi.surbl.org", "127.0.0.1", ErrorCause::resolver},
        {"multi.uribl.com", "127.0.0.1", ErrorCause::resolver},
        {"list.dnswl.org", "127.0.0.255", ErrorCause::quota},
        {"dwl.dnswl.org", "127.0.10.3", ErrorCause::quota},
        {"all.spamrats.com", "127.0.0.2", ErrorCause::resolver},
        {"all.spamrats.com", "127.0.1.37", ErrorCause::resolver},
        {"dyna.spamrats.com", "127.0.0.38", ErrorCause::resolver},
        {"dnsbl.dronebl.org", "127.0.0.1", ErrorCause::query},
    };
    for (const auto& row : rows) {
        const auto* const list = Catalogue::builtin().find(row.list);
        ASSERT_NE(list, nullptr) << row.list;
        const auto answer = IpAddress::parse(row.answer)->v4_value();
        EXPECT_FALSE(any_code(*list, answer)) << row.list << ' ' << row.answer;
        const auto error = std::find_if(list->errors.begin(), list->errors.end(),
                                        [&](const auto& e) { return e.pattern.matches(answer); });
        ASSERT_NE(error, list->errors.end()) << row.list << ' ' << row.answer;
        EXPECT_EQ(error->cause, row.cause) << row.list << ' ' << row.answer;
    }
    // Real listings where other lists refuse.
    EXPECT_TRUE(any_code(*Catalogue::builtin().find("dnsbl.dronebl.org"), 0x7f0000ff));
    EXPECT_TRUE(any_code(*Catalogue::builtin().find("rbl.efnetrbl.org"), 0x7f000001));
    EXPECT_FALSE(any_error(*Catalogue::builtin().find("hostkarma.junkemailfilter.com"), 0x7f000001));
}

TEST(CatalogueBuiltin, ScoresComeFromAnOctetOrTheCode) {
    const auto& catalogue = Catalogue::builtin();
    EXPECT_EQ(catalogue.find("score.senderscore.com")->score_octet, 4);
    EXPECT_TRUE(any_code(*catalogue.find("score.senderscore.com"), 0x7f000464));   // 127.0.4.100
    EXPECT_FALSE(any_code(*catalogue.find("score.senderscore.com"), 0x7f000465));  // 127.0.4.101
    EXPECT_EQ(catalogue.find("rep.mailspike.net")->score_octet, 0);
    for (const auto& code : catalogue.find("rep.mailspike.net")->codes)
        EXPECT_TRUE(code.score) << code.meaning;
}

TEST(CatalogueBuiltin, LevelsOfEachScoreList) {
    struct Row {
        const char* list;
        const char* levels;
    };
    const Row rows[] = {
        {"score.senderscore.com", "sender score +3: good ok 80 0, fair info 70 5, poor warning 0 15, "},
        {"rep.mailspike.net",
         "reputation +0: neutral or good ok 0 0, bad info -3 5, very bad warning 0 10, "},
        {"hostkarma.junkemailfilter.com", "colour +0: not bad ok 0 0, brown info -1 3, black warning 0 8, "},
        {"dnsbl.httpbl.org", "web threat -4: low ok 24 0, abuses the web info 0 2, "},
        {"score.spfbl.net", ""},
        {"list.dnswl.org", ""},
    };
    for (const auto& row : rows) {
        const auto* const list = Catalogue::builtin().find(row.list);
        ASSERT_NE(list, nullptr) << row.list;
        std::ostringstream text;
        if (list->scale) {
            EXPECT_EQ(list->scale->code, "dnsbl.score");
            text << list->scale->what << (list->scale->higher_is_better ? " +" : " -")
                 << list->scale->hysteresis << ": ";
            for (const auto& level : list->scale->levels)
                text << level.name << ' ' << to_string(level.severity) << ' ' << level.bound << ' '
                     << level.takes << ", ";
        }
        EXPECT_EQ(text.str(), row.levels) << row.list;
    }
}

TEST(CatalogueBuiltin, WhoListsWholeNetworks) {
    const std::map<std::string, ListScope> wide = {
        {"dnsbl-2.uceprotect.net", ListScope::network}, {"dnsbl-3.uceprotect.net", ListScope::provider},
        {"nbl.0spam.org", ListScope::network},          {"bl-h2.rbl.polspam.pl", ListScope::network},
        {"bl-h3.rbl.polspam.pl", ListScope::provider},
    };
    for (const auto& list : Catalogue::builtin().lists()) {
        const auto found = wide.find(list.name);
        EXPECT_EQ(to_string(list.scope), to_string(found == wide.end() ? ListScope::address : found->second))
            << list.name;
    }
    for (const auto& [name, scope] : wide)
        EXPECT_NE(Catalogue::builtin().find(name), nullptr) << name;
}

TEST(CatalogueBuiltin, LinksHoldTheSubjectWhereThePageTakesIt) {
    const auto& catalogue = Catalogue::builtin();
    EXPECT_EQ(catalogue.find("zen.spamhaus.org")->lookup, "https://check.spamhaus.org/results/?query={ip}");
    EXPECT_EQ(catalogue.find("dbl.spamhaus.org")->lookup,
              "https://check.spamhaus.org/results/?query={domain}");
    EXPECT_EQ(catalogue.find("bl.spamcop.net")->lookup,
              "https://www.spamcop.net/w3m?action=checkblock&ip={ip}");
}

TEST(CatalogueFind, ByNameOrZone) {
    const auto& catalogue = Catalogue::builtin();
    ASSERT_NE(catalogue.find("zen.spamhaus.org"), nullptr);
    EXPECT_EQ(catalogue.find("ZEN.Spamhaus.ORG."), catalogue.find("zen.spamhaus.org"));
    ASSERT_NE(catalogue.find("zen.dq.spamhaus.net"), nullptr);
    EXPECT_EQ(catalogue.find("{key}.zen.dq.spamhaus.net"), catalogue.find("zen.dq.spamhaus.net"));
    EXPECT_TRUE(catalogue.find("zen.dq.spamhaus.net")->needs_key());
    ASSERT_NE(catalogue.find("dnsbl.httpbl.org"), nullptr);
    EXPECT_EQ(catalogue.find("dnsbl.httpbl.org")->zone, "{key}.{revip}.dnsbl.httpbl.org");
    for (const auto* name :
         {"", ".", "spamhaus.org", "xzen.spamhaus.org", "zen.spamhaus.org..", "secret.zen.dq.spamhaus.net"})
        EXPECT_EQ(catalogue.find(name), nullptr) << name;
}

TEST(CatalogueFindDead, ByNameOrSuffix) {
    const auto& catalogue = Catalogue::builtin();
    for (const auto* zone : {"dnsbl.sorbs.net", "foo.sorbs.net", "sorbs.net", "FOO.SORBS.NET.", "x.ahbl.org",
                             "x.njabl.org", "x.rfc-ignorant.org", "x.rfc-clueless.org", "x.dnsbl.net.au",
                             "ix.dnsbl.manitu.net", "0spam-n.fusionzero.com"}) {
        const auto* const dead = catalogue.find_dead(zone);
        ASSERT_NE(dead, nullptr) << zone;
        EXPECT_FALSE(dead->since.empty()) << zone;
        EXPECT_FALSE(dead->reason.empty()) << zone;
    }
    for (const auto* zone :
         {"hbl.dq.spamhaus.net", "secret.hbl.dq.spamhaus.net", "ebl.msbl.org", "uribl.rspamd.com"}) {
        const auto* const unsupported = catalogue.find_dead(zone);
        ASSERT_NE(unsupported, nullptr) << zone;
        EXPECT_EQ(unsupported->since, "") << zone;
        EXPECT_EQ(unsupported->reason.rfind("answers for hashes of ", 0), 0U) << zone;
    }
    for (const auto* zone :
         {"", "notsorbs.net", "sorbs.net.example", "net", "x.ix.dnsbl.manitu.net", "zen.spamhaus.org"})
        EXPECT_EQ(catalogue.find_dead(zone), nullptr) << zone;
}

TEST(CatalogueGeneric, FollowsRfc5782) {
    const auto list = generic_list("BL.Example.");
    EXPECT_EQ(list.zone, "bl.example");
    EXPECT_EQ(list.name, "bl.example");
    EXPECT_EQ(list.kind, ListKind::ip_blocklist);
    EXPECT_EQ(list.status, ListStatus::own);
    EXPECT_TRUE(list.ipv4 && list.ipv6);
    EXPECT_TRUE(list.codes.empty());
    EXPECT_EQ(list.test_listed, (Lines{"127.0.0.2", "::ffff:7f00:2"}));
    EXPECT_EQ(list.test_clean, (Lines{"127.0.0.1", "::ffff:7f00:1"}));
    EXPECT_EQ(generic_severity(list), Severity::warning);
    EXPECT_EQ(generic_severity(*Catalogue::builtin().find("dnsbl.zapbl.net")), Severity::info);
    EXPECT_EQ(generic_list("{key}.{revip}.bl.example").name, "bl.example");
}

TEST(CatalogueNames, RoundTrip) {
    for (const auto name : list_kind_names)
        EXPECT_EQ(to_string(parse_list_kind(name).value()), name);
    for (const auto name : access_names)
        EXPECT_EQ(to_string(parse_access(name).value()), name);
    for (const auto name : list_status_names)
        EXPECT_EQ(to_string(parse_list_status(name).value()), name);
    for (const auto name : error_cause_names)
        EXPECT_EQ(to_string(parse_error_cause(name).value()), name);
    for (const auto name : list_scope_names)
        EXPECT_EQ(to_string(parse_list_scope(name).value()), name);
    EXPECT_EQ(to_string(ListKind::domain_allowlist), "domain-allowlist");
    EXPECT_EQ(to_string(Access::paid_key), "paid-key");
    EXPECT_FALSE(parse_list_kind("hash-blocklist"));
    EXPECT_FALSE(parse_access(""));
}

TEST(CatalogueParse, ReadsEveryKey) {
    Problems problems;
    const auto catalogue = Catalogue::parse(R"(
[[list]]
zone = "{key}.{revip}.BL.example."
kind = "ip-score"
families = ["ipv6"]
operator = "Example"
website = "https://bl.example/"
lookup = "https://bl.example/?q={ip}"
access = "rate-limited"
status = "doubtful"
weight = 7
interval_floor = "90s"
queries_per_second = 0.5
queries_per_day = 1000
score_octet = 3
test_listed = ["127.0.0.2", "::ffff:7f00:2"]
test_clean = ["127.0.0.1"]
codes = [{ code = "bit2", meaning = "two", severity = "critical", score = -1.5 }, { code = "127.0.0.9", meaning = "nine" }]
errors = [{ code = "127.0.0.255", meaning = "no", cause = "quota" }, { code = "127.0.0.254", meaning = "no" }]
note = "a note"
[[dead]]
zone = "old.example"
suffix = true
since = "2020"
reason = "gone"
)",
                                            "f", problems);
    ASSERT_TRUE(problems.empty()) << problems.front().to_string();
    ASSERT_EQ(catalogue.lists().size(), 1U);
    const auto& list = catalogue.lists().front();
    EXPECT_EQ(list.zone, "{key}.{revip}.bl.example");
    EXPECT_EQ(list.name, "bl.example");
    EXPECT_EQ(list.kind, ListKind::ip_score);
    EXPECT_FALSE(list.ipv4);
    EXPECT_TRUE(list.ipv6);
    EXPECT_EQ(list.operator_name, "Example");
    EXPECT_EQ(list.access, Access::rate_limited);
    EXPECT_EQ(list.status, ListStatus::doubtful);
    EXPECT_EQ(list.weight, 7);
    EXPECT_EQ(list.interval_floor, std::chrono::seconds(90));
    EXPECT_EQ(list.queries_per_second, 0.5);
    EXPECT_EQ(list.queries_per_day, 1000U);
    EXPECT_EQ(list.score_octet, 3);
    EXPECT_EQ(list.test_listed.size(), 2U);
    ASSERT_EQ(list.codes.size(), 2U);
    EXPECT_EQ(list.codes[0].severity, Severity::critical);
    EXPECT_EQ(list.codes[0].score, -1.5);
    EXPECT_EQ(list.codes[1].severity, Severity::warning);
    ASSERT_EQ(list.errors.size(), 2U);
    EXPECT_EQ(list.errors[0].cause, ErrorCause::quota);
    EXPECT_EQ(list.errors[1].cause, ErrorCause::resolver);
    EXPECT_EQ(list.note, "a note");
    EXPECT_TRUE(catalogue.find_dead("x.old.example")->suffix);
}

TEST(CatalogueParse, SaysWhatIsWrongAndWhere) {
    struct Row {
        const char* line;  // the fifth of a list, beside zone, kind and weight
        const char* message;
    };
    const Row rows[] = {
        {"wieght = 3", "5:1: unknown key \"wieght\": did you mean \"weight\"?"},
        {"colour = 3", "5:1: unknown key \"colour\""},
        {"note = 3", "5:8: \"note\" must be a string, not an integer"},
        {"access = \"payed\"",
         "5:10: \"access\" must be one of free, free-noncommercial, rate-limited, registration, paid-key, "
         "unknown, not "
         "\"payed\""},
        {"families = \"ipv4\"", "5:12: \"families\" must be a list, not a string"},
        {"families = [\"ipv5\"]", "5:13: \"families\" must hold \"ipv4\" or \"ipv6\", not \"ipv5\""},
        {"families = []", "5:12: \"families\" must hold \"ipv4\", \"ipv6\" or both"},
        {"website = \"javascript:alert(1)\"",
         "5:11: \"website\" must be an http or https address, not \"javascript:alert(1)\""},
        {"lookup = \"https://bl.example/?{domain}\"",
         "5:10: \"lookup\" holds {domain}, which ip-blocklist does not have"},
        {"interval_floor = 900", "5:18: \"interval_floor\" must be a string, not an integer"},
        {"interval_floor = \"0s\"",
         "5:18: \"interval_floor\" must be a duration of 1s or more, like \"15m\", not \"0s\""},
        {"queries_per_second = -1", "5:22: \"queries_per_second\" must be a number, 0 to 1000000"},
        {"queries_per_second = nan", "5:22: \"queries_per_second\" must be a number, 0 to 1000000"},
        {"queries_per_day = 1.5", "5:19: \"queries_per_day\" must be an integer, not a decimal number"},
        {"score_octet = 5", "5:15: \"score_octet\" must be 1 to 4, not 5"},
        {"score_octet = 4", "5:15: \"score_octet\" is for lists of kind ip-score"},
        {"test_listed = [\"test\"]",
         "5:16: \"test_listed\" of an IP list must hold IP addresses, not \"test\""},
        {"test_clean = [1]", "5:15: \"test_clean\" must hold strings, not an integer"},
        {"codes = [7]", "5:10: \"codes\" must hold tables, not an integer"},
        {"codes = [{ code = \"127.0.0.2\" }]", "5:10: \"meaning\" is missing"},
        {"codes = [{ code = \"127.0.0.2\", meaning = \"\" }]", "5:42: \"meaning\" is empty"},
        {"codes = [{ code = \"127.0.0\", meaning = \"x\" }]",
         "5:19: \"code\" must be like \"127.0.0.2\", \"127.0.0.5-127.0.0.7\", \"127.0.[2-15].*\" or "
         "\"bit4\", not "
         "\"127.0.0\""},
        {"codes = [{ code = \"127.*.*.*\", meaning = \"x\" }]",
         "5:19: \"code\" reaches into 127.255.255.0/24, where every answer is an error"},
        {"codes = [{ code = \"127.0.0.2\", meaning = \"x\", severity = \"unknown\" }]",
         "5:58: \"severity\" must be one of ok, info, warning, critical, not \"unknown\""},
        {"codes = [{ code = \"127.0.0.2\", meaning = \"x\", score = 1 }]",
         "5:55: \"score\" is for lists of kind ip-score"},
        {"codes = [{ code = \"127.0.0.2\", meaning = \"x\", cause = \"key\" }]",
         "5:47: unknown key \"cause\""},
        {"errors = [{ code = \"127.0.0.2\", meaning = \"x\", cause = \"money\" }]",
         "5:56: \"cause\" must be one of resolver, quota, key, query, not \"money\""},
        {"subset_of = \"none.example\"", "5:13: \"subset_of\" names no list of this file: \"none.example\""},
        {"subset_of = \"bl.example\"", "5:13: \"subset_of\" goes in a circle"},
    };
    for (const auto& row : rows) {
        const auto toml =
            std::string("[[list]]\nzone = \"bl.example\"\nkind = \"ip-blocklist\"\nweight = 1\n") + row.line;
        EXPECT_EQ(problems_of(toml), Lines{std::string("lists.toml:") + row.message}) << row.line;
    }
}

TEST(CatalogueParse, SaysWhatIsWrongWithAZone) {
    struct Row {
        const char* zone;
        const char* message;
    };
    const Row rows[] = {
        {"", "\"zone\" is not a DNS name (only {key} and {revip} are filled in)"},
        {"a..b", "\"zone\" is not a DNS name (only {key} and {revip} are filled in)"},
        {"bl example", "\"zone\" is not a DNS name (only {key} and {revip} are filled in)"},
        {"{ip}.bl.example", "\"zone\" is not a DNS name (only {key} and {revip} are filled in)"},
        {"x{key}.bl.example", "\"zone\" is not a DNS name (only {key} and {revip} are filled in)"},
        {"{key}.{key}.bl.example", "\"zone\" holds a placeholder twice"},
        {"bl.example.{key}", "\"zone\" ends with a placeholder"},
        {"{key}", "\"zone\" ends with a placeholder"},
    };
    for (const auto& row : rows) {
        const auto toml = std::string("[[list]]\nkind = \"ip-blocklist\"\nzone = \"") + row.zone + '"';
        EXPECT_EQ(problems_of(toml), Lines{std::string("lists.toml:3:8: ") + row.message}) << row.zone;
    }
    std::string zone = "bl.example";
    while (zone.size() < 190)
        zone = "label." + zone;
    EXPECT_EQ(problems_of("[[list]]\nkind = \"ip-blocklist\"\nzone = \"" + zone + '"'),
              Lines{"lists.toml:3:8: \"zone\" is too long for a DNS zone"});
}

TEST(CatalogueParse, ReportsEveryProblemAndLeavesTheEntryOut) {
    const std::string_view toml = R"([[list]]
kind = "ip-blocklst"
weight = 101
[[list]]
zone = "a.example"
kind = "domain-blocklist"
test_listed = ["127.0.0.2"]
[[list]]
zone = "b.example"
kind = "ip-blocklist"
[[list]]
zone = "B.example."
kind = "ip-blocklist"
[[list]]
zone = "x.old.example"
kind = "ip-blocklist"
[[dead]]
zone = "old.example"
suffix = true
since = "2020"
reason = "gone"
[[dead]]
zone = "older.example"
[[unsupported]]
zone = "odd.example"
since = "2020"
reason = "odd"
[lists]
)";
    Problems problems;
    const auto catalogue = Catalogue::parse(toml, "lists.toml", problems);
    EXPECT_EQ(
        problems_of(toml),
        (Lines{
            "lists.toml:12:8: \"zone\" is described twice",
            "lists.toml:15:8: \"zone\" is declared dead or unsupported as well",
            "lists.toml:1:1: \"zone\" is missing",
            "lists.toml:22:1: \"reason\" is missing",
            "lists.toml:22:1: \"since\" is missing",
            "lists.toml:26:1: unknown key \"since\"",
            "lists.toml:28:2: unknown key \"lists\": did you mean \"list\"?",
            "lists.toml:2:8: \"kind\" must be one of ip-blocklist, ip-allowlist, ip-score, domain-blocklist, "
            "domain-allowlist, not \"ip-blocklst\"",
            "lists.toml:3:10: \"weight\" must be 0 to 100, not 101",
            "lists.toml:7:16: \"test_listed\" of a domain list must hold domain names, not \"127.0.0.2\"",
        }));
    ASSERT_EQ(catalogue.lists().size(), 1U);
    EXPECT_EQ(catalogue.lists().front().name, "b.example");
    EXPECT_EQ(catalogue.dead().size(), 1U);
}

TEST(CatalogueParse, RefusesSubsetsOfAnotherKindAndCircles) {
    EXPECT_EQ(
        problems_of("[[list]]\nzone = \"a.example\"\nkind = \"ip-blocklist\"\nsubset_of = \"b.example\"\n"
                    "[[list]]\nzone = \"b.example\"\nkind = \"ip-score\"\n"),
        Lines{"lists.toml:4:13: \"subset_of\" names a list of another kind: \"b.example\""});
    EXPECT_EQ(
        problems_of("[[list]]\nzone = \"a.example\"\nkind = \"ip-blocklist\"\nsubset_of = \"b.example\"\n"
                    "[[list]]\nzone = \"b.example\"\nkind = \"ip-blocklist\"\nsubset_of = \"a.example\"\n"),
        (Lines{"lists.toml:4:13: \"subset_of\" goes in a circle",
               "lists.toml:8:13: \"subset_of\" goes in a circle"}));
}

TEST(CatalogueParse, NamesThePlaceOfBrokenToml) {
    const auto lines = problems_of("[[list]]\nzone = \"a.example\n");
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines.front().rfind("lists.toml:2:", 0), 0U) << lines.front();
    EXPECT_EQ(problems_of("list = 3"), Lines{"lists.toml:1:8: \"list\" must be a list, not an integer"});
    EXPECT_EQ(problems_of(""), Lines{});
}

TEST(CatalogueParse, NeverShowsAKeyInAZone) {
    for (const auto* toml :
         {"[[list]]\nzone = \"s3cret..zen.example\"\nkind = \"x\"\n",
          "[[list]]\nzone = \"s3cret.zen.example\"\nkind = \"ip-blocklist\"\n"
          "[[list]]\nzone = \"s3cret.zen.example\"\nkind = \"ip-blocklist\"\nsubset_of = \"no.example\"\n"}) {
        const auto lines = problems_of(toml);
        EXPECT_FALSE(lines.empty());
        for (const auto& line : lines)
            EXPECT_EQ(line.find("s3cret"), std::string::npos) << line;
    }
}

}  // namespace
}  // namespace reputed
