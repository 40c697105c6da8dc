#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "checks/mta/queue/age_histogram.hpp"
#include "checks/mta/queue/decade_histogram.hpp"

// What any MTA's queue looks like from outside. Every MTA fills in the same shape; what its source does not
// tell is nullopt, never 0.
namespace reputed::mta {

struct QueueFigures {
    std::optional<std::uint64_t> messages;
    std::optional<std::uint64_t> recipients;  // still to be delivered to
    std::optional<std::uint64_t> bytes;       // message sizes as the MTA counts them
    // Arrival of the oldest message, Unix seconds. With messages == 0 there is none.
    std::optional<std::int64_t> oldest_arrival;

    bool operator==(const QueueFigures&) const = default;
};

// Why mail waits, in the words of the receivers, addresses removed (normalise_reason()).
struct QueueReason {
    std::string text;
    std::uint64_t count = 0;  // recipients that wait for it

    bool operator==(const QueueReason&) const = default;
};

// Recipients whose mail waits, by who refused it last and why: names of Classifier's providers and of ReplyClass.
using WaitingRecipients = std::map<std::pair<std::string, std::string>, std::uint64_t>;
inline constexpr std::size_t max_waiting = 200;  // pairs; the rarest beyond are ("other", "other")

// Another MTA on the same machine, where nobody said which one is meant.
struct QueueOther {
    std::string mta;
    std::optional<std::uint64_t> messages;  // nullopt: its queue could not be read

    bool operator==(const QueueOther&) const = default;
};

struct QueueReport {
    std::string mta;     // "postfix": the metric label `mta`
    QueueFigures total;  // mail under way: what the MTA's own listing shows, so without damaged files
    std::map<std::string, QueueFigures, std::less<>> by_queue;  // names as the MTA calls them
    // By queue, where the arrival of every message is known or was sampled.
    std::map<std::string, AgeHistogram, std::less<>> ages;
    // By queue, where age and size of every message are known.
    std::map<std::string, QueueShape, std::less<>> shapes;
    std::optional<AgeHistogram> total_ages;  // of the mail that `total` counts
    std::optional<std::uint64_t> frozen;  // given up on until an operator acts, where the MTA has that state
    std::vector<QueueReason> reasons;     // most frequent first, at most max_reasons
    std::optional<WaitingRecipients> waiting;  // of those with a reason; nullopt: the source tells no reasons
    std::string source;      // where it was read: "showq socket", "spool tree", "postqueue -j", ...
    bool estimated = false;  // bytes and oldest arrival come from a sample
    std::string note;        // what is not quite as it should be, one sentence; "" = nothing
    std::vector<QueueOther> others;

    void add_note(const std::string& text);
    // Of one queue; all nullopt for a queue that the source does not know.
    QueueFigures queue(std::string_view name) const;
};

inline constexpr std::size_t max_reasons = 20;

// The queue could not be read.
struct QueueError {
    std::string what;    // "/var/spool/postfix/public/showq"
    std::string why;     // "permission denied"
    std::string remedy;  // what to do, one sentence

    std::string sentence() const;  // "cannot read WHAT: WHY; REMEDY"
};

using QueueResult = std::variant<QueueReport, QueueError>;

}  // namespace reputed::mta
