#pragma once

#include <string>
#include <string_view>

#include "agent/notify/message_text.hpp"

namespace reputed::notify {

// Text of a header field: as it is when it is printable ASCII that cannot be taken for an encoded word, otherwise as
// encoded words (RFC 2047, base64, UTF-8), folded before `line` bytes. Never holds a line break but of folding.
std::string header_words(std::string_view text, std::size_t line = 76);

// UTF-8 text with LF as quoted-printable with CRLF (RFC 2045 section 6.7): lines of at most 76 characters.
std::string quoted_printable(std::string_view text);

// The message (RFC 5322) with CRLF. A repeated attempt has the same Message-ID; what belongs to one episode refers to
// the same message that does not exist, so that a clearing stands under its opening.
std::string mail_message(const NotifierSettings& notifier, const Message& message, const Context& context);

}  // namespace reputed::notify
