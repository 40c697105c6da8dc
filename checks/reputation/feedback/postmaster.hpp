#pragma once

#include <vector>

#include "checks/reputation/feedback/source.hpp"

// Google Postmaster Tools: what Gmail thinks of our domains, and of our addresses where it names them.
namespace reputed::feedback {

// Metrics of a domain, with Google's sense of direction (outbound leaves Gmail):
//   spam_ratio, spf_ratio, dkim_ratio, dmarc_ratio, tls_inbound_ratio, tls_outbound_ratio;
//   domain_reputation (3 high, 2 medium, 1 low, 0 bad); ip_share_high, _medium, _low, _bad: of the sending addresses;
//   delivery_error_ratio_permanent, _temporary and by reason (postmaster_answers.hpp);
//   compliance_<requirement> (1 met, 0 not).
// Of one of our addresses: ip_reputation (as domain_reputation).
// And what is judged of several at once: authentication_ratio (the lowest of three), encryption_ratio (of two),
// delivery_error_ratio (the sum), compliance_unmet (how many).
Reading read_postmaster(const Context& context);
std::vector<Judgement> postmaster_judgements();

}  // namespace reputed::feedback
