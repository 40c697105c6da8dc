#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "agent/history.hpp"

namespace reputed {

// What the store tells of the last 90 days, read at once and kept for the pages. Never changed after it was made.
class Chronicle {
  public:
    Chronicle() = default;  // nothing is known
    Chronicle(std::vector<EpisodeOutline>&& episodes, std::vector<DayFigures>&& days, bool complete);
    Chronicle(const Chronicle&) = delete;
    Chronicle& operator=(const Chronicle&) = delete;

    const std::vector<EpisodeOutline>& episodes() const { return episodes_; }  // latest first
    const std::vector<DayFigures>& days() const { return days_; }              // rising
    // Those whose subject or object this is, latest first.
    const std::vector<const EpisodeOutline*>& about(std::string_view name) const;
    // There were more than are kept: of the days before this one something may be missing.
    std::optional<WallTime> cut_before() const { return cut_before_; }

    std::string problem;  // why it could not be read; "" = it could

  private:
    std::vector<EpisodeOutline> episodes_;
    std::vector<DayFigures> days_;
    std::unordered_map<std::string_view, std::vector<const EpisodeOutline*>> by_name_;
    std::optional<WallTime> cut_before_;
};

// Reads the store in the calling thread; what goes wrong is the chronicle's problem.
std::shared_ptr<const Chronicle> read_chronicle(const std::string& path, WallTime now);

// Reads it on a thread of its own, when somebody asks and what there is has grown old.
class ChronicleReader {
  public:
    explicit ChronicleReader(std::string path);  // "": there is no store, and nothing will be read
    ~ChronicleReader();
    ChronicleReader(const ChronicleReader&) = delete;
    ChronicleReader& operator=(const ChronicleReader&) = delete;

    // The newest one. Has it read again where `mark` is another than at the last reading, and from time to time; waits
    // for that a few milliseconds, which small stores need. Null: nothing was read yet, or there is no store.
    std::shared_ptr<const Chronicle> get(std::uint64_t mark);

  private:
    using Clock = std::chrono::steady_clock;
    void work(const std::stop_token& stop);

    const std::string path_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::shared_ptr<const Chronicle> current_;
    std::uint64_t mark_ = 0;  // of the last reading that was asked for
    bool wanted_ = false;
    bool reading_ = false;
    Clock::time_point read_{};        // when the last reading ended
    Clock::time_point not_before_{};  // reading takes a twentieth of one core at most
    std::jthread thread_;
};

}  // namespace reputed
