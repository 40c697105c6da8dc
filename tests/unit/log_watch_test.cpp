#include "agent/log_watch.hpp"

#include <atomic>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <map>
#include <thread>

#include <gtest/gtest.h>

#include "config/utc.hpp"
#include "tests/support/temporary_folder.hpp"

namespace reputed {
namespace {

std::string line(const char* status = "sent", const char* reply = "250 2.0.0 OK") {
    return rfc3339(std::chrono::system_clock::now()) +
           " mail postfix/smtp[4711]: 4fX0y95TbzZ: to=<user@example.com>, "
           "relay=mx.example.com[192.0.2.1]:25, delay=1, "
           "delays=0/0/0/1, dsn=2.0.0, status=" +
           status + " (" + reply + ")\n";
}

void append(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::app) << text;
}

MtaSettings settings_of(const std::string& path) {
    MtaSettings settings;
    settings.kind = MtaKind::postfix;
    settings.log = {path};
    return settings;
}

std::uint64_t attempts(const LogWatch& watch) {
    const auto view = watch.view("postfix");
    std::uint64_t sum = 0;
    if (view)
        for (const auto& outcome : view->outcomes)
            sum += outcome.ever;
    return sum;
}

// The rows of a store, without the store.
class Rows {
  public:
    void take(Batch&& batch) {
        for (auto& part : batch.parts)
            if (part.value)
                rows_[{part.owner, part.name}] = part;
            else
                rows_.erase({part.owner, part.name});
    }
    std::vector<StoredPart> all() const {
        std::vector<StoredPart> parts;
        for (const auto& [key, part] : rows_)
            parts.push_back(part);
        return parts;
    }

  private:
    std::map<std::pair<std::string, std::string>, StoredPart> rows_;
};

TEST(LogWatchTest, ReadsWhatIsThereAndGoesOnWhereItWasLeft) {
    const test::TemporaryFolder folder;
    const auto path = folder / "mail.log";
    append(path, line() + line());
    Rows rows;
    {
        LogWatch watch(settings_of(path), nullptr);
        watch.catch_up();
        EXPECT_EQ(attempts(watch), 2U);
        EXPECT_EQ(watch.view("exim"), nullptr);
        Batch whole;
        whole.parts = watch.state();
        rows.take(std::move(whole));
    }
    append(path, line("bounced", "550 5.1.1 User unknown"));
    LogWatch again(settings_of(path), nullptr);
    again.restore(rows.all());
    again.catch_up();
    EXPECT_EQ(attempts(again), 3U);
    EXPECT_EQ(again.view("postfix")->lines, 3U);
}

TEST(LogWatchTest, OtherSettingsLoseNothing) {
    const test::TemporaryFolder folder;
    const auto path = folder / "mail.log";
    append(path, line());
    LogWatch watch(settings_of(path), nullptr);
    watch.catch_up();
    auto none = settings_of(path);
    none.log = {"none"};
    watch.configure(none, nullptr);
    EXPECT_EQ(watch.view("postfix"), nullptr);
    append(path, line());
    watch.configure(settings_of(path), nullptr);
    watch.catch_up();
    EXPECT_EQ(attempts(watch), 2U);
}

// What is written later has counted more: an older batch behind a newer one would take lines back.
TEST(LogWatchTest, SubmitsInTheOrderInWhichItTook) {
    const test::TemporaryFolder folder;
    const auto path = folder / "mail.log";
    append(path, line());
    std::atomic<int> under_way = 0;
    std::atomic<int> together = 0;
    LogWatch watch(settings_of(path), nullptr);
    watch.start([&](Batch&&) {
        if (under_way.fetch_add(1) > 0) ++together;
        for (int i = 0; i < 100; ++i)
            std::this_thread::yield();
        --under_way;
    });
    const auto reload = [&] {
        for (int i = 0; i < 200; ++i)
            watch.configure(settings_of(path), nullptr);
    };
    {
        const std::jthread one(reload);
        const std::jthread other(reload);
    }
    watch.stop();
    EXPECT_EQ(together, 0);
}

TEST(LogWatchTest, FollowsWhileOthersLook) {
    const test::TemporaryFolder folder;
    const auto path = folder / "mail.log";
    append(path, "");
    constexpr std::uint64_t count = 2000;
    Rows rows;
    {
        LogWatch watch(settings_of(path), nullptr);
        watch.start([&](Batch&& batch) { rows.take(std::move(batch)); });
        std::thread writer([&] {
            for (std::uint64_t i = 0; i < count; ++i)
                append(path, line());
        });
        std::thread reload([&] {
            for (int i = 0; i < 20; ++i)
                watch.configure(settings_of(path), nullptr);
        });
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (attempts(watch) < count && std::chrono::steady_clock::now() < deadline)
            std::this_thread::yield();
        writer.join();
        reload.join();
        while (attempts(watch) < count && std::chrono::steady_clock::now() < deadline)
            std::this_thread::yield();
        EXPECT_EQ(attempts(watch), count);
        watch.stop();
    }
    LogWatch again(settings_of(path), nullptr);
    again.restore(rows.all());
    again.catch_up();
    EXPECT_EQ(attempts(again), count) << "what was written at the end has all of it";
}

}  // namespace
}  // namespace reputed
