#pragma once

#include <vector>

#include "checks/reputation/feedback/source.hpp"

// Microsoft Smart Network Data Services, automated data access: what Outlook.com thinks of addresses (IPv4 only).
namespace reputed::feedback {

// Metrics of an address, each only where SNDS tells it:
//   filter             0 green, 1 yellow, 2 red; of the newest day that there are data of, as all but the last three
//   complaint_ratio, trap_hits, rcpt_commands, data_commands, message_recipients
//   blocked            1: it is blocked, for itself or with a range that is ours as a whole
//   neighbours_blocked 1: it is blocked with a range that holds others as well
//   junked             1: its mail goes to the junk folder
// An address without a row in the data has sent little; that is no 0. The last three are 0 only for addresses that the
// account is known to have: SNDS told something about them within 30 days.
Reading read_snds(const Context& context);
std::vector<Judgement> snds_judgements();

}  // namespace reputed::feedback
