#include "checks/reputation/feedback/oauth_token.hpp"

#include <algorithm>
#include <utility>

#include "checks/reputation/feedback/fetch.hpp"
#include "checks/reputation/feedback/json_reader.hpp"
#include "config/text.hpp"

namespace reputed::feedback {
namespace {

constexpr std::size_t longest_token = 8192;  // bytes

// RFC 6749 section 5.2, and the words that Google has beside these.
struct Refusal {
    std::string_view error;
    std::string_view message;
    std::string_view link;
};
constexpr std::string_view clients_page = "https://console.cloud.google.com/auth/clients";
constexpr std::string_view audience_page = "https://console.cloud.google.com/auth/audience";
constexpr Refusal refusals[] = {
    {"invalid_grant",
     "the refresh token has expired or was revoked (invalid_grant): give the consent again and store the new "
     "refresh_token; while the app's publishing status is Testing, tokens live for 7 days only",
     audience_page},
    {"invalid_client",
     "the OAuth client is not known or its secret is wrong (invalid_client): check client_id and "
     "client_secret",
     clients_page},
    {"unauthorized_client",
     "the OAuth client may not use this refresh token (unauthorized_client): use the client_id that it was "
     "made with",
     clients_page},
    {"deleted_client",
     "the OAuth client was deleted (deleted_client): make another one and a refresh_token with it",
     clients_page},
    {"disabled_client", "the OAuth client is disabled (disabled_client)", clients_page},
    {"invalid_scope", "the refresh token does not have the rights that are asked for (invalid_scope)",
     audience_page},
    {"admin_policy_enforced",
     "the administrator of the Google Workspace does not allow this OAuth client (admin_policy_enforced)",
     audience_page},
    {"invalid_request", "the token endpoint does not take the request (invalid_request)", clients_page},
    {"unsupported_grant_type", "the token endpoint knows no refresh tokens (unsupported_grant_type)",
     clients_page},
};

// What may stand in a header: token68 of RFC 9110 section 11.2, loosely.
bool is_token(std::string_view text) {
    return !text.empty() && text.size() <= longest_token &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

AccessToken failed(Fault fault, std::string message, std::string_view link = {}) {
    return {.value = "",
            .fault = fault,
            .message = std::move(message),
            .link = std::string(link),
            .retry_after = {}};
}

}  // namespace

AccessToken refresh_access_token(const Context& context, const std::string& url) {
    const auto& settings = context.settings;
    http::Request request;
    request.url = url;
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
    request.body = "grant_type=refresh_token&client_id=" + percent_encoded(settings.client_id.value) +
                   "&client_secret=" + percent_encoded(settings.client_secret.value) +
                   "&refresh_token=" + percent_encoded(settings.refresh_token.value);
    return read_access_token(context.fetch(std::move(request)));
}

AccessToken read_access_token(const http::Response& response) {
    if (response.status == 0 || response.status >= 500) return failed(Fault::unreachable, response.error);
    if (response.status == 429) {
        auto told = failed(Fault::quota, response.error);
        told.retry_after = response.retry_after;
        return told;
    }
    const auto json = response.body_cut ? std::nullopt : JsonTree::parse(response.body);
    if (response.status >= 200 && response.status < 300) {
        const auto value = json ? json->root()["access_token"].text() : std::nullopt;
        if (!value || !is_token(*value))
            return failed(Fault::malformed, "the token endpoint answered without an access token");
        const auto type = json->root()["token_type"].text();
        if (type && lower(*type) != "bearer")
            return failed(Fault::malformed,
                          "the token endpoint gave an access token of a type that is not Bearer");
        AccessToken token;
        token.value = *value;
        return token;
    }
    if (response.status < 400) return failed(Fault::malformed, response.error);
    const auto error = json ? json->root()["error"].text() : std::nullopt;
    for (const auto& [word, message, link] : refusals)
        if (error == word) return failed(Fault::refused, std::string(message), link);
    return failed(Fault::refused, response.error + " to the refresh of the access token", clients_page);
}

}  // namespace reputed::feedback
