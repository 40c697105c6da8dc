#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The pieces of a line of Exim's mainlog.
namespace reputed::mta::exim {

// "1xMr2Z-000000005vi-1abc" (4.97 on) or "1xMr2Z-0005vi-AB" with the blank behind it, taken off; "" = none there.
std::string_view take_message_id(std::string_view& text);
// When the message with this id began to come in, Unix seconds: the first six digits, base 62.
std::int64_t message_id_time(std::string_view id);

// "user@example.com", "|/usr/bin/procmail -a x", "/var/mail/user": what follows the flag, with the "(parent)" and
// "<original address>" behind it taken off `text` too.
struct Subject {
    std::string_view address;
    bool path = false;  // a file, a pipe or an automatic reply: never leaves the machine
};
Subject take_subject(std::string_view& text);

// "R=router T=transport H=host [ip]:port ...", in any order.
struct Fields {
    std::string_view router;
    std::string_view transport;
    std::string_view host;
    std::string_view ip;
    std::string_view interface_ip;
    std::string_view cipher;
    std::string_view confirmation;  // C="..." without its quotes, escaped as logged
    std::string_view queue_time;
};
// Takes fields off the front until the words of a message begin; `text` is then those words, without the ": " or the
// blank before them. `colon`: they came after a colon.
Fields take_fields(std::string_view& text, bool& colon);

// Whose name says whether mail leaves the machine there.
enum class Place : std::uint8_t { here, away, unsaid };
Place place_of_transport(std::string_view transport);
Place place_of_router(std::string_view router);

// Undoes the escapes of a logged text: "\n" within it becomes a blank, so that it is one line, "\303" the byte. Returns
// `text` itself when there is none, else a view of `buffer`.
std::string_view unescaped(std::string_view text, std::string& buffer);

}  // namespace reputed::mta::exim
