#pragma once

#include <string>

#include "checks/reputation/feedback/source.hpp"

// An access token for a refresh token (RFC 6749 section 6).
namespace reputed::feedback {

struct AccessToken {
    std::string value;  // "" = there is none; in memory only, never shown
    // Of why there is none:
    Fault fault = Fault::none;
    std::string message;
    std::string link;
    std::optional<std::chrono::seconds> retry_after;
};

// Asks at `url` with the client and the refresh token of the settings.
AccessToken refresh_access_token(const Context& context, const std::string& url);

// What the token endpoint answered.
AccessToken read_access_token(const http::Response& response);

}  // namespace reputed::feedback
