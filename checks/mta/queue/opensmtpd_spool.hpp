#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "checks/mta/queue/queue.hpp"
#include "checks/mta/queue/spool_walk.hpp"

// OpenSMTPD's queue as files, which only root may read: SPOOL/queue/XX/MESSAGE/ENVELOPE for each recipient of a
// message, beside one file "message"; SPOOL/offline/* is mail handed in while the server did not run, and
// SPOOL/corrupt/MESSAGE what it could not read. Messages are counted by names; ages, recipients, sizes and
// reasons come from at most `sample` of them, spread evenly.
namespace reputed::mta {

// The queues are named after what delivers: "mta", "mda", "bounce"; then "offline" and "corrupt", which the total
// is without, as the server's own listing is. A message counts where its first envelope belongs. An error when
// envelopes are not plain text (queue compression or encryption).
QueueResult read_opensmtpd_spool(const std::string& spool_directory, const SpoolLimits& limits);

// An envelope file: "field: value" lines. nullopt where it is not one.
struct SmtpdEnvelope {
    std::optional<std::int64_t> created;  // ctime
    std::string type;                     // mta, mda, bounce
    std::string destination;              // dest
    std::string error;                    // errorline
};
std::optional<SmtpdEnvelope> parse_smtpd_envelope(std::string_view file);

}  // namespace reputed::mta
