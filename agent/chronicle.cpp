#include "agent/chronicle.hpp"

#include <algorithm>

#include "agent/watched_days.hpp"

namespace reputed {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_episodes = 20'000;
constexpr auto longest_question = 2s;
constexpr auto patience = 20ms;  // of a reader of the page
constexpr auto old_after = 15s;
constexpr int share = 20;

}  // namespace

Chronicle::Chronicle(std::vector<EpisodeOutline>&& episodes, std::vector<DayFigures>&& days, bool complete)
    : episodes_(std::move(episodes)), days_(std::move(days)) {
    for (const auto& episode : episodes_) {
        by_name_[episode.subject].push_back(&episode);
        if (!episode.object.empty() && episode.object != episode.subject)
            by_name_[episode.object].push_back(&episode);
    }
    // Openings are read from the latest on, so what is missing opened before the earliest of these.
    if (!complete && !episodes_.empty()) cut_before_ = episodes_.back().opened;
}

const std::vector<const EpisodeOutline*>& Chronicle::about(std::string_view name) const {
    static const std::vector<const EpisodeOutline*> none;
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? none : found->second;
}

std::shared_ptr<const Chronicle> read_chronicle(const std::string& path, WallTime now) {
    try {
        const auto first = day_of(now) - days_shown + 1;
        History history(path);
        history.limit_time(longest_question);
        auto episodes = history.outlines(WallTime(std::chrono::days(first)), most_episodes + 1);
        const bool complete = episodes.size() <= most_episodes;
        if (!complete) episodes.pop_back();
        return std::make_shared<const Chronicle>(std::move(episodes), history.days(first), complete);
    } catch (const StoreError&) {
        auto failed = std::make_shared<Chronicle>();
        failed->problem = "the history cannot be read now; `reputed history` may say more";
        return failed;
    }
}

ChronicleReader::ChronicleReader(std::string path) : path_(std::move(path)) {
    if (!path_.empty()) thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

ChronicleReader::~ChronicleReader() = default;  // the thread is asked to stop and waited for

void ChronicleReader::work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return wanted_; })) {
        wanted_ = false;
        reading_ = true;
        lock.unlock();
        const auto begun = Clock::now();
        auto read = read_chronicle(path_, std::chrono::system_clock::now());
        const auto ended = Clock::now();
        lock.lock();
        current_.swap(read);
        reading_ = false;
        read_ = ended;
        not_before_ = ended + (ended - begun) * share;
        changed_.notify_all();
    }
}

std::shared_ptr<const Chronicle> ChronicleReader::get(std::uint64_t mark) {
    if (path_.empty()) return nullptr;
    std::unique_lock lock(mutex_);
    const auto now = Clock::now();
    const bool old = !current_ || mark != mark_ || now - read_ > old_after;
    if (old && !reading_ && now >= not_before_) {
        mark_ = mark;
        wanted_ = true;
        changed_.notify_all();
        changed_.wait_for(lock, patience, [this] { return !wanted_ && !reading_; });
    }
    return current_;
}

}  // namespace reputed
