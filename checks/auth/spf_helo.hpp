#pragma once

#include "checks/check.hpp"

// SPF of the name that a server says in EHLO. Receivers may evaluate it on every connection (RFC 7208 section
// 2.3), and must for mail with an empty MAIL FROM: bounces (section 2.4).
namespace reputed::spf {

// The EHLO names that are the operator's to look after: those of senders without a relay. Where the name is one
// of the sender's envelope-from domains as well, what SPF says for the domain says everything.
std::vector<std::string> helo_names(const Settings& settings);

// What SPF says for `hostname` and each address of its senders.
Report helo_report(const std::string& hostname, const Services& services);

}  // namespace reputed::spf
