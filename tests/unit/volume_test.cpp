#include <array>
#include <random>

#include <gtest/gtest.h>

#include "agent/ledger.hpp"
#include "checks/mta/log/delivery_log.hpp"
#include "checks/mta/log/delivery_windows.hpp"
#include "checks/reputation/daily_volume.hpp"
#include "checks/reputation/volume_check.hpp"
#include "checks/reputation/volume_findings.hpp"
#include "config/utc.hpp"
#include "tests/support/fake_resolver.hpp"

// What logs say is counted by the real windows, and judged as the agent does it, in virtual time.
namespace reputed::volume {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::system_clock;

const Day first = std::chrono::year(2026) / 12 / 1;  // a Tuesday
constexpr auto noon = 12h;

class FakeLogs final : public mta::DeliveryLog {
  public:
    explicit FakeLogs(const char* mta = "opensmtpd") : mta_(mta) { forget(); }

    // `source` and `relay`: addresses, "" = not logged.
    void sent(system_clock::time_point time, const char* source, std::uint32_t recipients,
              const char* relay = "198.51.100.1", mta::DeliveryStatus status = mta::DeliveryStatus::sent) {
        mta::DeliveryEvent event;
        event.time = system_clock::to_time_t(time);
        event.status = status;
        event.recipients = recipients;
        event.source_ip = source;
        event.relay_ip = relay;
        now = std::max(now, time);
        windows_->attempt({event, mta::other_provider, {}, 0}, system_clock::to_time_t(now));
    }
    // As the agent does at its end and at its start.
    void restart() {
        const auto parts = windows_->all_parts();
        forget();
        for (const auto& part : parts)
            windows_->restore(part.name, *part.text);
    }
    void tidy() { windows_->take_changes(system_clock::to_time_t(now)); }

    std::shared_ptr<const mta::DeliveryView> view(std::string_view) const override {
        auto view = std::make_shared<mta::DeliveryView>();
        view->mta = mta_;
        view->log = "/var/log/mail.log";
        view->problem = problem;
        view->behind = behind;
        windows_->fill(*view, system_clock::to_time_t(now));
        return view;
    }
    std::vector<std::shared_ptr<const mta::DeliveryView>> views() const override { return {view(mta_)}; }

    system_clock::time_point now = first;
    std::string problem;
    std::uint64_t behind = 0;

  private:
    void forget() {
        windows_.emplace(
            std::shared_ptr<const mta::Classifier>(std::shared_ptr<void>(), &mta::Classifier::builtin()));
    }
    std::string mta_;
    std::optional<mta::DeliveryWindows> windows_;
};

Sender sender_with(std::vector<std::string> ips, std::optional<Day> warmup = {},
                   std::vector<std::uint64_t> plan = {}) {
    Sender sender;
    sender.name = "mail";
    for (const auto& ip : ips)
        sender.networks.push_back(IpNetwork::parse(ip).value());
    sender.warmup = warmup;
    sender.warmup_plan = std::move(plan);
    return sender;
}

Settings settings_of(std::vector<Sender> senders) {
    Settings settings;
    settings.senders = std::move(senders);
    return settings;
}

Report run(const Settings& settings, const mta::DeliveryLog* logs, system_clock::time_point now,
           const std::string& subject = "mail") {
    test::FakeResolver resolver;
    const ActiveLists lists;
    return volume_check().run(subject, {resolver, settings, lists, now, {}, logs});
}

std::optional<double> sample(const Report& report, std::string_view name, const std::string& ip) {
    for (const auto& one : report.samples)
        if (one.metric->name == name && one.values == std::vector{ip}) return one.value;
    return {};
}
std::optional<double> sent(const Report& report, const std::string& ip) {
    return sample(report, "reputed_sent_messages_today", ip);
}
std::optional<double> planned(const Report& report, const std::string& ip) {
    return sample(report, "reputed_warmup_planned_messages", ip);
}

// "SEVERITY MESSAGE" of each.
std::vector<std::string> told(const Report& report) {
    std::vector<std::string> out;
    for (const auto& finding : report.findings)
        out.push_back(std::string(to_string(finding.severity)) + ' ' + finding.message);
    return out;
}
using Lines = std::vector<std::string>;

TEST(VolumeCheck, HoldsAWarmUpAgainstItsPlan) {
    struct Row {
        int after_first;
        std::uint32_t messages;
        Lines told;
    };
    const std::string head = "192.0.2.25 sent ";
    const Row rows[] = {
        {3, 1240, {"warning " + head + "1,240 messages today, day 4 of its warm-up; the plan allows 400"}},
        {3, 480, {}},
        {3, 481, {"warning " + head + "481 messages today, day 4 of its warm-up; the plan allows 400"}},
        {0, 69, {}},
        {0, 70, {"warning " + head + "70 messages today, day 1 of its warm-up; the plan allows 50"}},
        {-1, 1, {"info " + head + "1 message today, and its warm-up begins only on 2026-12-01"}},
        {-1, 0, {}},
        {4, 100'000, {}},
    };
    const auto settings = settings_of({sender_with({"192.0.2.25"}, first, {50, 100, 200, 400})});
    for (const auto& row : rows) {
        FakeLogs logs;
        const auto now = first + days(row.after_first) + noon;
        if (row.messages > 0) logs.sent(now - 1h, "192.0.2.25", row.messages);
        const auto report = run(settings, &logs, now);
        EXPECT_EQ(told(report), row.told) << row.after_first << ' ' << row.messages;
        EXPECT_EQ(sent(report, "192.0.2.25"), row.messages);
        const auto plan = planned(report, "192.0.2.25");
        EXPECT_EQ(plan.has_value(), row.after_first < 4);
        for (const auto& finding : report.findings) {
            EXPECT_EQ(finding.code, "volume.over_plan");
            EXPECT_EQ(finding.subject, "192.0.2.25");
            EXPECT_FALSE(finding.remedy.empty());
        }
    }
}

TEST(VolumeCheck, TellsOfADayUntilTheNextOneIsOver) {
    const auto settings = settings_of({sender_with({"192.0.2.25"}, first, {50, 100, 200, 400})});
    FakeLogs logs;
    const auto midnight = first + days(3);
    logs.sent(midnight - 1s, "192.0.2.25", 900);
    EXPECT_EQ(told(run(settings, &logs, midnight - 1s)),
              Lines{"warning 192.0.2.25 sent 900 messages today, day 3 of its warm-up; the plan allows 200"});
    logs.sent(midnight + 1s, "192.0.2.25", 10);
    const auto next = run(settings, &logs, midnight + 1s);
    EXPECT_EQ(
        told(next),
        Lines{"warning 192.0.2.25 sent 900 messages yesterday, day 3 of its warm-up; the plan allowed 200"});
    EXPECT_EQ(sent(next, "192.0.2.25"), 10);
    EXPECT_EQ(planned(next, "192.0.2.25"), 400);
    logs.sent(midnight + 20h, "192.0.2.25", 2000);
    EXPECT_EQ(
        told(run(settings, &logs, midnight + 20h)),
        Lines{"warning 192.0.2.25 sent 2,010 messages today, day 4 of its warm-up; the plan allows 400"});
    EXPECT_TRUE(run(settings, &logs, midnight + 48h).findings.empty());
}

TEST(VolumeCheck, CountsAMessageForEachRecipientOnceWhenItsFateIsKnown) {
    using Status = mta::DeliveryStatus;
    const auto settings = settings_of({sender_with({"192.0.2.25"})});
    const auto now = first + noon;
    FakeLogs logs;
    logs.sent(now, "192.0.2.25", 3);
    logs.sent(now, "192.0.2.25", 5, "198.51.100.1", Status::deferred);
    logs.sent(now, "192.0.2.25", 7, "198.51.100.1", Status::bounced);
    logs.sent(now, "192.0.2.25", 11, "", Status::bounced);  // nobody was reached
    logs.sent(now, "192.0.2.25", 13, "198.51.100.1", Status::expired);
    logs.sent(now, "192.0.2.25", 17, "127.0.0.1");  // to a filter
    logs.sent(now, "192.0.2.25", 19, "::1");
    EXPECT_EQ(sent(run(settings, &logs, now), "192.0.2.25"), 10);
}

// Whose messages they are of which the log does not name the address.
TEST(VolumeCheck, GuessesNoAddress) {
    struct Row {
        const char* what;
        std::vector<Sender> senders;
        const char* source;
        const char* relay;
        std::map<std::string, double> sent;  // by address; of others there is no figure
        Lines subjects;                      // of the findings of the first sender
    };
    const auto warm = [](std::vector<std::string> ips, const char* name = "mail") {
        auto sender = sender_with(std::move(ips), first, {50});
        sender.name = name;
        return sender;
    };
    auto relayed = warm({"192.0.2.25"});
    relayed.via = "relay.example.net";
    const char* v4 = "198.51.100.1";
    const char* v6 = "2001:db8:1::1";
    const Row rows[] = {
        {"one address", {warm({"192.0.2.25"})}, "", v4, {{"192.0.2.25", 1000}}, {"192.0.2.25"}},
        {"one address, family unknown",
         {warm({"192.0.2.25"})},
         "",
         "",
         {{"192.0.2.25", 1000}},
         {"192.0.2.25"}},
        {"one of each family",
         {warm({"192.0.2.25", "2001:db8::25"})},
         "",
         v4,
         {{"192.0.2.25", 1000}, {"2001:db8::25", 0}},
         {"192.0.2.25"}},
        {"the other family",
         {warm({"192.0.2.25", "2001:db8::25"})},
         "",
         v6,
         {{"192.0.2.25", 0}, {"2001:db8::25", 1000}},
         {"2001:db8::25"}},
        {"one of each, family unknown", {warm({"192.0.2.25", "2001:db8::25"})}, "", "", {}, {"mail"}},
        {"several of one sender", {warm({"192.0.2.25", "192.0.2.26"})}, "", v4, {}, {"mail"}},
        {"a network", {warm({"192.0.2.16/28"})}, "", v4, {}, {"mail"}},
        {"several senders", {warm({"192.0.2.25"}), warm({"192.0.2.26"}, "other")}, "", v4, {}, {"mail"}},
        {"the same address twice",
         {warm({"192.0.2.25"}), warm({"192.0.2.25"}, "other")},
         "",
         v4,
         {{"192.0.2.25", 1000}},
         {"192.0.2.25"}},
        {"a relay's address", {relayed}, "", v4, {}, {"mail"}},
        {"named",
         {warm({"192.0.2.25", "192.0.2.26"})},
         "192.0.2.26",
         v4,
         {{"192.0.2.25", 0}, {"192.0.2.26", 1000}},
         {"192.0.2.26"}},
        {"named as mapped",
         {warm({"192.0.2.25"})},
         "::ffff:192.0.2.25",
         v4,
         {{"192.0.2.25", 1000}},
         {"192.0.2.25"}},
        {"behind NAT", {warm({"192.0.2.25"})}, "10.0.0.5", v4, {{"192.0.2.25", 1000}}, {"192.0.2.25"}},
        {"behind NAT, several", {warm({"192.0.2.25", "192.0.2.26"})}, "10.0.0.5", v4, {}, {"mail"}},
        {"somebody else's", {warm({"192.0.2.25"})}, "8.8.4.4", v4, {{"192.0.2.25", 0}}, {}},
        {"another sender's",
         {warm({"192.0.2.25"}), warm({"192.0.2.26"}, "other")},
         "192.0.2.26",
         v4,
         {{"192.0.2.25", 0}},
         {}},
    };
    const auto now = first + noon;
    for (const auto& row : rows) {
        FakeLogs logs;
        logs.sent(now, row.source, 1000, row.relay);
        const auto report = run(settings_of(row.senders), &logs, now);
        std::map<std::string, double> figures;
        for (const auto& one : report.samples)
            if (one.metric->name == "reputed_sent_messages_today") figures[one.values.front()] = one.value;
        EXPECT_EQ(figures, row.sent) << row.what;
        Lines subjects;
        for (const auto& finding : report.findings)
            subjects.push_back(finding.subject);
        EXPECT_EQ(subjects, row.subjects) << row.what;
    }
}

TEST(VolumeCheck, TheAddressesOfASenderMaySendThePlanEach) {
    const auto now = first + noon;
    const auto settings =
        settings_of({sender_with({"192.0.2.25", "192.0.2.26", "192.0.2.27"}, first, {400})});
    FakeLogs logs("postfix");
    logs.sent(now, "", 1440);
    EXPECT_TRUE(run(settings, &logs, now).findings.empty());
    logs.sent(now, "", 1);
    EXPECT_EQ(
        told(run(settings, &logs, now)),
        Lines{"warning mail sent 1,441 messages today, day 1 of its warm-up; the plan allows 1,200 (400 an "
              "address)"});
}

TEST(VolumeCheck, SaysThatAWarmUpCannotBeTold) {
    const auto now = first + noon;
    auto warm = sender_with({"192.0.2.25"}, first, {400});
    auto other = sender_with({"192.0.2.26"});
    other.name = "other";
    FakeLogs logs("postfix");
    logs.sent(now, "", 5);
    const std::string head = "unknown how much of the plan of its warm-up mail has sent cannot be told: ";
    EXPECT_EQ(
        told(run(settings_of({warm, other}), &logs, now)),
        Lines{head +
              "the log of postfix does not name the address that mail leaves from, and there are several"});
    EXPECT_TRUE(run(settings_of({warm, other}), &logs, now).findings[0].own_cause);
    EXPECT_TRUE(run(settings_of({warm, other}), &logs, now, "other").findings.empty()) << "no warm-up";
    EXPECT_EQ(told(run(settings_of({warm}), nullptr, now)), Lines{head + "no log of an MTA is followed"});
    EXPECT_TRUE(run(settings_of({warm}), nullptr, now - days(1)).findings.empty()) << "not yet";
    EXPECT_TRUE(run(settings_of({warm}), nullptr, now + days(1)).findings.empty()) << "over";

    warm.volume = 480;
    EXPECT_TRUE(run(settings_of({warm}), nullptr, now).findings.empty());
    warm.volume = 5000;
    const Lines given = {
        "warning by its configuration, mail sends 5,000 messages a day and address, on day 1 of its warm-up; "
        "the "
        "plan allows 400"};
    EXPECT_EQ(told(run(settings_of({warm}), nullptr, now)), given);
    EXPECT_EQ(told(run(settings_of({warm, other}), &logs, now)), given);
    EXPECT_TRUE(run(settings_of({warm}), &logs, now).findings.empty()) << "the log tells";
    EXPECT_TRUE(run(settings_of({warm}), nullptr, now - days(1)).findings.empty());
    EXPECT_FALSE(sent(run(settings_of({warm}), nullptr, now), "192.0.2.25").has_value()) << "nobody counted";
    EXPECT_EQ(planned(run(settings_of({warm}), nullptr, now), "192.0.2.25"), 400);
}

TEST(VolumeCheck, ALogThatCannotBeReadHoldsAll) {
    const auto now = first + noon;
    const auto settings = settings_of({sender_with({"192.0.2.25"}, first, {50})});
    FakeLogs logs;
    logs.sent(now, "192.0.2.25", 1000);
    for (const bool unreadable : {true, false}) {
        logs.problem = unreadable ? "/var/log/mail.log: permission denied" : "";
        logs.behind = unreadable ? 0 : 100'000'000;
        const auto report = run(settings, &logs, now);
        EXPECT_TRUE(report.findings.empty());
        ASSERT_EQ(report.holds.size(), 1U);
        EXPECT_EQ(report.holds[0].code + report.holds[0].subject, "");
        EXPECT_FALSE(sent(report, "192.0.2.25").has_value());
        EXPECT_EQ(planned(report, "192.0.2.25"), 50);
    }
    logs.behind = 100'000;
    EXPECT_EQ(run(settings, &logs, now).findings.size(), 1U) << "a busy log is always a little behind";
}

TEST(VolumeCheck, HasAJobForEachSenderThatCanBeJudged) {
    auto warm = sender_with({"192.0.2.25"}, first);
    auto other = sender_with({"192.0.2.26"});
    other.name = "other";
    auto settings = settings_of({warm, other});
    settings.mta.kind = MtaKind::postfix;
    const auto check = volume_check();
    settings.mta.log = {"/var/log/mail.log"};
    EXPECT_EQ(check.subjects(settings, {}), (Lines{"mail", "other"}));
    settings.mta.log = {"none"};
    EXPECT_EQ(check.subjects(settings, {}), Lines{"mail"});
    EXPECT_EQ(check.interval(settings, {}, "mail"), 5min);
    EXPECT_TRUE(run(settings, nullptr, first + noon, "gone").findings.empty());
}

DailyVolume volume_of(const std::vector<std::uint64_t>& counts) {
    DailyVolume volume;
    for (std::size_t i = 0; i < counts.size(); ++i)
        if (counts[i] > 0) volume[first + days(i)] = counts[i];
    return volume;
}

TEST(VolumeUsual, LooksAtFourWeeksAndAtNoPartOfADay) {
    struct Row {
        std::vector<std::uint64_t> before;
        int whole_since;   // days after the first
        std::size_t days;  // 0 = too few
        std::uint64_t busiest;
        std::uint64_t median;
    };
    const Row rows[] = {
        {{1, 2, 3, 4, 5, 6, 7}, 0, 7, 7, 4},
        {{1, 2, 3, 4, 5, 6, 7}, 1, 0, 0, 0},
        {{900, 1, 2, 3, 4, 5, 6, 7}, 1, 7, 7, 4},
        {{1, 2, 3, 4, 5, 6}, 0, 0, 0, 0},
        {{1, 0, 0, 2, 3, 4, 5, 0, 6, 8}, 0, 7, 8, 4},
        {{900, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10,
          10,  10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10},
         0,
         28,
         10,
         10},
        {{}, 0, 0, 0, 0},
    };
    for (const auto& row : rows) {
        const Day day = first + days(row.before.size());
        auto volume = volume_of(row.before);
        volume[day] = 100'000;
        volume[day + days(3)] = 200'000;  // the clock was ahead for a while
        const auto found = usual(volume, day, first + days(row.whole_since));
        ASSERT_EQ(found.has_value(), row.days > 0);
        if (!found) continue;
        EXPECT_EQ(found->days, row.days);
        EXPECT_EQ(found->busiest, row.busiest);
        EXPECT_EQ(found->median, row.median);
    }
}

TEST(VolumeUsual, SuddenIsFarAboveTheBusiestDayAndNeverSmall) {
    struct Row {
        std::uint64_t sent;
        std::uint64_t busiest;
        std::uint64_t median;
        bool sudden;
    };
    for (const auto& row :
         {Row{499, 10, 5, false}, Row{500, 10, 5, true}, Row{2000, 1000, 300, false},
          Row{2001, 1000, 300, true}, Row{2500, 1000, 900, false}, Row{2701, 1000, 900, true},
          Row{900, 1000, 100, false}, Row{UINT64_MAX, UINT64_MAX - 1, 1, false}})
        EXPECT_EQ(is_sudden(row.sent, {10, row.busiest, first, row.median}), row.sudden) << row.sent;
}

TEST(VolumeUsual, ASpikeIsToldWithItsNumbers) {
    const auto settings = settings_of({sender_with({"192.0.2.25"})});
    FakeLogs logs;
    for (int day = 0; day <= 9; ++day)
        logs.sent(first + days(day) + noon, "192.0.2.25", day == 4 ? 1550 : 900);
    const auto now = first + days(10) + noon;
    logs.sent(now, "192.0.2.25", 12'400);
    const auto report = run(settings, &logs, now);
    EXPECT_EQ(told(report), Lines{"warning 192.0.2.25 sent 12,400 messages today, 8 times as many as on the "
                                  "busiest day of the four "
                                  "weeks before: 1,550 on 2026-12-05"});
    const auto& finding = report.findings.at(0);
    EXPECT_EQ(finding.code, "volume.sudden");
    EXPECT_EQ(
        finding.evidence,
        "recipients counted in the log of opensmtpd, by days in UTC; median of the 9 days with mail: 900; "
        "the "
        "week before: 2026-12-04: 900, 2026-12-05: 1,550, 2026-12-06: 900, 2026-12-07: 900, 2026-12-08: 900, "
        "2026-12-09: 900, 2026-12-10: 900");
    EXPECT_NE(finding.remedy.find("stolen credentials"), std::string::npos);
    EXPECT_NE(finding.remedy.find("newsletter"), std::string::npos);
    logs.restart();
    EXPECT_EQ(told(run(settings, &logs, now)), told(report)) << "after a restart";
    EXPECT_EQ(told(run(settings, &logs, now - days(1))), Lines{}) << "the clock is set back a day";
    logs.sent(now + 12h, "192.0.2.25", 20);
    EXPECT_NE(told(run(settings, &logs, now + 12h)).at(0).find("sent 12,400 messages yesterday"),
              std::string::npos);
    EXPECT_EQ(told(run(settings, &logs, now + 36h)), Lines{});
}

TEST(VolumeUsual, AWarmUpIsHeldAgainstItsPlanAlone) {
    const auto settings = settings_of({sender_with({"192.0.2.25"}, first + days(8), {10'000, 20'000})});
    FakeLogs logs;
    for (int day = 0; day <= 8; ++day)
        logs.sent(first + days(day) + noon, "192.0.2.25", 100);
    const auto now = first + days(9) + noon;
    logs.sent(now, "192.0.2.25", 20'000);
    EXPECT_EQ(told(run(settings, &logs, now)), Lines{});
    logs.sent(now + days(1), "192.0.2.25", 90'000);
    EXPECT_EQ(
        told(run(settings, &logs, now + days(1))),
        Lines{"warning 192.0.2.25 sent 90,000 messages today, 4.5 times as many as on the busiest day of the "
              "four weeks before: 20,000 on 2026-12-10"});
}

// Reading a log for the first time shows days of the past; the first of them is a part of a day.
TEST(VolumeUsual, APastThatIsReadAtOnceCounts) {
    const auto settings = settings_of({sender_with({"192.0.2.25"})});
    FakeLogs logs;
    logs.now = first + days(8) + noon;
    logs.sent(first + noon, "192.0.2.25", 3);
    for (int day = 1; day <= 7; ++day)
        logs.sent(first + days(day) + noon, "192.0.2.25", 300);
    logs.sent(logs.now, "192.0.2.25", 1000);
    EXPECT_EQ(told(run(settings, &logs, logs.now)).size(), 1U);
    FakeLogs shorter;
    shorter.now = logs.now;
    for (int day = 1; day <= 7; ++day)
        shorter.sent(first + days(day) + noon, "192.0.2.25", 300);
    shorter.sent(logs.now, "192.0.2.25", 1000);
    EXPECT_EQ(told(run(settings, &shorter, logs.now)), Lines{}) << "six whole days";
}

// Mail of a day of a growing sender: weekdays, few on weekends, a newsletter each second Wednesday, chance.
std::uint32_t ordinary(int day, std::minstd_rand& chance) {
    constexpr std::array<double, 7> shares = {1, 1, 0.9, 0.8, 0.2, 0.1, 1.1};  // from Tuesday on
    const double growth = 1 + 2.0 * day / 365;
    const double noise = 0.7 + 0.6 * static_cast<double>(chance() % 1000) / 1000;
    const double newsletter = day % 14 == 1 ? 2.5 : 1;
    const double holidays = day >= 20 && day <= 34 ? 0.1 : 1;
    return static_cast<std::uint32_t>(1000 * shares[static_cast<std::size_t>(day % 7)] * growth * noise *
                                      newsletter * holidays);
}

// A year by the hour through the ledger as it alerts by default. `spike`: the day that is ten times as busy, -1 = none.
Lines year(int spike, bool restarts) {
    auto settings = std::make_shared<Settings>(settings_of({sender_with({"192.0.2.25"})}));
    FakeLogs logs;
    Ledger ledger(settings);
    const JobKey job{"volume", "mail"};
    std::minstd_rand chance(7);
    Lines lines;
    for (int day = 0; day < 365; ++day) {
        const auto messages = ordinary(day, chance) * (day == spike ? 10 : 1);
        for (int hour = 0; hour < 24; ++hour) {
            const auto now = first + days(day) + std::chrono::hours(hour) + 30min;
            logs.sent(now, "192.0.2.25", messages / 24);
            if (restarts && hour % 7 == 0) logs.restart();
            logs.tidy();
            for (const auto& transition : ledger.record(job, run(*settings, &logs, now), now).transitions)
                lines.push_back(std::string(to_string(transition.kind)) + ' ' + transition.finding.code +
                                ' ' + utc_text(transition.time, "%Y-%m-%d"));
        }
    }
    return lines;
}

TEST(VolumeYear, OfOrdinaryDaysIsSilent) {
    EXPECT_EQ(year(-1, false), Lines{});
}

TEST(VolumeYear, OneSpikeIsToldOnce) {
    const Lines once = {"opened volume.sudden 2027-06-22", "cleared volume.sudden 2027-06-24"};
    EXPECT_EQ(year(203, false), once);
    EXPECT_EQ(year(203, true), once) << "with restarts";
}

}  // namespace
}  // namespace reputed::volume
