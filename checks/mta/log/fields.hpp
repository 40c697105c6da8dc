#pragma once

#include <optional>
#include <string_view>

// Small things that every dialect takes out of a line.
namespace reputed::mta {

inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// What stands before `end`, and takes it off with `end` itself; nullopt and nothing taken when `end` is not there.
std::optional<std::string_view> take_until(std::string_view& text, std::string_view end);

// "user@example.com", with or without angle brackets and a quoted local part: "example.com"; "" = there is none.
std::string_view address_domain(std::string_view address);

// The address that begins `text` after its "<", up to the ">" that ends it; takes it off with the ">". A ">" inside a
// quoted local part does not end it (RFC 5321 section 4.1.2). nullopt: no end.
std::optional<std::string_view> take_address(std::string_view& text);

struct Relay {
    std::string_view host;  // "" = none
    std::string_view ip;
};
// "mx.example.com[192.0.2.1]:25", "mx.example.com. [192.0.2.1]", "[2001:db8::1]:25", "[IPv6:2001:db8::1]", "none", "".
Relay read_relay(std::string_view text);

// Seconds: digits with or without a fraction or exponent; NaN for anything else.
float read_seconds(std::string_view text);

// An enhanced status code (RFC 3463) and nothing else: "5.7.26".
bool is_enhanced_code(std::string_view text);
// The enhanced code with which a reply begins, alone or after its three digits: "550-5.7.26 ...", "(#5.1.1)" not; "".
std::string_view leading_enhanced_code(std::string_view reply);

}  // namespace reputed::mta
