#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/mta/queue/queue.hpp"
#include "checks/mta/queue/spool_walk.hpp"

// Exim's queue as files: SPOOL_DIRECTORY/[QUEUE/]input/[X/]ID-H with the envelope and the header, ID-D with the
// body, and ID-J with the recipients who were delivered to since the -H file was written. X is the sixth
// character of the id, with split_spool_directory; QUEUE is a named queue (4.88 and later). What happened to a
// message last stands in [QUEUE/]msglog/[X/]ID, unless message_logs is off.
//
// Counts and ages come from names, all else from at most `sample` messages, spread evenly.
namespace reputed::mta {

// The queues are "input" (messages that Exim will try again, of the queue without a name), "frozen" (of any
// queue), and one for each named queue. Exact up to `sample` messages; beyond it `estimated`: everything but
// the number of messages and their ages is the sample's share.
QueueResult read_exim_spool(const std::string& spool_directory, const SpoolLimits& limits);

// An -H file.
struct EximEnvelope {
    bool whole = false;  // it was understood to its end; otherwise bytes and recipients are not known
    bool frozen = false;
    std::optional<std::int64_t> arrival;
    std::uint64_t header_bytes = 0;       // of the header lines that are sent on
    std::vector<std::string> recipients;  // still to be delivered to
};
// `journal`: the -J file, "" where there is none.
EximEnvelope parse_exim_envelope(std::string_view file, std::string_view journal);

// The last deferral of each address in a message's log: "STAMP ADDRESS [<PARENT>] ... defer (NUMBER) ...: REASON".
struct EximDeferral {
    std::string address;  // the one that the message came for
    std::string reason;
};
std::vector<EximDeferral> parse_exim_message_log(std::string_view text);

}  // namespace reputed::mta
