#pragma once

#include <optional>
#include <string_view>

namespace reputed::mta::exim {

// Mail, or a host, that Exim refused.
struct Refusal {
    std::string_view client_ip;  // "" = not logged
    std::string_view words;      // why, escaped as logged
};
// `text` is an entry behind its stamp and its message's id. nullopt: it tells of no refusal.
std::optional<Refusal> read_refusal(std::string_view text);

}  // namespace reputed::mta::exim
