#include "checks/reputation/feedback/fetch.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "checks/net/query_budget.hpp"

namespace reputed::feedback {
namespace {

constexpr WallTime first_time = std::chrono::sys_days(std::chrono::year(2000) / 1 / 1);
constexpr WallTime end_time = std::chrono::sys_days(std::chrono::year(2200) / 1 / 1);

Fault fault_of(int status) {
    if (status == 429) return Fault::quota;
    if (status == 0 || status == 408 || status == 425 || status >= 500) return Fault::unreachable;
    return Fault::refused;  // also a redirect: it leads to where one logs in, or to another address
}

}  // namespace

// What the budget spreads within a second is waited for; more than that is the business of the interval.
void Fetcher::wait_for_slot() {
    using Clock = std::chrono::steady_clock;
    constexpr auto longest = std::chrono::seconds(10);
    const auto now = Clock::now();
    const auto slot = services_.budget->next_slot(settings_.name, now);
    if (slot <= now) return;
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_until(lock, services_.stop, std::min<Clock::time_point>(slot, now + longest),
                    [] { return false; });
}

http::Response Fetcher::operator()(http::Request&& request) {
    if (services_.budget != nullptr) {
        if (!services_.budget->take(settings_.name, 1, services_.now)) {
            http::Response response;
            response.status = 429;
            response.error = "as many questions as are allowed within 24 hours were asked";
            return response;
        }
        wait_for_slot();
    }
    request.timeout = settings_.timeout;
    request.ca_file = settings_.ca_file;
    if (request.max_response == http::Request{}.max_response) request.max_response = largest_answer;
    auto response = services_.http != nullptr ? services_.http->exchange(request, services_.stop)
                                              : http::exchange(request, services_.stop);
    if (response.retry_after && (response.status == 429 || response.status == 503))
        retry_after_ = std::max(retry_after_.value_or(std::chrono::seconds(0)), *response.retry_after);
    return response;
}

void set_fault(Reading& reading, Fault fault, std::string message) {
    if (reading.fault != Fault::none) return;
    reading.fault = fault;
    reading.message = std::move(message);
}

bool is_answer(const http::Response& response, Reading& reading) {
    const bool is_good = response.error.empty() && response.status != 0;
    if (!is_good) {
        const auto fault = fault_of(response.status);
        if ((fault == Fault::quota || response.status == 503) && response.retry_after)
            reading.retry_after = response.retry_after;
        set_fault(reading, fault, response.error);
    } else if (response.body_cut) {
        set_fault(reading, Fault::malformed, "the answer is longer than what is read of one");
    }
    return is_good && !response.body_cut;
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                c == '-' || c == '.' || c == '_' || c == '~';
        if (unreserved) {
            out += c;
            continue;
        }
        const auto octet = static_cast<unsigned char>(c);
        out += '%';
        out += digits[octet >> 4];
        out += digits[octet & 15];
    }
    return out;
}

bool is_possible(WallTime time) {
    return time >= first_time && time < end_time;
}

std::optional<WallTime> possible_time(std::int64_t unix_seconds) {
    using std::chrono::seconds;
    const auto first = std::chrono::duration_cast<seconds>(first_time.time_since_epoch()).count();
    const auto end = std::chrono::duration_cast<seconds>(end_time.time_since_epoch()).count();
    if (unix_seconds < first || unix_seconds >= end) return {};
    return WallTime(seconds(unix_seconds));
}

std::optional<WallTime> possible_day(int year, int month, int day) {
    if (year < 2000 || year >= 2200 || month < 1 || month > 12 || day < 1 || day > 31) return {};
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return {};
    return WallTime(std::chrono::sys_days(date));
}

}  // namespace reputed::feedback
