#include "agent/dispatcher.hpp"

#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <set>
#include <stdexcept>

#include <gtest/gtest.h>

namespace reputed {
namespace {

using namespace std::chrono_literals;

const WallTime noon = WallTime{} + std::chrono::seconds(1795176000);
constexpr auto patience = 60s;  // for what must happen; nothing waits for it when all is well

NotifierSettings notifier(const std::string& name, NotifierKind kind = NotifierKind::webhook) {
    NotifierSettings settings;
    settings.name = name;
    settings.kind = kind;
    settings.group_wait = 0s;
    settings.rate_limit = 1'000'000;
    return settings;
}

Transition opened(std::uint64_t id) {
    Transition out;
    out.id = id;
    out.episode = id;
    out.finding.code = "dnsbl.listed";
    out.finding.subject = std::to_string(id);
    out.finding.severity = Severity::critical;
    return out;
}

Transition cleared(std::uint64_t id, std::uint64_t episode) {
    auto out = opened(episode);
    out.id = id;
    out.kind = TransitionKind::cleared;
    return out;
}

// Owns the outbox as the agent does, with a disk that takes everything at once, a clock that the test sets, and
// receivers that the test scripts.
class DispatcherDesk : public testing::Test {
  protected:
    using Ids = std::vector<std::uint64_t>;
    // How the receiver of this name answers a message; without one: well.
    std::map<std::string, std::function<notify::Delivery(const Message&, const std::stop_token&)>> answers;
    std::function<notify::Delivery(std::span<const Transition>)> reminder_answer;

    void TearDown() override { dispatcher_.stop(); }

    void configure(const std::vector<NotifierSettings>& notifiers) {
        {
            const std::lock_guard lock(mutex_);
            outbox_.configure(notifiers);
        }
        dispatcher_.configure(notifiers);
    }
    void add(const Transition& transition) {
        {
            const std::lock_guard lock(mutex_);
            outbox_.written(outbox_.add(transition, now_).entries);
        }
        dispatcher_.wake();
    }
    void pass(std::chrono::seconds time) {
        {
            const std::lock_guard lock(mutex_);
            now_ += time;
        }
        dispatcher_.wake();
    }
    // Waits until it holds, seen under the lock.
    template <typename Condition>
    bool eventually(const Condition& condition) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, patience, condition);
    }
    Ids received(const std::string& name) {
        const std::lock_guard lock(mutex_);
        return received_[name];
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    WallTime now_ = noon;
    Outbox outbox_{system_random};
    std::map<std::string, Ids> received_;
    std::map<std::string, int> attempts_;
    std::map<std::string, std::set<std::string>> keys_;
    std::vector<Ids> reminded_;
    int interrupted_ = 0;

    DispatchHooks hooks() {
        DispatchHooks hooks;
        hooks.take = [this](const std::string& name, WallTime now) {
            bool sealed = false;
            std::optional<Message> message;
            {
                const std::lock_guard lock(mutex_);
                auto due = outbox_.take(name, now);
                outbox_.written(due.sealed.entries);
                sealed = !due.sealed.entries.empty();
                message = std::move(due.message);
            }
            if (sealed) dispatcher_.wake();
            return message;
        };
        hooks.delivered = [this](const Message& message, WallTime now) {
            const std::lock_guard lock(mutex_);
            outbox_.delivered(message, now);
            for (const auto& each : message.transitions)
                received_[message.notifier].push_back(each.id);
            changed_.notify_all();
        };
        hooks.failed = [this](const Message& message, const notify::Delivery& delivery, WallTime now) {
            const std::lock_guard lock(mutex_);
            outbox_.failed(message, delivery.error, delivery.retry_after, now);
            changed_.notify_all();
        };
        hooks.interrupted = [this](const Message& message) {
            const std::lock_guard lock(mutex_);
            outbox_.interrupted(message);
            ++interrupted_;
            changed_.notify_all();
        };
        hooks.next_due = [this](const std::string& name, WallTime now) {
            const std::lock_guard lock(mutex_);
            return outbox_.next_due(name, now);
        };
        hooks.reminders = [this](const std::string& name, WallTime now) {
            const std::lock_guard lock(mutex_);
            return outbox_.reminders(name, now);
        };
        hooks.reminded = [this](const std::string& name, const notify::Delivery& delivery, WallTime now) {
            const std::lock_guard lock(mutex_);
            outbox_.reminded(name, delivery.error, now);
            changed_.notify_all();
        };
        hooks.context = [](WallTime now) { return notify::Context{"http://page.example", "mx", now, {}}; };
        hooks.clock = [this] {
            const std::lock_guard lock(mutex_);
            return now_;
        };
        return hooks;
    }
    Transport transport() {
        Transport transport;
        transport.deliver = [this](const NotifierSettings& settings, const Message& message,
                                   const notify::Context& context, const std::stop_token& stop) {
            {
                const std::lock_guard lock(mutex_);
                ++attempts_[settings.name];
                keys_[settings.name].insert(message.key);
                EXPECT_EQ(context.instance, "mx");
                changed_.notify_all();
            }
            const auto answer = answers.find(settings.name);
            return answer == answers.end() ? notify::Delivery{true, "", {}} : answer->second(message, stop);
        };
        transport.remind = [this](const NotifierSettings&, std::span<const Transition> open,
                                  const notify::Context&, const std::stop_token&) {
            notify::Delivery delivery{true, "", {}};
            if (reminder_answer) delivery = reminder_answer(open);
            const std::lock_guard lock(mutex_);
            reminded_.emplace_back();
            for (const auto& each : open)
                reminded_.back().push_back(each.id);
            changed_.notify_all();
            return delivery;
        };
        return transport;
    }
    Dispatcher dispatcher_{hooks(), transport()};
};
class DispatcherThreads : public DispatcherDesk {};

notify::Delivery hang(const Message&, const std::stop_token& stop) {
    std::promise<void> ended;
    const std::stop_callback end(stop, [&] { ended.set_value(); });
    ended.get_future().wait();
    return {false, "interrupted", {}};
}

TEST_F(DispatcherThreads, TellsEachNotifierInOrder) {
    configure({notifier("a"), notifier("b")});
    Ids all;
    for (std::uint64_t id = 1; id <= 200; ++id) {
        add(opened(id));
        all.push_back(id);
    }
    EXPECT_TRUE(eventually([&] { return received_["a"].size() == 200 && received_["b"].size() == 200; }));
    EXPECT_EQ(received("a"), all);
    EXPECT_EQ(received("b"), all);
}

TEST_F(DispatcherThreads, OneThatHangsDelaysNoOtherAndEndsAtStop) {
    answers["hanging"] = hang;
    configure({notifier("hanging"), notifier("well")});
    add(opened(1));
    EXPECT_TRUE(eventually([&] { return attempts_["hanging"] == 1 && received_["well"].size() == 1; }));
    for (std::uint64_t id = 2; id <= 20; ++id)
        add(opened(id));
    EXPECT_TRUE(eventually([&] { return received_["well"].size() == 20; }));
    dispatcher_.stop();
    EXPECT_EQ(interrupted_, 1);
    EXPECT_EQ(attempts_["hanging"], 1);
    EXPECT_EQ(outbox_.figures().at("hanging").failed, 0U);
    EXPECT_EQ(outbox_.figures().at("hanging").waiting, 20U);
    dispatcher_.stop();
    configure({notifier("late")});  // too late: nothing runs
}

TEST_F(DispatcherThreads, RepeatsWhatFailedUntilItSucceeds) {
    std::atomic<int> failures = 0;
    answers["hook"] = [&](const Message& message, const std::stop_token&) -> notify::Delivery {
        EXPECT_EQ(message.attempt, failures + 1);
        if (failures == 2) {
            ++failures;
            throw std::runtime_error("secret");
        }
        if (failures < 5) {
            ++failures;
            return {false, "hook.example answered 500", {}};
        }
        return {true, "", {}};
    };
    configure({notifier("hook")});
    add(opened(1));
    for (int failed = 1; failed <= 5; ++failed) {
        EXPECT_TRUE(eventually([&] { return outbox_.figures().at("hook").failed == std::uint64_t(failed); }));
        if (failed == 3) {
            const std::lock_guard lock(mutex_);
            EXPECT_EQ(outbox_.figures().at("hook").last_error, "it could not be composed: an internal error");
        }
        pass(1h);
    }
    EXPECT_TRUE(eventually([&] { return received_["hook"].size() == 1; }));
    EXPECT_EQ(attempts_["hook"], 6);
    EXPECT_EQ(keys_["hook"].size(), 1U);
}

TEST_F(DispatcherThreads, RemindsAlertmanagerWhileSomethingIsOpen) {
    configure({notifier("am", NotifierKind::alertmanager), notifier("hook")});
    add(opened(1));
    EXPECT_TRUE(eventually([&] { return received_["am"].size() == 1; }));
    const auto reminds_of = [&](std::uint64_t id) {
        return eventually([&] { return !reminded_.empty() && reminded_.back() == Ids{id}; });
    };
    pass(60s);
    EXPECT_TRUE(reminds_of(1));
    for (int i = 0; i < 3; ++i) {
        const auto before = [&] {
            const std::lock_guard lock(mutex_);
            return reminded_.size();
        }();
        pass(60s);
        EXPECT_TRUE(eventually([&] { return reminded_.size() > before; }));
    }
    add(cleared(2, 1));
    EXPECT_TRUE(eventually([&] { return received_["am"].size() == 2; }));
    pass(60s);
    EXPECT_TRUE(reminds_of(2));
    pass(15min);
    add(opened(3));
    EXPECT_TRUE(eventually([&] { return received_["am"].size() == 3; }));
    pass(60s);
    EXPECT_TRUE(reminds_of(3));
    pass(-24h);  // the clock is set back
    EXPECT_TRUE(eventually([&] { return outbox_.figures().at("am").last_success < noon; }));
}

TEST_F(DispatcherThreads, AReminderHoldsAThousandAndItsFailureIsReported) {
    {
        const std::lock_guard lock(mutex_);
        outbox_.configure({notifier("hook")});
        for (std::uint64_t id = 1; id <= 2'300; ++id)
            outbox_.add(opened(id), now_);
    }
    std::atomic<bool> ok = true;
    reminder_answer = [&](std::span<const Transition>) {
        return ok ? notify::Delivery{true, "", {}} : notify::Delivery{false, "refused", {}};
    };
    configure({notifier("am", NotifierKind::alertmanager)});
    EXPECT_TRUE(eventually([&] { return reminded_.size() == 3; }));
    {
        const std::lock_guard lock(mutex_);
        EXPECT_EQ(reminded_[0].size(), 1000U);
        EXPECT_EQ(reminded_[2].size(), 300U);
    }
    ok = false;
    pass(60s);
    EXPECT_TRUE(eventually([&] { return outbox_.figures().at("am").last_reminder_error == "refused"; }));
    EXPECT_EQ(reminded_.size(), 4U) << "the rest is not tried";
}

TEST_F(DispatcherThreads, NotifiersComeAndGo) {
    answers["gone"] = hang;
    configure({notifier("gone"), notifier("stays")});
    add(opened(1));
    EXPECT_TRUE(eventually([&] { return attempts_["gone"] == 1 && received_["stays"].size() == 1; }));
    configure({notifier("stays"), notifier("new")});
    EXPECT_EQ(interrupted_, 1);
    add(opened(2));
    EXPECT_TRUE(eventually([&] { return received_["stays"].size() == 2 && received_["new"].size() == 1; }));
    auto slow = notifier("stays");
    slow.group_wait = 1h;
    configure({slow});
    add(opened(3));
    EXPECT_EQ(received("stays"), (Ids{1, 2}));
    configure({notifier("stays")});
    EXPECT_TRUE(eventually([&] { return received_["stays"].size() == 3; }));
}

TEST_F(DispatcherThreads, EverythingAtOnce) {
    std::atomic<unsigned> tries = 0;
    answers["a"] = [&](const Message&, const std::stop_token&) {
        return ++tries % 3 == 0 ? notify::Delivery{false, "refused", {}} : notify::Delivery{true, "", {}};
    };
    configure({notifier("a"), notifier("am", NotifierKind::alertmanager)});
    {
        std::jthread adding([&] {
            for (std::uint64_t id = 1; id <= 300; ++id)
                add(opened(id));
        });
        std::jthread reloading([&] {
            for (int i = 0; i < 30; ++i) {
                if (i % 2 == 0)
                    configure({notifier("a"), notifier("am", NotifierKind::alertmanager), notifier("b")});
                else
                    configure({notifier("a"), notifier("am", NotifierKind::alertmanager)});
            }
        });
        std::jthread passing([&] {
            for (int i = 0; i < 100; ++i)
                pass(10s);
        });
    }
    for (int i = 0; i < 1000 && received("a").size() < 300; ++i) {
        pass(1h);
        eventually([&] { return received_["a"].size() == 300 || outbox_.next_due("a", now_) > now_; });
    }
    Ids all;
    for (std::uint64_t id = 1; id <= 300; ++id)
        all.push_back(id);
    EXPECT_EQ(received("a"), all);
}

}  // namespace
}  // namespace reputed
