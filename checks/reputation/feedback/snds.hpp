#pragma once

#include <vector>

#include "checks/reputation/feedback/source.hpp"

// Microsoft Smart Network Data Services, automated data access: what Outlook.com thinks of addresses (IPv4 only).
namespace reputed::feedback {

// Metrics: blocked (1), neighbours_blocked (1), filter (0 green, 1 yellow, 2 red), complaint_ratio, trap_hits,
// rcpt_commands, data_commands, message_recipients.
Reading read_snds(const Context& context);
std::vector<Judgement> snds_judgements();

}  // namespace reputed::feedback
