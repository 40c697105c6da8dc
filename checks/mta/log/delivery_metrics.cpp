#include "checks/mta/log/delivery_metrics.hpp"

#include <limits>
#include <set>

namespace reputed::mta {
namespace {

const MetricInfo attempts_metric{"reputed_delivery_attempts_total",
                                 SampleType::counter,
                                 "Recipients whose delivery to another host was tried, by whose mail system "
                                 "it is and how the attempt ended.",
                                 {"mta", "provider", "class", "status"}};
const MetricInfo local_metric{"reputed_delivery_local_total",
                              SampleType::counter,
                              "Recipients of deliveries that do not leave the machine.",
                              {"mta", "status"}};
const MetricInfo rejected_metric{
    "reputed_delivery_rejected_total", SampleType::counter, "Mail of others that the MTA refused.", {"mta"}};
const MetricInfo error_metric{
    "reputed_delivery_error_ratio",
    SampleType::gauge,
    "Share of attempts that failed for good; of all providers together where the provider is \"all\".",
    {"mta", "provider", "window"}};
const MetricInfo deferral_metric{
    "reputed_delivery_deferral_ratio",
    SampleType::gauge,
    "Share of attempts that were put off; of all providers together where the provider is \"all\".",
    {"mta", "provider", "window"}};
const MetricInfo delay_metric{
    "reputed_delivery_delay_seconds",
    SampleType::gauge,
    "Time from arrival to the end of an attempt, over a day: its median and the 95th percentile.",
    {"mta", "provider", "statistic"}};
const MetricInfo refused_metric{
    "reputed_delivery_refused_since_timestamp_seconds",
    SampleType::gauge,
    "Since when a provider does not take mail for this reason; absent after a day without.",
    {"mta", "provider", "class"}};
const MetricInfo list_metric{"reputed_delivery_list_refusals",
                             SampleType::gauge,
                             "Refusals within a day in which a receiver names this DNS list.",
                             {"mta", "list"}};
const MetricInfo source_metric{
    "reputed_delivery_source_attempts",
    SampleType::gauge,
    "Attempts from this address of ours since midnight UTC, where the MTA logs it.",
    {"mta", "ip"}};
const MetricInfo lines_metric{
    "reputed_log_lines_total", SampleType::counter, "Lines of the log that were read.", {"mta"}};
const MetricInfo unknown_metric{"reputed_log_unknown_lines_total",
                                SampleType::counter,
                                "Lines of programs that deliver mail that were not understood.",
                                {"mta", "program"}};
const MetricInfo folded_metric{
    "reputed_delivery_folded_total",
    SampleType::counter,
    "Attempts counted under the provider \"other\" because there were too many kinds of outcome.",
    {"mta"}};
const MetricInfo behind_metric{
    "reputed_log_behind_bytes", SampleType::gauge, "What of the log is still to be read.", {"mta"}};
const MetricInfo last_metric{"reputed_log_last_event_timestamp_seconds",
                             SampleType::gauge,
                             "When the newest event in the log happened; 0 = there was none.",
                             {"mta"}};
const MetricInfo readable_metric{
    "reputed_log_readable", SampleType::gauge, "Whether the log can be read: 1 yes, 0 no.", {"mta"}};

double percent(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0) return std::numeric_limits<double>::quiet_NaN();
    return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

void add_shares(const DeliveryView& view, const std::string& name, std::optional<ProviderId> provider,
                Report& report) {
    for (const auto& [period, window] : {std::pair(Period::hour, "1h"), std::pair(Period::day, "24h")}) {
        const auto sum = shares(view, period, provider);
        if (sum.attempts == 0) continue;
        report.samples.push_back({&error_metric, {view.mta, name, window}, sum.error_percent() / 100});
        report.samples.push_back({&deferral_metric, {view.mta, name, window}, sum.deferral_percent() / 100});
    }
}

}  // namespace

double Shares::error_percent() const {
    return percent(failed, attempts);
}

double Shares::deferral_percent() const {
    return percent(deferred, attempts);
}

Shares shares(const DeliveryView& view, Period period, std::optional<ProviderId> provider) {
    Shares sum;
    for (const auto& outcome : view.outcomes) {
        if (provider && outcome.provider != *provider) continue;
        const auto count = period == Period::hour ? outcome.hour : outcome.day;
        sum.attempts += count;
        if (outcome.status == DeliveryStatus::deferred) sum.deferred += count;
        if (outcome.status == DeliveryStatus::bounced || outcome.status == DeliveryStatus::expired)
            sum.failed += count;
    }
    return sum;
}

std::vector<const MetricInfo*> delivery_metrics() {
    return {&attempts_metric, &local_metric,   &rejected_metric, &error_metric,  &deferral_metric,
            &delay_metric,    &refused_metric, &list_metric,     &source_metric, &lines_metric,
            &unknown_metric,  &folded_metric,  &behind_metric,   &last_metric,   &readable_metric};
}

void add_delivery_samples(const DeliveryView& view, Report& report) {
    const auto add = [&](const MetricInfo& metric, std::vector<std::string> labels, double value) {
        report.samples.push_back({&metric, std::move(labels), value});
    };
    add(readable_metric, {view.mta}, view.problem.empty() ? 1 : 0);
    add(lines_metric, {view.mta}, static_cast<double>(view.lines));
    add(behind_metric, {view.mta}, static_cast<double>(view.behind));
    add(last_metric, {view.mta}, static_cast<double>(view.last_event));
    add(rejected_metric, {view.mta}, static_cast<double>(view.rejected));
    add(folded_metric, {view.mta}, static_cast<double>(view.folded));
    for (std::size_t i = 0; i < delivery_status_count; ++i)
        add(local_metric, {view.mta, std::string(to_string(static_cast<DeliveryStatus>(i)))},
            static_cast<double>(view.local[i]));
    for (const auto& [program, count] : view.unknown_lines)
        add(unknown_metric, {view.mta, program}, static_cast<double>(count));
    std::set<ProviderId> providers;
    const auto name = [&](ProviderId id) { return std::string(view.classifier->provider_name(id)); };
    for (const auto& outcome : view.outcomes) {
        providers.insert(outcome.provider);
        add(attempts_metric,
            {view.mta, name(outcome.provider), std::string(to_string(outcome.reply_class)),
             std::string(to_string(outcome.status))},
            static_cast<double>(outcome.ever));
    }
    add_shares(view, "all", {}, report);
    for (const auto provider : providers)
        add_shares(view, name(provider), provider, report);
    for (const auto& delay : view.delays)
        for (const auto& [quantile, label] : {std::pair(0.5, "median"), std::pair(0.95, "p95")})
            if (const auto value = delay.day.quantile(quantile); value == value)
                add(delay_metric, {view.mta, name(delay.provider), label}, value);
    for (const auto& refusal : view.refusals)
        add(refused_metric, {view.mta, name(refusal.provider), std::string(to_string(refusal.reply_class))},
            static_cast<double>(refusal.since));
    std::map<std::string, std::uint64_t> lists;
    for (const auto& list : view.lists)
        lists[list.list] += list.day;
    for (const auto& [list, count] : lists)
        add(list_metric, {view.mta, list}, static_cast<double>(count));
    for (const auto& source : view.sources)
        add(source_metric, {view.mta, source.ip}, static_cast<double>(source.today));
}

}  // namespace reputed::mta
