#pragma once

#include "checks/check.hpp"

namespace reputed::identity {

// The check `ptr`: one job per IP of the senders. Its findings have the IP as subject:
//   ptr.missing            critical  no PTR record
//   ptr.not_confirmed      critical  no PTR name resolves to the IP; warning where there are too many to try
//   all ptr.multiple           info      more than one PTR name; warning where some of them do not resolve to
//   the IP ptr.invalid_name       warning   a PTR target is not a host name ptr.hostname_mismatch  warning no
//   PTR name is the sender's hostname (object) ptr.generic            warning   a PTR name looks like a
//   provider's default ptr.misplaced          warning   a PTR record (object) for the IP in the sender's own
//   zone, where nobody asks hostname.no_address        warning   the sender's hostname (object) has no
//   address hostname.address_mismatch  warning   the hostname's (object) addresses of this family do not hold
//   the IP ptr.unknown            unknown   DNS did not answer; what hangs on that answer is held
Check ptr_check();

}  // namespace reputed::identity
