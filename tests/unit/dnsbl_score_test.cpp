#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "agent/ledger.hpp"
#include "agent/rating.hpp"
#include "checks/dnsbl/dnsbl_check.hpp"
#include "tests/support/scripted_list.hpp"

// Score lists and allowlists of the catalogue: what each answer says, and what becomes of it.
namespace reputed::dnsbl {
namespace {

using test::addresses;
using test::outcome;
using test::ScriptedList;
using namespace std::chrono_literals;

const WallTime noon = WallTime{} + std::chrono::seconds(1795176000);
const std::string sender = "203.0.113.9";

List list_of(const std::string& name) {
    const auto* known = Catalogue::builtin().find(name);
    List list = known == nullptr ? generic_list(name) : test::with_key(*known);
    list.queries_per_second = 0;  // a test does not wait
    return list;
}

std::shared_ptr<const Settings> settings_of(const std::string& network) {
    auto settings = std::make_shared<Settings>();
    Sender one;
    one.name = "mail";
    one.networks.push_back(IpNetwork::parse(network).value());
    settings->senders = {one};
    return settings;
}

Report round_of(const ScriptedList& script, const std::string& network = sender) {
    test::FakeResolver resolver("localhost A 127.0.0.1");
    script.serve_on(resolver);
    ActiveLists lists;
    lists.lists = {script.list};
    const auto settings = settings_of(network);
    return dnsbl_check().run(script.list.name, {resolver, *settings, lists, noon, {}});
}

ScriptedList saying(const List& list, const Answer& answer) {
    return {.list = list, .targets = {{"9.113.0.203", answer}}};
}

std::string joined(const std::vector<std::string>& texts) {
    std::string out;
    for (const auto& text : texts)
        out += (out.empty() ? "" : "; ") + text;
    return out;
}

std::string level_name(const List& list, double score) {
    if (!list.scale) return "";
    return list.scale->levels[level_of(*list.scale, score, {})].name;
}

TEST(DnsblScoreLists, WhatEachAnswerSays) {
    struct Row {
        const char* list;
        std::vector<std::string> answer;
        State state;
        double score = 0;
        const char* level = "";
    };
    const Row rows[] = {
        {"score.senderscore.com", {"127.0.4.100"}, State::score, 100, "good"},
        {"score.senderscore.com", {"127.0.4.80"}, State::score, 80, "good"},
        {"score.senderscore.com", {"127.0.4.79"}, State::score, 79, "fair"},
        {"score.senderscore.com", {"127.0.4.70"}, State::score, 70, "fair"},
        {"score.senderscore.com", {"127.0.4.69"}, State::score, 69, "poor"},
        {"score.senderscore.com", {"127.0.4.0"}, State::score, 0, "poor"},
        {"score.senderscore.com", {"127.0.4.93", "127.0.4.62"}, State::score, 62, "poor"},
        {"score.senderscore.com", {"127.0.4.101"}, State::unknown_code},
        {"score.senderscore.com", {"127.0.4.255"}, State::unknown_code},
        {"score.senderscore.com", {"127.0.0.55"}, State::unknown_code},
        {"score.senderscore.com", {"127.255.255.255"}, State::refused},
        {"score.senderscore.com", {"127.0.4.98", "127.255.255.255"}, State::refused},
        {"score.senderscore.com", {"198.51.100.1"}, State::broken},
        {"rep.mailspike.net", {"127.0.0.10"}, State::score, -5, "very bad"},
        {"rep.mailspike.net", {"127.0.0.11"}, State::score, -4, "very bad"},
        {"rep.mailspike.net", {"127.0.0.12"}, State::score, -3, "bad"},
        {"rep.mailspike.net", {"127.0.0.13"}, State::score, 0, "neutral or good"},
        {"rep.mailspike.net", {"127.0.0.14"}, State::score, 0, "neutral or good"},
        {"rep.mailspike.net", {"127.0.0.15"}, State::score, 0, "neutral or good"},
        {"rep.mailspike.net", {"127.0.0.16"}, State::score, 0, "neutral or good"},
        {"rep.mailspike.net", {"127.0.0.17"}, State::score, 2, "neutral or good"},
        {"rep.mailspike.net", {"127.0.0.18"}, State::score, 3, "neutral or good"},
        {"rep.mailspike.net", {"127.0.0.19"}, State::score, 4, "neutral or good"},
        {"rep.mailspike.net", {"127.0.0.20"}, State::score, 5, "neutral or good"},
        {"rep.mailspike.net", {"127.0.0.2"}, State::unknown_code},
        {"rep.mailspike.net", {"127.0.0.21"}, State::unknown_code},
        {"rep.mailspike.net", {"127.255.255.254"}, State::refused},
        {"hostkarma.junkemailfilter.com", {"127.0.0.1"}, State::score, 2, "not bad"},
        {"hostkarma.junkemailfilter.com", {"127.0.0.2"}, State::score, -2, "black"},
        {"hostkarma.junkemailfilter.com", {"127.0.0.3"}, State::score, 0, "not bad"},
        {"hostkarma.junkemailfilter.com", {"127.0.0.4"}, State::score, -1, "brown"},
        {"hostkarma.junkemailfilter.com", {"127.0.0.5"}, State::score, 1, "not bad"},
        {"hostkarma.junkemailfilter.com",
         {"127.0.0.1", "127.0.1.1", "127.0.2.3"},
         State::score,
         2,
         "not bad"},
        {"hostkarma.junkemailfilter.com", {"127.0.0.5", "127.0.0.3"}, State::score, 0, "not bad"},
        {"hostkarma.junkemailfilter.com", {"127.0.0.1", "127.0.0.2"}, State::score, -2, "black"},
        {"hostkarma.junkemailfilter.com", {"127.0.1.2", "127.0.0.4"}, State::score, -1, "brown"},
        {"hostkarma.junkemailfilter.com", {"127.0.1.1"}, State::clean},
        {"hostkarma.junkemailfilter.com", {"127.0.2.1", "127.0.1.2"}, State::clean},
        {"hostkarma.junkemailfilter.com", {"127.0.0.6"}, State::unknown_code},
        {"dnsbl.httpbl.org", {"127.3.0.0"}, State::score, 0, "low"},
        {"dnsbl.httpbl.org", {"127.3.24.1"}, State::score, 24, "low"},
        {"dnsbl.httpbl.org", {"127.3.25.5"}, State::score, 25, "abuses the web"},
        {"dnsbl.httpbl.org", {"127.255.90.4"}, State::score, 90, "abuses the web"},
        {"dnsbl.httpbl.org", {"127.3.25.8"}, State::unknown_code},
        {"score.spfbl.net", {"127.0.0.2"}, State::unknown_code},
    };
    for (const auto& row : rows) {
        const List list = list_of(row.list);
        const auto what = classify(list, addresses(row.answer));
        const std::string title = std::string(row.list) + ' ' + joined(row.answer);
        EXPECT_EQ(to_string(what.state), to_string(row.state)) << title;
        if (what.state != State::score) continue;
        EXPECT_EQ(what.score, row.score) << title;
        EXPECT_EQ(level_name(list, what.score), row.level) << title;
    }
    for (const auto& list : Catalogue::builtin().lists())
        if (list.kind == ListKind::ip_score && list.name != "score.spfbl.net") {
            EXPECT_TRUE(list.scale) << list.name << " has no levels";
        }
}

TEST(DnsblScoreLists, DnswlTellsCategoryAndTrust) {
    struct Row {
        const char* list;
        const char* answer;
        State state;
        const char* meanings;
    };
    const Row rows[] = {
        {"list.dnswl.org", "127.0.2.3", State::allowed, "high trust; category: financial services"},
        {"list.dnswl.org", "127.0.3.0", State::allowed,
         "none: do not block outright; category: mail service providers"},
        {"list.dnswl.org", "127.0.4.1", State::allowed, "low trust; category: organisations and companies"},
        {"list.dnswl.org", "127.0.5.2", State::allowed, "medium trust; category: network providers"},
        {"list.dnswl.org", "127.0.6.1", State::allowed, "low trust; category: private servers"},
        {"list.dnswl.org", "127.0.7.1", State::allowed, "low trust; category: travel and leisure"},
        {"list.dnswl.org", "127.0.8.3", State::allowed, "high trust; category: public sector"},
        {"list.dnswl.org", "127.0.9.1", State::allowed, "low trust; category: media and technology"},
        {"list.dnswl.org", "127.0.10.3", State::allowed, "high trust; category: special cases"},
        {"list.dnswl.org", "127.0.11.2", State::allowed, "medium trust; category: education and science"},
        {"list.dnswl.org", "127.0.12.2", State::allowed, "medium trust; category: health care"},
        {"list.dnswl.org", "127.0.13.2", State::allowed, "medium trust; category: industry"},
        {"list.dnswl.org", "127.0.14.2", State::allowed, "medium trust; category: trade and services"},
        {"list.dnswl.org", "127.0.15.0", State::allowed,
         "none: do not block outright; category: e-mail marketing"},
        {"list.dnswl.org", "127.0.20.1", State::allowed, "low trust; category: entered by the owner"},
        {"list.dnswl.org", "127.0.16.1", State::unknown_code, "a code that this list does not document"},
        {"list.dnswl.org", "127.0.5.4", State::unknown_code, "a code that this list does not document"},
        {"list.dnswl.org", "127.0.1.1", State::unknown_code, "a code that this list does not document"},
        {"list.dnswl.org", "127.0.0.255", State::refused, "blocked for too many questions"},
        {"dwl.dnswl.org", "127.0.6.1", State::allowed, "low trust; category: private servers"},
        {"dwl.dnswl.org", "127.0.10.3", State::refused, "read as blocked, as other filters do"},
    };
    for (const auto& row : rows) {
        const auto what = classify(list_of(row.list), addresses({row.answer}));
        EXPECT_EQ(to_string(what.state), to_string(row.state)) << row.list << ' ' << row.answer;
        EXPECT_EQ(joined(what.meanings), row.meanings) << row.list << ' ' << row.answer;
    }
}

// It has an answer about 127.0.0.1, which other lists must not have.
TEST(DnsblScoreLists, HostkarmaIsProbedByWhatItAnswersAndNotThatItDoes) {
    const List list = list_of("hostkarma.junkemailfilter.com");
    ScriptedList script{.list = list, .listed_points = addresses({"127.0.0.2", "127.0.1.2"})};
    script.targets["1.0.0.127"] = addresses({"127.0.0.1", "127.0.1.1"});
    const auto health = [&](const ScriptedList& probed) {
        const auto questions = probes(list, 7);
        std::vector<Answer> answers;
        for (const auto& probe : questions)
            answers.push_back(probed.answer(probe.question));
        return to_string(judge(list, questions, answers).health);
    };
    EXPECT_EQ(health(script), "usable");
    script.others = addresses({"127.0.0.3"});
    EXPECT_EQ(health(script), "usable") << "yellow for whom it does not know";
    script.listed_points = script.others;
    EXPECT_EQ(health(script), "broken") << "the same for everybody";
    script.listed_points = outcome(Outcome::nxdomain);
    script.others = outcome(Outcome::nxdomain);
    EXPECT_EQ(health(script), "broken") << "its own point is gone";
}

// Who asks too much is told that everybody is to be trusted.
TEST(DnsblScoreLists, AnAllowlistThatTrustsEverybodyIsNotBelieved) {
    struct Row {
        const char* list;
        const char* answer;
        const char* health;
        const char* code;  // of the finding
    };
    const Row rows[] = {
        {"list.dnswl.org", "127.0.10.3", "refused", "dnsbl.list_refused"},
        {"list.dnswl.org", "127.0.5.3", "refused", "dnsbl.list_refused"},
        {"list.dnswl.org", "127.0.0.255", "refused", "dnsbl.list_refused"},
        {"list.dnswl.org", "127.0.0.9", "broken", "dnsbl.list_broken"},
        {"list.dnswl.org", "198.51.100.1", "broken", "dnsbl.list_broken"},
        {"dwl.dnswl.org", "127.0.10.3", "refused", "dnsbl.list_refused"},
        {"wl.mailspike.net", "127.0.0.20", "broken", "dnsbl.list_broken"},
        {"sa-trusted.bondedsender.org", "127.0.0.10", "broken", "dnsbl.list_broken"},
        {"sa-trusted.bondedsender.org", "127.255.255.255", "refused", "dns.resolver_refused"},
        {"dnswl.spfbl.net", "127.0.0.3", "broken", "dnsbl.list_broken"},
    };
    for (const auto& row : rows) {
        const List list = list_of(row.list);
        const Answer answer = addresses({row.answer});
        const ScriptedList everybody{.list = list,
                                     .targets = {{"9.113.0.203", answer}, {"mail.example.com", answer}},
                                     .clean_points = answer,
                                     .others = answer};
        test::FakeResolver resolver("localhost A 127.0.0.1");
        everybody.serve_on(resolver);
        ActiveLists lists;
        lists.lists = {list};
        auto settings = *settings_of(sender);
        settings.senders[0].domains = {"mail.example.com"};
        const auto report = dnsbl_check().run(list.name, {resolver, settings, lists, noon, {}});
        ASSERT_EQ(report.findings.size(), 1U) << row.list << ' ' << row.answer;
        EXPECT_EQ(report.findings[0].code, row.code) << row.list << ' ' << row.answer;
        EXPECT_FALSE(report.holds.empty()) << row.list;
        for (const auto& sample : report.samples) {
            if (sample.metric->name == "reputed_allowed" || sample.metric->name == "reputed_domain_allowed") {
                EXPECT_TRUE(std::isnan(sample.value)) << row.list << ' ' << row.answer;
            }
            if (sample.metric->name == "reputed_list_health" && sample.values[1] == row.health) {
                EXPECT_EQ(sample.value, 1) << row.list << ' ' << row.answer;
            }
        }
    }
}

// It was in order when it was probed, and ran over its quota while it was asked.
TEST(DnsblScoreLists, AnAllowlistThatBeginsToTrustEverybodyIsNotBelieved) {
    for (const auto* name : {"list.dnswl.org", "score.senderscore.com"}) {
        const ScriptedList script{.list = list_of(name)};
        const Answer same = addresses({script.list.kind == ListKind::ip_score ? "127.0.4.7" : "127.0.10.3"});
        bool over = false;
        test::FakeResolver resolver("localhost A 127.0.0.1");
        resolver.answer_below(name, [&](const Question& question) {
            over = over || question.name.starts_with("9.113.0.203.");
            return over ? same : script.answer(question);
        });
        ActiveLists lists;
        lists.lists = {script.list};
        const auto settings = settings_of(sender);
        const auto report = dnsbl_check().run(name, {resolver, *settings, lists, noon, {}});
        ASSERT_EQ(report.findings.size(), 1U) << name;
        EXPECT_TRUE(report.findings[0].code.starts_with("dnsbl.list_")) << report.findings[0].code;
        for (const auto& rating : report.ratings)
            EXPECT_TRUE(std::isnan(rating.value)) << name;
        for (const auto& sample : report.samples)
            if (sample.metric->name == "reputed_allowed" || sample.metric->name == "reputed_score") {
                EXPECT_TRUE(std::isnan(sample.value)) << name;
            }
    }
}

TEST(DnsblScoreRating, SaysWhatTheListAnswered) {
    const auto report = round_of(saying(list_of("rep.mailspike.net"), addresses({"127.0.0.11"})));
    EXPECT_TRUE(report.findings.empty());
    ASSERT_EQ(report.ratings.size(), 1U);
    const auto& rating = report.ratings[0];
    EXPECT_EQ(rating.subject + ' ' + rating.object, "203.0.113.9 rep.mailspike.net");
    EXPECT_EQ(rating.value, -4);
    EXPECT_EQ(rating.evidence, "9.113.0.203.rep.mailspike.net A 127.0.0.11: L4: very bad");
    EXPECT_EQ(rating.link, "https://mailspike.org/iplookup.html");
    EXPECT_EQ(
        rating.remedy,
        "Stop what costs the score: complaints, spam traps, unknown recipients, sudden volume. It follows "
        "what receivers see, within days to weeks; hardly anybody raises one on request.");
    const auto finding = finding_of(rating, level_of(*rating.scale, rating.value, {}));
    EXPECT_EQ(finding.code, "dnsbl.score");
    EXPECT_EQ(finding.severity, Severity::warning);
    EXPECT_EQ(finding.message, "The reputation of 203.0.113.9 is -4 at rep.mailspike.net: very bad");
}

TEST(DnsblScoreRating, ShowsNoKey) {
    const auto report = round_of(saying(list_of("dnsbl.httpbl.org"), addresses({"127.3.60.5"})));
    ASSERT_EQ(report.ratings.size(), 1U);
    EXPECT_EQ(report.ratings[0].value, 60);
    const auto& rating = report.ratings[0];
    for (const auto& text : {rating.evidence, rating.link, rating.object, rating.remedy})
        EXPECT_EQ(text.find("s3cr3tk3y"), std::string::npos) << text;
}

TEST(DnsblScoreRating, WhatCouldNotBeToldIsNoNumber) {
    const List list = list_of("score.senderscore.com");
    struct Row {
        const char* what;
        ScriptedList script;
        bool rated;  // with NaN; else there is no score
    };
    const Row rows[] = {
        {"no entry", saying(list, outcome(Outcome::nxdomain)), false},
        {"no data", saying(list, outcome(Outcome::nodata)), false},
        {"timeout", saying(list, outcome(Outcome::timeout)), true},
        {"servfail", saying(list, outcome(Outcome::servfail)), true},
        {"refused code", saying(list, addresses({"127.255.255.255"})), true},
        {"unknown code", saying(list, addresses({"127.0.4.200"})), true},
        {"all is refused",
         {.list = list, .others = addresses({"127.255.255.255"}), .zone_ns = outcome(Outcome::nodata)},
         true},
    };
    for (const auto& row : rows) {
        const auto report = round_of(row.script);
        ASSERT_EQ(report.ratings.size(), row.rated ? 1U : 0U) << row.what;
        if (row.rated) {
            EXPECT_TRUE(std::isnan(report.ratings[0].value)) << row.what;
        }
        EXPECT_EQ(report.holds.empty(), !row.rated) << row.what;
    }
    List plain = list;
    plain.scale = nullptr;
    EXPECT_TRUE(round_of(saying(plain, addresses({"127.0.4.3"}))).ratings.empty()) << "only shown";
}

// A day's score of a sender: about the good bound for months, then a fall, the poor bound, and the way back.
int score_of_day(int day) {
    const int sway = (day * 7 + day / 3) % 5 - 2;  // -2 to 2
    if (day < 120) return 80 + sway;
    if (day < 130) return 78 - (day - 120) * 2;
    if (day < 240) return 70 + sway;
    if (day < 300) return 76 + sway / 2;
    return 92 + sway;
}

// "opened info, changed warning": what the ledger tells over a year of four rounds a day.
std::vector<std::string> year_of(const List& list) {
    const auto settings = settings_of(sender);
    Ledger ledger(settings);
    const JobKey job{"dnsbl", list.name};
    std::vector<std::string> told;
    std::uint64_t next = 1;
    for (int round = 0; round < 365 * 4; ++round) {
        const WallTime now = noon + round * 6h;
        const auto code = "127.0.4." + std::to_string(score_of_day(round / 4));
        Answer answer = round % 9 == 5 ? outcome(Outcome::timeout) : addresses({code});
        for (const auto& transition : ledger.record(job, round_of(saying(list, answer)), now).transitions) {
            told.push_back(std::string(to_string(transition.kind)) + ' ' +
                           std::string(to_string(transition.finding.severity)));
            next = transition.id + 1;
        }
        if (round % 100 != 99) continue;
        Ledger after_restart(settings);
        after_restart.restore(ledger.entries(), {job}, 1, next);
        ledger = std::move(after_restart);
    }
    return told;
}

TEST(DnsblScoreYear, AScoreThatSwaysDoesNotFlapAndEachChangeIsToldOnce) {
    const List list = list_of("score.senderscore.com");
    const std::vector<std::string> expected = {"opened info", "changed warning", "changed info",
                                               "cleared info"};
    EXPECT_EQ(year_of(list), expected);

    List nervous = list;
    auto scale = *list.scale;
    scale.hysteresis = 0;
    nervous.scale = std::make_shared<const LevelScale>(scale);
    EXPECT_GT(year_of(nervous).size(), 15U) << "or the days do not sway at all";
}

TEST(DnsblScoreYear, AnOperatorsSeverityKeepsTheHysteresis) {
    auto settings = std::make_shared<Settings>();
    settings->alerts = AlertSettings::immediate();
    settings->severities.push_back({"dnsbl.score", "", "", Severity::critical});
    Ledger ledger(settings);
    const List list = list_of("score.senderscore.com");
    std::string told;
    for (const auto* code :
         {"127.0.4.90", "127.0.4.78", "127.0.4.82", "127.0.4.79", "127.0.4.82", "127.0.4.83"}) {
        const auto changes =
            ledger.record({"dnsbl", list.name}, round_of(saying(list, addresses({code}))), noon);
        for (const auto& transition : changes.transitions)
            told += std::string(to_string(transition.kind)) + ' ' + code + ", ";
    }
    EXPECT_EQ(told, "opened 127.0.4.78, cleared 127.0.4.83, ");
}

TEST(DnsblScoreYear, AnEntryThatIsGoneEndsItsFinding) {
    auto settings = std::make_shared<Settings>();
    settings->alerts = AlertSettings::immediate();
    Ledger ledger(settings);
    const List list = list_of("hostkarma.junkemailfilter.com");
    const auto tell = [&](const Answer& answer) {
        std::string told;
        const auto changes = ledger.record({"dnsbl", list.name}, round_of(saying(list, answer)), noon);
        for (const auto& one : changes.transitions)
            if (one.finding.code == "dnsbl.score")
                told += std::string(to_string(one.kind)) + ' ' + one.finding.message;
        return told;
    };
    EXPECT_EQ(tell(addresses({"127.0.0.2"})),
              "opened The colour of 203.0.113.9 is -2 at hostkarma.junkemailfilter.com: black");
    EXPECT_EQ(tell(outcome(Outcome::timeout)), "");
    EXPECT_EQ(tell(addresses({"127.255.255.254"})), "");
    EXPECT_EQ(tell(outcome(Outcome::nxdomain)),
              "cleared The colour of 203.0.113.9 is -2 at hostkarma.junkemailfilter.com: black");
}

}  // namespace
}  // namespace reputed::dnsbl
