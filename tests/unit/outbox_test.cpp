#include "agent/outbox.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/time_zone.hpp"

namespace reputed {
namespace {

using namespace std::chrono_literals;

const WallTime noon = WallTime{} + std::chrono::seconds(1795176000);  // 2026-11-20 12:00 UTC

NotifierSettings notifier(const std::string& name, NotifierKind kind = NotifierKind::webhook) {
    NotifierSettings settings;
    settings.name = name;
    settings.kind = kind;
    return settings;
}

std::function<std::uint64_t()> counting(std::uint64_t from) {
    return [state = from]() mutable { return state++ * 0x9e3779b97f4a7c15; };
}

Transition transition(std::uint64_t id, std::uint64_t episode, TransitionKind kind,
                      Severity severity = Severity::critical) {
    Transition out;
    out.id = id;
    out.episode = episode;
    out.kind = kind;
    out.check = "dnsbl";
    out.finding.code = "dnsbl.listed";
    out.finding.subject = "192.0.2." + std::to_string(episode % 250);
    out.finding.object = "list" + std::to_string(episode);
    out.finding.severity = severity;
    out.senders = {"main"};
    return out;
}

Transition opened(std::uint64_t id, Severity severity = Severity::critical) {
    return transition(id, id, TransitionKind::opened, severity);
}
Transition cleared(std::uint64_t id, std::uint64_t episode, Severity severity = Severity::critical) {
    return transition(id, episode, TransitionKind::cleared, severity);
}
Transition changed(std::uint64_t id, std::uint64_t episode, Severity before, Severity severity) {
    auto out = transition(id, episode, TransitionKind::changed, severity);
    out.before = before;
    return out;
}

std::vector<std::uint64_t> ids_of(const Message& message) {
    std::vector<std::uint64_t> ids;
    for (const auto& each : message.transitions)
        ids.push_back(each.id);
    return ids;
}
using Ids = std::vector<std::uint64_t>;

// An outbox whose changes are on disk at once.
struct Desk {
    Outbox outbox{counting(1)};
    WallTime now = noon;
    std::map<std::uint64_t, OutboxEntry> disk;

    explicit Desk(std::vector<NotifierSettings> notifiers) { keep(outbox.configure(std::move(notifiers))); }

    void keep(const Outbox::Changes& changes) {
        for (const auto& entry : changes.entries)
            disk[entry.id] = entry;
        for (const auto id : changes.done)
            disk.erase(id);
        outbox.written(changes.entries);
    }
    void add(const Transition& transition) { keep(outbox.add(transition, now)); }
    std::optional<Message> take(const std::string& name) {
        auto due = outbox.take(name, now);
        if (due.message || due.sealed.entries.empty()) return due.message;
        keep(due.sealed);
        return outbox.take(name, now).message;
    }
    // The ids of the next message, delivered; empty when none is due.
    Ids deliver(const std::string& name) {
        const auto message = take(name);
        if (!message) return {};
        keep(outbox.delivered(*message, now));
        return ids_of(*message);
    }
    // Lets time pass until the next message is due, but not beyond `limit`.
    Ids deliver_next(const std::string& name, WallTime limit) {
        while (true) {
            const auto due = outbox.next_due(name, now);
            if (!due || *due > limit) return {};
            now = std::max(now, *due);
            if (const auto ids = deliver(name); !ids.empty()) return ids;
        }
    }
    std::size_t waiting(const std::string& name) const { return outbox.figures().at(name).waiting; }
};

TEST(OutboxAudience, OpeningsGoBySeverityAndSender) {
    struct Row {
        Severity least;
        std::vector<std::string> wanted;
        Severity severity;
        std::vector<std::string> senders;
        bool drill;
        bool silent;
        bool told;
    };
    const Row rows[] = {
        {Severity::unknown, {}, Severity::info, {"a"}, false, false, false},
        {Severity::unknown, {}, Severity::unknown, {"a"}, false, false, true},
        {Severity::critical, {}, Severity::warning, {"a"}, false, false, false},
        {Severity::critical, {}, Severity::critical, {"a"}, false, false, true},
        {Severity::critical, {}, Severity::critical, {"a"}, false, true, false},
        {Severity::info, {"b"}, Severity::critical, {"a"}, false, false, false},
        {Severity::info, {"b", "c"}, Severity::critical, {"a", "c"}, false, false, true},
        {Severity::info, {"b"}, Severity::critical, {}, false, false, true},
        {Severity::critical, {"b"}, Severity::info, {"a"}, true, false, true},
        {Severity::critical, {"b"}, Severity::info, {"a"}, true, true, false},
    };
    for (const auto& row : rows) {
        auto settings = notifier("hook");
        settings.min_severity = row.least;
        settings.senders = row.wanted;
        Desk desk({settings});
        auto opening = opened(1, row.severity);
        opening.senders = row.senders;
        opening.finding.drill = row.drill;
        opening.silent = row.silent;
        desk.add(opening);
        EXPECT_EQ(desk.waiting("hook"), row.told ? 1U : 0U) << &row - rows;
        // Its end goes to the same, and to nobody else.
        auto end = cleared(2, 1, Severity::info);
        end.senders = row.senders;
        end.finding.drill = row.drill;
        desk.add(end);
        EXPECT_EQ(desk.waiting("hook"), row.told ? 2U : 0U) << &row - rows;
    }
}

TEST(OutboxDrill, SharesNoMessageWithWhatIsReal) {
    Desk desk({notifier("hook")});
    for (const std::uint64_t id : {1, 2, 3, 4, 5}) {
        auto opening = opened(id);
        opening.finding.drill = id == 2 || id == 5;
        desk.add(opening);
    }
    desk.now += 1min;
    EXPECT_EQ(desk.deliver("hook"), (Ids{1, 3, 4}));
    EXPECT_EQ(desk.deliver("hook"), (Ids{2, 5}));
    EXPECT_EQ(desk.deliver("hook"), Ids{});
}

TEST(OutboxDrill, QuietHoursDoNotHoldIt) {
    auto settings = notifier("hook");
    settings.quiet_hours = {0min, 23h + 59min};
    Desk desk({settings});
    desk.add(opened(1, Severity::warning));
    auto drill = opened(2, Severity::info);
    drill.finding.drill = true;
    desk.add(drill);
    desk.now += 1min;
    EXPECT_EQ(desk.deliver("hook"), Ids{2});
    EXPECT_EQ(desk.deliver("hook"), Ids{});
}

TEST(OutboxAudience, AClearingGoesToThoseWhoWereTold) {
    auto pager = notifier("pager");
    pager.min_severity = Severity::critical;
    Desk desk({notifier("mail"), pager});
    desk.add(opened(1, Severity::warning));
    desk.now += 1min;
    EXPECT_EQ(desk.deliver("mail"), Ids{1});
    EXPECT_EQ(desk.deliver("pager"), Ids{});
    desk.add(changed(2, 1, Severity::warning, Severity::critical));
    desk.now += 1min;
    EXPECT_EQ(desk.deliver("mail"), Ids{2});
    EXPECT_EQ(desk.deliver("pager"), Ids{2});
    desk.add(changed(3, 1, Severity::critical, Severity::warning));
    desk.now += 1min;
    EXPECT_EQ(desk.deliver("mail"), Ids{3});
    EXPECT_EQ(desk.deliver("pager"), Ids{3});
    EXPECT_EQ(desk.disk.size(), 2U);  // what each was told last
    desk.add(cleared(4, 1, Severity::warning));
    desk.now += 1min;
    EXPECT_EQ(desk.deliver("mail"), Ids{4});
    EXPECT_EQ(desk.deliver("pager"), Ids{4});
    EXPECT_TRUE(desk.disk.empty());
}

TEST(OutboxAudience, WhatBecameMilderIsNoNewsToThoseWhoDidNotKnow) {
    auto pager = notifier("pager");
    pager.min_severity = Severity::warning;
    Desk desk({pager});
    auto opening = opened(1, Severity::critical);
    opening.silent = true;
    desk.add(opening);
    desk.add(changed(2, 1, Severity::critical, Severity::warning));
    EXPECT_EQ(desk.waiting("pager"), 0U);
    desk.add(changed(3, 1, Severity::warning, Severity::critical));
    EXPECT_EQ(desk.waiting("pager"), 1U);
}

TEST(OutboxAudience, AnEndInSilenceTakesWhatWasNotSentAndIsNotRemindedOf) {
    Desk desk({notifier("am", NotifierKind::alertmanager)});
    desk.add(opened(1));
    desk.now += 1min;
    EXPECT_EQ(desk.deliver("am"), Ids{1});
    desk.add(opened(2));
    auto end = cleared(3, 1);
    end.silent = true;
    desk.add(end);
    end = cleared(4, 2);
    end.silent = true;
    desk.add(end);
    EXPECT_EQ(desk.waiting("am"), 0U);
    EXPECT_TRUE(desk.outbox.reminders("am", desk.now).empty());
    EXPECT_TRUE(desk.disk.empty());
    EXPECT_EQ(desk.outbox.figures().at("am").dropped, 0U);
}

TEST(OutboxSealing, WaitsForTheGroupAndForTheDisk) {
    Desk desk({notifier("hook")});
    const auto first = desk.outbox.add(opened(1), noon);
    ASSERT_EQ(first.entries.size(), 1U);
    EXPECT_EQ(first.entries[0].created, noon);
    EXPECT_EQ(desk.outbox.next_due("hook", noon), std::nullopt);
    EXPECT_EQ(desk.take("hook"), std::nullopt);
    desk.outbox.written(first.entries);
    EXPECT_EQ(desk.outbox.next_due("hook", noon), noon + 30s);
    desk.now = noon + 29s;
    desk.add(opened(2));
    EXPECT_FALSE(desk.take("hook"));

    desk.now = noon + 30s;
    auto due = desk.outbox.take("hook", desk.now);
    EXPECT_FALSE(due.message);
    ASSERT_EQ(due.sealed.entries.size(), 2U);
    EXPECT_EQ(due.sealed.entries[0].message_key.size(), 32U);
    EXPECT_EQ(due.sealed.entries[0].message_key.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_EQ(due.sealed.entries[0].message_key, due.sealed.entries[1].message_key);
    EXPECT_FALSE(desk.outbox.take("hook", desk.now).message) << "not yet written";
    desk.outbox.written(first.entries);  // of before: it says nothing about the seal
    EXPECT_FALSE(desk.outbox.take("hook", desk.now).message);
    desk.add(opened(3));  // too late for this one
    desk.outbox.written(due.sealed.entries);
    const auto message = desk.outbox.take("hook", desk.now).message;
    ASSERT_TRUE(message);
    EXPECT_EQ(ids_of(*message), (Ids{1, 2}));
    EXPECT_EQ(message->key, due.sealed.entries[0].message_key);
    EXPECT_FALSE(message->digest);
    EXPECT_EQ(message->attempt, 1);
    EXPECT_FALSE(desk.take("hook")) << "one at a time";
    EXPECT_EQ(desk.outbox.next_due("hook", desk.now), std::nullopt);
    desk.keep(desk.outbox.delivered(*message, desk.now));
    EXPECT_EQ(desk.outbox.next_due("hook", desk.now), desk.now + 30s);
}

TEST(OutboxSealing, AListingThatComesAndGoesWithinTheGroupIsToldInOneMessage) {
    Desk desk({notifier("hook")});
    desk.add(opened(1));
    desk.now += 20s;
    desk.add(cleared(2, 1));
    desk.now += 20s;
    EXPECT_EQ(desk.deliver("hook"), (Ids{1, 2}));
    EXPECT_TRUE(desk.disk.empty());
}

TEST(OutboxSealing, DigestAndTheMostThatAMessageHolds) {
    struct Row {
        std::uint64_t transitions;
        std::vector<std::size_t> messages;
        bool digest;
    };
    for (const auto& row : {Row{1, {1}, false}, Row{10, {10}, false}, Row{11, {11}, true},
                            Row{1000, {1000}, true}, Row{2500, {1000, 1000, 500}, true}}) {
        Desk desk({notifier("hook")});
        for (std::uint64_t id = 1; id <= row.transitions; ++id)
            desk.add(opened(id));
        desk.now += 1min;
        std::vector<std::size_t> messages;
        std::uint64_t next = 1;
        while (const auto message = desk.take("hook")) {
            messages.push_back(message->transitions.size());
            EXPECT_EQ(message->digest, row.digest);
            for (const auto id : ids_of(*message))
                EXPECT_EQ(id, next++);
            desk.keep(desk.outbox.delivered(*message, desk.now));
        }
        EXPECT_EQ(messages, row.messages);
    }
}

TEST(OutboxSealing, PastTheRateLimitEntriesWaitForOneMessage) {
    auto settings = notifier("hook");
    settings.rate_limit = 3;
    settings.group_wait = 0s;
    Desk desk({settings});
    std::uint64_t id = 0;
    for (int i = 0; i < 3; ++i) {
        desk.add(opened(++id));
        EXPECT_EQ(desk.deliver("hook"), Ids{id});
        desk.now += 1min;
    }
    for (int i = 0; i < 12; ++i) {
        desk.add(opened(++id));
        EXPECT_FALSE(desk.take("hook"));
        desk.now += 1min;
    }
    EXPECT_EQ(desk.outbox.next_due("hook", desk.now), noon + 1h);
    desk.now = noon + 1h;
    const auto message = desk.take("hook");
    ASSERT_TRUE(message);
    EXPECT_EQ(message->transitions.size(), 12U);
    EXPECT_TRUE(message->digest);
}

TEST(OutboxQuiet, HoldsWhatIsMildUntilTheMorning) {
    const test::TimeZone zone("Asia/Tokyo");
    auto settings = notifier("hook");
    settings.quiet_hours = {22h, 7h};
    Desk desk({settings});
    desk.now = noon + 2h;  // 23:00
    desk.add(opened(1, Severity::warning));
    desk.now += 1h;
    desk.add(cleared(2, 1, Severity::warning));
    desk.add(opened(3, Severity::warning));
    EXPECT_EQ(desk.outbox.next_due("hook", desk.now), noon + 10h);
    EXPECT_EQ(desk.deliver("hook"), Ids{});
    desk.add(opened(4, Severity::critical));
    EXPECT_EQ(desk.outbox.next_due("hook", desk.now), desk.now + 30s);
    desk.now += 30s;
    EXPECT_EQ(desk.deliver("hook"), Ids{4}) << "alone";
    EXPECT_EQ(desk.deliver("hook"), Ids{});
    // It becomes worse: its opening goes first, the others go on waiting.
    desk.add(opened(5, Severity::warning));
    desk.add(changed(6, 3, Severity::warning, Severity::critical));
    desk.add(cleared(7, 5, Severity::warning));
    desk.now += 30s;
    EXPECT_EQ(desk.deliver("hook"), (Ids{3, 6}));
    desk.now = noon + 10h - 1s;
    EXPECT_EQ(desk.deliver("hook"), Ids{});
    desk.now = noon + 10h;
    EXPECT_EQ(desk.deliver("hook"), (Ids{1, 2, 5, 7}));
}

TEST(OutboxQuiet, HoldsAMessageThatFailedTheEveningBefore) {
    const test::TimeZone zone("Asia/Tokyo");
    auto settings = notifier("hook");
    settings.quiet_hours = {22h, 7h};
    Desk desk({settings});
    desk.now = noon + 1h - 1min;  // 21:59
    desk.add(opened(1, Severity::warning));
    desk.now += 31s;
    const auto message = desk.take("hook");
    ASSERT_TRUE(message);
    desk.now = noon + 1h;
    desk.keep(desk.outbox.failed(*message, "refused", {}, desk.now));
    EXPECT_EQ(desk.outbox.next_due("hook", desk.now), noon + 10h);
    // Something severe behind it has to pass: both go.
    desk.now += 1min;
    desk.add(opened(2, Severity::critical));
    EXPECT_EQ(desk.deliver("hook"), Ids{1});
    desk.now += 30s;
    EXPECT_EQ(desk.deliver("hook"), Ids{2});
}

TEST(OutboxFailure, RepeatsTheSameMessageWithGrowingWaits) {
    Desk desk({notifier("hook")});
    desk.add(opened(1));
    desk.now += 30s;
    std::string key;
    const std::chrono::seconds longest[] = {10s, 20s, 40s, 80s, 160s, 320s, 640s, 900s, 900s};
    for (int attempt = 1; attempt <= 9; ++attempt) {
        const auto message = desk.take("hook");
        ASSERT_TRUE(message) << attempt;
        EXPECT_EQ(message->attempt, attempt);
        EXPECT_EQ(ids_of(*message), Ids{1});
        if (key.empty()) key = message->key;
        EXPECT_EQ(message->key, key);
        desk.add(opened(static_cast<std::uint64_t>(attempt) + 1));  // does not join
        desk.keep(desk.outbox.failed(*message, "hook.example answered 500", {}, desk.now));
        const auto due = desk.outbox.next_due("hook", desk.now).value();
        EXPECT_LE(due, desk.now + longest[attempt - 1]);
        EXPECT_GE(due, desk.now + longest[attempt - 1] * 3 / 4);
        EXPECT_EQ(desk.disk.begin()->second.attempts, attempt);
        EXPECT_EQ(desk.disk.begin()->second.next_try, due);
        EXPECT_FALSE(desk.take("hook"));
        desk.now = due;
    }
    const auto figures = desk.outbox.figures().at("hook");
    EXPECT_EQ(figures.failed, 9U);
    EXPECT_EQ(figures.waiting, 10U);
    EXPECT_EQ(figures.failing_since, noon + 30s);
    EXPECT_EQ(figures.last_error, "hook.example answered 500");
    EXPECT_EQ(desk.deliver("hook"), Ids{1});
    EXPECT_EQ(desk.outbox.figures().at("hook").failing_since, WallTime{});
    EXPECT_EQ(desk.outbox.figures().at("hook").last_error, "");
    EXPECT_EQ(desk.deliver("hook"), (Ids{2, 3, 4, 5, 6, 7, 8, 9, 10}));
}

TEST(OutboxFailure, HonoursRetryAfterUpToADay) {
    Desk desk({notifier("hook")});
    desk.add(opened(1));
    desk.now += 30s;
    desk.keep(desk.outbox.failed(desk.take("hook").value(), "429", 300s, desk.now));
    EXPECT_EQ(desk.outbox.next_due("hook", desk.now), desk.now + 300s);
    desk.now += 300s;
    desk.keep(
        desk.outbox.failed(desk.take("hook").value(), "429", std::chrono::seconds(1'000'000), desk.now));
    EXPECT_EQ(desk.outbox.next_due("hook", desk.now), desk.now + 24h);
}

TEST(OutboxFailure, OurOwnEndOfAnAttemptCountsForNothing) {
    Desk desk({notifier("hook")});
    desk.add(opened(1));
    desk.now += 30s;
    const auto message = desk.take("hook").value();
    desk.outbox.interrupted(message);
    const auto again = desk.take("hook").value();
    EXPECT_EQ(again.key, message.key);
    EXPECT_EQ(again.attempt, 1);
    EXPECT_EQ(desk.outbox.figures().at("hook").failed, 0U);
}

TEST(OutboxFailure, ADownNotifierIsToldEverythingAfterwardsInOrderOnceAsADigest) {
    Desk desk({notifier("hook"), notifier("other")});
    const auto end = noon + 24h;
    std::uint64_t id = 0;
    int attempts = 0;
    std::set<std::string> keys;
    std::vector<Ids> other;
    for (; desk.now < end; desk.now += 1min) {
        if (desk.now < noon + 20h && (desk.now - noon) % 10min == 0s) {
            ++id;
            desk.add(id % 2 == 1 ? opened(id) : cleared(id, id - 1));
        }
        if (const auto message = desk.take("hook")) {
            ++attempts;
            keys.insert(message->key);
            EXPECT_EQ(ids_of(*message), Ids{1});
            desk.keep(desk.outbox.failed(*message, "connection refused", {}, desk.now));
        }
        if (const auto ids = desk.deliver("other"); !ids.empty()) other.push_back(ids);
    }
    EXPECT_EQ(id, 120U);
    EXPECT_EQ(other.size(), 120U) << "another notifier is not delayed";
    EXPECT_EQ(keys.size(), 1U);
    EXPECT_GT(attempts, 24 * 4);
    EXPECT_LT(attempts, 24 * 6 + 10);
    EXPECT_EQ(desk.deliver_next("hook", end + 15min), Ids{1});
    const auto rest = desk.take("hook").value();
    EXPECT_TRUE(rest.digest);
    EXPECT_EQ(rest.transitions.size(), 119U);
    for (std::size_t i = 0; i < rest.transitions.size(); ++i)
        EXPECT_EQ(rest.transitions[i].id, i + 2);
    desk.keep(desk.outbox.delivered(rest, desk.now));
    EXPECT_TRUE(desk.disk.empty());
    EXPECT_EQ(desk.outbox.next_due("hook", desk.now), std::nullopt);
}

TEST(OutboxFailure, AMessageIsGivenUpAndTheNextGoesOn) {
    auto settings = notifier("hook");
    settings.give_up = 1h;
    Desk desk({settings});
    desk.add(opened(1));
    desk.add(opened(2));
    desk.now += 30s;
    auto message = desk.take("hook").value();
    desk.add(opened(3));
    const std::string key = message.key;
    while (true) {
        desk.keep(desk.outbox.failed(message, "gone", {}, desk.now));
        desk.now = desk.outbox.next_due("hook", desk.now).value();
        message = desk.take("hook").value();
        if (message.key != key) break;
    }
    EXPECT_GE(desk.now, noon + 1h);
    EXPECT_LT(desk.now, noon + 1h + 16min);
    EXPECT_EQ(ids_of(message), Ids{3});
    EXPECT_EQ(message.attempt, 1);
    const auto figures = desk.outbox.figures().at("hook");
    EXPECT_EQ(figures.dropped, 2U);
    EXPECT_EQ(figures.last_error, "gone");
    EXPECT_EQ(figures.failing_since, noon + 30s);
    EXPECT_EQ(figures.waiting, 1U);
    EXPECT_EQ(desk.disk.size(), 1U);
    EXPECT_EQ(desk.deliver("hook"), Ids{}) << "it is being sent";
    // Nobody heard of 1: its end is no news.
    desk.add(cleared(4, 1));
    EXPECT_EQ(desk.waiting("hook"), 1U);
}

TEST(OutboxFailure, ALeapOfTheClockGivesNothingUp) {
    Desk desk({notifier("hook")});
    desk.add(opened(1));
    desk.now += 30 * 365 * 24h;
    const auto message = desk.take("hook").value();
    desk.keep(desk.outbox.failed(message, "refused", {}, desk.now));
    EXPECT_EQ(desk.outbox.figures().at("hook").dropped, 0U);
    EXPECT_EQ(desk.deliver_next("hook", desk.now + 1min), Ids{1});
}

TEST(OutboxClock, SetBackNothingIsStuck) {
    auto settings = notifier("hook");
    settings.rate_limit = 1;
    Desk desk({settings});
    desk.add(opened(1));
    desk.now -= 365 * 24h;  // within the group window
    EXPECT_EQ(desk.deliver("hook"), Ids{1});
    desk.add(opened(2));
    desk.now -= 365 * 24h;  // past the rate limit
    const auto message = desk.take("hook").value();
    desk.keep(desk.outbox.failed(message, "refused", {}, desk.now));
    desk.now -= 365 * 24h;  // waiting for the next attempt
    EXPECT_EQ(desk.deliver("hook"), Ids{2});
}

TEST(OutboxBounds, TheOldestThatIsNotUnderWayGoes) {
    Desk desk({notifier("hook"), notifier("am", NotifierKind::alertmanager)});
    desk.add(opened(1));
    desk.now += 30s;
    const auto message = desk.take("hook").value();
    EXPECT_EQ(ids_of(message), Ids{1});
    for (std::uint64_t id = 2; id <= 10'003; ++id)
        desk.add(opened(id));
    const auto figures = desk.outbox.figures();
    EXPECT_EQ(figures.at("hook").waiting, 10'000U);
    EXPECT_EQ(figures.at("hook").dropped, 3U);
    EXPECT_EQ(figures.at("hook").last_dropped, desk.now);
    EXPECT_EQ(figures.at("am").dropped, 3U);
    EXPECT_EQ(desk.outbox.reminders("am", desk.now).size(), 3U) << "it shows a state";
    EXPECT_EQ(desk.disk.size(), 20'003U);
    desk.keep(desk.outbox.delivered(message, desk.now));
    desk.now += 1min;
    EXPECT_EQ(desk.deliver("hook").front(), 5U);
    EXPECT_EQ(desk.outbox.entries().size(), desk.disk.size());
}

TEST(OutboxConfigure, NotifiersComeAndGo) {
    Desk desk({notifier("a"), notifier("b")});
    desk.add(opened(1));
    desk.now += 30s;
    const auto message = desk.take("b").value();
    desk.keep(desk.outbox.configure({notifier("a"), notifier("c")}));
    EXPECT_EQ(desk.disk.size(), 1U);
    EXPECT_EQ(desk.outbox.figures().count("b"), 0U);
    EXPECT_EQ(desk.waiting("c"), 0U) << "learns only what comes after";
    const auto late = desk.outbox.delivered(message, desk.now);
    EXPECT_TRUE(late.entries.empty() && late.done.empty());
    // Another with the same name knows nothing of the message that was under way.
    desk.keep(desk.outbox.configure({notifier("a"), notifier("b")}));
    desk.keep(desk.outbox.failed(message, "refused", {}, desk.now));
    EXPECT_EQ(desk.outbox.figures().at("b").failed, 0U);
    EXPECT_FALSE(desk.take("b"));
    desk.add(cleared(2, 1));
    EXPECT_EQ(desk.waiting("a"), 2U);
    EXPECT_EQ(desk.waiting("b"), 0U);

    auto slow = notifier("a");
    slow.group_wait = 1h;
    desk.keep(desk.outbox.configure({slow}));
    EXPECT_EQ(desk.outbox.next_due("a", desk.now), noon + 1h);
    desk.keep(desk.outbox.configure({notifier("a")}));
    EXPECT_EQ(desk.deliver("a"), (Ids{1, 2})) << "applies at once";
}

TEST(OutboxReminders, ANewAlertmanagerLearnsWhatIsOpen) {
    Desk desk({notifier("mail")});
    desk.add(opened(1));
    desk.add(opened(2, Severity::info));
    auto muted = opened(3);
    muted.silent = true;
    desk.add(muted);
    desk.add(opened(4));
    desk.add(cleared(5, 4));
    desk.keep(desk.outbox.configure({notifier("mail"), notifier("am", NotifierKind::alertmanager)}));
    const auto reminders = desk.outbox.reminders("am", desk.now);
    ASSERT_EQ(reminders.size(), 1U);
    EXPECT_EQ(reminders[0].id, 1U);
    desk.add(cleared(6, 1));
    EXPECT_TRUE(desk.outbox.reminders("am", desk.now).empty());
    desk.now += 30s;
    EXPECT_EQ(desk.deliver("am"), Ids{6});
}

TEST(Outbox, WhatWasMutedIsToldWhenItsMuteEnds) {
    Desk desk({notifier("hook")});
    auto muted = opened(1);
    muted.silent = true;
    desk.add(muted);
    desk.add(changed(2, 1, Severity::ok, Severity::critical));
    desk.now += 30s;
    EXPECT_EQ(desk.deliver("hook"), Ids{2});
    desk.add(cleared(3, 1));
    desk.now += 30s;
    EXPECT_EQ(desk.deliver("hook"), Ids{3});
}

TEST(OutboxReminders, AClearingIsRepeatedForAQuarterOfAnHourUnlessItOpensAgain) {
    Desk desk({notifier("am", NotifierKind::alertmanager)});
    desk.add(opened(1));
    desk.add(opened(2));
    desk.now += 30s;
    desk.deliver("am");
    EXPECT_EQ(desk.outbox.reminders("am", desk.now).size(), 2U);
    desk.add(cleared(3, 1));
    desk.add(cleared(4, 2));
    desk.now += 30s;
    EXPECT_EQ(desk.deliver("am"), (Ids{3, 4}));
    const auto told = desk.now;
    EXPECT_EQ(desk.outbox.reminders("am", desk.now).size(), 2U);
    auto again = opened(5);
    again.finding = opened(1).finding;
    desk.add(again);
    desk.now += 30s;
    EXPECT_EQ(desk.deliver("am"), Ids{5});
    const auto reminders = desk.outbox.reminders("am", desk.now);
    ASSERT_EQ(reminders.size(), 2U);
    EXPECT_EQ(reminders[0].id, 5U);
    EXPECT_EQ(reminders[1].id, 4U);
    EXPECT_EQ(desk.outbox.reminders("am", told + 15min - 1s).size(), 2U);
    EXPECT_EQ(desk.outbox.reminders("am", told + 15min).size(), 1U);
}

TEST(OutboxReminders, TheirFailureIsKeptApart) {
    Desk desk({notifier("am", NotifierKind::alertmanager)});
    desk.outbox.reminded("am", "am.example refused the connection", noon);
    desk.outbox.reminded("am", "am.example answered 500", noon + 1min);
    EXPECT_EQ(desk.outbox.figures().at("am").reminders_failing_since, noon);
    EXPECT_EQ(desk.outbox.figures().at("am").last_reminder_error, "am.example answered 500");
    EXPECT_EQ(desk.outbox.figures().at("am").failing_since, WallTime{});
    desk.outbox.reminded("am", "", noon + 2min);
    EXPECT_EQ(desk.outbox.figures().at("am").reminders_failing_since, WallTime{});
    EXPECT_EQ(desk.outbox.figures().at("am").last_success, noon + 2min);
}

TEST(OutboxRestore, GoesOnWithTheSameMessage) {
    const std::vector<Transition> transitions = {opened(1), opened(2), opened(3), opened(4)};
    Desk before({notifier("hook"), notifier("gone")});
    for (std::size_t i = 0; i < 2; ++i)
        before.add(transitions[i]);
    before.now += 30s;
    const auto message = before.take("hook").value();
    before.add(transitions[2]);
    before.keep(before.outbox.failed(message, "refused", {}, before.now));
    const auto due = before.outbox.next_due("hook", before.now).value();

    Desk after({notifier("hook")});
    after.disk = before.disk;
    after.now = before.now;
    std::vector<OutboxEntry> entries;
    for (const auto& [id, entry] : before.disk)
        entries.push_back(entry);
    after.keep(after.outbox.restore(entries, transitions, {1, 2, 3, 4}, 77));
    EXPECT_EQ(after.disk.size(), 3U) << "those of the notifier that is gone are done with";
    EXPECT_EQ(after.outbox.figures().at("hook").last_error, "refused");
    EXPECT_EQ(after.outbox.figures().at("hook").failing_since, noon);
    EXPECT_FALSE(after.take("hook"));
    EXPECT_EQ(after.outbox.next_due("hook", after.now), due);
    after.now = due;
    const auto again = after.take("hook").value();
    EXPECT_EQ(again.key, message.key);
    EXPECT_EQ(ids_of(again), ids_of(message));
    EXPECT_EQ(again.attempt, 2);
    after.keep(after.outbox.delivered(again, after.now));
    EXPECT_EQ(after.deliver_next("hook", due + 1min), Ids{3});
    EXPECT_EQ(after.outbox.add(opened(9), after.now).entries.at(0).id, 77U);
}

TEST(OutboxRestore, KnowsWhoWasTold) {
    auto strict = notifier("pager");
    strict.min_severity = Severity::critical;
    Desk before({notifier("mail"), strict});
    before.add(opened(1, Severity::warning));
    before.now += 30s;
    EXPECT_EQ(before.deliver("mail"), Ids{1});

    // Meanwhile the pager hears more, and a third was added; neither was told.
    Desk after({notifier("mail"), notifier("pager"), notifier("new")});
    const auto entries = before.outbox.entries();
    ASSERT_EQ(entries.size(), 1U);
    EXPECT_TRUE(entries[0].told);
    after.keep(after.outbox.restore(entries, before.outbox.transitions(), {1}, 5));
    after.add(cleared(2, 1, Severity::warning));
    EXPECT_EQ(after.waiting("mail"), 1U);
    EXPECT_EQ(after.waiting("pager"), 0U);
    EXPECT_EQ(after.waiting("new"), 0U);
}

TEST(OutboxRestore, WhatNobodyNeedsIsDoneWith) {
    OutboxEntry told;
    told.notifier = "hook";
    told.told = true;
    OutboxEntry waiting;
    waiting.notifier = "hook";
    auto ended = told;  // its episode is not open
    ended.id = 1;
    ended.transition = 1;
    auto superseded = told;  // told something later
    superseded.id = 2;
    superseded.transition = 2;
    auto last = told;
    last.id = 3;
    last.transition = 3;
    auto lost = waiting;  // its transition is unknown
    lost.id = 4;
    lost.transition = 99;
    auto foreign = waiting;
    foreign.id = 5;
    foreign.transition = 3;
    foreign.notifier = "unknown";
    Outbox outbox(counting(1));
    outbox.configure({notifier("hook")});
    auto changes =
        outbox.restore({foreign, lost, last, superseded, ended},
                       {opened(1), opened(2), changed(3, 2, Severity::warning, Severity::critical)}, {2}, 1);
    std::sort(changes.done.begin(), changes.done.end());
    EXPECT_EQ(changes.done, (Ids{1, 2, 4, 5}));
    ASSERT_EQ(outbox.entries().size(), 1U);
    EXPECT_EQ(outbox.entries()[0].id, 3U);
    EXPECT_EQ(outbox.add(opened(7), noon).entries.at(0).id, 6U) << "an id is not used again";
}

TEST(OutboxRestore, AWaitSetByAClockThatWasWrongIsNotWaitedFor) {
    OutboxEntry entry;
    entry.id = 1;
    entry.notifier = "hook";
    entry.transition = 1;
    entry.message_key = "k";
    entry.attempts = 3;
    entry.next_try = noon + 1000h;
    Desk desk({notifier("hook")});
    desk.keep(desk.outbox.restore({entry}, {opened(1)}, {1}, 2));
    EXPECT_EQ(desk.deliver("hook"), Ids{1});
}

TEST(OutboxKeys, AreRandom) {
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 100; ++i)
        seen.insert(system_random());
    EXPECT_EQ(seen.size(), 100U);
}

}  // namespace
}  // namespace reputed
