#include "agent/log_watch.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "agent/logging.hpp"
#include "checks/mta/log/delivery_windows.hpp"
#include "checks/mta/log/dialect.hpp"
#include "checks/mta/log/log_places.hpp"
#include "checks/mta/log/open_log_source.hpp"
#include "checks/mta/log/syslog.hpp"

namespace reputed {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t bytes_at_once = 256 * 1024;
// Of a log that was never read before, so much of its end: a day on most servers.
constexpr std::uint64_t first_look = std::uint64_t{256} << 20U;
constexpr auto write_gap = 10s;
constexpr auto longest_wait = 30s;
constexpr auto pause_between = 100ms;  // each line of a busy log would wake

constexpr std::string_view cursor_prefix = "cursor ";

// What the dialect hands over, judged and counted.
class Counting final : public mta::LogSink {
  public:
    Counting(mta::Judge& judge, mta::DeliveryWindows& windows, std::int64_t now)
        : judge_(judge), windows_(windows), now_(now) {}
    void delivery(const mta::DeliveryEvent& event) override { windows_.attempt(judge_.judge(event), now_); }
    void rejected(const mta::RejectEvent& event) override { windows_.reject(event); }
    void unknown(std::string_view program) override { windows_.unknown(program); }

  private:
    mta::Judge& judge_;
    mta::DeliveryWindows& windows_;
    std::int64_t now_;
};

}  // namespace

class LogWatch::Follow {
  public:
    Follow(std::string mta, std::shared_ptr<const mta::Classifier> classifier)
        : mta_(std::move(mta)),
          classifier_(std::move(classifier)),
          windows_(classifier_),
          judge_(*classifier_) {}

    const std::string& mta() const { return mta_; }
    // Of its parts in the store.
    std::string owner() const { return std::string(log_parts_prefix) + mta_; }

    void restore(const StoredPart& part) {
        if (!part.value) return;
        if (part.name.starts_with(cursor_prefix))
            cursors_.push_back(part);
        else
            windows_.restore(part.name, *part.value);
    }

    // Opens the log at the place where it was left.
    void add(const mta::LogPlace& place) {
        Log log;
        log.path = place.path;
        log.dialect = mta::find_log_dialect(mta_)->make(mta::as_it_grows);
        std::optional<mta::LogCursor> cursor;
        for (const auto& stored : cursors_)
            if (stored.name.substr(cursor_prefix.size()) == place.path)
                cursor = mta::LogCursor::parse(*stored.value);
        log.source = mta::open_log_source(place, cursor, first_look);
        logs_.push_back(std::move(log));
    }

    // True when there may be more at once.
    bool read(std::int64_t now) {
        bool more = false;
        for (auto& log : logs_) {
            Counting sink(judge_, windows_, now);
            std::uint64_t lines = 0;
            const auto bytes = log.source->read(bytes_at_once, [&](std::string_view line) {
                ++lines;
                log.dialect->line(line, sink);
            });
            windows_.lines(lines);
            log.moved = log.moved || bytes > 0;
            more = more || bytes > 0;
            note_problem(log);
        }
        return more;
    }

    std::vector<StoredPart> changes(std::int64_t now) {
        std::vector<StoredPart> parts;
        for (auto& part : windows_.take_changes(now))
            parts.push_back({owner(), std::move(part.name), std::move(part.text)});
        for (auto& log : logs_)
            if (std::exchange(log.moved, false)) parts.push_back(cursor_of(log));
        return parts;
    }

    std::vector<StoredPart> state() const {
        std::vector<StoredPart> parts;
        for (auto& part : windows_.all_parts())
            parts.push_back({owner(), std::move(part.name), std::move(part.text)});
        for (const auto& log : logs_)
            parts.push_back(cursor_of(log));
        return parts;
    }

    // What to wait for, and how long at most.
    std::chrono::milliseconds add_wait_fds(std::vector<pollfd>& fds) const {
        auto look_after = std::chrono::milliseconds(longest_wait);
        for (const auto& log : logs_) {
            look_after = std::min(look_after, log.source->look_after());
            if (const int fd = log.source->wait_fd(); fd >= 0) fds.push_back({fd, POLLIN, 0});
        }
        return look_after;
    }

    std::shared_ptr<const mta::DeliveryView> view(std::int64_t now) const {
        auto view = std::make_shared<mta::DeliveryView>();
        view->mta = mta_;
        windows_.fill(*view, now);
        for (const auto& log : logs_) {
            view->log += (view->log.empty() ? "" : ", ") + log.path;
            view->behind += log.source->behind();
            if (view->problem.empty()) view->problem = log.source->problem();
        }
        return view;
    }

  private:
    struct Log {
        std::string path;
        std::unique_ptr<mta::LogSource> source;
        std::unique_ptr<mta::LogDialect> dialect;
        bool moved = true;  // since its place was last written
        std::string problem;
    };

    // A log that could not be read yet has no place.
    StoredPart cursor_of(const Log& log) const {
        const auto cursor = log.source->cursor().to_text();
        if (cursor.empty()) return {owner(), std::string(cursor_prefix) + log.path, {}};
        return {owner(), std::string(cursor_prefix) + log.path, cursor};
    }

    static void note_problem(Log& log) {
        auto problem = log.source->problem();
        if (problem == log.problem) return;
        if (problem.empty())
            reputed::log("log").info("{} can be read again", log.path);
        else
            reputed::log("log").warn("{}", problem);
        log.problem = std::move(problem);
    }

    std::string mta_;
    std::shared_ptr<const mta::Classifier> classifier_;
    mta::DeliveryWindows windows_;
    mta::Judge judge_;
    std::vector<StoredPart> cursors_;
    std::vector<Log> logs_;
};

LogWatch::LogWatch(const MtaSettings& settings, std::shared_ptr<const mta::Classifier> classifier)
    : places_(mta::log_places(settings)),
      classifier_(std::move(classifier)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

LogWatch::~LogWatch() {
    stop();
    close(wake_);
}

void LogWatch::restore(std::vector<StoredPart>&& parts) {
    const std::lock_guard lock(mutex_);
    memory_ = std::move(parts);
}

// Under mutex_.
void LogWatch::open_logs() {
    if (!places_.empty() && !classifier_)
        classifier_ = {std::shared_ptr<void>(), &mta::Classifier::builtin()};
    for (const auto& place : places_) {
        auto found = std::find_if(follows_.begin(), follows_.end(),
                                  [&](const auto& follow) { return follow->mta() == place.mta; });
        if (found == follows_.end()) {
            found = follows_.insert(found, std::make_unique<Follow>(place.mta, classifier_));
            for (const auto& part : memory_)
                if (part.owner == (*found)->owner()) (*found)->restore(part);
        }
        (*found)->add(place);
    }
    std::erase_if(memory_, [&](const auto& part) {
        return std::any_of(follows_.begin(), follows_.end(),
                           [&](const auto& follow) { return follow->owner() == part.owner; });
    });
}

// Under mutex_. Of MTAs whose log is not followed now, what was known is kept.
std::vector<StoredPart> LogWatch::all_parts() const {
    auto parts = memory_;
    for (const auto& follow : follows_)
        for (auto& part : follow->state())
            parts.push_back(std::move(part));
    return parts;
}

std::vector<StoredPart> LogWatch::state() const {
    const std::lock_guard lock(mutex_);
    return all_parts();
}

void LogWatch::configure(const MtaSettings& settings, std::shared_ptr<const mta::Classifier> classifier) {
    auto places = mta::log_places(settings);
    {
        const std::lock_guard order(order_);
        Batch batch;
        std::unique_lock lock(mutex_);
        batch.parts = take_changes();
        // All goes through its written form: the providers may be others now, with other numbers.
        memory_ = all_parts();
        follows_.clear();
        places_ = std::move(places);
        classifier_ = std::move(classifier);
        open_logs();
        lock.unlock();
        if (!batch.empty() && submit_) submit_(std::move(batch));
    }
    wake();
}

void LogWatch::wake() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = write(wake_, &one, sizeof one);
}

void LogWatch::start(Submit submit) {
    submit_ = std::move(submit);
    {
        const std::lock_guard lock(mutex_);
        open_logs();
    }
    // Where reading begins: a crash before the first counts are written then loses nothing.
    write_changes();
    thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

void LogWatch::stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    wake();
    thread_.join();
    write_changes();
}

void LogWatch::catch_up() {
    {
        const std::lock_guard lock(mutex_);
        if (follows_.empty()) open_logs();
    }
    while (read_some()) {
    }
}

// True when there may be more at once. The lock is given back between parts, so that a look at the figures never waits
// for a whole log.
bool LogWatch::read_some() {
    const auto now = std::time(nullptr);
    bool more = false;
    for (std::size_t i = 0;; ++i) {
        const std::lock_guard lock(mutex_);
        if (i >= follows_.size()) return more;
        more = follows_[i]->read(now) || more;
    }
}

// Under mutex_.
std::vector<StoredPart> LogWatch::take_changes() {
    std::vector<StoredPart> parts;
    for (const auto& follow : follows_)
        for (auto& part : follow->changes(std::time(nullptr)))
            parts.push_back(std::move(part));
    return parts;
}

void LogWatch::write_changes() {
    const std::lock_guard order(order_);
    Batch batch;
    {
        const std::lock_guard lock(mutex_);
        batch.parts = take_changes();
    }
    if (!batch.empty() && submit_) submit_(std::move(batch));
}

void LogWatch::work(const std::stop_token& stop) {
    auto written = Clock::now();
    while (!stop.stop_requested()) {
        bool read = false;
        while (!stop.stop_requested() && read_some()) {
            read = true;
            if (Clock::now() - written >= write_gap) break;
        }
        unwritten_ = unwritten_ || read;
        if (unwritten_ && Clock::now() - written >= write_gap) {
            write_changes();
            written = Clock::now();
            unwritten_ = false;
            continue;
        }
        wait(unwritten_ ? written + write_gap : Clock::now() + longest_wait);
    }
}

void LogWatch::wait(std::chrono::steady_clock::time_point until) {
    std::vector<pollfd> fds{{wake_, POLLIN, 0}};
    auto look_after = std::chrono::milliseconds(longest_wait);
    {
        const std::lock_guard lock(mutex_);
        for (const auto& follow : follows_)
            look_after = std::min(look_after, follow->add_wait_fds(fds));
    }
    const auto left =
        std::min(look_after, std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()));
    poll(fds.data(), fds.size(), static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000)));
    std::uint64_t count = 0;
    if (::read(wake_, &count, sizeof count) > 0) return;
    pollfd only_wake{wake_, POLLIN, 0};
    poll(&only_wake, 1, static_cast<int>(pause_between.count()));
}

std::shared_ptr<const mta::DeliveryView> LogWatch::view(std::string_view mta) const {
    const std::lock_guard lock(mutex_);
    for (const auto& follow : follows_)
        if (follow->mta() == mta) return follow->view(std::time(nullptr));
    return nullptr;
}

std::vector<std::shared_ptr<const mta::DeliveryView>> LogWatch::views() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<const mta::DeliveryView>> views;
    for (const auto& follow : follows_)
        views.push_back(follow->view(std::time(nullptr)));
    return views;
}

}  // namespace reputed
