#include "checks/reputation/feedback/abuseipdb.hpp"

#include <algorithm>
#include <utility>

#include "checks/reputation/feedback/fetch.hpp"
#include "config/utc.hpp"

namespace reputed::feedback {
namespace {

using namespace abuseipdb;
using std::chrono::seconds;

constexpr std::string_view service = "https://api.abuseipdb.com/api/v2";
constexpr std::string_view home_page = "https://www.abuseipdb.com/";
constexpr std::string_view key_page = "https://www.abuseipdb.com/account/api";
constexpr std::string_view plan_page = "https://www.abuseipdb.com/account/plans";
constexpr std::int64_t questions_a_day = 1000;  // of the free plan
constexpr seconds a_day{86'400};
constexpr int most_bad_in_a_row = 3;
constexpr std::size_t largest_answer = 32 * 1024;

// Of a proxy of one's own the origin is enough.
std::string check_url(const std::string& configured) {
    std::string url = configured.empty() ? std::string(service) : configured;
    while (url.ends_with('/'))
        url.pop_back();
    if (url.ends_with("/check")) return url;
    const auto host = url.find("://");
    if (host != std::string::npos && url.find('/', host + 3) == std::string::npos) url += "/api/v2";
    return url + "/check";
}

// Those after the one that was asked for last, and on from the first one, as many as one reading may ask.
std::vector<IpAddress> due(const Context& context) {
    auto order = context.addresses;
    std::sort(order.begin(), order.end());
    if (const auto last = IpAddress::parse(context.memory))
        std::rotate(order.begin(), std::upper_bound(order.begin(), order.end(), *last), order.end());
    const auto share = questions_a_day * context.settings.interval.count() / a_day.count();
    const auto most = static_cast<std::size_t>(std::clamp<std::int64_t>(share, 1, questions_a_day));
    order.resize(std::min(order.size(), most));
    return order;
}

http::Response ask(const Context& context, const IpAddress& address) {
    http::Request request;
    request.method = "GET";
    request.url = check_url(context.settings.url.value) +
                  "?ipAddress=" + percent_encoded(address.to_string()) + "&maxAgeInDays=90";
    request.max_response = largest_answer;
    request.headers = {{"Key", context.settings.key.value}, {"Accept", "application/json"}};
    return context.fetch(std::move(request));
}

void fail(Reading& reading, Fault fault, std::string message, std::string_view link = home_page) {
    reading.fault = fault;
    reading.message = std::move(message);
    reading.link = link;
}

enum class Next : std::uint8_t { go_on, bad, stop };

// What the status says, where it is not 200.
Next take_fault(const http::Response& response, const IpAddress& address, Reading& reading) {
    switch (response.status) {
        case 401:
        case 403:
            fail(reading, Fault::refused, response.error + ": the key is missing, wrong or revoked",
                 key_page);
            return Next::stop;
        case 402:
            fail(reading, Fault::refused, response.error + ": the plan of the account does not cover it",
                 plan_page);
            return Next::stop;
        case 422:
            fail(reading, Fault::malformed, response.error + " to the question for " + address.to_string());
            return Next::bad;
        case 429:
            fail(reading, Fault::quota, response.error + ": the questions of the day are used up", plan_page);
            reading.retry_after = response.retry_after;
            return Next::stop;
        default:
            break;
    }
    const bool down = response.status == 0 || response.status >= 500;
    fail(reading, down ? Fault::unreachable : Fault::malformed, response.error);
    return Next::stop;
}

std::string in_words(const Answer& answer) {
    std::string text =
        std::to_string(answer.reports) + (answer.reports == 1 ? " report" : " reports") + " in 90 days";
    if (answer.reporters > 0)
        text += " by " + std::to_string(answer.reporters) + (answer.reporters == 1 ? " user" : " users");
    if (answer.last_report) text += ", the last one " + rfc3339(*answer.last_report);
    if (answer.allowed) text += "; on AbuseIPDB's own allowlist";
    return text;
}

void tell(const IpAddress& address, const Answer& answer, WallTime now, std::vector<Point>& points) {
    if (!answer.is_public) return;
    const auto add = [&](std::string metric, double value, std::string detail = {}) {
        points.push_back({.subject = address.to_string(),
                          .metric = std::move(metric),
                          .value = value,
                          .time = now,
                          .detail = std::move(detail)});
    };
    add("abuse_score", answer.score, in_words(answer));
    add("abuse_reports", static_cast<double>(answer.reports));
    if (!answer.last_report) return;
    const auto last = std::chrono::floor<seconds>(*answer.last_report).time_since_epoch().count();
    add("abuse_last_report_timestamp_seconds", static_cast<double>(last));
}

Next take(const http::Response& response, const IpAddress& address, WallTime now, Reading& reading) {
    if (response.body_cut) {
        fail(reading, Fault::malformed, "an answer is larger than is read");
        return Next::bad;
    }
    if (response.status != 200) return take_fault(response, address, reading);
    std::string problem;
    const auto answer = read_answer(response.body, address, problem);
    if (!answer) {
        fail(reading, Fault::malformed, "to the question for " + address.to_string() + ", " + problem);
        return Next::bad;
    }
    tell(address, *answer, now, reading.points);
    return Next::go_on;
}

}  // namespace

Reading read_abuseipdb(const Context& context) {
    Reading reading;
    reading.link = home_page;
    if (IpAddress::parse(context.memory)) reading.memory = context.memory;
    int bad = 0;
    for (const auto& address : due(context)) {
        if (context.stop.stop_requested()) break;
        const auto next = take(ask(context, address), address, context.now, reading);
        if (next == Next::stop) break;
        // Also after an answer that is none: the others must have their turn.
        reading.memory = address.to_string();
        bad = next == Next::bad ? bad + 1 : 0;
        if (bad == most_bad_in_a_row) break;
    }
    return reading;
}

std::vector<Judgement> abuseipdb_judgements() {
    auto scale = std::make_shared<const LevelScale>(
        LevelScale{.code = "feedback.abuse",
                   .what = "abuse confidence score",
                   .higher_is_better = false,
                   .levels = {{"low", Severity::ok, 24, 0},
                              {"reported by several", Severity::warning, 74, 10},
                              {"taken for abusive", Severity::critical, 0, 25}},
                   .hysteresis = 5,
                   .unit = " %"});
    return {{"abuse_score", std::move(scale),
             "Read the reports on the page of the address and find what in your network sent it; where a "
             "report is wrong, ask there to have it taken down."}};
}

}  // namespace reputed::feedback
