#include "checks/mta/log/delivery_findings.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>

#include "checks/mta/log/delivery_metrics.hpp"
#include "config/utc.hpp"

namespace reputed::mta {
namespace {

constexpr std::int64_t hours = 3600;

// What a class of refusals says about us, and how much it matters.
struct Cause {
    ReplyClass reply_class;
    std::string_view words;
    // The sender as such is unwelcome, not single messages: the more of the mail it hits, the worse.
    bool severe;
    std::string_view remedy;
};

constexpr Cause causes[] = {
    {ReplyClass::auth_failed, "missing authentication", true,
     "Let SPF cover every address that sends, sign with DKIM, and publish DMARC: reputed check shows what "
     "each domain "
     "lacks."},
    {ReplyClass::dns_identity, "the host's DNS identity", true,
     "Give the sending address a PTR that leads back to it, and let the MTA greet with that name: reputed "
     "check shows "
     "both."},
    {ReplyClass::blocklisted, "a blocklist", true,
     "Stop what caused the listing, then ask the list for removal: reputed check names the lists and their "
     "pages."},
    {ReplyClass::reputation, "reputation", true,
     "Look for stolen credentials and bad recipients in the log, send less for some days, and use the "
     "provider's form "
     "for senders."},
    {ReplyClass::rate_limited, "sending too much at once", false,
     "Lower the concurrency and the rate towards this provider; a new address has to be warmed up day by "
     "day."},
    {ReplyClass::content, "what the messages contain", false,
     "Look which messages are refused: forwarded spam, links to listed domains, or an abused form on a web "
     "site."},
    {ReplyClass::policy, "its policy", false, "Read the provider's reply: it says which rule was broken."},
    {ReplyClass::tls, "the encryption", false,
     "See whether the MTA offers TLS 1.2 or newer to this provider, and whether its certificate is "
     "expected."},
};

const Cause* cause_of(ReplyClass reply_class) {
    const auto found = std::find_if(std::begin(causes), std::end(causes),
                                    [&](const Cause& cause) { return cause.reply_class == reply_class; });
    return found == std::end(causes) ? nullptr : found;
}

// "09:14 UTC" of today, else with the day.
std::string since_text(std::int64_t since, std::int64_t now) {
    const bool today = since / 86'400 == now / 86'400;
    return utc_text(since, today ? "%H:%M UTC" : "%Y-%m-%d %H:%M UTC");
}

struct Weight {
    std::uint64_t count = 0;     // refusals within a day
    std::uint64_t bounced = 0;   // of them for good
    std::uint64_t attempts = 0;  // at this provider within a day

    double percent() const {
        return attempts == 0 ? 0 : 100.0 * static_cast<double>(count) / static_cast<double>(attempts);
    }
};

Weight weigh(const DeliveryView& view, const Refusal& refusal) {
    Weight weight;
    for (const auto& outcome : view.outcomes) {
        if (outcome.provider != refusal.provider) continue;
        weight.attempts += outcome.day;
        if (outcome.reply_class != refusal.reply_class || outcome.status == DeliveryStatus::sent) continue;
        weight.count += outcome.day;
        if (outcome.status != DeliveryStatus::deferred) weight.bounced += outcome.day;
    }
    return weight;
}

// One refusal is worth a word, a share of the mail an alarm. Behind "other" are thousands of small receivers with rules
// of their own: there only a share counts.
Severity severity_of(const Refusal& refusal, const Cause& cause, const Weight& weight) {
    const double percent = weight.percent();
    if (refusal.provider == other_provider) {
        if (cause.severe && percent >= 10 && weight.count >= 10) return Severity::warning;
        return cause.severe && weight.count >= 3 ? Severity::info : Severity::ok;
    }
    if (!cause.severe) return percent >= 25 && weight.count >= 10 ? Severity::warning : Severity::info;
    if (percent >= 50 && weight.count >= 10) return Severity::critical;
    return percent >= 5 && weight.count >= 3 ? Severity::warning : Severity::info;
}

std::string share_text(const Weight& weight) {
    const double percent = weight.percent();
    if (percent > 0 && percent < 1) return "less than 1 % of attempts";
    return std::to_string(static_cast<int>(std::lround(percent))) + " % of attempts";
}

void add_refusals(const DeliveryView& view, std::int64_t now, Report& report) {
    for (const auto& refusal : view.refusals) {
        const auto* cause = cause_of(refusal.reply_class);
        if (cause == nullptr || !is_current(refusal, now)) continue;
        const auto weight = weigh(view, refusal);
        const auto severity = severity_of(refusal, *cause, weight);
        if (severity == Severity::ok || weight.count == 0) continue;
        Finding finding;
        finding.code = "delivery.refused";
        finding.subject = view.mta;
        finding.object = std::string(view.classifier->provider_name(refusal.provider)) + '/' +
                         std::string(to_string(refusal.reply_class));
        finding.severity = severity;
        const bool other = refusal.provider == other_provider;
        finding.message = (other ? std::string("Other receivers")
                                 : std::string(view.classifier->provider_title(refusal.provider))) +
                          (weight.bounced > 0 ? (other ? " refuse us for " : " refuses us for ")
                                              : (other ? " put us off for " : " puts us off for ")) +
                          std::string(cause->words) +
                          (refusal.list.empty() ? "" : " (" + refusal.list + ")") + " since " +
                          since_text(refusal.since, now) + ", " + share_text(weight);
        finding.evidence = refusal.sample;
        finding.remedy = cause->remedy;
        finding.link = view.classifier->provider_page(refusal.provider);
        report.findings.push_back(std::move(finding));
    }
}

const auto error_scale =
    std::make_shared<const LevelScale>(LevelScale{"delivery.error_rate",
                                                  "error rate",
                                                  false,
                                                  {{"within the limit of 3 %", Severity::ok, 3},
                                                   {"above the limit of 3 %", Severity::warning, 10},
                                                   {"far above the limit of 3 %", Severity::critical, 100}},
                                                  0.5,
                                                  " %"});
const auto deferral_scale = std::make_shared<const LevelScale>(
    LevelScale{"delivery.deferral_rate",
               "share of deferred attempts",
               false,
               {{"usual", Severity::ok, 40},
                {"high", Severity::info, 80},
                {"a flood of deferred mail, often the first sign of a block", Severity::warning, 100}},
               5,
               " %"});

// The most frequent reasons, for the evidence.
std::string reasons_text(const DeliveryView& view, std::optional<ProviderId> provider, bool deferred) {
    std::map<ReplyClass, std::uint64_t> counts;
    for (const auto& outcome : view.outcomes)
        if ((!provider || outcome.provider == *provider) && outcome.status != DeliveryStatus::sent &&
            outcome.day > 0 && (outcome.status == DeliveryStatus::deferred) == deferred)
            counts[outcome.reply_class] += outcome.day;
    std::vector<std::pair<std::uint64_t, ReplyClass>> sorted;
    for (const auto& [reply_class, count] : counts)
        sorted.emplace_back(count, reply_class);
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(sorted.size(), 5); ++i)
        text += (text.empty() ? "" : ", ") + std::string(to_string(sorted[i].second)) + " " +
                std::to_string(sorted[i].first);
    return text;
}

void add_error_rate(const DeliveryView& view, std::optional<ProviderId> provider, Report& report) {
    const auto sum = shares(view, Period::day, provider);
    // A handful of typing errors on a quiet server is not a rate.
    const std::uint64_t least = provider ? 50 : 100;
    if (sum.attempts < least || (sum.failed < 5 && sum.failed > 0)) return;
    const auto object = provider ? std::string(view.classifier->provider_name(*provider)) : "";
    report.ratings.push_back({error_scale, view.mta, object, std::round(sum.error_percent() * 10) / 10,
                              std::to_string(sum.failed) + " of " + std::to_string(sum.attempts) +
                                  " attempts within 24 hours: " + reasons_text(view, provider, false),
                              "Take recipients that do not exist off your lists: reputed log FILE shows the "
                              "worst receivers and the reasons.",
                              ""});
}

void add_rates(const DeliveryView& view, Report& report) {
    add_error_rate(view, {}, report);
    for (std::size_t id = 1; id < view.classifier->provider_count(); ++id)
        add_error_rate(view, static_cast<ProviderId>(id), report);
    const auto hour = shares(view, Period::hour);
    if (hour.attempts < 50) return;
    report.ratings.push_back(
        {deferral_scale, view.mta, "", std::round(hour.deferral_percent()),
         std::to_string(hour.deferred) + " of " + std::to_string(hour.attempts) +
             " attempts within an hour; within a day: " + reasons_text(view, {}, true),
         "See which provider defers and why: reputed queue shows the reasons of what waits.", ""});
}

}  // namespace

bool is_current(const Refusal& refusal, std::int64_t now) {
    return refusal.last > now - 3 * hours || refusal.accepted < refusal.last;
}

std::string_view refusal_cause(ReplyClass reply_class) {
    const auto* cause = cause_of(reply_class);
    return cause == nullptr ? std::string_view() : cause->words;
}

void add_delivery_findings(const DeliveryView& view, std::int64_t now, Report& report) {
    if (!view.problem.empty()) {
        // What was read before stays true; what happens now cannot be told.
        report.findings.push_back(
            {.code = "delivery.log_unreadable",
             .subject = view.mta,
             .object = "",
             .severity = Severity::unknown,
             .message = "the log of " + view.mta + " cannot be read: " + view.problem,
             .evidence = "",
             .remedy = "Let reputed read it (the group adm on Debian), or say where it is: [mta] log.",
             .link = "",
             .own_cause = true});
        for (const auto code : {"delivery.refused", "delivery.error_rate", "delivery.deferral_rate"})
            report.holds.push_back({code, view.mta, ""});
    }
    add_refusals(view, now, report);
    add_rates(view, report);
}

}  // namespace reputed::mta
