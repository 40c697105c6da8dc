// A random life of the outbox: transitions come, the disk is now quick and now slow, sends succeed, fail, or arrive and
// are reported as failed, and every now and then everything but the disk is lost. Afterwards each notifier must have
// been told all that it was to be told, in order, and twice only what was under way at a crash, under the same key.
#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "agent/outbox.hpp"
#include "tests/support/time_zone.hpp"

namespace reputed {
namespace {

using namespace std::chrono_literals;

const WallTime noon = WallTime{} + std::chrono::seconds(1795176000);  // 2026-11-20 12:00 UTC

std::vector<NotifierSettings> notifiers() {
    NotifierSettings all;
    all.name = "all";
    all.min_severity = Severity::info;
    all.give_up = 10'000h;
    auto strict = all;
    strict.name = "strict";
    strict.min_severity = Severity::critical;
    strict.kind = NotifierKind::alertmanager;
    auto quiet = all;
    quiet.name = "quiet";
    quiet.min_severity = Severity::warning;
    quiet.quiet_hours = {22h, 7h};
    quiet.rate_limit = 4;
    return {all, strict, quiet};
}

class Life {
  public:
    explicit Life(std::uint32_t seed) : random_(seed) { begin(); }

    void live(int steps) {
        for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
            switch (pick(16)) {
                case 0:
                case 1:
                case 2:
                    decide();
                    break;
                case 3:
                case 4:
                case 5:
                case 6:
                    write(1 + pick(3));
                    break;
                case 7:
                case 8:
                case 9:
                    take(notifiers_[pick(3)].name);
                    break;
                case 10:
                case 11:
                    finish(notifiers_[pick(3)].name);
                    break;
                case 12:
                case 13:
                    now_ += std::chrono::seconds(pick(pick(10) == 0 ? 20'000 : 60));
                    break;
                case 14:
                    if (pick(4) == 0) crash();
                    break;
                case 15:
                    if (pick(8) == 0) begin_store_anew();
                    break;
            }
        }
    }

    void settle() {
        for (int idle = 0; idle < 100 && !testing::Test::HasFailure();) {
            write(1000);
            bool sent = false;
            for (const auto& each : notifiers_) {
                take(each.name);
                write(1000);
                take(each.name);
                sent = under_way_.contains(each.name) || sent;
                if (under_way_.contains(each.name)) answer(each.name, true, true);
            }
            idle = sent ? 0 : idle + 1;
            now_ += 15min;
        }
        write(1000);
    }

    void check() const {
        for (const auto& each : notifiers_)
            check(each);
    }
    int crashes() const { return crashes_; }
    std::size_t repeated() const { return repeated_; }

  private:
    using Ids = std::vector<std::uint64_t>;
    struct Write {
        Outbox::Changes changes;
        std::vector<Transition> transitions = {};
        bool whole = false;
        std::string strikes = {};  // the key of the message that it strikes
    };
    struct Reception {
        std::string key;
        Ids ids;
    };

    std::uint32_t pick(std::uint32_t below) { return static_cast<std::uint32_t>(random_()) % below; }

    void begin() {
        outbox_ = std::make_unique<Outbox>(
            [this] { return std::uint64_t{random_()} << 32 | std::uint64_t{random_()}; });
        outbox_->configure(notifiers_);
        std::vector<OutboxEntry> entries;
        for (const auto& [id, entry] : disk_)
            entries.push_back(entry);
        std::vector<Transition> transitions;
        open_.clear();
        next_transition_ = 1;
        for (const auto& [id, transition] : written_) {
            transitions.push_back(transition);
            next_transition_ = id + 1;
            if (transition.kind == TransitionKind::cleared)
                open_.erase(transition.episode);
            else
                open_[transition.episode] = transition;
        }
        std::set<std::uint64_t> open;
        for (const auto& [episode, transition] : open_)
            open.insert(episode);
        pend({outbox_->restore(entries, transitions, open, next_entry_), {}});
    }

    void pend(Write write) { pending_.push_back(std::move(write)); }

    // What the ledger would do: opens, changes or clears something.
    void decide() {
        static constexpr Severity severities[] = {Severity::info, Severity::warning, Severity::critical};
        Transition transition;
        transition.id = next_transition_++;
        transition.time = now_;
        transition.finding.code = "dnsbl.listed";
        transition.finding.severity = severities[pick(3)];
        if (open_.empty() || pick(2) == 0) {
            transition.episode = transition.id;
        } else {
            auto before = open_.begin();
            std::advance(before, pick(static_cast<std::uint32_t>(open_.size())));
            transition.episode = before->first;
            transition.before = before->second.finding.severity;
            transition.kind = pick(3) == 0 && transition.before != transition.finding.severity
                                  ? TransitionKind::changed
                                  : TransitionKind::cleared;
            if (transition.kind == TransitionKind::cleared) transition.finding.severity = transition.before;
        }
        transition.finding.subject = std::to_string(transition.episode);
        if (transition.kind == TransitionKind::cleared)
            open_.erase(transition.episode);
        else
            open_[transition.episode] = transition;
        pend({outbox_->add(transition, now_), {transition}});
    }

    void apply(const Write& write) {
        if (write.whole) disk_.clear();
        for (const auto& transition : write.transitions)
            written_.insert_or_assign(transition.id, transition);
        for (const auto& entry : write.changes.entries) {
            disk_.insert_or_assign(entry.id, entry);
            next_entry_ = std::max(next_entry_, entry.id + 1);
        }
        for (const auto id : write.changes.done) {
            for (const auto& entry : write.changes.entries)
                EXPECT_NE(entry.id, id) << "in one of both only";
            disk_.erase(id);
        }
    }

    void write(std::uint32_t most) {
        for (; most > 0 && !pending_.empty(); --most) {
            apply(pending_.front());
            outbox_->written(pending_.front().changes.entries);
            pending_.pop_front();
        }
    }

    // The disk fails, all goes on in memory, and it is written anew while more happens.
    void begin_store_anew() {
        for (const auto& write : pending_) {
            outbox_->written(write.changes.entries);
            for (const auto& transition : write.transitions)
                written_.insert_or_assign(transition.id, transition);
        }
        pending_.clear();
        Write whole{{outbox_->entries(), {}}, outbox_->transitions(), true};
        // Until it is written nothing else is looked at: a crash in between may lose things.
        pend(whole);
        if (pick(2) == 0) {
            for (const auto& each : notifiers_) {
                auto due = outbox_->take(each.name, now_);
                pend({due.sealed, {}});
                if (due.message) outbox_->interrupted(*due.message);
            }
        }
        write(1);
    }

    void take(const std::string& name) {
        if (under_way_.contains(name)) {
            EXPECT_FALSE(outbox_->take(name, now_).message);
            return;
        }
        auto due = outbox_->take(name, now_);
        if (!due.sealed.entries.empty()) pend({due.sealed, {}});
        if (!due.message) return;
        Ids sealed;
        for (const auto& [id, entry] : disk_)
            if (entry.notifier == name && entry.message_key == due.message->key)
                sealed.push_back(entry.transition);
        EXPECT_EQ(sealed, ids_of(*due.message)) << "it is on disk before it is sent";
        under_way_.emplace(name, *due.message);
    }

    static Ids ids_of(const Message& message) {
        Ids ids;
        for (const auto& each : message.transitions)
            ids.push_back(each.id);
        return ids;
    }

    void finish(const std::string& name) {
        if (under_way_.contains(name)) answer(name, pick(3) > 0, pick(2) == 0);
    }

    void answer(const std::string& name, bool arrives, bool well) {
        const Message message = under_way_.extract(name).mapped();
        if (arrives) receive(message);
        if (arrives && well) {
            pend({outbox_->delivered(message, now_), {}, false, message.key});
            return;
        }
        if (arrives) ++repetitions_[message.key];
        pend({outbox_->failed(message, "refused", {}, now_), {}});
    }

    void receive(const Message& message) {
        received_[message.notifier].push_back({message.key, ids_of(message)});
    }

    void crash() {
        ++crashes_;
        for (const auto& [name, message] : under_way_) {
            ++repetitions_[message.key];
            if (pick(2) == 0) receive(message);
        }
        under_way_.clear();
        for (auto kept = pick(static_cast<std::uint32_t>(pending_.size()) + 1); kept > 0; --kept) {
            apply(pending_.front());
            pending_.pop_front();
        }
        for (const auto& write : pending_)
            if (!write.strikes.empty()) ++repetitions_[write.strikes];
        pending_.clear();
        begin();
    }

    void check(const NotifierSettings& settings) const {
        // Who is to be told what, by what came of the ledger in the end.
        Ids expected;
        std::set<std::uint64_t> known;
        std::map<std::uint64_t, std::uint64_t> open;  // the last told transition of an episode
        for (const auto& [id, transition] : written_) {
            const bool news = transition.kind == TransitionKind::opened ||
                              (transition.kind == TransitionKind::changed &&
                               transition.finding.severity > transition.before);
            if (known.contains(transition.episode) ||
                (news && transition.finding.severity >= settings.min_severity)) {
                expected.push_back(id);
                known.insert(transition.episode);
                open[transition.episode] = id;
            }
            if (transition.kind == TransitionKind::cleared) open.erase(transition.episode);
        }
        Ids first_told;
        std::map<std::uint64_t, std::string> key_of;
        std::map<std::string, Ids> content;
        std::map<std::string, int> times;
        const auto log = received_.find(settings.name);
        if (log == received_.end()) {
            EXPECT_TRUE(expected.empty());
            return;
        }
        for (const auto& [key, ids] : log->second) {
            if (++times[key] > 1) ++repeated_;
            EXPECT_EQ(content.try_emplace(key, ids).first->second, ids) << "one key, one content";
            for (const auto id : ids) {
                const auto [known_key, first] = key_of.try_emplace(id, key);
                EXPECT_EQ(known_key->second, key) << "one transition, one key";
                if (first) first_told.push_back(id);
            }
        }
        for (const auto& [key, count] : times) {
            const auto allowed = repetitions_.find(key);
            EXPECT_LE(count, 1 + (allowed == repetitions_.end() ? 0 : allowed->second)) << settings.name;
        }
        std::map<std::uint64_t, std::uint64_t> last;  // told of an episode
        for (const auto id : first_told) {
            auto& before = last[written_.at(id).episode];
            EXPECT_LT(before, id) << "order within an episode";
            before = id;
        }
        if (!settings.quiet_hours.is_set()) {
            EXPECT_EQ(first_told, expected) << settings.name;
        }
        std::sort(first_told.begin(), first_told.end());
        EXPECT_EQ(first_told, expected) << settings.name;

        std::map<std::uint64_t, std::uint64_t> reminded;
        for (const auto& each : outbox_->reminders(settings.name, now_))
            if (each.kind != TransitionKind::cleared) reminded[each.episode] = each.id;
        EXPECT_EQ(reminded, open) << settings.name;
        std::size_t on_disk = 0;
        for (const auto& [id, entry] : disk_)
            on_disk += entry.notifier == settings.name ? 1 : 0;
        EXPECT_EQ(on_disk, open.size()) << settings.name;
    }

    std::mt19937 random_;
    const std::vector<NotifierSettings> notifiers_ = notifiers();
    WallTime now_ = noon;
    std::unique_ptr<Outbox> outbox_;
    std::map<std::uint64_t, Transition> open_;  // the ledger's
    std::uint64_t next_transition_ = 1;

    // The disk, and what is on its way there.
    std::map<std::uint64_t, OutboxEntry> disk_;
    std::map<std::uint64_t, Transition> written_;
    std::uint64_t next_entry_ = 1;
    std::deque<Write> pending_;

    std::map<std::string, Message> under_way_;
    std::map<std::string, std::vector<Reception>> received_;
    std::map<std::string, int> repetitions_;  // that a message may have, by key
    int crashes_ = 0;
    mutable std::size_t repeated_ = 0;
};

TEST(OutboxCrash, NothingIsLostAndOnlyWhatWasUnderWayIsRepeated) {
    const test::TimeZone zone("UTC");
    int crashes = 0;
    std::size_t repeated = 0;
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE(seed);
        Life life(seed);
        life.live(3'000);
        life.settle();
        life.check();
        crashes += life.crashes();
        repeated += life.repeated();
        if (HasFailure()) break;
    }
    EXPECT_GT(crashes, 300);
    EXPECT_GT(repeated, 50U) << "else it shows nothing about repetitions";
}

}  // namespace
}  // namespace reputed
