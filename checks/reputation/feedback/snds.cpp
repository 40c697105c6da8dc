#include "checks/reputation/feedback/snds.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "checks/reputation/feedback/fetch.hpp"
#include "checks/reputation/feedback/snds_memory.hpp"
#include "checks/reputation/feedback/snds_report.hpp"
#include "config/text.hpp"

namespace reputed::feedback {
namespace {

using snds::Activity;
using snds::Filter;
using snds::Range;

constexpr std::string_view service = "https://sendersupport.olc.protection.outlook.com/snds/";
constexpr std::string_view page = "https://sendersupport.olc.protection.outlook.com/snds/";
constexpr int most_redirects = 3;

// The folder of the two files; also where one of them is named.
std::string folder_of(const FeedbackSettings& settings) {
    std::string url = settings.url.is_set() ? settings.url.value : std::string(service);
    url = url.substr(0, url.find('?'));
    if (lower(url).ends_with(".aspx")) url = url.substr(0, url.rfind('/'));
    if (!url.ends_with('/')) url += '/';
    return url;
}

http::Response fetch(const Context& context, std::string_view file, const std::string& etag) {
    http::Request request;
    request.method = "GET";
    request.url = folder_of(context.settings) + std::string(file) +
                  "?key=" + percent_encoded(context.settings.key.value);
    request.if_none_match = etag;
    request.redirects = most_redirects;
    return context.fetch(std::move(request));
}

void take_fault(Reading& reading, std::string_view file, Fault fault, const std::string& message) {
    if (fault != Fault::none) set_fault(reading, fault, std::string(file) + ": " + message);
}

// The periods of an address on the newest day that it has any of, as one: the worst of the judgements, the sum of the
// counts.
Activity newest_day(const std::vector<const Activity*>& periods) {
    const auto day_of = [](const Activity& one) { return std::chrono::floor<std::chrono::days>(one.begin); };
    const auto last = std::max_element(periods.begin(), periods.end(),
                                       [&](const auto* a, const auto* b) { return day_of(*a) < day_of(*b); });
    const auto sum = [](auto& total, const auto& more) {
        if (more) total = total.value_or(0) + std::min<std::uint64_t>(*more, std::uint64_t{1} << 48);
    };
    Activity day = **last;
    for (const auto* one : periods) {
        if (one == *last || day_of(*one) != day_of(day)) continue;
        day.begin = std::min(day.begin, one->begin);
        sum(day.rcpt_commands, one->rcpt_commands);
        sum(day.data_commands, one->data_commands);
        sum(day.message_recipients, one->message_recipients);
        sum(day.trap_hits, one->trap_hits);
        day.filter = std::max(day.filter, one->filter);
        if (one->complaint_ratio > day.complaint_ratio) {
            day.complaint_ratio = one->complaint_ratio;
            day.complaint_rate = one->complaint_rate;
        }
    }
    return day;
}

std::string colour(Filter filter) {
    switch (filter) {
        case Filter::green:
            return "GREEN";
        case Filter::yellow:
            return "YELLOW";
        case Filter::red:
            break;
    }
    return "RED";
}

void add_activity(const Activity& day, Reading& reading) {
    const std::string subject = day.ip.to_string();
    const auto add = [&](std::string metric, double value, std::string detail = "") {
        reading.points.push_back({subject, std::move(metric), value, day.begin, std::move(detail)});
    };
    if (day.filter) add("filter", static_cast<double>(*day.filter), "filter result " + colour(*day.filter));
    if (day.complaint_ratio)
        add("complaint_ratio", *day.complaint_ratio, "complaint rate " + day.complaint_rate);
    if (day.trap_hits)
        add("trap_hits", static_cast<double>(*day.trap_hits), "trap hits " + std::to_string(*day.trap_hits));
    if (day.rcpt_commands) add("rcpt_commands", static_cast<double>(*day.rcpt_commands));
    if (day.data_commands) add("data_commands", static_cast<double>(*day.data_commands));
    if (day.message_recipients) add("message_recipients", static_cast<double>(*day.message_recipients));
}

void read_data(const Context& context, Reading& reading, SndsMemory& memory) {
    const auto response = fetch(context, "data.aspx", memory.data_etag);
    if (!is_answer(response, reading) || response.status == 304) return;
    const auto report = snds::parse_data(response.body);
    memory.data_etag = report.fault == Fault::none ? response.etag : "";
    take_fault(reading, "data.aspx", report.fault, report.message);
    std::map<IpAddress, std::vector<const Activity*>> periods;
    for (const auto& one : report.rows)
        if (std::binary_search(context.addresses.begin(), context.addresses.end(), one.ip))
            periods[one.ip].push_back(&one);
    for (const auto& [ip, own] : periods) {
        memory.known[ip] = context.now;
        add_activity(newest_day(own), reading);
    }
}

// What the ranges say about one of ours.
struct Standing {
    const Range* blocked = nullptr;     // for itself, or with ours only
    const Range* neighbours = nullptr;  // with others
    const Range* junked = nullptr;
};

bool says_junk(const Range& range) {
    return lower(range.reason).find("junk") != std::string::npos;
}

std::string text_of(const Range& range) {
    std::string text = range.blocked ? "blocked: " : "not blocked: ";
    if (range.first == range.last)
        text += range.first.to_string();
    else
        text += range.first.to_string() + " to " + range.last.to_string();
    return (range.reason.empty() ? text : text + ", " + range.reason).substr(0, 300);
}

void add_standing(const IpAddress& ip, const Standing& standing, WallTime now, Reading& reading) {
    const auto add = [&](const char* metric, const Range* range) {
        reading.points.push_back({ip.to_string(), metric, range != nullptr ? 1.0 : 0.0, now,
                                  range != nullptr ? text_of(*range) : std::string()});
    };
    add("blocked", standing.blocked);
    add("neighbours_blocked", standing.neighbours);
    add("junked", standing.junked);
}

void read_status(const Context& context, Reading& reading, SndsMemory& memory) {
    // Without an ETag: what it tells is of now, and an answer without a body would not say what.
    const auto response = fetch(context, "ipStatus.aspx", "");
    if (!is_answer(response, reading)) return;
    const auto report = snds::parse_status(response.body);
    take_fault(reading, "ipStatus.aspx", report.fault, report.message);
    std::map<IpAddress, Standing> standings;
    for (const auto& range : report.rows) {
        const auto from = std::lower_bound(context.addresses.begin(), context.addresses.end(), range.first);
        const auto to = std::upper_bound(from, context.addresses.end(), range.last);
        const auto ours = static_cast<std::uint64_t>(to - from);
        const auto all = std::uint64_t{range.last.v4_value()} - range.first.v4_value() + 1;
        for (auto ip = from; ip != to; ++ip) {
            auto& standing = standings[*ip];
            memory.known[*ip] = context.now;
            if (range.blocked && ours == all)
                standing.blocked = &range;
            else if (range.blocked)
                standing.neighbours = &range;
            else if (says_junk(range))
                standing.junked = &range;
        }
    }
    // Where a line could not be read, nobody is known to be in order.
    if (report.fault == Fault::none)
        for (const auto& [ip, told] : memory.known)
            if (std::binary_search(context.addresses.begin(), context.addresses.end(), ip)) standings[ip];
    for (const auto& [ip, standing] : standings)
        add_standing(ip, standing, context.now, reading);
}

std::shared_ptr<const LevelScale> scale(std::string code, std::string what,
                                        std::vector<LevelScale::Level> levels, double hysteresis = 0) {
    return std::make_shared<const LevelScale>(
        LevelScale{std::move(code), std::move(what), false, std::move(levels), hysteresis, ""});
}

}  // namespace

Reading read_snds(const Context& unsorted) {
    Context context = unsorted;
    std::sort(context.addresses.begin(), context.addresses.end());
    Reading reading;
    reading.link = page;
    auto memory = read_snds_memory(context.memory);
    forget_old(memory, context.now);
    read_data(context, reading, memory);
    if (!context.stop.stop_requested() && reading.fault != Fault::quota)
        read_status(context, reading, memory);
    reading.memory = write_snds_memory(memory);
    return reading;
}

std::vector<Judgement> snds_judgements() {
    constexpr auto ok = Severity::ok;
    constexpr auto warning = Severity::warning;
    constexpr auto critical = Severity::critical;
    return {
        {"blocked",
         scale("feedback.blocked", "block",
               {{"not blocked", ok, 0, 0}, {"blocked at Outlook.com", critical, 1, 50}}),
         "End what the reason names, then ask for the block to be lifted with the Outlook.com delivery "
         "support form "
         "(https://olcsupport.office.com/)."},
        {"junked",
         scale("feedback.blocked", "junk status",
               {{"not junked", ok, 0, 0}, {"its mail goes to the junk folder", warning, 1, 25}}),
         "Find out whom recipients take for a spammer: complaints and trap hits say how many. Then ask with "
         "the "
         "Outlook.com delivery support form (https://olcsupport.office.com/)."},
        {"neighbours_blocked",
         scale("feedback.neighbours_blocked", "block of the range",
               {{"not blocked", ok, 0, 0}, {"blocked with its neighbours", critical, 1, 50}}),
         "Your neighbours are the problem: the whole range is blocked. Ask your provider to clean it up or "
         "for an "
         "address elsewhere; the Outlook.com delivery support form may except yours."},
        {"filter",
         scale("feedback.filter", "filter result",
               {{"green", ok, 0, 0}, {"yellow", warning, 1, 11}, {"red", critical, 2, 30}}),
         "Yellow means that 10 to 90 % of the mail was taken for spam, red more than that. Look at the "
         "complaints and "
         "trap hits of the day, and send less until it is green again."},
        {"complaint_ratio",
         scale("feedback.complaints", "ratio of complaints",
               {{"usual", ok, 0.003, 0}, {"high, above 0.3 %", warning, 1, 10}}, 0.0005),
         "Stop the mailing that was complained about and make leaving it easy. Join the Junk Mail Reporting "
         "Program to "
         "be sent each complaint."},
        {"trap_hits",
         scale("feedback.traps", "number of trap hits",
               {{"none", ok, 0, 0}, {"a few", Severity::info, 9, 5}, {"many", warning, 10, 10}}),
         "Nobody ever asked for mail to those addresses: remove recipients who were bought, guessed or "
         "silent for "
         "long."},
    };
}

}  // namespace reputed::feedback
