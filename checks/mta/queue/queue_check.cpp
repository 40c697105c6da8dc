#include "checks/mta/queue/queue_check.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <mutex>

#include <sys/stat.h>

#include "checks/mta/queue/mta_traits.hpp"
#include "checks/mta/queue/queue_reader.hpp"
#include "checks/mta/queue/showq_samples.hpp"
#include "checks/mta/reply/classifier.hpp"
#include "config/metric_alias.hpp"

namespace reputed::mta {
namespace {

const MetricInfo messages_metric{
    "reputed_queue_messages", SampleType::gauge, "Messages in a queue of the MTA.", {"mta", "queue"}};
const MetricInfo recipients_metric{"reputed_queue_recipients",
                                   SampleType::gauge,
                                   "Recipients that the messages in a queue are still to be delivered to.",
                                   {"mta", "queue"}};
const MetricInfo bytes_metric{"reputed_queue_bytes",
                              SampleType::gauge,
                              "Size of the messages in a queue; an estimate where the queue is long.",
                              {"mta", "queue"}};
const MetricInfo oldest_metric{"reputed_queue_oldest_arrival_timestamp_seconds",
                               SampleType::gauge,
                               "When the oldest message in a queue arrived; absent while the queue is empty.",
                               {"mta", "queue"}};
const MetricInfo age_metric{
    "reputed_queue_age_messages",
    SampleType::gauge,
    "Messages in a queue that arrived at most so many seconds ago; cumulative, as a histogram is.",
    {"mta", "queue", "seconds"}};
const MetricInfo waiting_metric{
    "reputed_queue_waiting_recipients",
    SampleType::gauge,
    "Recipients whose mail waits, by who refused it last and why; absent where nobody does.",
    {"mta", "provider", "class"}};
const MetricInfo frozen_metric{"reputed_queue_frozen_messages",
                               SampleType::gauge,
                               "Messages that the MTA set aside until an operator acts.",
                               {"mta"}};
const MetricInfo verdict_metric{"reputed_queue_verdict",
                                SampleType::gauge,
                                "Verdict on the queue: 0 ok, 1 info, 2 warning, 3 critical, -1 unknown.",
                                {"mta"}};

constexpr double unknown_value = std::numeric_limits<double>::quiet_NaN();
constexpr std::array<std::string_view, 6> content_codes = {
    "queue.deferred", "queue.corrupt", "queue.hold", "queue.frozen", "queue.old", "queue.growing"};

// "40 min", "7 h", "6 days": one unit is exact enough for mail that waits.
std::string age_text(std::int64_t seconds) {
    if (seconds < 7200) return std::to_string(std::max<std::int64_t>(seconds, 0) / 60) + " min";
    if (seconds < 172'800) return std::to_string(seconds / 3600) + " h";
    return std::to_string(seconds / 86'400) + " days";
}

std::string messages_text(std::uint64_t count) {
    return std::to_string(count) + (count == 1 ? " message" : " messages");
}

class Evaluation {
  public:
    Evaluation(const std::string& mta, std::int64_t now, const QueueThresholds& thresholds, Report& report)
        : mta_(mta), traits_(mta_traits(mta)), now_(now), thresholds_(thresholds), report_(report) {}

    void content(const QueueReport& queue) {
        deferred(queue);
        if (!traits_.damaged.empty()) damaged(queue.queue(traits_.damaged));
        if (mta_ == "postfix") held(queue.queue("hold"));
        if (traits_.freezes) frozen(queue);
        old(queue);
        growing(queue);
    }
    void hold(std::string_view code) { report_.holds.push_back({std::string(code), mta_, ""}); }
    void find(std::string_view code, Severity severity, std::string message, std::string evidence,
              std::string remedy) {
        report_.findings.push_back({std::string(code), mta_, "", severity, std::move(message),
                                    std::move(evidence), std::move(remedy), ""});
    }

  private:
    std::optional<std::int64_t> age(const QueueFigures& figures) const {
        if (!figures.oldest_arrival) return {};
        return now_ - *figures.oldest_arrival;
    }

    // Messages that could not be delivered. Where the queue also holds what has not been tried yet, those that
    // are older than any first attempt.
    std::optional<std::uint64_t> undelivered(const QueueReport& queue) const {
        const auto messages = queue.queue(traits_.waiting).messages;
        if (!messages || !traits_.under_way || *messages < thresholds_.deferred_info) return messages;
        const auto ages = queue.ages.find(traits_.waiting);
        if (ages == queue.ages.end()) return {};
        const auto fresh = ages->second.up_to(0);
        return *messages > fresh ? *messages - fresh : 0;
    }

    void deferred(const QueueReport& queue) {
        const auto figures = queue.queue(traits_.waiting);
        const auto undelivered_messages = undelivered(queue);
        if (!undelivered_messages) return hold("queue.deferred");
        const auto count = *undelivered_messages;
        if (count < thresholds_.deferred_info) return;
        const auto oldest = age(figures);
        const bool many = count > thresholds_.deferred_warning;
        const bool waits = oldest && *oldest > thresholds_.deferred_age.count();
        auto message = messages_text(count) + " of " + mta_ + " could not be delivered yet";
        if (oldest) message += ", the oldest for " + age_text(*oldest);
        std::string evidence;
        for (std::size_t i = 0; i < std::min<std::size_t>(queue.reasons.size(), 3); ++i)
            evidence +=
                (i == 0 ? "" : "; ") + std::to_string(queue.reasons[i].count) + " x " + queue.reasons[i].text;
        find("queue.deferred", many && waits ? Severity::warning : Severity::info, std::move(message),
             std::move(evidence),
             "Read the reasons (reputed queue): the same refusal from one provider points at a block, "
             "timeouts at the "
             "network, many receivers at one sender at stolen credentials.");
    }

    void damaged(const QueueFigures& figures) {
        if (!figures.messages) return hold("queue.corrupt");
        if (*figures.messages == 0) return;
        find("queue.corrupt", Severity::warning,
             messages_text(*figures.messages) + " of " + mta_ +
                 " set aside as damaged: nobody tries to deliver them",
             "", std::string(traits_.damaged_remedy));
    }

    void frozen(const QueueReport& queue) {
        if (!queue.frozen) return hold("queue.frozen");
        if (*queue.frozen == 0) return;
        find("queue.frozen", *queue.frozen > thresholds_.frozen_warning ? Severity::warning : Severity::info,
             messages_text(*queue.frozen) + " of " + mta_ + " set aside until somebody acts", "",
             std::string(traits_.frozen_remedy));
    }

    void held(const QueueFigures& figures) {
        if (!figures.messages) return hold("queue.hold");
        if (*figures.messages == 0) return;
        find("queue.hold", Severity::info,
             messages_text(*figures.messages) + " of " + mta_ + " on hold until somebody releases them", "",
             "Release with postsuper -H ID, or delete with postsuper -d ID.");
    }

    // Active and incoming mail may be old for a good reason: every retry of deferred mail passes through
    // them.
    void old(const QueueReport& queue) {
        const QueueFigures empty{.messages = 0, .recipients = {}, .bytes = {}, .oldest_arrival = {}};
        const auto handed_in = traits_.handed_in.empty() ? empty : queue.queue(traits_.handed_in);
        const auto waiting = queue.queue(traits_.waiting);
        for (const auto& figures : {handed_in, waiting})
            if (!figures.messages || (*figures.messages > 0 && !figures.oldest_arrival))
                return hold("queue.old");
        const auto handed_in_age = age(handed_in);
        if (handed_in_age && *handed_in_age > thresholds_.handed_in_age.count())
            return find("queue.old", Severity::warning,
                        messages_text(*handed_in.messages) + " handed in on this machine not picked up by " +
                            mta_ + ", the oldest for " + age_text(*handed_in_age),
                        "", std::string(traits_.handed_in_remedy));
        const auto waiting_age = age(waiting);
        if (waiting_age && *waiting_age > (traits_.lifetime + thresholds_.beyond_lifetime).count())
            find("queue.old", Severity::info,
                 "the oldest deferred message of " + mta_ + " waits for " + age_text(*waiting_age), "",
                 std::string(traits_.old_remedy));
    }

    // From one look at the queue: what came in the last five minutes and waits, against the hour before.
    void growing(const QueueReport& queue) {
        const auto messages = queue.queue(traits_.waiting).messages;
        if (!messages) return hold("queue.growing");
        if (*messages < thresholds_.growing_messages) return;
        const auto ages = queue.ages.find(traits_.waiting);
        if (ages == queue.ages.end()) return hold("queue.growing");
        static_assert(AgeHistogram::bounds[0] == 300 && AgeHistogram::bounds[2] == 3600);
        constexpr std::uint64_t earlier_parts = 11;
        const auto recent = ages->second.up_to(0);
        const auto before = (ages->second.up_to(2) - recent) / earlier_parts;
        if (recent < thresholds_.growing_messages || recent <= thresholds_.growing_factor * before) return;
        find(
            "queue.growing", traits_.under_way ? Severity::info : Severity::warning,
            messages_text(recent) + " of " + mta_ + " that came within 5 min wait already, where " +
                std::to_string(before) + " was usual in the hour before",
            "",
            "See who sends them and who refuses them (reputed queue): a flood of one sender points at stolen "
            "credentials, refusals of one provider at a block. A mailing of your own passes by itself.");
    }

    const std::string& mta_;
    const MtaTraits& traits_;
    std::int64_t now_;
    const QueueThresholds& thresholds_;
    Report& report_;
};

void add_ages(const std::string& mta, const std::string& name, const QueueReport* queue, Report& report) {
    const AgeHistogram* ages = nullptr;
    if (queue != nullptr)
        if (const auto found = queue->ages.find(name); found != queue->ages.end()) ages = &found->second;
    for (std::size_t i = 0; i <= AgeHistogram::bounds.size(); ++i) {
        const auto bound =
            i < AgeHistogram::bounds.size() ? std::to_string(AgeHistogram::bounds[i]) : std::string("+Inf");
        report.samples.push_back({&age_metric,
                                  {mta, name, bound},
                                  ages == nullptr ? unknown_value : static_cast<double>(ages->up_to(i))});
    }
}

void add_samples(const std::string& mta, const QueueReport* queue, Report& report) {
    const auto value = [](const auto& figure) {
        return figure ? static_cast<double>(*figure) : unknown_value;
    };
    std::vector<std::string> names(queue_names(mta).begin(), queue_names(mta).end());
    // Exim's named queues. The tally bounds their number.
    if (queue != nullptr && mta == "exim")
        for (const auto& [name, figures] : queue->by_queue)
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    for (const auto& name : names) {
        const auto figures = queue == nullptr ? QueueFigures{} : queue->queue(name);
        const std::vector<std::string> labels{mta, name};
        report.samples.push_back({&messages_metric, labels, value(figures.messages)});
        report.samples.push_back({&recipients_metric, labels, value(figures.recipients)});
        add_ages(mta, name, queue, report);
        report.samples.push_back({&bytes_metric, labels, value(figures.bytes)});
        if (figures.messages != std::uint64_t{0})
            report.samples.push_back({&oldest_metric, labels, value(figures.oldest_arrival)});
    }
    if (queue != nullptr && queue->waiting)
        for (const auto& [key, count] : *queue->waiting)
            report.samples.push_back(
                Sample{&waiting_metric, {mta, key.first, key.second}, static_cast<double>(count)});
    if (mta_traits(mta).freezes)
        report.samples.push_back(
            {&frozen_metric, {mta}, queue == nullptr ? unknown_value : value(queue->frozen)});
}

std::vector<std::string> subjects(const Settings& settings, const ActiveLists&) {
    return present_mtas(settings.mta);
}

std::chrono::seconds interval(const Settings& settings, const ActiveLists&, const std::string&) {
    return settings.mta.interval;
}

Report run(const std::string& subject, const Services& services) {
    QueueQuery query;
    query.mta = subject;
    query.now = std::chrono::system_clock::to_time_t(services.now);
    query.stop = services.stop;
    query.classifier = services.classifier != nullptr ? services.classifier : &Classifier::builtin();
    const auto result = read_queue(services.settings.mta, query);
    auto report = evaluate_queue(subject, result, services.now);
    if (subject == "postfix" && publishes(services.settings.metrics, "postfix_exporter"))
        add_showq_samples(result, report);
    return report;
}

}  // namespace

Report evaluate_queue(const std::string& mta, const QueueResult& result,
                      std::chrono::system_clock::time_point now, const QueueThresholds& thresholds) {
    Report report;
    Evaluation evaluation(mta, std::chrono::system_clock::to_time_t(now), thresholds, report);
    const auto* queue = std::get_if<QueueReport>(&result);
    if (queue != nullptr && queue->total.messages) {
        evaluation.content(*queue);
    } else {
        std::string message = "the queue of " + mta + " could not be read";
        std::string remedy;
        if (const auto* error = std::get_if<QueueError>(&result)) {
            message += ": " + error->what + ": " + error->why;
            remedy = error->remedy;
        } else {
            message += " as a whole: " + queue->note;
        }
        evaluation.find("queue.unreadable", Severity::unknown, std::move(message), "", std::move(remedy));
        report.findings.back().own_cause = true;
        for (const auto code : content_codes)
            evaluation.hold(code);
    }
    add_samples(mta, queue, report);
    report.samples.push_back({&verdict_metric, {mta}, verdict_value(report.verdict())});
    return report;
}

Check queue_check() {
    return {.name = "queue",
            .help = "Depth, age and state of the MTA's mail queue.",
            .subjects = subjects,
            .interval = interval,
            .run = run,
            .metrics = {&messages_metric, &recipients_metric, &bytes_metric, &oldest_metric, &age_metric,
                        &waiting_metric, &frozen_metric, &verdict_metric}};
}

}  // namespace reputed::mta
