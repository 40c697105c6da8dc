#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/command_support.hpp"
#include "agent/snapshot.hpp"
#include "checks/survey.hpp"

// One run of every check, outside the daemon: about the configured senders, or about what a command line names.
namespace reputed {

// What the domain blocklists say about one domain.
struct Listings {
    std::vector<std::string> listed;   // names of the lists that list it
    std::vector<std::string> unknown;  // of those that could not be asked
    std::size_t clean = 0;             // how many do not list it
};

struct SubjectRow {
    std::string subject;
    bool is_domain = false;  // else an address
    Severity verdict = Severity::ok;
    std::size_t findings = 0;              // about it
    std::optional<Reputation> reputation;  // of an address about which enough could be told
    // Of surveyed domains.
    std::optional<survey::Row> survey;
    Listings listings;
};

// So many domains are looked at together: what is kept in memory about them goes with the part.
inline constexpr std::size_t domains_of_a_part = 2000;
inline constexpr std::size_t most_domains = 100'000;

struct CheckRequest {
    Settings settings;
    // Each domain once. Empty: the senders of `settings`. Otherwise those only lend their DKIM selectors.
    std::vector<NamedSubject> subjects;
    bool survey = false;  // fill SubjectRow::survey
};

// The findings of one part, worst first, and its rows in the order of the subjects.
using CheckPart = std::function<void(const Snapshot&, std::vector<SubjectRow>&&)>;

// Calls `part` once for each domains_of_a_part domains among the subjects, at least once. `progress` is called with
// (done, all) from any thread but never concurrently.
void run_check(CheckRequest request, const std::function<void(std::uint64_t, std::uint64_t)>& progress,
               const CheckPart& part);

}  // namespace reputed
