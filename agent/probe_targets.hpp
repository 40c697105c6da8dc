#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/snapshot.hpp"
#include "agent/store.hpp"

namespace reputed {

// The addresses that others name through /probe, by module. A new one waits until the agent takes the changes up, several
// at once; one that is probed no more for as long as its module keeps it goes. May be used from any thread.
class ProbeTargets {
  public:
    using Time = std::chrono::steady_clock::time_point;

    // How long new targets are gathered, and what lies at least between two times that changes are taken up: each may
    // begin a round of questions.
    static constexpr std::chrono::seconds gather{5};
    static constexpr std::chrono::seconds gap{30};

    enum class Standing : std::uint8_t { watched, waiting, full, no_module };
    struct Answer {
        Standing standing = Standing::no_module;
        std::string module;                     // the only one, where none was named
        std::optional<WallTime> watched_since;  // epoch: since before the start
    };

    // The modules from now on; what those watched that are gone, or that may hold fewer, goes as well.
    void configure(const std::vector<ModuleSettings>& modules, Time now);

    // Somebody wants to know of `address`. An empty `module` means the only one that there is.
    Answer probe(std::string_view module, const IpAddress& address, Time now);

    // When take_up() has something to do; nothing while there are neither targets nor changes.
    std::optional<Time> due() const;

    struct Changes {
        bool any = false;
        std::size_t added = 0;
        std::vector<IpAddress> gone;    // watched until now, and by no other module
        std::vector<StoredPart> parts;  // what is to be written
    };
    // From now on those are watched that wait, and those no more that nobody asked for.
    Changes take_up(WallTime wall, Time now);
    // Those watched: a sender for each module that has any, with Sender::probed.
    std::vector<Sender> senders() const;

    // A part that take_up() or state() gave: its targets are watched as if they always had been. False for a part of
    // somebody else. What is no address in it is left out.
    bool restore(const StoredPart& part, Time now);
    std::vector<StoredPart> state() const;

    // How many addresses each module watches or is about to, and how many it may: the families of probe_target_metrics().
    std::vector<Sample> samples() const;

  private:
    struct Target {
        Time probed;
        std::optional<WallTime> watched_since;
    };
    struct Module {
        ModuleSettings settings;
        std::map<IpAddress, Target> targets;
        bool changed = false;  // since it was written
    };
    bool is_watched(const IpAddress& address) const;

    mutable std::mutex mutex_;
    std::map<std::string, Module, std::less<>> modules_;
    std::vector<IpAddress> dropped_;          // watched until configure() took them away
    std::vector<std::string> dropped_parts_;  // of modules that are gone
    std::optional<Time> news_;                // since when something waits to be taken up
    Time looked_{};                           // when it was last taken up
};

std::vector<const MetricInfo*> probe_target_metrics();

}  // namespace reputed
