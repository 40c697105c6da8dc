#include "checks/reputation/feedback/feedback_check.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "checks/reputation/feedback/fetch.hpp"
#include "checks/reputation/feedback/judge.hpp"
#include "checks/reputation/feedback/kept_feedback.hpp"
#include "checks/reputation/feedback/source.hpp"
#include "config/text.hpp"

namespace reputed::feedback {
namespace {

constexpr auto gauge = SampleType::gauge;
const MetricInfo value_metric{"reputed_feedback_value",
                              gauge,
                              "What a service told last about us; of which day says the timestamp beside it.",
                              {"source", "subject", "metric"}};
const MetricInfo timestamp_metric{"reputed_feedback_data_timestamp_seconds",
                                  gauge,
                                  "Of which time the newest figures of a service about a subject are.",
                                  {"source", "subject"}};
const MetricInfo up_metric{"reputed_feedback_up",
                           gauge,
                           "Whether the service could be read the last time that it was to be asked.",
                           {"source"}};

using std::chrono::hours;
constexpr auto kept_for = std::chrono::days(30);     // what is no longer told is shown for so long
constexpr auto longest_wait = std::chrono::days(1);  // of a service that says when to come again
constexpr auto usual_wait = hours(1);                // of one that has enough and does not say
constexpr auto most_ahead =
    std::chrono::days(2);  // a day that begins later is none that there can be data of
constexpr std::size_t longest_detail = 300;
constexpr std::size_t longest_message = 300;

const FeedbackSettings* settings_of(const Settings& settings, const std::string& name) {
    const auto found = std::find_if(settings.feedback.begin(), settings.feedback.end(),
                                    [&](const FeedbackSettings& one) { return one.name == name; });
    return found == settings.feedback.end() ? nullptr : &*found;
}

std::vector<std::string> subjects(const Settings& settings, const ActiveLists&) {
    std::vector<std::string> names;
    for (const auto& one : settings.feedback)
        names.push_back(one.name);
    return names;
}

std::chrono::seconds interval(const Settings& settings, const ActiveLists&, const std::string& subject) {
    const auto* own = settings_of(settings, subject);
    return own != nullptr ? own->interval : FeedbackSettings{}.interval;
}

template <class T>
void make_unique(std::vector<T>& values) {
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
}

// How the operator mends what the service refuses.
std::string remedy_for(FeedbackSettings::Kind kind) {
    switch (kind) {
        case FeedbackSettings::Kind::snds:
            return "Log in to SNDS, see whether automated data access is still on, and put its key into the "
                   "file that "
                   "\"key\" names; where Microsoft has moved the files, write their folder as \"url\".";
        case FeedbackSettings::Kind::postmaster:
            return "Where domains are named, verify them in Postmaster Tools for the account that gave "
                   "access. Otherwise give access again with that account, and put the new refresh token "
                   "into the file that \"refresh_token\" names.";
        case FeedbackSettings::Kind::abuseipdb:
            return "Make a new key in the account at AbuseIPDB and put it into the file that \"key\" names.";
        case FeedbackSettings::Kind::json:
            break;
    }
    return "See whether the \"url\" and the key in \"headers\" are still good.";
}

// One run of one source.
class Round {
  public:
    Round(const FeedbackSettings& settings, const Services& services)
        : settings_(settings),
          services_(services),
          source_(source_of(settings.kind)),
          kept_(read_kept(services.memory)) {
        // What a damaged store holds may be of any time.
        std::erase_if(kept_.points,
                      [&](const auto& one) { return one.second.time > services.now + most_ahead; });
        for (const auto& sender : services.settings.senders) {
            const auto own = sender.addresses();
            addresses_.insert(addresses_.end(), own.begin(), own.end());
            domains_.insert(domains_.end(), sender.domains.begin(), sender.domains.end());
        }
        if (!settings.domains.empty()) domains_ = settings.domains;
        make_unique(addresses_);
        make_unique(domains_);
        for (const auto& address : addresses_)
            ours_.push_back(address.to_string());
        ours_.insert(ours_.end(), domains_.begin(), domains_.end());
        ours_.push_back(settings.name);
        make_unique(ours_);
    }

    Report report() {
        const bool waits = kept_.not_before && *kept_.not_before > services_.now &&
                           *kept_.not_before <= services_.now + longest_wait;
        if (!waits) ask();
        Report report;
        tell_fault(report);
        judge({settings_, source_, kept_, ours_, confirmed_, !waits && kept_.fault == Fault::none,
               services_.now},
              report);
        add_samples(report);
        report.memory = write_kept(kept_);
        return report;
    }

  private:
    void ask() {
        Fetcher fetcher(settings_, services_);
        const Context context{
            settings_,          addresses_,
            domains_,           services_.now,
            services_.stop,     [&](http::Request&& request) { return fetcher(std::move(request)); },
            kept_.source_memory};
        auto reading = source_.read(context);
        std::erase_if(kept_.points, [&](const auto& one) {
            return services_.now - one.second.time > kept_for ||
                   !std::binary_search(ours_.begin(), ours_.end(), one.first.first);
        });
        for (auto& point : reading.points)
            keep(std::move(point));
        kept_.source_memory = std::move(reading.memory);
        kept_.link = reading.link;
        kept_.fault = reading.fault;
        kept_.message = printable(reading.message, longest_message);
        auto wait = reading.retry_after;
        if (fetcher.retry_after())
            wait = std::max(wait.value_or(std::chrono::seconds(0)), *fetcher.retry_after());
        kept_.not_before.reset();
        if (reading.fault == Fault::quota)
            kept_.not_before =
                services_.now + std::min<std::chrono::seconds>(wait.value_or(usual_wait), longest_wait);
        else if (reading.fault == Fault::unreachable && wait)
            kept_.not_before = services_.now + std::min<std::chrono::seconds>(*wait, longest_wait);
    }

    // About us, of a time that can be, and not older than what is known.
    void keep(Point&& point) {
        if (!std::binary_search(ours_.begin(), ours_.end(), point.subject)) return;
        if (!std::isfinite(point.value) || !is_possible(point.time) ||
            point.time > services_.now + most_ahead)
            return;
        const std::pair key(std::move(point.subject), std::move(point.metric));
        const auto known = kept_.points.find(key);
        if (known == kept_.points.end() && kept_.points.size() >= most_points) return;
        confirmed_.insert(key);
        if (known != kept_.points.end() && known->second.time > point.time) return;
        kept_.points.insert_or_assign(
            key, KeptPoint{point.value, point.time, point.detail.substr(0, longest_detail),
                           point.time == services_.now});
    }

    Finding fault_finding(std::string code, Severity severity, std::string message,
                          std::string remedy) const {
        Finding finding;
        finding.code = std::move(code);
        finding.subject = settings_.name;
        finding.severity = severity;
        finding.message = std::move(message);
        finding.remedy = std::move(remedy);
        finding.link = kept_.link;
        return finding;
    }

    void hold(Report& report, std::string code) const {
        report.holds.push_back({std::move(code), settings_.name, ""});
    }

    void tell_fault(Report& report) const {
        const std::string title = title_of(settings_, source_);
        switch (kept_.fault) {
            case Fault::none:
                return;
            case Fault::refused:
                report.findings.push_back(fault_finding("feedback.refused", Severity::warning,
                                                        title + " refuses to tell: " + kept_.message,
                                                        remedy_for(settings_.kind)));
                return;
            case Fault::quota:
                report.findings.push_back(fault_finding(
                    "feedback.quota", Severity::info, title + " was asked too often: " + kept_.message,
                    "It is asked again when it says so. Raise \"interval\" where this comes back."));
                return hold(report, "feedback.refused");
            case Fault::unreachable:
            case Fault::malformed:
                break;
        }
        const bool answered = kept_.fault == Fault::malformed;
        report.findings.push_back(fault_finding(
            "feedback.unreachable", Severity::unknown, title + " could not be read: " + kept_.message,
            answered
                ? "Look at what the service answers; perhaps it has changed, or the configuration is not for "
                  "it."
                : "It is asked again by itself. See to the network or the proxy where others can reach it."));
        report.findings.back().own_cause = true;
        hold(report, "feedback.refused");
        if (!answered) hold(report, "feedback.quota");
    }

    void add_samples(Report& report) const {
        std::map<std::string, std::pair<std::optional<WallTime>, std::optional<WallTime>>>
            newest;  // of days, of now
        for (const auto& [key, point] : kept_.points) {
            report.samples.push_back({&value_metric, {settings_.name, key.first, key.second}, point.value});
            auto& times = newest[key.first];
            auto& time = point.of_now ? times.second : times.first;
            time = std::max(time.value_or(point.time), point.time);
        }
        // Where there are figures of days, what is of now beside them does not make them newer.
        for (const auto& [subject, times] : newest) {
            const auto time = times.first ? *times.first : *times.second;
            report.samples.push_back(
                {&timestamp_metric,
                 {settings_.name, subject},
                 static_cast<double>(
                     std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count())});
        }
        report.samples.push_back({&up_metric, {settings_.name}, kept_.fault == Fault::none ? 1.0 : 0.0});
    }

    const FeedbackSettings& settings_;
    const Services& services_;
    const Source& source_;
    KeptFeedback kept_;
    std::vector<IpAddress> addresses_;
    std::vector<std::string> domains_;
    std::vector<std::string> ours_;  // in order
    std::set<std::pair<std::string, std::string>> confirmed_;
};

Report run(const std::string& subject, const Services& services) {
    const auto* settings = settings_of(services.settings, subject);
    if (settings != nullptr) return Round(*settings, services).report();
    Report report;
    report.holds.push_back({});
    return report;
}

}  // namespace

Check feedback_check() {
    return {.name = "feedback",
            .help = "What services that receivers and others run tell about us.",
            .subjects = subjects,
            .interval = interval,
            .run = run,
            .metrics = {&value_metric, &timestamp_metric, &up_metric}};
}

}  // namespace reputed::feedback
