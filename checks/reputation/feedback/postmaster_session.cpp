#include "checks/reputation/feedback/postmaster_session.hpp"

#include "checks/reputation/feedback/oauth_token.hpp"
#include "checks/reputation/feedback/postmaster_calls.hpp"

namespace reputed::feedback::postmaster {
namespace {

constexpr std::string_view service = "https://gmailpostmastertools.googleapis.com";
constexpr std::string_view token_url = "https://oauth2.googleapis.com/token";
constexpr std::size_t largest_answer = std::size_t{1} << 20;

int rank(Fault fault) {
    switch (fault) {
        case Fault::none:
            return 0;
        case Fault::malformed:
            return 1;
        case Fault::unreachable:
            return 2;
        case Fault::quota:
            return 3;
        case Fault::refused:
            break;
    }
    return 4;
}

Fault fault_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::unreachable:
            return Fault::unreachable;
        case Outcome::malformed:
            return Fault::malformed;
        case Outcome::refused:
            return Fault::refused;
        case Outcome::quota:
            return Fault::quota;
        case Outcome::answered:
        case Outcome::absent:
        case Outcome::denied:
        case Outcome::rejected:
        case Outcome::scope:
            break;
    }
    return Fault::none;
}

}  // namespace

Session::Session(const Context& context, Reading& reading) : context_(context), reading_(reading) {
    base_ = context.settings.url.value;
    while (base_.ends_with('/'))
        base_.pop_back();
    token_url_ = base_.empty() ? std::string(token_url) : base_ + "/token";
    if (base_.empty()) base_ = service;
}

void Session::note(Fault fault, std::string message, std::string_view link) {
    if (rank(fault) <= rank(reading_.fault)) return;
    reading_.fault = fault;
    reading_.message = std::move(message);
    reading_.link = link.empty() ? postmaster_page : link;
}

void Session::note_problem(const std::string& problem) {
    if (!problem.empty()) note(Fault::malformed, "an answer is not as documented: " + problem);
}

Outcome Session::fail(Outcome outcome, std::string message, std::string_view link) {
    note(fault_of(outcome), std::move(message), link);
    return outcome;
}

bool Session::refresh() {
    const auto token = refresh_access_token(context_, token_url_);
    token_ = token.value;
    token_served_ = false;
    if (!token_.empty()) return true;
    over_ = true;
    if (token.retry_after) reading_.retry_after = token.retry_after;
    note(token.fault, token.message, token.link);
    return false;
}

http::Response Session::exchange(std::string_view method, const std::string& path, const std::string& body) {
    http::Request request;
    request.method = method;
    request.url = base_ + path;
    request.headers = {{"Accept", "application/json"}};
    if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json");
    request.body = body;
    request.bearer = token_;
    request.max_response = largest_answer;
    return context_.fetch(std::move(request));
}

Outcome Session::call(std::string_view method, const std::string& path, std::string body) {
    json_.reset();
    answer_ = {};
    auto response = exchange(method, path, body);
    // Access tokens live for an hour, which a long list of domains may outlast.
    if (response.status == 401 && token_served_) {
        if (!refresh()) return Outcome::refused;
        response = exchange(method, path, body);
    }
    const auto outcome = outcome_of(response);
    if (outcome == Outcome::answered) token_served_ = true;
    return outcome;
}

Outcome Session::outcome_of(const http::Response& response) {
    if (response.body_cut) return fail(Outcome::malformed, "an answer is larger than is read");
    switch (response.status) {
        case 200:
            json_ = JsonTree::parse(response.body);
            if (!json_) return fail(Outcome::malformed, "an answer is not JSON");
            answer_ = json_->root();
            return Outcome::answered;
        case 401:
            over_ = true;
            return fail(Outcome::refused, response.error + ": the access token is not taken",
                        postmaster_page);
        case 400:
            return Outcome::rejected;
        case 404:
        case 405:
        case 410:
        case 501:
            return Outcome::absent;
        default:
            break;
    }
    const auto denial = response.status == 403 ? denial_of(response.body) : Denial::other;
    if (response.status == 429 || denial == Denial::quota) {
        over_ = true;
        if (response.retry_after) reading_.retry_after = response.retry_after;
        return fail(Outcome::quota, response.error);
    }
    if (denial == Denial::disabled) {
        over_ = true;
        return fail(Outcome::refused,
                    "the Gmail Postmaster Tools API is not enabled in the project of the OAuth client",
                    api_page);
    }
    if (denial == Denial::scope) return Outcome::scope;
    if (response.status == 403) return Outcome::denied;
    if (response.status == 0 || response.status >= 500) return fail(Outcome::unreachable, response.error);
    return fail(Outcome::malformed, response.error);
}

}  // namespace reputed::feedback::postmaster
