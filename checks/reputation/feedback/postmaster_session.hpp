#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "checks/reputation/feedback/json_reader.hpp"
#include "checks/reputation/feedback/source.hpp"

// The conversation with the Gmail Postmaster Tools API: one access token, which is renewed when it ends, and what its
// answers other than 200 mean.
namespace reputed::feedback::postmaster {

inline constexpr std::string_view postmaster_page = "https://postmaster.google.com/";
inline constexpr std::string_view api_page =
    "https://console.cloud.google.com/apis/library/gmailpostmastertools.googleapis.com";

enum class Outcome : std::uint8_t {
    answered,
    absent,    // there is no such thing: no data, or no longer a version of the API
    denied,    // the account may not see it
    rejected,  // the question is not understood
    scope,     // the token has no right to ask it
    // These are noted as faults of the reading.
    unreachable,
    malformed,
    refused,
    quota,
};

class Session {
  public:
    // Both outlive it. Faults go to the reading.
    Session(const Context& context, Reading& reading);

    // False: nothing can be asked, and why is noted.
    bool refresh();
    // Takes the answer where there is one.
    Outcome get(const std::string& path) { return call("GET", path, ""); }
    Outcome post(const std::string& path, std::string body) { return call("POST", path, std::move(body)); }
    const JsonValue& answer() const { return answer_; }

    // Whatever else is asked would be of no use.
    bool over() const { return over_ || context_.stop.stop_requested(); }
    // The one that the operator has to mend goes before those that pass by themselves.
    void note(Fault fault, std::string message, std::string_view link = {});
    // What in an answer is not as documented; "" = nothing.
    void note_problem(const std::string& problem);

  private:
    Outcome call(std::string_view method, const std::string& path, std::string body);
    http::Response exchange(std::string_view method, const std::string& path, const std::string& body);
    Outcome outcome_of(const http::Response& response);
    Outcome fail(Outcome outcome, std::string message, std::string_view link = {});

    const Context& context_;
    Reading& reading_;
    std::string base_;
    std::string token_url_;
    std::string token_;
    bool token_served_ = false;  // a call was answered with it
    bool over_ = false;
    std::optional<JsonTree> json_;
    JsonValue answer_;
};

}  // namespace reputed::feedback::postmaster
