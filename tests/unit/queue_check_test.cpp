#include "checks/mta/queue/queue_check.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "checks/mta/queue/queue_reader.hpp"
#include "tests/support/fake_resolver.hpp"

namespace reputed::mta {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t now = 1'795'300'000;
const auto clock_now = std::chrono::system_clock::from_time_t(now);

QueueReport empty_queue() {
    QueueReport queue;
    queue.mta = "postfix";
    queue.total = {0, 0, 0, std::nullopt};
    for (const auto name : queue_names("postfix"))
        queue.by_queue[std::string(name)] = {0, 0, 0, std::nullopt};
    return queue;
}

QueueReport with(std::string queue, QueueFigures figures) {
    auto report = empty_queue();
    if (figures.messages)
        report.ages[queue].add(now - figures.oldest_arrival.value_or(now - 7200), *figures.messages);
    report.by_queue[std::move(queue)] = figures;
    return report;
}

// "code severity: message" of each finding, "hold code" of each hold.
std::vector<std::string> summary(const Report& report) {
    std::vector<std::string> lines;
    for (const auto& finding : report.findings) {
        EXPECT_EQ(finding.subject, "postfix");
        lines.push_back(finding.code + ' ' + std::string(to_string(finding.severity)) + ": " +
                        finding.message);
    }
    for (const auto& hold : report.holds) {
        EXPECT_EQ(hold.subject, "postfix");
        lines.push_back("hold " + hold.code);
    }
    return lines;
}

std::optional<double> value(const Report& report, std::string_view metric, const std::string& queue = "") {
    for (const auto& sample : report.samples) {
        if (sample.metric->name != metric) continue;
        EXPECT_EQ(sample.values.size(), sample.metric->labels.size());
        EXPECT_EQ(sample.values.front(), "postfix");
        if (queue.empty() || sample.values.at(1) == queue) return sample.value;
    }
    return {};
}

TEST(QueueCheckFindings, OnlyWhatIsWorthAWord) {
    const auto old = now - 7200;
    using Lines = std::vector<std::string>;
    struct Row {
        QueueReport queue;
        Lines lines;
    };
    const Row rows[] = {
        {empty_queue(), {}},
        {with("deferred", {19, 19, 1, old}), {}},
        {with("deferred", {20, 20, 1, now - 60}),
         {"queue.deferred info: 20 messages of postfix could not be delivered yet, the oldest for 1 min"}},
        {with("deferred", {100, 100, 1, old}),
         {"queue.deferred info: 100 messages of postfix could not be delivered yet, the oldest for 2 h"}},
        {with("deferred", {5000, 5000, 1, now - 3600}),
         {"queue.deferred info: 5000 messages of postfix could not be delivered yet, the oldest for 60 min"}},
        {with("deferred", {101, 101, 1, now - 3601}),
         {"queue.deferred warning: 101 messages of postfix could not be delivered yet, the oldest for 60 "
          "min"}},
        {with("deferred", {101, 101, 1, std::nullopt}),
         {"queue.deferred info: 101 messages of postfix could not be delivered yet", "hold queue.old"}},
        {with("deferred", {}), {"hold queue.deferred", "hold queue.old", "hold queue.growing"}},
        {with("corrupt", {1, {}, {}, {}}),
         {"queue.corrupt warning: 1 message of postfix set aside as damaged: nobody tries to deliver them"}},
        {with("corrupt", {}), {"hold queue.corrupt"}},
        {with("hold", {3, 3, 1, old}),
         {"queue.hold info: 3 messages of postfix on hold until somebody releases them"}},
        {with("hold", {}), {"hold queue.hold"}},
        {with("maildrop", {2, {}, 1, old}),
         {"queue.old warning: 2 messages handed in on this machine not picked up by postfix, the oldest for "
          "2 h"}},
        {with("maildrop", {2, {}, 1, now - 60}), {}},
        {with("maildrop", {2, {}, 1, now + 60}), {}},  // a clock that went back
        {with("active", {500, 500, 1, now - 20 * 86'400}), {}},
        {with("deferred", {1, 1, 1, now - 6 * 86'400 - 1}),
         {"queue.old info: the oldest deferred message of postfix waits for 6 days"}},
        {with("deferred", {1, 1, 1, now - 5 * 86'400}), {}},
    };
    for (const auto& row : rows) {
        const auto report = evaluate_queue("postfix", row.queue, clock_now);
        EXPECT_EQ(summary(report), row.lines);
    }
}

TEST(QueueCheckFindings, EvidenceIsTheFrequentReasons) {
    auto queue = with("deferred", {200, 200, 1, now - 7200});
    queue.reasons = {{"one", 100}, {"two", 50}, {"three", 30}, {"four", 20}};
    EXPECT_EQ(evaluate_queue("postfix", queue, clock_now).findings.at(0).evidence,
              "100 x one; 50 x two; 30 x three");
}

TEST(QueueCheckFindings, OtherMtas) {
    using Lines = std::vector<std::string>;
    const auto queue = [](std::string name, QueueFigures figures, std::optional<std::uint64_t> frozen,
                          std::uint64_t fresh = 0) {
        QueueReport report;
        report.total = {0, 0, 0, std::nullopt};
        for (const auto* mta : {"exim", "sendmail", "opensmtpd", "qmail"})
            for (const auto known : queue_names(mta))
                report.by_queue[std::string(known)] = {0, 0, 0, std::nullopt};
        report.frozen = frozen;
        report.ages[name].add(10, fresh);
        report.ages[name].add(7200, figures.messages.value_or(fresh) - fresh);
        report.by_queue[std::move(name)] = figures;
        return report;
    };
    const auto old = now - 7200;
    struct Row {
        std::string mta;
        QueueReport queue;
        Lines lines;
    };
    const Row rows[] = {
        {"exim", queue("input", {30, 30, 1, old}, 0, 11), {}},
        {"exim",
         queue("input", {30, 30, 1, old}, 0, 10),
         {"queue.deferred info: 20 messages of exim could not be delivered yet, the oldest for 2 h"}},
        {"exim",
         queue("input", {1, 1, 1, now - 5 * 86'400 - 1}, 1),
         {"queue.frozen info: 1 message of exim set aside until somebody acts",
          "queue.old info: the oldest deferred message of exim waits for 5 days"}},
        {"exim",
         queue("input", {1, 1, 1, old}, 101),
         {"queue.frozen warning: 101 messages of exim set aside until somebody acts"}},
        {"exim", queue("input", {1, 1, 1, old}, std::nullopt), {"hold queue.frozen"}},
        {"exim",
         queue("input", {150, 1, 1, old}, 0, 149),
         {"queue.growing info: 149 messages of exim that came within 5 min wait already, where 0 was usual "
          "in "
          "the hour before"}},
        {"sendmail",
         queue("clientmqueue", {2, 2, 1, old}, 0),
         {"queue.old warning: 2 messages handed in on this machine not picked up by sendmail, the oldest for "
          "2 h"}},
        {"sendmail",
         queue("lost", {1, {}, {}, {}}, 0),
         {"queue.corrupt warning: 1 message of sendmail set aside as damaged: nobody tries to deliver them"}},
        {"opensmtpd",
         queue("mta", {1, 1, 1, now - 5 * 86'400 - 1}, std::nullopt),
         {"hold queue.frozen", "queue.old info: the oldest deferred message of opensmtpd waits for 5 days"}},
        {"qmail",
         queue("todo", {3, 3, 1, old}, std::nullopt),
         {"queue.old warning: 3 messages handed in on this machine not picked up by qmail, the oldest for 2 "
          "h"}},
        {"qmail", queue("remote", {1, 1, 1, now - 7 * 86'400}, std::nullopt), {}},
    };
    for (const auto& row : rows) {
        const auto report = evaluate_queue(row.mta, row.queue, clock_now);
        Lines lines;
        for (const auto& hold : report.holds)
            lines.push_back("hold " + hold.code);
        for (const auto& finding : report.findings) {
            EXPECT_EQ(finding.subject, row.mta);
            EXPECT_EQ(finding.remedy.find("postsuper"), std::string::npos);
            EXPECT_NE(finding.remedy, "");
            lines.push_back(finding.code + ' ' + std::string(to_string(finding.severity)) + ": " +
                            finding.message);
        }
        EXPECT_EQ(lines, row.lines);
    }
}

TEST(QueueCheckFindings, GrowthIsTheLastFiveMinutesAgainstTheHour) {
    struct Row {
        std::uint64_t recent;
        std::uint64_t hour;  // before these
        bool growing;
    };
    const Row rows[] = {{99, 0, false}, {100, 0, true}, {100, 11 * 25, false}, {101, 11 * 25, true}};
    for (const auto& row : rows) {
        auto queue = empty_queue();
        queue.by_queue["deferred"] = {row.recent + row.hour, 0, 0, now - 3000};
        queue.ages["deferred"].add(100, row.recent);
        queue.ages["deferred"].add(3000, row.hour);
        const auto report = evaluate_queue("postfix", queue, clock_now);
        const auto growing =
            std::any_of(report.findings.begin(), report.findings.end(), [](const Finding& one) {
                return one.code == "queue.growing" && one.severity == Severity::warning;
            });
        EXPECT_EQ(growing, row.growing) << row.recent << ' ' << row.hour;
    }
}

TEST(QueueCheckFindings, UnreadableIsUnknownAndHoldsTheRest) {
    const std::vector<std::string> holds = {"hold queue.deferred", "hold queue.corrupt",
                                            "hold queue.hold",     "hold queue.frozen",
                                            "hold queue.old",      "hold queue.growing"};
    auto partly = with("deferred", {});
    partly.total = {};
    partly.note = "cannot read deferred (Permission denied)";
    struct Row {
        QueueResult result;
        std::string line;
        std::string remedy;
    };
    const Row rows[] = {
        {QueueError{"/q/public/showq", "permission denied", "join the group postdrop"},
         "queue.unreadable unknown: the queue of postfix could not be read: /q/public/showq: permission "
         "denied",
         "join the group postdrop"},
        {partly,
         "queue.unreadable unknown: the queue of postfix could not be read as a whole: cannot read deferred "
         "(Permission "
         "denied)",
         ""},
    };
    for (const auto& row : rows) {
        const auto report = evaluate_queue("postfix", row.result, clock_now);
        auto lines = std::vector{row.line};
        lines.insert(lines.end(), holds.begin(), holds.end());
        EXPECT_EQ(summary(report), lines);
        EXPECT_EQ(report.findings.at(0).remedy, row.remedy);
        EXPECT_EQ(report.verdict(), Severity::unknown);
        EXPECT_EQ(value(report, "reputed_queue_verdict"), -1);
        EXPECT_TRUE(std::isnan(*value(report, "reputed_queue_messages", "deferred")));
        EXPECT_TRUE(std::isnan(*value(report, "reputed_queue_bytes", "deferred")));
        EXPECT_TRUE(std::isnan(*value(report, "reputed_queue_oldest_arrival_timestamp_seconds", "deferred")));
    }
}

TEST(QueueCheckSamples, SixQueuesAlways) {
    auto queue = with("deferred", {7, 9, 1234, now - 100});
    queue.by_queue["corrupt"] = {};
    queue.by_queue["unmarked"] = {1, 1, 1, now};
    const auto report = evaluate_queue("postfix", queue, clock_now);
    const auto families =
        std::count_if(report.samples.begin(), report.samples.end(),
                      [](const Sample& sample) { return sample.metric->name == "reputed_queue_messages"; });
    EXPECT_EQ(families, 6);
    EXPECT_EQ(value(report, "reputed_queue_messages", "deferred"), 7);
    EXPECT_EQ(value(report, "reputed_queue_bytes", "deferred"), 1234);
    EXPECT_EQ(value(report, "reputed_queue_oldest_arrival_timestamp_seconds", "deferred"), now - 100);
    for (const auto* name : {"maildrop", "incoming", "active", "hold"}) {
        EXPECT_EQ(value(report, "reputed_queue_messages", name), 0) << name;
        EXPECT_EQ(value(report, "reputed_queue_bytes", name), 0) << name;
        EXPECT_EQ(value(report, "reputed_queue_oldest_arrival_timestamp_seconds", name), std::nullopt)
            << name;
    }
    EXPECT_TRUE(std::isnan(*value(report, "reputed_queue_messages", "corrupt")));
    EXPECT_EQ(value(report, "reputed_queue_verdict"), 0);
    EXPECT_EQ(value(report, "reputed_queue_recipients", "deferred"), 9);
    EXPECT_EQ(value(report, "reputed_queue_frozen_messages"), std::nullopt);
    std::vector<double> ages;
    for (const auto& sample : report.samples)
        if (sample.metric->name == "reputed_queue_age_messages" && sample.values.at(1) == "deferred")
            ages.push_back(sample.value);
    EXPECT_EQ(ages, std::vector<double>(AgeHistogram::bounds.size() + 1, 7));
    for (const auto& sample : report.samples) {
        const auto metrics = queue_check().metrics;
        EXPECT_NE(std::find(metrics.begin(), metrics.end(), sample.metric), metrics.end())
            << sample.metric->name;
    }
}

TEST(QueueCheckRun, SubjectsAreTheMtasThatAreThere) {
    const auto check = queue_check();
    EXPECT_EQ(check.name, "queue");
    const auto subjects = [&](MtaKind kind, const std::string& queue = "") {
        Settings settings;
        settings.mta.kind = kind;
        settings.mta.queue_directory = queue;
        settings.mta.interval = std::chrono::seconds(17);
        EXPECT_EQ(check.interval(settings, {}, "postfix"), std::chrono::seconds(17));
        return check.subjects(settings, {});
    };
    using Names = std::vector<std::string>;
    EXPECT_EQ(subjects(MtaKind::postfix), Names{"postfix"});
    EXPECT_EQ(subjects(MtaKind::automatic, "/q"), Names{"postfix"});
    EXPECT_EQ(subjects(MtaKind::none), Names{});
    EXPECT_EQ(subjects(MtaKind::exim), Names{"exim"}) << "named, so it is told that its queue cannot be read";
}

TEST(QueueCheckRun, ReadsTheQueueDirectoryOfTheSettings) {
    char name[] = "/tmp/reputed-queue-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    fs::create_directories(fs::path(name) / "corrupt");
    std::ofstream(fs::path(name) / "corrupt/5BFB1A7217C") << "x";
    Settings settings;
    settings.mta.kind = MtaKind::postfix;
    settings.mta.queue_directory = name;
    test::FakeResolver resolver;
    const ActiveLists lists;
    const Services services{resolver, settings, lists, clock_now, {}};
    const auto report = queue_check().run("postfix", services);
    EXPECT_EQ(value(report, "reputed_queue_messages", "corrupt"), 1);
    EXPECT_EQ(value(report, "reputed_queue_messages", "deferred"), 0);
    EXPECT_EQ(report.verdict(), Severity::warning);

    fs::remove_all(name);
    const auto gone = queue_check().run("postfix", services);
    EXPECT_EQ(gone.findings.at(0).code, "queue.unreadable");

    settings.mta.kind = MtaKind::exim;
    EXPECT_EQ(queue_check().run("exim", services).findings.at(0).message,
              "the queue of exim could not be read: " + std::string(name) + ": No such file or directory");
}

TEST(QueueCheckReader, ChoosesTheMta) {
    MtaSettings automatic;
    automatic.queue_directory = "/nonexistent/settings";
    MtaSettings none;
    none.kind = MtaKind::none;
    MtaSettings exim;
    exim.kind = MtaKind::exim;
    exim.queue_directory = "/nonexistent/exim";
    const std::string no_directory =
        "/public/showq: there is no such socket; start Postfix, or set queue_directory in [mta] to what "
        "postconf "
        "queue_directory says";
    struct Row {
        MtaSettings settings;
        QueueQuery query;
        std::string sentence;
    };
    const auto query = [](std::string mta, std::string path, std::string file) {
        return QueueQuery{std::move(mta), std::move(path), std::move(file), now, {}};
    };
    const Row rows[] = {
        {automatic, query("", "", ""), "cannot read /nonexistent/settings" + no_directory},
        {automatic, query("postfix", "/nonexistent/path", ""),
         "cannot read /nonexistent/path" + no_directory},
        {none, query("", "/nonexistent/path", ""),
         "cannot read a mail queue: [mta] kind is none; name it with --mta and --path, or in [mta]"},
        {none, query("postfix", "/nonexistent/path", ""), "cannot read /nonexistent/path" + no_directory},
        {automatic, query("pine", "", ""),
         "cannot read the queue of pine: this MTA is not known; use one of: postfix, exim, sendmail, "
         "opensmtpd, qmail"},
        {exim, query("", "", ""),
         "cannot read /nonexistent/exim: No such file or directory; set queue_directory in [mta]"},
        {exim, query("auto", "", ""),
         "cannot read /nonexistent/exim: No such file or directory; set queue_directory in [mta]"},
        {automatic, query("exim", "/nonexistent/path", ""),
         "cannot read /nonexistent/path: No such file or directory; set queue_directory in [mta]"},
        {automatic, query("sendmail", "/nonexistent/path", ""),
         "cannot read /nonexistent/path: there is no queue directory; set queue_directory in [mta]"},
        {automatic, query("opensmtpd", "/nonexistent/path", ""),
         "cannot read /nonexistent/path/queue: No such file or directory; set queue_directory in [mta]"},
        {automatic, query("qmail", "/nonexistent/path", ""),
         "cannot read /nonexistent/path: No such file or directory; set queue_directory in [mta]"},
        {automatic, query("", "", "/nonexistent/file"),
         "cannot read /nonexistent/file: No such file or directory"},
    };
    for (const auto& row : rows) {
        const auto result = read_queue(row.settings, row.query);
        ASSERT_TRUE(std::holds_alternative<QueueError>(result)) << row.sentence;
        EXPECT_EQ(std::get<QueueError>(result).sentence(), row.sentence);
    }
    EXPECT_EQ(known_mtas(),
              (std::vector<std::string_view>{"postfix", "exim", "sendmail", "opensmtpd", "qmail"}));
}

}  // namespace
}  // namespace reputed::mta
