#pragma once

#include "checks/check.hpp"

namespace reputed::volume {

// The check `volume`: how much leaves from the addresses of a sender, held against the plan of its warm-up and against
// their own weeks. One subject a sender, by name, where a log is followed or the sender has a warm-up.
//
// Where the log names the address that mail leaves from (OpenSMTPD; Exim with +outgoing_interface), each is judged by
// itself. Else (Postfix, Sendmail, qmail) what leaves by IPv4 or IPv6 belongs to the only configured address of that
// family; or to the sender as a whole where there is only one; or to nobody: then there are no figures.
Check volume_check();

}  // namespace reputed::volume
