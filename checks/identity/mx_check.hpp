#pragma once

#include "checks/check.hpp"

namespace reputed::identity {

// The check `mx`: one job per envelope-from domain. Its findings have the domain as subject:
//   mx.missing          warning   no MX record: bounces go to the domain's own address (RFC 5321 section 5.1);
//                                 critical where there is none either
//   mx.null             critical  a null MX (RFC 7505): the domain takes no mail, so none is taken from it
//   mx.null_mixed       warning   a null MX beside other MX records
//   mx.unresolved       warning   a mail exchanger (object) without an address
//   mx.address_literal  warning   an address (object) in place of a mail exchanger's name
//   mx.cname            warning   a mail exchanger (object) that is an alias (RFC 2181 section 10.3)
//   mx.private_address  warning   a mail exchanger (object) with an address that is not public
//   mx.ipv6_only        warning   no mail exchanger has an IPv4 address
//   mx.ipv4_only        info      no mail exchanger has an IPv6 address, though a sender of the domain has one
//   mx.too_many         warning   more mail exchangers than are looked at
//   mx.duplicate        info      a mail exchanger that is named more than once
//   mx.unknown          unknown   DNS did not answer; what hangs on that answer is held
// A warning about a mail exchanger is critical where no other one works.
Check mx_check();

}  // namespace reputed::identity
