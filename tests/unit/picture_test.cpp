#include "agent/picture.hpp"

#include <chrono>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "agent/own_jobs.hpp"
#include "agent/rating.hpp"

namespace reputed {
namespace {

using namespace std::chrono_literals;
using enum Severity;

using Lines = std::vector<std::string>;

const WallTime noon = WallTime{} + std::chrono::seconds(1795176000);
const MetricInfo listed_family{"reputed_listed", SampleType::gauge, "", {"ip", "list"}};
const std::string ip = "192.0.2.25";

List list_of(std::string name, int weight, ListKind kind = ListKind::ip_blocklist) {
    List list;
    list.zone = list.name = std::move(name);
    list.weight = weight;
    list.kind = kind;
    list.ipv6 = true;
    return list;
}

Sender sender_of(std::string name, const std::vector<std::string>& networks,
                 std::vector<std::string> domains = {}) {
    Sender sender;
    sender.name = std::move(name);
    for (const auto& network : networks)
        sender.networks.push_back(IpNetwork::parse(network).value());
    sender.domains = std::move(domains);
    return sender;
}

// Lists of weights that take 20, 10, 5 and 45 when a listing is a warning, and one about domains.
std::vector<List> usual_lists() {
    return {list_of("forty.test", 40), list_of("twenty.test", 20), list_of("ten.test", 10),
            list_of("ninety.test", 90), list_of("dbl.test", 80, ListKind::domain_blocklist)};
}

// Ledger, series and picture as the agent has them, driven minute by minute.
class World {
  public:
    explicit World(std::vector<Sender> senders, AlertSettings alerts = {}) : ledger_(nullptr) {
        settings.senders = std::move(senders);
        settings.alerts = alerts;
        lists.lists = usual_lists();
        configure();
    }
    void configure() {
        used_settings_ = std::make_shared<const Settings>(settings);
        used_lists_ = std::make_shared<const ActiveLists>(lists);
        ledger_.use(used_settings_);
    }
    // The list answers about every address and lists these.
    void list_says(const std::string& list, const std::vector<std::string>& listed,
                   Severity severity = warning) {
        Report report;
        for (const auto& one : listed) {
            Finding finding;
            finding.code = "dnsbl.listed";
            finding.subject = one;
            finding.object = list;
            finding.severity = severity;
            report.findings.push_back(std::move(finding));
        }
        std::vector<Sample> answers;
        for (const auto& sender : settings.senders)
            for (const auto& address : sender.addresses())
                answers.push_back({&listed_family, {address.to_string(), list}, 0});
        series_.record({"dnsbl", list}, std::move(answers));
        for (int i = 0; i < settings.alerts.confirm; ++i) {
            auto again = report;
            ledger_.record({"dnsbl", list}, std::move(again), now);
        }
        if (settings.alerts.clear > settings.alerts.confirm)
            ledger_.record({"dnsbl", list}, std::move(report), now);
    }
    void all_lists_say_nothing() {
        for (const auto& list : lists.lists)
            list_says(list.name, {});
    }
    void other_finding(const std::string& code, const std::string& subject, const std::string& object,
                       Severity severity) {
        Report report;
        Finding finding;
        finding.code = code;
        finding.subject = subject;
        finding.object = object;
        finding.severity = severity;
        report.findings.push_back(std::move(finding));
        for (int i = 0; i < settings.alerts.confirm; ++i) {
            auto again = report;
            ledger_.record({code, subject + object}, std::move(again), now);
        }
    }
    // One run of the job; what the ledger tells, as "opened [poor severity] message".
    Lines run(std::chrono::seconds later = 60s) {
        now += later;
        auto report =
            picture_->draw(picture_->gather(ledger_, series_, used_settings_, used_lists_), memory, now);
        if (report.memory) memory = *report.memory;
        findings = report.findings;
        holds = report.holds;
        samples.clear();
        for (const auto& sample : report.samples) {
            auto& text = samples[sample.metric->name];
            for (const auto& value : sample.values)
                text += value + ' ';
            text += std::to_string(static_cast<int>(sample.value)) + "\n";
        }
        Lines lines;
        for (const auto& transition : ledger_.record(reputation_job, std::move(report), now).transitions)
            lines.push_back(std::string(to_string(transition.kind)) + " [" +
                            std::string(to_string(transition.finding.severity)) + "] " +
                            transition.finding.message);
        return lines;
    }
    Lines run_times(int times, std::chrono::seconds gap = 60s) {
        Lines all;
        for (int i = 0; i < times; ++i)
            for (auto& line : run(gap))
                all.push_back(std::move(line));
        return all;
    }
    // Everything but what is on disk is lost.
    void restart() {
        auto entries = ledger_.entries();
        std::set<JobKey> jobs;
        for (const auto& entry : entries)
            for (const auto& observation : entry.observations)
                jobs.insert(observation.job);
        jobs.insert(reputation_job);
        Ledger other(used_settings_);
        other.restore(std::move(entries), {jobs.begin(), jobs.end()}, 1000, ledger_.revision() + 10);
        ledger_ = std::move(other);
        picture_ = std::make_unique<Picture>();
    }
    Reputation of(const std::string& address) const {
        const auto found = picture_->reputations()->find(address);
        return found == picture_->reputations()->end() ? Reputation{-1, 0, {}} : found->second;
    }
    Ledger& ledger() { return ledger_; }

    Settings settings;
    ActiveLists lists;
    WallTime now = noon;
    std::string memory;
    std::vector<Finding> findings;
    std::vector<Hold> holds;
    std::map<std::string_view, std::string> samples;

  private:
    std::shared_ptr<const Settings> used_settings_;
    std::shared_ptr<const ActiveLists> used_lists_;
    Ledger ledger_;
    Series series_;
    std::unique_ptr<Picture> picture_ = std::make_unique<Picture>();
};

// At 100, and known to be so for long.
World quiet_world(AlertSettings alerts = {}, std::vector<Sender> senders = {sender_of("main", {ip})}) {
    World world(std::move(senders), alerts);
    world.all_lists_say_nothing();
    EXPECT_EQ(world.run_times(10), Lines{});
    return world;
}

TEST(Picture, AFallTellsItsCausesAndARiseWhatIsGone) {
    World world = quiet_world();
    EXPECT_EQ(world.of(ip).score, 100);
    world.list_says("forty.test", {ip});
    EXPECT_EQ(world.run_times(5), Lines{}) << "80 is good";
    EXPECT_EQ(world.samples["reputed_reputation_score"], "192.0.2.25 80\n");
    world.list_says("twenty.test", {ip});
    EXPECT_EQ(world.run(), Lines{}) << "seen once";
    EXPECT_EQ(world.run(), Lines{"opened [info] The reputation of 192.0.2.25 fell from 100 (good) to 70 "
                                 "(fair): listed on forty.test "
                                 "-20, listed on twenty.test -10"});
    EXPECT_EQ(world.samples["reputed_reputation_level"], "192.0.2.25 1\n");
    EXPECT_EQ(world.samples["reputed_reputation_deduction"], "192.0.2.25 lists 30\n");
    EXPECT_EQ(world.run_times(20), Lines{});
    world.list_says("ninety.test", {ip});
    EXPECT_EQ(
        world.run_times(5),
        Lines{"changed [critical] The reputation of 192.0.2.25 fell from 70 (fair) to 25 (bad): listed on "
              "ninety.test -45"});
    EXPECT_EQ(
        world.findings.at(0).evidence,
        "25 of 100 now: listed on ninety.test -45, listed on forty.test -20, listed on twenty.test -10");
    const auto text = world.findings.at(0).message;
    world.list_says("ten.test", {ip});
    EXPECT_EQ(world.run_times(5), Lines{});
    EXPECT_EQ(world.findings.at(0).message, text) << "the same until the next change of level";
    EXPECT_EQ(world.of(ip).score, 20);
    world.list_says("ninety.test", {});
    EXPECT_EQ(world.run_times(5), Lines{"changed [info] The reputation of 192.0.2.25 rose from 20 (bad) to "
                                        "65 (fair): no longer listed on "
                                        "ninety.test +45"});
    world.list_says("twenty.test", {});
    world.list_says("forty.test", {});
    EXPECT_EQ(world.run_times(5), Lines{"cleared [info] The reputation of 192.0.2.25 rose from 65 (fair) to "
                                        "95 (good): no longer listed on "
                                        "forty.test +20, no longer listed on twenty.test +10"});
    EXPECT_EQ(world.findings.size(), 0U);
}

TEST(Picture, ABetterLevelNeedsTheMargin) {
    World world = quiet_world(AlertSettings::immediate());
    world.list_says("forty.test", {ip});
    world.list_says("ten.test", {ip});
    EXPECT_EQ(world.run().size(), 1U) << "75: fair";
    world.list_says("ten.test", {});
    EXPECT_EQ(world.run_times(5), Lines{}) << "80 is not past the bound by 5";
    EXPECT_EQ(world.of(ip).level, 1U);
    world.list_says("forty.test", {});
    EXPECT_EQ(world.run_times(3), Lines{"cleared [info] The reputation of 192.0.2.25 rose from 75 (fair) to "
                                        "100 (good): no longer listed on "
                                        "forty.test +20, no longer listed on ten.test +5"});
}

TEST(Picture, ASlowSlideNamesAllCausesOfTheDay) {
    World world = quiet_world();
    world.list_says("ten.test", {ip});
    EXPECT_EQ(world.run_times(5 * 60), Lines{});
    world.list_says("twenty.test", {ip});
    EXPECT_EQ(world.run_times(10 * 60), Lines{});
    world.list_says("forty.test", {ip});
    EXPECT_EQ(world.run_times(2), Lines{"opened [info] The reputation of 192.0.2.25 fell from 100 (good) to "
                                        "65 (fair): listed on forty.test "
                                        "-20, listed on twenty.test -10, listed on ten.test -5"});
    World older = quiet_world();
    older.list_says("ten.test", {ip});
    EXPECT_EQ(older.run_times(30 * 60), Lines{});
    older.list_says("forty.test", {ip});
    EXPECT_EQ(older.run_times(2), Lines{"opened [info] The reputation of 192.0.2.25 fell from 95 (good) to "
                                        "75 (fair): listed on forty.test "
                                        "-20"})
        << "what is older than a day is not news";
}

TEST(Picture, TwoFallsBeforeItIsToldAreOne) {
    World world = quiet_world();
    world.list_says("forty.test", {ip});
    world.list_says("ten.test", {ip});
    EXPECT_EQ(world.run(), Lines{});
    world.list_says("twenty.test", {ip});
    world.list_says("ninety.test", {ip});
    EXPECT_EQ(
        world.run_times(3),
        Lines{"opened [critical] The reputation of 192.0.2.25 fell from 100 (good) to 20 (bad): listed on "
              "ninety.test -45, listed on forty.test -20, listed on twenty.test -10, listed on ten.test -5"});
}

TEST(Picture, ADipThatNobodyIsToldOfLeavesTheText) {
    World world = quiet_world();
    world.list_says("forty.test", {ip});
    world.list_says("twenty.test", {ip});
    world.run_times(3);
    const auto text = world.findings.at(0).message;
    world.list_says("ninety.test", {ip});
    EXPECT_EQ(world.run(), Lines{});
    EXPECT_NE(world.findings.at(0).message, text);
    world.list_says("ninety.test", {});
    EXPECT_EQ(world.run_times(5), Lines{});
    EXPECT_EQ(world.findings.at(0).message, text);
}

TEST(Picture, WhatIsFoundAtFirstIsNoFall) {
    World world({sender_of("main", {ip})}, AlertSettings::immediate());
    world.settings.alerts.confirm_after = 60s;
    world.configure();
    world.all_lists_say_nothing();
    EXPECT_EQ(world.run(), Lines{});
    world.list_says("ninety.test", {ip});
    EXPECT_EQ(world.run(),
              Lines{"opened [warning] The reputation of 192.0.2.25 is 55 (poor): listed on ninety.test -45"});
}

TEST(Picture, UnknownUntilListsOfHalfTheWeightHaveAnswered) {
    World world = quiet_world();
    World young({sender_of("main", {ip, "2001:db8::25"})});
    EXPECT_EQ(young.run(), Lines{});
    EXPECT_EQ(young.of(ip).score, -1);
    ASSERT_EQ(young.holds.size(), 2U);
    EXPECT_EQ(young.holds[0].code, "reputation.level");
    EXPECT_TRUE(young.samples.empty());
    young.list_says("forty.test", {ip});
    young.list_says("twenty.test", {});
    young.list_says("dbl.test", {});
    EXPECT_EQ(young.run(), Lines{}) << "60 of 160";
    EXPECT_EQ(young.of(ip).score, -1);
    young.lists.lists[3].ipv6 = false;
    young.configure();
    young.run();
    EXPECT_EQ(young.of("2001:db8::25").score, 100) << "60 of the 70 of its family";
    EXPECT_EQ(young.of(ip).score, -1);
    young.list_says("ninety.test", {});
    young.run();
    EXPECT_EQ(young.of(ip).score, 80);
    EXPECT_EQ(young.samples["reputed_reputation_score"], "192.0.2.25 80\n2001:db8::25 100\n");
    young.lists.lists.clear();
    young.configure();
    young.run();
    EXPECT_EQ(young.of(ip).score, -1) << "where nobody is asked, nothing is known";
}

TEST(Picture, WhatCannotBeToldAnyMoreIsHeld) {
    World world = quiet_world();
    world.list_says("ninety.test", {ip});
    ASSERT_EQ(world.run_times(3).size(), 1U);
    world.lists.lists = {list_of("other.test", 50)};
    world.configure();
    EXPECT_EQ(world.run_times(5), Lines{});
    EXPECT_EQ(world.of(ip).score, -1);
    EXPECT_EQ(world.ledger().findings(world.now).size(), 2U);
}

TEST(Picture, NothingIsToldTwiceAfterARestart) {
    World world = quiet_world();
    world.list_says("forty.test", {ip});
    world.list_says("twenty.test", {ip});
    ASSERT_EQ(world.run_times(3).size(), 1U);
    const auto text = world.findings.at(0).message;
    world.restart();
    EXPECT_EQ(world.run(3600s), Lines{});
    EXPECT_EQ(world.of(ip).score, 70) << "at once";
    EXPECT_EQ(world.findings.at(0).message, text);
    EXPECT_EQ(world.run_times(3), Lines{});
    world.restart();
    world.list_says("ninety.test", {ip});
    EXPECT_EQ(
        world.run_times(3),
        Lines{"changed [critical] The reputation of 192.0.2.25 fell from 70 (fair) to 25 (bad): listed on "
              "ninety.test -45"});
    World lost = quiet_world();
    lost.list_says("ninety.test", {ip});
    ASSERT_EQ(lost.run_times(3).size(), 1U);
    const auto before = lost.findings.at(0).message;
    for (const std::string memory : {"", "reputation 1\n192.0.2.25 9 9 9\n\xff", "reputation 1\n"}) {
        lost.memory = memory;
        lost.restart();
        EXPECT_EQ(lost.run_times(3), Lines{});
        EXPECT_EQ(lost.findings.at(0).message, before) << "the ledger has it";
    }
}

TEST(Picture, APlainAddressNeedsNextToNoMemory) {
    World world = quiet_world({}, {sender_of("main", {"192.0.2.0/24", "2001:db8::/120"})});
    EXPECT_EQ(world.memory, "reputation 1\n+ 192.0.2.0-192.0.2.255 2001:db8::-2001:db8::ff\n");
    world.list_says("ninety.test", {ip});
    world.restart();
    EXPECT_EQ(
        world.run_times(3),
        Lines{"opened [warning] The reputation of 192.0.2.25 fell from 100 (good) to 55 (poor): listed on "
              "ninety.test -45"});
    EXPECT_EQ(world.memory.substr(0, 70),
              "reputation 1\n+ 192.0.2.0-192.0.2.24 192.0.2.26-192.0.2.255 2001:db8::-");
}

TEST(Picture, AReloadThatRemovesAnAddressSaysSo) {
    World world = quiet_world({}, {sender_of("main", {ip, "192.0.2.26"})});
    world.list_says("ninety.test", {ip, "192.0.2.26"});
    ASSERT_EQ(world.run_times(3).size(), 2U);
    world.settings.senders = {sender_of("main", {"192.0.2.26"})};
    world.configure();
    EXPECT_EQ(world.run_times(3), Lines{"cleared [warning] The reputation of 192.0.2.25 is no longer "
                                        "watched: no sender has the address"});
    EXPECT_EQ(world.of(ip).score, -1);
    EXPECT_EQ(world.memory.find("192.0.2.25"), std::string::npos);
    EXPECT_EQ(world.of("192.0.2.26").score, 55);
}

TEST(Picture, WhomAFindingConcerns) {
    const auto seven = sender_of("seven", {"192.0.2.7"}, {"mail.seven.example"});
    const auto both = sender_of("both", {"192.0.2.7", "192.0.2.8"}, {"eight.example"});
    World world = quiet_world(AlertSettings::immediate(), {seven, both});
    world.other_finding("dnsbl.listed", "seven.example", "dbl.test", warning);
    world.other_finding("delivery.error_rate", "postfix", "", critical);
    world.run();
    EXPECT_EQ(world.of("192.0.2.7").score, 80) << "through the organizational domain of one of its domains";
    EXPECT_EQ(world.of("192.0.2.8").score, 100);
    world.other_finding("dnsbl.listed", "eight.example", "dbl.test", critical);
    world.other_finding("dnsbl.listed", "stranger.example", "dbl.test", critical);
    world.run();
    EXPECT_EQ(world.of("192.0.2.7").score, 70) << "one list counts once";
    EXPECT_EQ(world.of("192.0.2.8").score, 70);

    World alone = quiet_world(AlertSettings::immediate());
    alone.other_finding("delivery.error_rate", "postfix", "", critical);
    alone.other_finding("dnsbl.listed", "stranger.example", "dbl.test", critical);
    alone.other_finding("dnsbl.listed", "192.0.2.99", "ninety.test", critical);
    alone.run();
    EXPECT_EQ(alone.of(ip).score, 85) << "it can be of no other address";
}

TEST(Picture, RulesOfSeverityAndMutes) {
    World world = quiet_world(AlertSettings::immediate());
    world.settings.severities.push_back({"reputation.level", "", "", Severity::info});
    MuteRule mute;
    mute.code = "dnsbl.listed";
    world.settings.mutes.push_back(mute);
    world.configure();
    world.list_says("ninety.test", {ip});
    EXPECT_EQ(world.run_times(3),
              Lines{"opened [info] The reputation of 192.0.2.25 fell from 100 (good) to 55 (poor): listed on "
                    "ninety.test -45"})
        << "receivers know nothing of a mute";
    world.list_says("forty.test", {ip});
    world.list_says("twenty.test", {ip});
    EXPECT_EQ(world.run_times(3), Lines{});
    EXPECT_EQ(
        world.findings.at(0).message,
        "The reputation of 192.0.2.25 fell from 55 (poor) to 25 (bad): listed on forty.test -20, listed on "
        "twenty.test -10");
}

// Listings come and go for a year; what is told is compared with what the numbers alone say.
TEST(Picture, AYearOfDays) {
    auto alerts = AlertSettings::immediate();
    alerts.flap_count = 1000;
    World world = quiet_world(alerts);
    const std::pair<const char*, int> lists[] = {
        {"forty.test", 20}, {"twenty.test", 10}, {"ten.test", 5}, {"ninety.test", 45}};
    std::mt19937 random(6);
    bool on[4] = {};
    std::size_t level = 0;
    int told = 0;
    for (int day = 0; day < 365; ++day) {
        for (std::size_t i = 0; i < 4; ++i) {
            if (random() % 5 != 0) continue;
            on[i] = !on[i];
            world.list_says(lists[i].first,
                            on[i] ? std::vector<std::string>{ip} : std::vector<std::string>{});
        }
        int score = 100;
        for (std::size_t i = 0; i < 4; ++i)
            score -= on[i] ? lists[i].second : 0;
        const int bounds[] = {80, 60, 30};
        std::size_t next = 0;
        while (next < 3 && score < bounds[next] + (next < level ? 5 : 0))
            ++next;
        if (day % 30 == 7) world.restart();
        const auto lines = world.run_times(8, 3h);
        if (next == level) {
            EXPECT_EQ(lines, Lines{}) << "day " << day;
            continue;
        }
        ASSERT_EQ(lines.size(), 1U) << "day " << day;
        ++told;
        const char* kind = level == 0 ? "opened" : next == 0 ? "cleared" : "changed";
        EXPECT_TRUE(lines[0].starts_with(kind)) << lines[0];
        const auto& levels = reputation::scale().levels;
        EXPECT_NE(lines[0].find(std::string(next > level ? "fell" : "rose") + " from "), std::string::npos)
            << lines[0];
        EXPECT_NE(lines[0].find("(" + levels[level].name + ") to " + std::to_string(score) + " (" +
                                levels[next].name + "): "),
                  std::string::npos)
            << lines[0];
        level = next;
        EXPECT_EQ(world.of(ip).score, score);
        EXPECT_EQ(world.of(ip).level, level);
    }
    EXPECT_GT(told, 60);
    EXPECT_LT(world.memory.size(), 1000U);
}

TEST(Picture, TenThousandAddressesInTroubleFitIntoAMemory) {
    World world = quiet_world({}, {sender_of("main", {"10.0.0.0/19", "2001:db8:1234:5678::/117"})});
    std::vector<std::string> all;
    for (const auto& address : world.settings.senders[0].addresses())
        all.push_back(address.to_string());
    ASSERT_EQ(all.size(), 10'240U);
    world.list_says("forty.test", all);
    world.list_says("twenty.test", all);
    EXPECT_EQ(world.run_times(3).size(), all.size());
    EXPECT_GT(world.memory.size(), 100'000U);
    EXPECT_LE(world.memory.size(), 1'048'576U);
    world.restart();
    EXPECT_EQ(world.run(), Lines{});
    world.list_says("ninety.test", {all[0], all.back()});
    const auto lines = world.run_times(3);
    ASSERT_EQ(lines.size(), 2U);
    for (const auto& line : lines)
        EXPECT_NE(line.find(" fell from 70 (fair) to 25 (bad): listed on ninety.test -45"), std::string::npos)
            << line;
}

}  // namespace
}  // namespace reputed
