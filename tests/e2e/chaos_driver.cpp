#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <unistd.h>

#include "agent/agent.hpp"
#include "agent/store.hpp"
#include "tests/support/fake_resolver.hpp"

// The agent with its real memory and notifiers, and a check that follows a script: each step opens, changes or clears
// one finding, so the step N makes the transition N. It begins after the last step that the store knows, goes on to
// GOAL, and waits to be killed.
//
//     chaos_driver STORE URL GOAL     two webhooks, URL/a and URL/b
namespace reputed {
namespace {

std::uint64_t steps_done = 0;

Finding finding_of(std::uint64_t number, Severity severity) {
    Finding finding;
    finding.code = "dnsbl.listed";
    finding.subject = "11.0." + std::to_string(number / 256) + "." + std::to_string(number % 256);
    finding.object = "chaos.bl.test";
    finding.severity = severity;
    finding.message = "It is listed.";
    return finding;
}

// The finding N opens with the step 3N + 1, becomes critical with the one after the next opening, and clears with the
// one after the next but one.
Report world(const std::string&, const Services&) {
    Report report;
    std::uint64_t step = 0;
    std::vector<Finding> open;
    for (std::uint64_t turn = 0; step < steps_done; ++turn) {
        const std::uint64_t number = turn / 3;
        if (turn % 3 == 0) {
            open.push_back(finding_of(number, Severity::warning));
        } else if (turn % 3 == 1) {
            if (number < 1) continue;
            open[number - 1].severity = Severity::critical;
        } else {
            if (number < 2) continue;
            open[number - 2].severity = Severity::ok;
        }
        ++step;
    }
    for (auto& finding : open)
        if (finding.severity != Severity::ok) report.findings.push_back(std::move(finding));
    return report;
}

const Check chaos_check{
    "chaos",
    "",
    [](const Settings&, const ActiveLists&) { return std::vector<std::string>{"script"}; },
    [](const Settings&, const ActiveLists&, const std::string&) { return std::chrono::seconds(60); },
    world,
    {}};

NotifierSettings webhook(const std::string& name, const std::string& url) {
    NotifierSettings notifier;
    notifier.name = name;
    notifier.kind = NotifierKind::webhook;
    notifier.url.value = url + "/" + name;
    notifier.group_wait = std::chrono::seconds(0);
    notifier.rate_limit = 1'000'000;
    notifier.digest_over = 1'000;
    return notifier;
}

Runtime runtime_with(const std::string& store, const std::string& url) {
    Settings settings;
    settings.alerts = AlertSettings::immediate();
    settings.store.path = store;
    settings.notifiers = {webhook("a", url), webhook("b", url)};
    return {std::make_shared<const Settings>(std::move(settings)), std::make_shared<const ActiveLists>(),
            std::make_shared<test::FakeResolver>(), nullptr};
}

[[noreturn]] void live(const std::string& store, const std::string& url, std::uint64_t goal) {
    steps_done = Store(store).load().next_transition - 1;
    Agent agent(runtime_with(store, url), {&chaos_check, 1}, {});
    agent.remember();
    auto now = std::chrono::steady_clock::now();
    while (steps_done < goal) {
        ++steps_done;
        now += std::chrono::hours(1);
        while (agent.run_due(now, std::chrono::system_clock::now()))
            ;
    }
    for (;;)
        pause();
}

}  // namespace
}  // namespace reputed

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fputs("usage: chaos_driver STORE URL GOAL\n", stderr);
        return 64;
    }
    reputed::live(argv[1], argv[2], std::stoull(argv[3]));
}
