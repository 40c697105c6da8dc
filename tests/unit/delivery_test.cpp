#include <gtest/gtest.h>

#include "agent/rating.hpp"
#include "checks/mta/log/delivery_findings.hpp"
#include "checks/mta/log/delivery_log.hpp"
#include "checks/mta/log/delivery_metrics.hpp"
#include "checks/mta/log/delivery_windows.hpp"
#include "checks/mta/log/list_blame.hpp"
#include "checks/mta/log/sent_from.hpp"
#include "checks/mta/log/sources_check.hpp"
#include "tests/support/fake_resolver.hpp"

namespace reputed::mta {
namespace {

constexpr std::int64_t now = 1'795'284'600;  // 2026-11-21 18:10:00 UTC

std::shared_ptr<const Classifier> classifier() {
    return {std::shared_ptr<void>(), &Classifier::builtin()};
}

// A log that is being followed, without the log.
class Followed {
  public:
    Followed() : windows(classifier()), judge_(Classifier::builtin()) {}

    void attempts(DeliveryStatus status, const char* host, const char* reply, std::uint32_t count,
                  std::int64_t time = now - 60, const char* source = "") {
        DeliveryEvent event;
        event.status = status;
        event.relay_host = host;
        event.reply = reply;
        event.recipients = count;
        event.time = time;
        event.source_ip = source;
        event.delay = 2;
        windows.attempt(judge_.judge(event), now);
    }
    DeliveryView view(std::int64_t at = now) const {
        DeliveryView view;
        view.mta = "postfix";
        windows.fill(view, at);
        return view;
    }
    Report report(std::int64_t at = now) const {
        Report report;
        add_delivery_findings(view(at), at, report);
        return report;
    }

    DeliveryWindows windows;

  private:
    Judge judge_;
};

constexpr const char* gmail = "gmail-smtp-in.l.google.com";
constexpr const char* unauthenticated =
    "550-5.7.26 Your email has been blocked because the sender is unauthenticated. 550 5.7.26 SPF "
    "[example.jp] with ip: "
    "[122.219.43.142] = did not pass user@example.jp";

TEST(DeliveryTest, SaysWhoRefusesUsForWhatSinceWhenAndHowMuch) {
    Followed log;
    log.attempts(DeliveryStatus::sent, gmail, "250 OK", 63, now - 10 * 3600);
    log.attempts(DeliveryStatus::bounced, gmail, unauthenticated, 1, now - 8 * 3600 - 56 * 60);
    log.attempts(DeliveryStatus::bounced, gmail, unauthenticated, 36);
    const auto report = log.report();
    ASSERT_EQ(report.findings.size(), 1U);
    const auto& finding = report.findings[0];
    EXPECT_EQ(finding.code, "delivery.refused");
    EXPECT_EQ(finding.subject, "postfix");
    EXPECT_EQ(finding.object, "gmail/auth_failed");
    EXPECT_EQ(finding.severity, Severity::warning);
    EXPECT_EQ(finding.message,
              "Gmail refuses us for missing authentication since 09:14 UTC, 37 % of attempts");
    EXPECT_EQ(finding.evidence.find("user@"), std::string::npos);
    EXPECT_NE(finding.evidence.find("[122.219.43.142]"), std::string::npos);
    EXPECT_NE(finding.link, "");
}

TEST(DeliveryTest, WeighsARefusalByItsShare) {
    struct Row {
        std::uint32_t sent;
        std::uint32_t refused;
        const char* host;
        const char* reply;
        const char* severity;  // "" = no finding
    };
    const char* listed =
        "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org";
    const char* unknown = "550 5.1.1 User unknown";
    const Row rows[] = {
        {100, 1, gmail, unauthenticated, "info"},        {100, 2, gmail, unauthenticated, "info"},
        {10, 3, gmail, unauthenticated, "warning"},      {10, 10, gmail, unauthenticated, "critical"},
        {1, 9, gmail, unauthenticated, "warning"},       {100, 50, gmail, unknown, ""},
        {100, 2, "mx.small.example", listed, ""},        {100, 3, "mx.small.example", listed, "info"},
        {50, 10, "mx.small.example", listed, "warning"},
    };
    for (const auto& row : rows) {
        Followed log;
        log.attempts(DeliveryStatus::sent, row.host, "250 OK", row.sent, now - 7200);
        log.attempts(DeliveryStatus::bounced, row.host, row.reply, row.refused);
        const auto report = log.report();
        EXPECT_EQ(report.findings.empty() ? "" : to_string(report.findings[0].severity), row.severity)
            << row.host << ' ' << row.reply << ' ' << row.refused << " of " << row.sent + row.refused;
    }
}

TEST(DeliveryTest, ARefusalEndsWhenMailIsTakenAgain) {
    Followed log;
    log.attempts(DeliveryStatus::deferred, gmail, unauthenticated, 5, now - 4 * 3600);
    EXPECT_EQ(log.report().findings.size(), 1U) << "nothing was taken since";
    EXPECT_NE(log.report().findings[0].message.find("Gmail puts us off for missing authentication"),
              std::string::npos);
    log.attempts(DeliveryStatus::sent, gmail, "250 OK", 1, now - 600);
    EXPECT_TRUE(log.report().findings.empty());
    log.attempts(DeliveryStatus::deferred, gmail, unauthenticated, 1, now - 300);
    EXPECT_EQ(log.report().findings.size(), 1U);
    EXPECT_TRUE(log.report(now + 86'400).findings.empty()) << "a day later nobody knows";
}

const Rating* rating(const Report& report, std::string_view code, std::string_view object = "") {
    for (const auto& one : report.ratings)
        if (one.scale->code == code && one.object == object) return &one;
    return nullptr;
}

TEST(DeliveryTest, HoldsTheErrorRateAgainstItsLimit) {
    struct Row {
        std::uint32_t sent;
        std::uint32_t bounced;
        double percent;  // -1 = too few to tell
    };
    for (const auto& row : {Row{99, 0, -1}, Row{100, 0, 0}, Row{96, 4, -1}, Row{95, 5, 5}, Row{970, 30, 3},
                            Row{969, 31, 3.1}}) {
        Followed log;
        log.attempts(DeliveryStatus::sent, "mx.example.com", "250 OK", row.sent);
        if (row.bounced > 0)
            log.attempts(DeliveryStatus::bounced, "mx.example.com", "550 5.1.1 User unknown", row.bounced);
        const auto report = log.report();
        const auto* rate = rating(report, "delivery.error_rate");
        EXPECT_EQ(rate == nullptr ? -1 : rate->value, row.percent) << row.sent << '+' << row.bounced;
        if (rate == nullptr) continue;
        const auto level = level_of(*rate->scale, rate->value, {});
        EXPECT_EQ(rate->scale->levels[level].severity, row.percent > 3 ? Severity::warning : Severity::ok);
    }
    Followed log;
    log.attempts(DeliveryStatus::sent, gmail, "250 OK", 46);
    log.attempts(DeliveryStatus::bounced, gmail, "550 5.1.1 User unknown", 6);
    const auto report = log.report();
    ASSERT_NE(rating(report, "delivery.error_rate", "gmail"), nullptr);
    EXPECT_EQ(finding_of(*rating(report, "delivery.error_rate", "gmail"), 2).message,
              "The error rate of postfix is 11.5 % at gmail: far above the limit of 3 %");
    EXPECT_EQ(rating(report, "delivery.error_rate"), nullptr);
}

TEST(DeliveryTest, TellsOfAFloodOfDeferredMail) {
    Followed log;
    log.attempts(DeliveryStatus::sent, "mx.example.com", "250 OK", 10);
    log.attempts(DeliveryStatus::deferred, "mx.example.com",
                 "connect to mx.example.com[192.0.2.1]:25: Connection timed out", 90);
    const auto report = log.report();
    const auto* share = rating(report, "delivery.deferral_rate");
    ASSERT_NE(share, nullptr);
    EXPECT_EQ(share->value, 90);
    EXPECT_NE(share->evidence.find("90 of 100 attempts within an hour; within a day: connection 90"),
              std::string::npos)
        << share->evidence;
    EXPECT_EQ(rating(log.report(now + 7200), "delivery.deferral_rate"), nullptr);
}

TEST(DeliveryTest, ALogThatCannotBeReadIsUnknown) {
    Followed log;
    auto view = log.view();
    view.problem = "/var/log/mail.log: Permission denied";
    Report report;
    add_delivery_findings(view, now, report);
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].severity, Severity::unknown);
    EXPECT_EQ(report.findings[0].message,
              "the log of postfix cannot be read: /var/log/mail.log: Permission denied");
    EXPECT_EQ(report.holds.size(), 3U);
}

std::uint64_t day_total(const DeliveryView& view) {
    std::uint64_t sum = 0;
    for (const auto& outcome : view.outcomes)
        sum += outcome.day;
    return sum;
}

TEST(DeliveryTest, CountsByTheTimeOfTheEvent) {
    Followed log;
    for (const auto age : {60, 7200, 85'000, 86'500, 400'000, -60, -7200})
        log.attempts(DeliveryStatus::sent, gmail, "250 OK", 1, now - age);
    const auto view = log.view();
    ASSERT_EQ(view.outcomes.size(), 1U);
    EXPECT_EQ(view.outcomes[0].ever, 7U);
    EXPECT_EQ(view.outcomes[0].day, 4U);
    EXPECT_EQ(view.outcomes[0].hour, 2U);
    EXPECT_EQ(view.last_event, now + 60);
}

TEST(DeliveryTest, ComesBackFromItsWrittenForm) {
    Followed log;
    log.attempts(DeliveryStatus::sent, gmail, "250 OK", 7, now - 100, "192.0.2.25");
    log.attempts(DeliveryStatus::bounced, gmail, unauthenticated, 2);
    log.attempts(DeliveryStatus::bounced, "mx.example.com",
                 "554 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org", 3);
    log.windows.lines(99);
    log.windows.unknown("postfix/smtp");
    log.windows.reject({});
    Followed again;
    for (const auto& part : log.windows.all_parts())
        again.windows.restore(part.name, *part.text);
    const auto before = log.windows.all_parts();
    const auto after = again.windows.all_parts();
    ASSERT_EQ(before.size(), after.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        EXPECT_EQ(before[i].name, after[i].name);
        EXPECT_EQ(before[i].text, after[i].text);
    }
    ASSERT_EQ(again.view().lists.size(), 1U);
    EXPECT_EQ(again.view().lists[0].list, "zen.spamhaus.org");
    EXPECT_EQ(again.view().sources[0].today, 7U);
    EXPECT_EQ(again.report().findings.size(), log.report().findings.size());
}

// "SOURCE DAYS-AGO:MESSAGES ...", sorted; the family where the source is not named.
std::vector<std::string> volumes(const DeliveryView& view) {
    std::vector<std::string> lines;
    for (const auto& volume : view.volumes) {
        auto line = !volume.ip.empty()            ? volume.ip
                    : !volume.family              ? "none"
                    : volume.family == Family::v4 ? "v4"
                                                  : "v6";
        for (const auto& [day, messages] : volume.days)
            line += ' ' + std::to_string(now / 86'400 - day) + ':' + std::to_string(messages);
        lines.push_back(line);
    }
    return lines;
}

TEST(DeliveryTest, KnowsTheVolumeOfFiveWeeksByAddress) {
    Followed log;
    const auto sent = [&](std::int64_t age, const char* source, std::uint32_t count, const char* relay_ip) {
        DeliveryEvent event;
        event.time = now - age * 86'400;
        event.source_ip = source;
        event.relay_ip = relay_ip;
        event.recipients = count;
        log.windows.attempt({event, other_provider, {}, 0}, now);
    };
    sent(0, "192.0.2.25", 1, "198.51.100.1");
    sent(0, "192.0.2.25", 2, "198.51.100.1");
    sent(34, "192.0.2.25", 4, "198.51.100.1");
    sent(35, "192.0.2.25", 8, "198.51.100.1");  // too old
    sent(-2, "192.0.2.25", 8, "198.51.100.1");  // of the future
    sent(1, "2001:db8::25", 16, "2001:db8::1");
    sent(1, "", 32, "198.51.100.1");
    sent(2, "", 64, "2001:db8::1");
    sent(3, "", 128, "");
    sent(3, "not an address", 256, "");
    const std::vector<std::string> expected = {"none 3:128", "v4 3:256 1:32", "v6 2:64",
                                               "192.0.2.25 34:4 0:3", "2001:db8::25 1:16"};
    EXPECT_EQ(volumes(log.view()), expected);
    Followed again;
    for (const auto& part : log.windows.all_parts())
        again.windows.restore(part.name, *part.text);
    EXPECT_EQ(volumes(again.view()), expected);
    again.windows.take_changes(now + 86'400);
    EXPECT_EQ(volumes(again.view()), (std::vector<std::string>{"none 3:128", "v4 3:256 1:32", "v6 2:64",
                                                               "192.0.2.25 0:3", "2001:db8::25 1:16"}))
        << "a day later the oldest day is gone";
}

TEST(DeliveryTest, AddressesBeyondTheBoundAreNotNamed) {
    Followed log;
    for (int i = 0; i < 2000; ++i)
        log.attempts(DeliveryStatus::sent, gmail, "250 OK", 1, now - 60,
                     ("10.0." + std::to_string(i / 200) + '.' + std::to_string(i % 200 + 1)).c_str());
    const auto lines = volumes(log.view());
    EXPECT_EQ(lines.size(), 1025U);
    EXPECT_EQ(lines[0], "v4 0:976");
}

// What an earlier version wrote has attempts only; what stands there now, it would leave out.
TEST(DeliveryTest, TakesUpTheDaysOfAnEarlierVersion) {
    Followed log;
    const auto day = "day-" + std::to_string(now / 86'400);
    log.windows.restore(day, "source 192.0.2.25 7\n");
    EXPECT_EQ(log.view().sources.at(0).today, 7U);
    EXPECT_TRUE(log.view().volumes.empty());
    log.windows.restore(day,
                        "source 192.0.2.25 7\nvolume 192.0.2.25 5\nvolume - 3\nvolume -5 1\nvolume x 1\n"
                        "volume 192.0.2.26 -1\nvolume 192.0.2.26\nvolume 192.0.2.26 1 1\n");
    EXPECT_EQ(volumes(log.view()), (std::vector<std::string>{"none 0:3", "192.0.2.25 0:5"}));
}

TEST(DeliveryTest, WritesOnlyWhatChanged) {
    Followed log;
    log.attempts(DeliveryStatus::sent, gmail, "250 OK", 1, now - 20'000);
    EXPECT_EQ(log.windows.take_changes(now).size(), 3U) << "totals, one bucket, one day";
    EXPECT_TRUE(log.windows.take_changes(now).empty());
    log.attempts(DeliveryStatus::sent, gmail, "250 OK", 1);
    const auto changes = log.windows.take_changes(now);
    ASSERT_EQ(changes.size(), 3U);
    EXPECT_EQ(changes[0].name, "totals");
    EXPECT_EQ(changes[1].name, "bucket-" + std::to_string((now - 60) / 600 * 600));
    EXPECT_EQ(changes[2].name, "day-" + std::to_string(now / 86'400));
    const auto later = log.windows.take_changes(now + 80'000);
    ASSERT_EQ(later.size(), 1U) << "the old bucket goes";
    EXPECT_FALSE(later[0].text.has_value());
}

TEST(DeliveryTest, RefusesWhatADamagedStoreHolds) {
    for (const auto* text :
         {"outcome", "outcome gmail delivered sent", "outcome gmail delivered sent x",
          "outcome gmail delivered sent -1", "outcome gmail odd sent 1", "local sent", "rejected",
          "gmail auth_failed 1", "\xff\xff\n\n \n", "delay gmail 64:1 x 1:", "list", "source 192.0.2.1"}) {
        Followed log;
        for (const auto* name :
             {"totals", "refusals", "bucket-1795284600", "bucket-1", "bucket-x", "day-20778", "day--1", ""})
            log.windows.restore(name, text);
        EXPECT_EQ(day_total(log.view()), 0U) << text;
        EXPECT_TRUE(log.view().refusals.empty()) << text;
    }
}

TEST(DeliveryTest, IsBoundedWhateverTheLogHolds) {
    Followed log;
    for (int i = 0; i < 5000; ++i) {
        const auto source = "192.0." + std::to_string(i / 250) + "." + std::to_string(i % 250);
        log.attempts(DeliveryStatus::sent, gmail, "250 OK", 1, now - 60, source.c_str());
        log.windows.unknown("program" + std::to_string(i));
    }
    const auto view = log.view();
    EXPECT_LE(view.sources.size(), 1024U);
    EXPECT_LE(view.unknown_lines.size(), 65U);
    EXPECT_EQ(view.outcomes[0].ever, 5000U);
}

TEST(DeliveryTest, FindsTheAddressesThatAReplyNames) {
    struct Row {
        const char* reply;
        std::vector<std::string> addresses;
    };
    const Row rows[] = {
        {"with ip: [122.219.43.142] = did not pass", {"122.219.43.142"}},
        {"from 11.0.0.1, 11.0.0.2. and 11.0.0.1", {"11.0.0.1", "11.0.0.2"}},
        {"[2a00:1450:4001::5] and 127.0.0.1 and 10.0.0.1 and 5.7.26", {"2a00:1450:4001::5"}},
        {"550-5.7.26 at 12:30:10", {}},
        // Postfix puts the receiver's own before its words.
        {"host mx.abc[142.250.27.26] said: 550 SPF with ip: [122.219.43.142]", {"122.219.43.142"}},
        {"[122.219.43.142      12] our system", {"122.219.43.142"}},
        {"", {}},
    };
    for (const auto& row : rows) {
        std::vector<std::string> found;
        for (const auto& ip : addresses_in(row.reply))
            found.push_back(ip.to_string());
        EXPECT_EQ(found, row.addresses) << row.reply;
    }
}

// The view of one MTA, for a check.
class OneLog final : public DeliveryLog {
  public:
    explicit OneLog(const Followed& log) : view_(std::make_shared<const DeliveryView>(log.view())) {}
    std::shared_ptr<const DeliveryView> view(std::string_view) const override { return view_; }
    std::vector<std::shared_ptr<const DeliveryView>> views() const override { return {view_}; }

  private:
    std::shared_ptr<const DeliveryView> view_;
};

TEST(DeliveryTest, TellsWhetherAListingIsFelt) {
    test::FakeResolver resolver;
    const Settings settings;
    const ActiveLists lists;
    const auto blame = [&](const Followed& log) {
        const OneLog one(log);
        Services services{resolver, settings, lists, {}, {}};
        services.deliveries = &one;
        return list_blame(services, "zen.spamhaus.org");
    };
    Followed log;
    EXPECT_EQ(blame(log), "");
    log.attempts(DeliveryStatus::sent, gmail, "250 OK", 100);
    EXPECT_EQ(blame(log), "no receiver has named it in a refusal within a day");
    log.attempts(DeliveryStatus::bounced, "mx.example.com",
                 "554 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org", 1);
    EXPECT_EQ(blame(log), "receivers name it in refusals of our mail");
    EXPECT_EQ(list_blame({resolver, settings, lists, {}, {}}, "zen.spamhaus.org"), "");
}

Report sources_of(const Followed& log, const Settings& settings, test::FakeResolver& resolver) {
    const OneLog one(log);
    ActiveLists lists;
    Services services{resolver, settings, lists, std::chrono::system_clock::from_time_t(now), {}};
    services.deliveries = &one;
    return sources_check().run("postfix", services);
}

TEST(DeliveryTest, FindsMailThatLeavesFromElsewhere) {
    test::FakeResolver resolver;
    resolver.add(R"(shop.example TXT "v=spf1 ip4:11.10.0.25 ip4:11.10.0.26 ~all")");
    Settings settings;
    Sender sender;
    sender.name = "shop";
    sender.networks = {*IpNetwork::parse("11.10.0.25")};
    sender.domains = {"shop.example"};
    settings.senders = {sender};
    Followed log;
    for (const auto* source : {"11.10.0.25", "11.10.0.26", "23.83.218.24", "10.0.0.1", "not an address"})
        log.attempts(DeliveryStatus::sent, gmail, "250 OK", 1, now - 60, source);
    auto report = sources_of(log, settings, resolver);
    ASSERT_EQ(report.findings.size(), 2U);
    EXPECT_EQ(report.findings[0].code, "delivery.source_unknown");
    EXPECT_EQ(report.findings[0].subject, "11.10.0.26");
    EXPECT_EQ(report.findings[1].code, "delivery.source_not_in_spf");
    EXPECT_EQ(report.findings[1].subject, "23.83.218.24");
    EXPECT_EQ(report.findings[1].object, "shop.example");
    EXPECT_EQ(report.findings[1].message,
              "mail leaves from 23.83.218.24, which SPF of shop.example does not cover: softfail");
    settings.senders[0].via = "relay.mailchannels.net";
    report = sources_of(log, settings, resolver);
    EXPECT_NE(report.findings[1].remedy.find("include:relay.mailchannels.net"), std::string::npos);
}

TEST(DeliveryTest, ASampleHoldsNobodysAddress) {
    EXPECT_EQ(reply_sample("550 5.1.1 <user@example.com>: no such user (user@example.com)\x1b[31m"),
              "550 5.1.1 <address>: no such user (<address>) [31m");
    EXPECT_EQ(reply_sample(std::string(5000, 'x')).size(), 500U);
}

}  // namespace
}  // namespace reputed::mta
