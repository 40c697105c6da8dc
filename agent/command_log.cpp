#include <algorithm>
#include <ctime>
#include <iostream>

#include "agent/command_support.hpp"
#include "agent/exit_codes.hpp"
#include "agent/history_options.hpp"
#include "agent/log_report.hpp"
#include "agent/terminal.hpp"
#include "checks/mta/log/log_file.hpp"

namespace reputed {
namespace {

struct Span {
    std::int64_t since = std::numeric_limits<std::int64_t>::min();
    std::int64_t until = std::numeric_limits<std::int64_t>::max();  // excluded

    bool holds(std::int64_t time) const { return time >= since && time < until; }
};

// Everything that is read goes through here: into the summary, or out as JSON lines.
class Collector final : public mta::LogSink {
  public:
    Collector(const mta::Classifier& classifier, const Span& span, bool events)
        : classifier_(classifier),
          judge_(classifier),
          span_(span),
          events_(events),
          summary_(classifier.provider_count()) {}

    void delivery(const mta::DeliveryEvent& event) override {
        if (!span_.holds(event.time)) return;
        const auto attempt = judge_.judge(event);
        if (!events_) return summary_.attempt(attempt);
        if (!event.local) std::cout << json_text(to_json(attempt, classifier_)) << '\n';
    }
    void rejected(const mta::RejectEvent& event) override {
        if (span_.holds(event.time)) summary_.reject(event);
    }
    void unknown(std::string_view) override {}

    const mta::LogSummary& summary() const { return summary_; }

  private:
    const mta::Classifier& classifier_;
    mta::Judge judge_;
    const Span span_;
    const bool events_;
    mta::LogSummary summary_;
};

std::optional<std::int64_t> read_time(const std::string& text, std::string_view option) {
    const auto time = parse_time(text, std::chrono::system_clock::now());
    if (time) return std::chrono::system_clock::to_time_t(*time);
    print_error(std::string(option) + ": \"" + text +
                "\" is no time: write how long ago (24h, 7d), a date (2026-01-31) or a moment "
                "(2026-01-31T12:30:00Z)");
    return {};
}

std::optional<Span> read_span(const LogOptions& options) {
    Span span;
    if (!options.since.empty()) {
        const auto time = read_time(options.since, "--since");
        if (!time) return {};
        span.since = *time;
    }
    if (!options.until.empty()) {
        const auto time = read_time(options.until, "--until");
        if (!time) return {};
        span.until = *time;
    }
    return span;
}

// Files one after another, as one log; those of a rotated log are named from the oldest on, or in any order.
class Reading {
  public:
    Reading(const mta::LogDialectInfo* dialect, Collector& collector)
        : dialect_(dialect), collector_(collector) {}

    // False after printing what is wrong with the file as a whole. What could be read of it is counted.
    bool file(const std::string& path) {
        auto opened = mta::LogFile::open(path);
        if (const auto* problem = std::get_if<std::string>(&opened)) {
            print_error(*problem);
            return false;
        }
        auto& log = std::get<mta::LogFile>(opened);
        mta::LogReader reader(dialect_, log.modified(), collector_);
        ProgressBar progress(path == "-" ? "standard input" : path);
        for (auto bytes = log.next(); !bytes.empty(); bytes = log.next()) {
            reader.feed(bytes);
            progress.update(log.position(), log.size());
        }
        reader.finish();
        add(reader);
        if (log.error().empty()) return true;
        print_error(log.error());
        return false;
    }

    const mta::LineCounts& lines() const { return lines_; }
    const std::string& mta() const { return mta_; }

  private:
    void add(const mta::LogReader& reader) {
        const auto& counts = reader.counts();
        lines_.lines += counts.lines;
        lines_.foreign += counts.foreign;
        lines_.cut += counts.cut;
        for (const auto& [program, count] : counts.unknown.counts())
            lines_.unknown.add(program, count);
        if (mta_.empty()) mta_ = reader.mta();
    }

    const mta::LogDialectInfo* dialect_;
    Collector& collector_;
    mta::LineCounts lines_;
    std::string mta_;
};

std::string dialect_names() {
    std::string names;
    for (const auto& info : mta::log_dialects())
        names += (names.empty() ? "" : ", ") + std::string(info.mta);
    return names;
}

}  // namespace

int log_command(const CommonOptions& common, const LogOptions& options) {
    const auto* dialect = mta::find_log_dialect(options.mta);
    if (dialect == nullptr && !options.mta.empty() && options.mta != "auto") {
        print_error("--mta: the log of \"" + one_line(options.mta, 64) + "\" is not known: use one of " +
                    dialect_names());
        return exit_usage;
    }
    const auto span = read_span(options);
    if (!span) return exit_usage;
    const auto settings = command_settings(common, false);
    if (!settings) return exit_config;
    const auto classifier = command_classifier(*settings);
    if (!classifier) return exit_config;
    Collector collector(*classifier, *span, options.events);
    Reading reading(dialect, collector);
    bool complete = true;
    for (const auto& path : options.files)
        complete = reading.file(path) && complete;
    if (!options.events && (complete || reading.lines().lines > 0)) {
        const LogReport report{reading.mta(), reading.lines(), collector.summary(), *classifier};
        std::cout << (common.format == Format::json ? json_text(to_json(report)) + '\n' : to_text(report));
    }
    return complete ? exit_ok : exit_no_input;
}

}  // namespace reputed
