#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "agent/snapshot.hpp"

namespace reputed {

// How each MTA's queue and deliveries went in the last 24 hours, in quarters of an hour; begins with the agent.
class DayCourse {
  public:
    static constexpr std::int64_t step = 900;  // seconds
    static constexpr std::size_t steps = 96;

    struct Step {
        std::optional<double> queued;  // messages in all queues, the most that was seen
        bool counted = false;          // what follows was
        double accepted = 0;           // recipients
        double deferred = 0;
        double failed = 0;  // bounced or given up

        bool operator==(const Step&) const = default;
    };
    using Steps = std::array<Step, steps>;  // the last one is that of the newest look

    // Takes in what the jobs of this snapshot say that ran since the last one. Whether anything was new.
    bool note(const Snapshot& snapshot);

    // The 24 hours up to the step of `now`, by MTA. A step without a look is empty.
    std::map<std::string, Steps> steps_until(WallTime now) const;

  private:
    struct Counts {
        double accepted = 0;
        double deferred = 0;
        double failed = 0;
    };
    struct Course {
        std::array<Step, steps> ring{};             // by step number modulo `steps`
        std::array<std::int64_t, steps> numbers{};  // which step it is
        std::optional<Counts> last;
        WallTime queue_run;
        WallTime delivery_run;
    };
    Course* course_of(const std::string& mta);
    static Step& at(Course& course, WallTime time);
    bool note_queue(const JobState& job);
    bool note_deliveries(const JobState& job);

    std::map<std::string, Course> courses_;
};

}  // namespace reputed
