#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

// What stands in a reply, whatever an MTA put around it.
namespace reputed::mta {

inline constexpr std::size_t longest_reply = 4096;  // what is behind is not looked at

struct ReplyCodes {
    std::uint16_t smtp = 0;  // RFC 5321 section 4.2; 0 = none
    std::string_view dsn;    // RFC 3463, inside the reply; "" = none
    // Where the receiver's words begin: at its code. The reply's length: the MTA itself is speaking.
    std::size_t begin = 0;
    // qmail-send's log: blanks are written as '_', ends of lines as '/'.
    bool underscores = false;
};

// Neither a port nor a part of an address or of a number counts as a code.
ReplyCodes find_codes(std::string_view reply);

// The words of a reply for expressions: lower case, lines joined without the codes that each begins with, one blank
// for each run of blanks and control characters, a mail address as "@", and no host name before its "[address]": what
// names say must not be taken for a reason. Written to `buffer`, which must hold the reply's size.
std::string_view plain_words(std::string_view reply, const ReplyCodes& codes, std::span<char> buffer);

}  // namespace reputed::mta
