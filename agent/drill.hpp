#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "agent/snapshot.hpp"

// A drill: a listing that is made up on request, so that its alert is seen to arrive before the day it matters. The
// command leaves a request beside the store; the agent that uses the store sees it there.
namespace reputed {

struct DrillRequest {
    std::string list;
    std::string subject;  // an address or a domain, as findings write it
    WallTime until;       // whole seconds

    bool operator==(const DrillRequest&) const = default;
};
inline constexpr std::chrono::hours longest_drill{1};

class DrillError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

class PlantError : public DrillError {
  public:
    using DrillError::DrillError;
};

// STORE.drill
std::string drill_path(const std::string& store);

// {"list":"zen.spamhaus.org","subject":"192.0.2.1","until":"2026-11-21T22:30:00Z"}
std::string drill_text(const DrillRequest& request);
// The same read; nothing else is taken. Throws DrillError.
DrillRequest parse_drill(std::string_view text);

// The request that is there and not over; nothing where there is none. Only a regular file of root or of `owner` that
// nobody else can write to is read, and of that no more than 1 KiB. Throws DrillError.
std::optional<DrillRequest> read_drill(const std::string& path, uid_t owner, WallTime now);

// Puts it there at once, readable for the owner of the store alone. Throws DrillError.
void write_drill(const std::string& store, const DrillRequest& request);
// True when it was there.
bool remove_drill(const std::string& path);

// The finding that is planted. Throws PlantError where the configuration asks no such thing.
Finding planted_finding(const std::string& list, const std::string& subject, const Settings& settings,
                        const ActiveLists& lists);

// What the running agent knows of drills.
class DrillWatch {
  public:
    // Looks for a request. Returns the lists for which something begins or ends: their jobs shall run now.
    std::vector<std::string> look(const std::string& store, const Settings& settings,
                                  const ActiveLists& lists, WallTime now);
    // What the job of this list is to find beside what it finds.
    std::optional<Finding> planted_on(const std::string& list) const;
    // Something began or ended there that is not settled yet.
    bool is_watched(const std::string& list) const { return list == list_ || list == ended_; }
    void settled(const std::string& list) {
        if (list == ended_) ended_.clear();
    }

  private:
    std::string list_;  // "" = none
    Finding finding_;
    std::string ended_;    // the list of the last one, until it has settled
    std::string problem_;  // as last told
};

}  // namespace reputed
