#pragma once

#include <vector>

#include "checks/check.hpp"
#include "config/mta_names.hpp"

namespace reputed::identity {

// The check `ehlo`: one job per host name of the senders. Its findings have the host name as subject; the
// object is the MTA's name where it is about another one than the configured:
//   ehlo.localhost   critical  the name is localhost or below a suffix that only local networks use
//   ehlo.syntax      critical  the name is an address, a literal, one label or no host name
//   ehlo.mismatch    warning   the mail server on this machine greets with another name (object)
//   ehlo.no_address  warning   the configured name has no public address; where addresses are configured beside
//                              it, the check ptr says so
//   ehlo.alias       info      the name is a CNAME
//   ehlo.computed    info      the MTA (object) makes up the name while it sends
//   ehlo.unknown     unknown   the MTA or DNS did not answer; what hangs on it is held
// What is said of the MTA's name is info where the MTA may send for none of the configured host names. A
// sender behind a relay (via) is not held against this machine's MTA: it is the relay that receivers hear.
Check ehlo_check();

// The mail server on this machine.
struct LocalMta {
    MtaNames names;
    std::vector<IpAddress> addresses;  // of this machine's interfaces
};

// The same as the check's run, with the mail server given.
Report run_ehlo(const std::string& hostname, const Services& services, const LocalMta& local);

}  // namespace reputed::identity
