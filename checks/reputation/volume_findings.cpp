#include "checks/reputation/volume_findings.hpp"

#include <optional>

#include "checks/reputation/warmup.hpp"
#include "config/utc.hpp"

namespace reputed::volume {
namespace {

constexpr std::chrono::days one_day{1};
constexpr std::chrono::days one_week{7};

std::string date(Day day) {
    return utc_text(day, "%Y-%m-%d");
}

std::string messages(std::uint64_t count) {
    return grouped(count) + (count == 1 ? " message" : " messages");
}

// "192.0.2.25 sent 1,240 messages today"
std::string sent_text(const Whole& whole, Day day, Day today) {
    return whole.name + " sent " + messages(on(whole.sent, day)) + (day == today ? " today" : " yesterday");
}

// "400", "1,200 (400 an address)"
std::string allowance(std::uint64_t planned, std::uint64_t addresses) {
    if (addresses == 1) return grouped(planned);
    return grouped(planned * addresses) + " (" + grouped(planned) + " an address)";
}

std::string counted_in(const Traffic& traffic) {
    return "recipients counted in the log of " + traffic.mtas + ", by days in UTC";
}

// "2026-11-14: 900, 2026-11-15: 0, ..."
std::string week_before(const DailyVolume& sent, Day day) {
    std::string text;
    for (auto one = day - one_week; one < day; one += one_day)
        text += (text.empty() ? "" : ", ") + date(one) + ": " + grouped(on(sent, one));
    return text;
}

Finding over_plan(std::string subject, Severity severity, std::string message, std::string evidence,
                  std::string remedy) {
    return {.code = "volume.over_plan",
            .subject = std::move(subject),
            .object = "",
            .severity = severity,
            .message = std::move(message),
            .evidence = std::move(evidence),
            .remedy = std::move(remedy),
            .link = ""};
}

constexpr const char* slow_down =
    "Send less from it for the rest of the day: hold bulk mail back, or let addresses that are known take "
    "it. "
    "Receivers defer a new address that grows too fast, and then block it.";

std::optional<Finding> too_early(const Whole& whole, const Sender& sender, const Traffic& traffic, Day day,
                                 Day today) {
    if (on(whole.sent, day) == 0) return {};
    return over_plan(
        whole.name, Severity::info,
        sent_text(whole, day, today) + ", and its warm-up begins only on " + date(*sender.warmup),
        counted_in(traffic),
        "If it is meant to send already, set warmup in [[sender]] to the day of its first mail; "
        "else bind the MTA to the addresses that are.");
}

std::optional<Finding> against_plan(const Whole& whole, const Sender& sender, const Traffic& traffic, Day day,
                                    Day today) {
    const auto stage = warmup::stage(sender, day);
    if (!stage) return {};
    if (stage->day < 1) return too_early(whole, sender, traffic, day, today);
    if (!warmup::is_over(on(whole.sent, day), stage->planned * whole.addresses)) return {};
    return over_plan(whole.name, Severity::warning,
                     sent_text(whole, day, today) + ", day " + std::to_string(stage->day) +
                         " of its warm-up; the plan " + (day == today ? "allows " : "allowed ") +
                         allowance(stage->planned, whole.addresses),
                     counted_in(traffic) + "; the week before: " + week_before(whole.sent, day), slow_down);
}

// "8 times", "2.4 times"
std::string times(std::uint64_t sent, std::uint64_t usual) {
    const double ratio = static_cast<double>(sent) / static_cast<double>(usual);
    if (ratio >= 10) return grouped(static_cast<std::uint64_t>(ratio)) + " times";
    const auto tenths = static_cast<int>(ratio * 10);
    return std::to_string(tenths / 10) + (tenths % 10 == 0 ? "" : "." + std::to_string(tenths % 10)) +
           " times";
}

std::optional<Finding> against_weeks(const Whole& whole, const Sender& sender, const Traffic& traffic,
                                     Day day, Day today) {
    if (warmup::stage(sender, day)) return {};  // the plan has its own word
    const auto sent = on(whole.sent, day);
    const auto usual = volume::usual(whole.sent, day, traffic.whole_since);
    if (!usual || !is_sudden(sent, *usual)) return {};
    return Finding{.code = "volume.sudden",
                   .subject = whole.name,
                   .object = "",
                   .severity = Severity::warning,
                   .message = sent_text(whole, day, today) + ", " + times(sent, usual->busiest) +
                              " as many as on the busiest day of the four weeks before: " +
                              grouped(usual->busiest) + " on " + date(usual->busiest_day),
                   .evidence = counted_in(traffic) + "; median of the " + std::to_string(usual->days) +
                               " days with mail: " + grouped(usual->median) +
                               "; the week before: " + week_before(whole.sent, day),
                   .remedy =
                       "Look in the log for a login, a host or a form that sends far more than it did, since "
                       "stolen credentials are the usual cause, and stop it. If it is a newsletter that was "
                       "meant, spread the next one over several days.",
                   .link = ""};
}

}  // namespace

std::string grouped(std::uint64_t number) {
    std::string text = std::to_string(number);
    for (auto place = text.size(); place > 3;) {
        place -= 3;
        text.insert(place, 1, ',');
    }
    return text;
}

void judge(const Whole& whole, const Sender& sender, const Traffic& traffic, Day today, Report& report) {
    for (auto* kind : {against_plan, against_weeks}) {
        auto finding = kind(whole, sender, traffic, today, today);
        if (!finding) finding = kind(whole, sender, traffic, today - one_day, today);
        if (finding) report.findings.push_back(std::move(*finding));
    }
}

void judge_given(const Sender& sender, Day today, Report& report) {
    const auto stage = warmup::stage(sender, today);
    if (!stage || stage->day < 1 || !sender.volume || !warmup::is_over(*sender.volume, stage->planned))
        return;
    report.findings.push_back(
        over_plan(sender.name, Severity::warning,
                  "by its configuration, " + sender.name + " sends " + messages(*sender.volume) +
                      " a day and address, on day " + std::to_string(stage->day) +
                      " of its warm-up; the plan allows " + grouped(stage->planned),
                  "volume = " + std::to_string(*sender.volume) + " in [[sender]]; no log tells", slow_down));
}

Finding untold(const Sender& sender, const std::string& why) {
    auto finding = over_plan(
        sender.name, Severity::unknown,
        "how much of the plan of its warm-up " + sender.name + " has sent cannot be told: " + why, why,
        "Let the MTA log the address that it sends from (Exim: log_selector = "
        "+outgoing_interface), or name the messages of a day with volume in [[sender]].");
    finding.own_cause = true;
    return finding;
}

}  // namespace reputed::volume
