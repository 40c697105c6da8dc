#include "agent/reputation_course.hpp"

#include <algorithm>
#include <utility>

#include "agent/rating.hpp"

namespace reputed {
namespace {

using reputation::Deduction;

constexpr auto memory = std::chrono::hours(24);
constexpr std::size_t most_points = 8;
constexpr std::size_t most_causes = 5;

const std::string& name_of(std::size_t level) {
    return reputation::scale().levels[level].name;
}

std::string with_level(int score, std::size_t level) {
    return std::to_string(score) + " (" + name_of(level) + ")";
}

int points_for(const std::vector<Deduction>& parts, const std::string& cause) {
    for (const auto& part : parts)
        if (part.cause == cause) return part.points;
    return 0;
}

// What takes more than it did.
std::vector<Deduction> added(const std::vector<Deduction>& before, const std::vector<Deduction>& now) {
    std::vector<Deduction> out;
    for (const auto& part : now) {
        const int more = part.points - points_for(before, part.cause);
        if (more <= 0) continue;
        out.push_back(part);
        out.back().points = more;
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const Deduction& a, const Deduction& b) { return a.points > b.points; });
    return out;
}

std::string list_text(const std::vector<Deduction>& parts, std::size_t most, char sign) {
    std::string text;
    int rest = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i >= most && parts.size() > most + 1) {
            rest += parts[i].points;
            continue;
        }
        text += (text.empty() ? "" : ", ") + parts[i].words + ' ' + sign + std::to_string(parts[i].points);
    }
    if (rest > 0)
        text += ", and " + std::to_string(parts.size() - most) + " more " + sign + std::to_string(rest);
    return text;
}

std::string gained_text(const std::vector<Deduction>& before, const std::vector<Deduction>& now) {
    auto gained = added(now, before);
    for (auto& part : gained) {
        const auto still = std::find_if(now.begin(), now.end(),
                                        [&](const Deduction& one) { return one.cause == part.cause; });
        part.words = still == now.end() ? "no longer " + part.words : still->words;
    }
    return list_text(gained, most_causes, '+');
}

// Not what was seen only once, of another level, before the agent ended.
bool speaks_of(const std::string& text, std::size_t level) {
    return text.substr(0, text.find(": ")).ends_with("(" + name_of(level) + ")");
}

}  // namespace

std::string parts_text(const std::vector<Deduction>& parts, std::size_t most) {
    return list_text(parts, most, '-');
}

ReputationCourse ReputationCourse::plain(std::chrono::seconds settle, WallTime now) {
    return {settle, 0, 0, {{100, {}, now, {}}}};
}

ReputationCourse::ReputationCourse(std::chrono::seconds settle, std::size_t level, std::size_t told,
                                   std::vector<Point> points)
    : settle_(settle), level_(level), told_(told), points_(std::move(points)) {}

bool ReputationCourse::is_settled(const Point& point) const {
    return point.from == WallTime{} || point.until - point.from >= settle_;
}

std::optional<WallTime> ReputationCourse::plain_at() const {
    if (points_.empty() || points_.back().score != 100 || level_ != 0 || told_ != 0) return {};
    WallTime plain = points_.back().from == WallTime{} ? WallTime{} : points_.back().from + settle_;
    for (std::size_t i = 0; i + 1 < points_.size(); ++i)
        plain = std::max(plain, points_[i].until + memory);
    return plain;
}

bool ReputationCourse::add(int score, const std::vector<Deduction>& parts, std::optional<std::size_t> before,
                           WallTime now) {
    const auto& scale = reputation::scale();
    if (points_.empty()) {
        level_ = level_of(scale, score, before);
        told_ = before.value_or(0);
        points_.push_back({score, now, now, parts});
        return true;
    }
    const std::size_t level = level_of(scale, score, level_);
    bool news = std::exchange(level_, level) != level;
    points_.back().until = now;
    if (points_.back().score != score || points_.back().parts != parts) {
        points_.push_back({score, now, now, parts});
        news = true;
    }
    const auto last = points_.end() - 1;
    const auto kept =
        std::remove_if(points_.begin(), last, [&](const Point& point) { return point.until < now - memory; });
    news = news || kept != last;
    points_.erase(kept, last);
    if (points_.size() > most_points) {
        const auto [worst, best] = std::minmax_element(
            points_.begin(), points_.end(), [](const Point& a, const Point& b) { return a.score < b.score; });
        auto middle = points_.begin();
        while (middle == worst || middle == best)
            ++middle;
        points_.erase(middle);
    }
    return news;
}

// Before a fall the best score of the last day, before a rise the lowest.
const ReputationCourse::Point* ReputationCourse::reference(WallTime now) const {
    const Point& present = points_.back();
    const bool fell = level_ > told_;
    const Point* found = nullptr;
    for (auto point = points_.begin(); point != points_.end() - 1; ++point) {
        if (!is_settled(*point) || point->until < now - memory) continue;
        if (fell ? point->score <= present.score : point->score >= present.score) continue;
        if (found == nullptr || (fell ? point->score >= found->score : point->score <= found->score))
            found = &*point;
    }
    return found;
}

std::string ReputationCourse::compose(const std::string& address, WallTime now) const {
    const Point& present = points_.back();
    const std::string begin = "The reputation of " + address;
    const auto* from = level_ == told_ ? nullptr : reference(now);
    if (from == nullptr) {
        const auto causes = parts_text(present.parts, most_causes);
        return begin + " is " + with_level(present.score, level_) + (causes.empty() ? "" : ": ") + causes;
    }
    const bool fell = level_ > told_;
    const auto causes = fell ? list_text(added(from->parts, present.parts), most_causes, '-')
                             : gained_text(from->parts, present.parts);
    return begin + (fell ? " fell from " : " rose from ") + with_level(from->score, told_) + " to " +
           with_level(present.score, level_) + (causes.empty() ? "" : ": ") + causes;
}

bool ReputationCourse::word(const std::string& address, bool taken, const std::string& standing,
                            WallTime now) {
    const bool texted = texted_ == level_;
    if (level_ == told_) {
        if (told_text_.empty()) told_text_ = speaks_of(standing, level_) ? standing : compose(address, now);
        text_ = told_text_;
        texted_ = level_;
        return false;
    }
    if (!taken || !texted) {  // while it is being confirmed, it is told as it has become by then
        text_ = compose(address, now);
        texted_ = level_;
        worded_ = now;
        return false;
    }
    told_ = level_;
    told_text_ = text_;
    // What comes now comes from the score that was told.
    const auto told = std::find_if(points_.begin(), points_.end() - 1,
                                   [&](const Point& point) { return point.until > worded_; });
    told->from = {};
    points_.erase(points_.begin(), told);
    return true;
}

}  // namespace reputed
