#include "checks/mta/queue/queue_check.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "checks/mta/queue/queue_reader.hpp"

namespace reputed::mta {
namespace {

const MetricInfo messages_metric{
    "reputed_queue_messages", SampleType::gauge, "Messages in a queue of the MTA.", {"mta", "queue"}};
const MetricInfo bytes_metric{"reputed_queue_bytes",
                              SampleType::gauge,
                              "Size of the messages in a queue; an estimate where the queue is long.",
                              {"mta", "queue"}};
const MetricInfo oldest_metric{"reputed_queue_oldest_arrival_timestamp_seconds",
                               SampleType::gauge,
                               "When the oldest message in a queue arrived; absent while the queue is empty.",
                               {"mta", "queue"}};
const MetricInfo verdict_metric{"reputed_queue_verdict",
                                SampleType::gauge,
                                "Verdict on the queue: 0 ok, 1 info, 2 warning, 3 critical, -1 unknown.",
                                {"mta"}};

constexpr double unknown_value = std::numeric_limits<double>::quiet_NaN();
constexpr std::array<std::string_view, 4> content_codes = {"queue.deferred", "queue.corrupt", "queue.hold",
                                                           "queue.old"};

// "40 min", "7 h", "6 days": one unit is exact enough for mail that waits.
std::string age_text(std::int64_t seconds) {
    if (seconds < 2 * 3600) return std::to_string(std::max<std::int64_t>(seconds, 0) / 60) + " min";
    if (seconds < 2 * 86'400) return std::to_string(seconds / 3600) + " h";
    return std::to_string(seconds / 86'400) + " days";
}

std::string messages_text(std::uint64_t count) {
    return std::to_string(count) + (count == 1 ? " message" : " messages");
}

class Evaluation {
  public:
    Evaluation(const std::string& mta, std::int64_t now, const QueueThresholds& thresholds, Report& report)
        : mta_(mta), now_(now), thresholds_(thresholds), report_(report) {}

    void content(const QueueReport& queue) {
        deferred(queue);
        corrupt(queue.queue("corrupt"));
        held(queue.queue("hold"));
        old(queue);
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

    void deferred(const QueueReport& queue) {
        const auto figures = queue.queue("deferred");
        if (!figures.messages) return hold("queue.deferred");
        const auto count = *figures.messages;
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

    void corrupt(const QueueFigures& figures) {
        if (!figures.messages) return hold("queue.corrupt");
        if (*figures.messages == 0) return;
        find("queue.corrupt", Severity::warning,
             messages_text(*figures.messages) + " of " + mta_ +
                 " set aside as damaged: nobody tries to deliver them",
             "",
             "See the log for the reason (a full or failing disk), look at each file in the queue "
             "directory's corrupt/ "
             "with postcat, then move it to maildrop/ or delete it.");
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
        const auto maildrop = queue.queue("maildrop");
        const auto deferred_mail = queue.queue("deferred");
        for (const auto& figures : {maildrop, deferred_mail})
            if (!figures.messages || (*figures.messages > 0 && !figures.oldest_arrival))
                return hold("queue.old");
        const auto dropped = age(maildrop);
        if (dropped && *dropped > thresholds_.maildrop_age.count())
            return find(
                "queue.old", Severity::warning,
                messages_text(*maildrop.messages) + " handed in on this machine not picked up by " + mta_ +
                    ", the oldest for " + age_text(*dropped),
                "",
                "See whether Postfix runs (postfix status) and whether its log speaks of pickup or cleanup.");
        const auto waiting = age(deferred_mail);
        if (waiting && *waiting > thresholds_.old_age.count())
            find("queue.old", Severity::info,
                 "the oldest deferred message of " + mta_ + " waits for " + age_text(*waiting), "",
                 "Postfix returns mail after maximal_queue_lifetime, 5 days by default: see whether the "
                 "queue manager "
                 "runs.");
    }

    const std::string& mta_;
    std::int64_t now_;
    const QueueThresholds& thresholds_;
    Report& report_;
};

void add_samples(const std::string& mta, const QueueReport* queue, Report& report) {
    const auto value = [](const auto& figure) {
        return figure ? static_cast<double>(*figure) : unknown_value;
    };
    for (const auto name : queue_names(mta)) {
        const auto figures = queue == nullptr ? QueueFigures{} : queue->queue(name);
        const std::vector<std::string> labels{mta, std::string(name)};
        report.samples.push_back({&messages_metric, labels, value(figures.messages)});
        report.samples.push_back({&bytes_metric, labels, value(figures.bytes)});
        if (figures.messages != std::uint64_t{0})
            report.samples.push_back({&oldest_metric, labels, value(figures.oldest_arrival)});
    }
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
    return evaluate_queue(subject, read_queue(services.settings.mta, query), services.now);
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
            .metrics = {&messages_metric, &bytes_metric, &oldest_metric, &verdict_metric}};
}

}  // namespace reputed::mta
