#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "checks/auth/dmarc_record.hpp"

// What the DMARC check proposes to publish instead, ready to paste.
namespace reputed::dmarc {

// What receivers take of the record, without the tags in `dropped`.
std::string without(const PolicyRecord& record, std::initializer_list<std::string_view> dropped);

// What was probably meant: version and names put right, quotes, backslashes and missing semicolons too. "" when
// it is beyond repair.
std::string repaired(std::string_view text);

// "_dmarc.DOMAIN. IN TXT ..."
std::string publish(std::string_view domain, std::string_view record);

}  // namespace reputed::dmarc
