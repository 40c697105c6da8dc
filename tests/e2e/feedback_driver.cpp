#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include <malloc.h>

#include "checks/check.hpp"
#include "checks/reputation/feedback/feedback_check.hpp"
#include "tests/support/fake_resolver.hpp"

// Runs one source of feedback again and again, for feedback_test.py: feedback_driver URL RUNS. Of each run the URL gets
// its number behind it, so that the server can give another answer each time. Prints the resident memory in KiB after a
// tenth of the runs and after all.
namespace {

long resident_kib() {
    malloc_trim(0);
    std::ifstream file("/proc/self/statm");
    long total = 0;
    long resident = 0;
    file >> total >> resident;
    return resident * 4;
}

}  // namespace

int main(int count, char** arguments) {
    using namespace reputed;
    if (count != 3) return 64;
    const std::string url = arguments[1];
    const int runs = std::atoi(arguments[2]);
    Settings settings;
    settings.senders.emplace_back();
    settings.senders[0].networks = {*IpNetwork::parse("192.0.2.1")};
    settings.feedback.emplace_back();
    auto& source = settings.feedback[0];
    source.name = "scores";
    source.timeout = std::chrono::milliseconds(500);
    source.values = {{"score", "/score", 1, nullptr}};
    source.day_pointer = "/day";
    const ActiveLists lists;
    test::FakeResolver resolver("");
    std::string memory;
    auto now = std::chrono::system_clock::now();
    for (int run = 1; run <= runs; ++run) {
        source.kind = run % 2 == 0 ? FeedbackSettings::Kind::json : FeedbackSettings::Kind::snds;
        source.url.value = url + std::to_string(run) + (run % 2 == 0 ? "" : "/");
        Services services{resolver, settings, lists, now, {}};
        services.memory = memory;
        const auto report = feedback::feedback_check().run("scores", services);
        if (report.memory) memory = *report.memory;
        now += std::chrono::hours(25);  // past every wait
        if (run == runs / 10) std::cout << resident_kib() << '\n';
    }
    std::cout << resident_kib() << '\n';
    return 0;
}
