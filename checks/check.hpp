#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "config/level_scale.hpp"
#include "config/settings.hpp"
#include "config/severity.hpp"

// The one shape of every check: (subject, services) -> Report. A check returns data. It never logs, sets a
// metric, sleeps, retries or remembers; the agent owns all of that.
namespace reputed {

class Resolver;
class QueryBudget;
namespace http {
class Client;
}
namespace mta {
class Classifier;
class DeliveryLog;
}  // namespace mta

// As the families reputed_*_verdict show it: 0 ok, 1 info, 2 warning, 3 critical, -1 unknown.
double verdict_value(Severity severity);

// One thing that is wrong. (code, subject, object) is its identity: two reports of the same three are one
// finding.
struct Finding {
    std::string code;     // stable, documented: "dnsbl.listed", "ptr.missing"
    std::string subject;  // what it is about: an IP, a domain, a list, a queue
    std::string object;   // the other party, where there is one: the list, the domain; else ""
    Severity severity = Severity::warning;
    std::string message;   // one sentence
    std::string evidence;  // what was seen, as it was seen; foreign text, escaped only where shown
    std::string remedy;    // what to do, in one or two sentences
    std::string link;      // where to do it; "" where there is none
    bool drill = false;    // planted by a drill; part of the identity, so that it never meets a real one
    // Says of another check's business only that it could not be told; beside `unknown`, which always does.
    bool could_not_tell = false;
    // While it is there, what could not be told is its consequence: that opens nothing.
    bool blinds = false;
    // What could not be told has a cause of its own, which the message names: nothing that blinds explains it.
    bool own_cause = false;
};

// A number with a level: the ledger makes the finding, so that a number that sways about a bound does not flap.
struct Rating {
    std::shared_ptr<const LevelScale> scale;  // never null
    std::string subject;
    std::string object;
    double value = 0;  // NaN: could not tell; the finding stays as it is
    std::string evidence;
    std::string remedy;
    std::string link;
};

enum class SampleType : std::uint8_t { gauge, counter };

// A metric family, declared once as a constant by the check that fills it.
struct MetricInfo {
    std::string_view name;  // with prefix "reputed_" and base unit
    SampleType type;
    std::string_view help;
    std::vector<std::string_view> labels;  // names, in the order of Sample::values
    // What a series shows that no run could tell yet; NaN: there is no series until one could.
    double before_first = std::numeric_limits<double>::quiet_NaN();
};

struct Sample {
    const MetricInfo* metric = nullptr;
    std::vector<std::string> values;  // one a label
    // NaN: this run could not tell. The last good value of the same series stays; without one there is no
    // series.
    double value = 0;
};

// What this run could not tell: open findings that match stay open, unconfirmed. An empty field matches
// everything.
struct Hold {
    std::string code;
    std::string subject;
    std::string object;
};

struct Report {
    std::vector<Finding> findings;
    std::vector<Hold> holds;
    std::vector<Sample> samples;
    std::vector<Rating> ratings;
    // What the next run of the same job shall be given as Services::memory, also after a restart: at most 1 MiB, without
    // secrets. Nothing: what there was stays.
    std::optional<std::string> memory{};

    Severity verdict() const;  // the worst severity of the findings
};

// What a check may use. `now` is the wall clock at the start of the run.
struct Services {
    Resolver& resolver;
    const Settings& settings;
    const ActiveLists& lists;
    std::chrono::system_clock::time_point now;
    std::stop_token stop;  // requested: return early with what there is; the report is then thrown away
    const mta::DeliveryLog* deliveries = nullptr;  // what the MTAs' logs tell; null: nobody reads them here
    const mta::Classifier* classifier = nullptr;   // what replies mean; null: as it is built in
    QueryBudget* budget = nullptr;                 // what may still be asked of whom; null: nobody counts
    http::Client* http = nullptr;                  // null: http::exchange
    // What this job's last report asked to keep. Whoever reads it must expect any bytes.
    std::string memory{};
};

struct Check {
    std::string_view name;  // "dnsbl": the metric label `check`
    std::string_view help;  // one sentence
    // The subjects that this configuration gives it, one job each.
    std::vector<std::string> (*subjects)(const Settings&, const ActiveLists&);
    // How often the job of this subject runs.
    std::chrono::seconds (*interval)(const Settings&, const ActiveLists&, const std::string& subject);
    Report (*run)(const std::string& subject, const Services&);
    std::vector<const MetricInfo*> metrics;  // every family that run() may fill
};

// The visible table: checks/registry.cpp.
std::span<const Check> all_checks();

}  // namespace reputed
