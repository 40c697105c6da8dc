#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/reputation.hpp"
#include "agent/snapshot.hpp"

namespace reputed {

// The reputation of one address over the last day: its level, and from where it came there. Pure: it is told the time.
class ReputationCourse {
  public:
    // A score that it had for a while.
    struct Point {
        int score = 100;
        WallTime from;   // epoch: for so long that it counts
        WallTime until;  // when it was last seen to be so
        std::vector<reputation::Deduction> parts;
    };

    // Nothing is known of it yet. `settle`: so long a score has to last before a change is told as one from it, since
    // what is known of a new address fills up list by list.
    explicit ReputationCourse(std::chrono::seconds settle) : settle_(settle) {}
    // It has been 100 for long.
    static ReputationCourse plain(std::chrono::seconds settle, WallTime now);
    // As remembered: `points` is not empty, levels are within the scale.
    ReputationCourse(std::chrono::seconds settle, std::size_t level, std::size_t told,
                     std::vector<Point> points);

    // What it is now. `before`: the level that it had, where nothing is known of it here. True when there is something
    // else to remember.
    bool add(int score, const std::vector<reputation::Deduction>& parts, std::optional<std::size_t> before,
             WallTime now);

    // The sentence about the present level, which stays the same until the next change of level. `taken`: the ledger
    // has the finding at this level, in the words of `standing`. True when there is something else to remember.
    bool word(const std::string& address, bool taken, const std::string& standing, WallTime now);

    bool is_known() const { return !points_.empty(); }
    // It has been 100 and good for so long that nothing else need be remembered.
    bool is_plain(WallTime now) const { return plain_at() && *plain_at() <= now; }
    std::optional<WallTime> plain_at() const;  // when it will have been, if nothing happens

    std::size_t level() const { return level_; }
    std::size_t told() const { return told_; }                    // the level that the ledger last took
    const std::vector<Point>& points() const { return points_; }  // the last is the present one
    const std::string& text() const { return text_; }

  private:
    bool is_settled(const Point& point) const;
    const Point* reference(WallTime now) const;
    std::string compose(const std::string& address, WallTime now) const;

    std::chrono::seconds settle_;
    std::size_t level_ = 0;
    std::size_t told_ = 0;
    std::optional<std::size_t> texted_;  // the level that text_ speaks of
    std::string text_;
    WallTime worded_;
    std::string told_text_;  // of the level told_; "" before it was asked for
    std::vector<Point> points_;
};

}  // namespace reputed
