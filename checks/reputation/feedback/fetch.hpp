#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "checks/check.hpp"
#include "checks/reputation/feedback/source.hpp"

// How sources ask: within the limits of the settings, counted, and what an answer that is none means.
namespace reputed::feedback {

inline constexpr std::size_t largest_answer = std::size_t{8} * 1024 * 1024;

// Sends the requests of one reading.
class Fetcher {
  public:
    // Refers to both.
    Fetcher(const FeedbackSettings& settings, const Services& services)
        : settings_(settings), services_(services) {}

    // Fills in timeout, authorities and the limit of size where the request has the usual one. A question that the
    // budget has no room for is not sent: the answer is as if the service had said so (429).
    http::Response operator()(http::Request&& request);

    // The longest wait that an answer asked for.
    std::optional<std::chrono::seconds> retry_after() const { return retry_after_; }

  private:
    void wait_for_slot();

    const FeedbackSettings& settings_;
    const Services& services_;
    std::optional<std::chrono::seconds> retry_after_;
};

// True where the answer is complete and good (2xx, 304). Otherwise says in the reading why not, unless it says
// something already.
bool is_answer(const http::Response& response, Reading& reading);

// The first fault counts.
void set_fault(Reading& reading, Fault fault, std::string message);

// RFC 3986 section 2.1: everything but unreserved characters.
std::string percent_encoded(std::string_view text);

// What is of a time that no data can be of is wrong: from the year 2000 on and before 2200.
bool is_possible(WallTime time);
std::optional<WallTime> possible_time(std::int64_t unix_seconds);
std::optional<WallTime> possible_day(int year, int month, int day);  // its begin in UTC

}  // namespace reputed::feedback
