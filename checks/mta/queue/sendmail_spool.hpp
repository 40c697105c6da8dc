#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/mta/queue/queue.hpp"
#include "checks/mta/queue/spool_walk.hpp"

// Sendmail's queue as files: for each message a control file qfID (hfID when it is quarantined, QfID when
// Sendmail gave it up as damaged) and a data file dfID with the body. A queue directory may have subdirectories
// (queue groups), and these qf, df and xf below them.
//
// Counts and ages come from names, all else from at most `sample` messages, spread evenly.
namespace reputed::mta {

struct SendmailQueueDirectory {
    std::string queue;  // "mqueue", "clientmqueue"
    std::string path;
};

// Besides the queues of `directories`, "quarantine" (hf files: frozen) and "lost" (Qf files), which the total is
// without, as mailq is.
// Exact up to `sample` messages; beyond it `estimated`: recipients, bytes and reasons are the sample's share. A
// directory that is not there is an empty queue, unless none is. Sizes are those of the bodies, as mailq shows.
QueueResult read_sendmail_spool(const std::vector<SendmailQueueDirectory>& directories,
                                const SpoolLimits& limits);

// A qf file: lines that begin with a letter for what they are, up to one that is a dot.
struct SendmailEnvelope {
    bool whole = false;
    std::optional<std::int64_t> arrival;  // T
    struct Recipient {
        std::string address;  // R
        std::string reason;   // M: of the recipient, else of the message
    };
    std::vector<Recipient> recipients;
};
SendmailEnvelope parse_sendmail_envelope(std::string_view file);

}  // namespace reputed::mta
