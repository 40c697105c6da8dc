#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/agent.hpp"
#include "agent/store.hpp"
#include "tests/support/fake_resolver.hpp"

// The agent's memory at the size of 100,000 (address, list) pairs.
//
//     ledger_driver diff STORE               what a round of all lists costs beside asking them
//     ledger_driver durable STORE            transitions that are on disk, a second
//     ledger_driver prepare CONFIG STORE     the store that an agent on CONFIG leaves
namespace reputed {
namespace {

using namespace std::chrono_literals;
constexpr int list_count = 50;
constexpr int address_count = 2000;

const MetricInfo listed{"reputed_listed", SampleType::gauge, "", {"ip", "list"}};
const MetricInfo last_answer{
    "reputed_dnsbl_last_answer_timestamp_seconds", SampleType::gauge, "", {"ip", "list"}};

double thread_cpu_milliseconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

std::string list_name(int number) {
    return "l" + std::to_string(number) + ".blocklist.bench.test";
}

std::string address(int number) {
    return "11.0." + std::to_string(number / 256) + "." + std::to_string(number % 256);
}

Finding listing(const std::string& ip, const std::string& list) {
    Finding finding;
    finding.code = "dnsbl.listed";
    finding.subject = ip;
    finding.object = list;
    finding.severity = Severity::critical;
    finding.message = ip + " is on " + list + ": spam source.";
    finding.evidence = "127.0.0.3 \"https://www." + list + "/query/" + ip + "\"";
    finding.remedy = "Find out what it sends, stop it, and ask the list to take the address off.";
    finding.link = "https://www." + list + "/query/" + ip;
    return finding;
}

// What one list says in a round; each hundredth address is on it. `shift` moves which.
Report round_of(int list, int shift, double now) {
    const auto name = list_name(list);
    Report report;
    for (int i = 0; i < address_count; ++i) {
        const auto ip = address(i);
        const bool is_listed = (i + list) % 100 == shift;
        report.samples.push_back({&listed, {ip, name}, is_listed ? 1.0 : 0.0});
        report.samples.push_back({&last_answer, {ip, name}, now});
        if (is_listed) report.findings.push_back(listing(ip, name));
    }
    return report;
}

std::map<std::string, Report> reports;  // what the next run of each job says

const Check lists_check{
    "dnsbl",
    "",
    [](const Settings&, const ActiveLists&) {
        std::vector<std::string> names;
        for (int i = 0; i < list_count; ++i)
            names.push_back(list_name(i));
        return names;
    },
    [](const Settings&, const ActiveLists&, const std::string&) { return std::chrono::seconds(1800); },
    [](const std::string& subject, const Services&) { return std::move(reports.at(subject)); },
    {&listed, &last_answer}};

Settings bench_settings(const std::string& store) {
    Settings settings;
    settings.store.path = store;
    Sender sender;
    sender.name = "bench";
    sender.networks = {*IpNetwork::parse("11.0.0.0/21")};
    settings.senders = {sender};
    NotifierSettings notifier;
    notifier.name = "nobody";
    notifier.url.value = "http://127.0.0.1:9/";
    notifier.group_wait = 1h;  // everything is made ready to be sent, and nothing is
    settings.notifiers = {notifier};
    return settings;
}

class Rounds {
  public:
    explicit Rounds(const std::string& store)
        : agent_({std::make_shared<const Settings>(bench_settings(store)),
                  std::make_shared<const ActiveLists>(), std::make_shared<test::FakeResolver>(), nullptr},
                 {&lists_check, 1}, {}) {
        agent_.remember();
    }

    // Decides one round and notes its CPU time under `what`. The first `moved` lists have other listings than they began
    // with. `after`: since the round before.
    void run(const std::string& what, int moved, std::chrono::seconds after) {
        steady_ += 2h;
        wall_ += after;
        const auto now = static_cast<double>(std::chrono::system_clock::to_time_t(wall_));
        for (int i = 0; i < list_count; ++i)
            reports[list_name(i)] = round_of(i, i < moved ? 1 : 0, now);
        const double begin = thread_cpu_milliseconds();
        while (agent_.run_due(steady_, wall_))
            ;
        spent_[what].push_back(thread_cpu_milliseconds() - begin);
    }
    // The fastest of each, which what else runs on the machine disturbed least; false when one is above the limit.
    bool print(double limit) {
        bool ok = true;
        for (auto& [what, times] : spent_) {
            std::sort(times.begin(), times.end());
            std::printf("%-46s%7.1f ms (limit %.0f)", what.c_str(), times.front(), limit);
            if (times.size() > 1)
                std::printf(", median %.1f, slowest %.1f", times[times.size() / 2], times.back());
            std::printf("\n");
            ok = ok && times.front() <= limit;
        }
        return ok;
    }
    void end() { agent_.stop(); }

  private:
    Agent agent_;
    std::chrono::steady_clock::time_point steady_ = std::chrono::steady_clock::now();
    WallTime wall_ = std::chrono::system_clock::now();
    std::map<std::string, std::vector<double>> spent_;
};

int diff(const std::string& store) {
    Rounds rounds(store);
    rounds.run("first round, 1,000 listings seen", 0, 0s);
    rounds.run("second round, 1,000 listings open", 0, 1min);
    for (int moved = 1; moved <= 7; ++moved) {
        rounds.run("nothing new", moved - 1, 1min);
        rounds.run("20 listings come and 20 go", moved, 1min);
        rounds.run("20 listings open and 20 clear", moved, 1min);
        rounds.run("nothing new, all written again", moved, 30min);
    }
    const bool ok = rounds.print(50);
    rounds.end();
    return ok ? 0 : 1;
}

// Each in a batch of its own, as a job's run gives it.
int durable(const std::string& store) {
    constexpr int transitions = 20'000;
    const auto settings = bench_settings(store);
    Alerting alerting(settings, [] { return Batch{}; }, {});
    alerting.open();
    alerting.start();
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 1; i <= transitions; ++i) {
        Batch batch;
        auto& transition = batch.transitions.emplace_back();
        transition.id = transition.episode = static_cast<std::uint64_t>(i);
        transition.time = transition.since = std::chrono::system_clock::now();
        transition.check = "dnsbl";
        transition.finding = listing(address(i % address_count), list_name(i / address_count));
        transition.senders = {"bench"};
        alerting.take(std::move(batch), transition.time);
    }
    alerting.stop();
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
    const auto kept = Store(store).load().outbox.size();
    const double rate = static_cast<double>(kept) / spent.count();
    std::printf("%-46s%7.0f /s (limit 1000)\n", "transitions on disk", rate);
    return kept == transitions && rate >= 1000 ? 0 : 1;
}

int prepare(const std::string& config, const std::string& store) {
    Problems problems;
    const Settings settings = load_settings(config, problems);
    for (const auto& problem : problems)
        std::fprintf(stderr, "%s\n", problem.to_string().c_str());
    const auto lists = active_lists(settings.dnsbl, Catalogue::builtin());
    const auto now = std::chrono::system_clock::now();
    Batch batch;
    std::uint64_t id = 0;
    for (const auto& check : all_checks()) {
        if (check.name != "dnsbl") continue;
        for (const auto& subject : check.subjects(settings, lists)) {
            StoredJob job{{std::string(check.name), subject}, now, now, Severity::critical, {}, {}};
            int number = 0;
            for (const auto& sender : settings.senders) {
                for (const auto& ip : sender.addresses()) {
                    const auto text = ip.to_string();
                    const bool is_listed = ++number % 100 == 0;
                    job.samples.push_back({std::string(listed.name), {text, subject}, is_listed ? 1.0 : 0.0});
                    job.samples.push_back({std::string(last_answer.name), {text, subject}, 1.7e9});
                    if (!is_listed) continue;
                    Transition transition;
                    transition.id = transition.episode = ++id;
                    transition.time = transition.since = now;
                    transition.check = check.name;
                    transition.finding = listing(text, subject);
                    LedgerEntry entry;
                    entry.id = id;
                    entry.code = transition.finding.code;
                    entry.subject = text;
                    entry.object = subject;
                    entry.observations = {{job.key, transition.finding, now, now, now, 2, 0, true, false}};
                    entry.episode = id;
                    entry.opened = now;
                    entry.severity = Severity::critical;
                    entry.told = true;
                    entry.openings = {now};
                    batch.transitions.push_back(std::move(transition));
                    batch.entries.push_back(std::move(entry));
                }
            }
            batch.jobs.push_back(std::move(job));
        }
    }
    Store(store).commit(batch);
    std::printf("%zu lists, %llu listings\n", batch.jobs.size(), static_cast<unsigned long long>(id));
    return 0;
}

int run(std::span<char*> arguments) {
    const std::string_view command = arguments.size() > 1 ? arguments[1] : "";
    if (command == "diff" && arguments.size() == 3) return diff(arguments[2]);
    if (command == "durable" && arguments.size() == 3) return durable(arguments[2]);
    if (command == "prepare" && arguments.size() == 4) return prepare(arguments[2], arguments[3]);
    std::fputs("usage: ledger_driver diff STORE | durable STORE | prepare CONFIG STORE\n", stderr);
    return 64;
}

}  // namespace
}  // namespace reputed

int main(int argc, char** argv) {
    return reputed::run({argv, static_cast<std::size_t>(argc)});
}
