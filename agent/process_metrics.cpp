#include "agent/process_metrics.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <mutex>
#include <sstream>

#include <sys/resource.h>
#include <unistd.h>

#include "agent/exposition.hpp"

namespace reputed {
namespace {

constexpr double could_not_tell = std::numeric_limits<double>::quiet_NaN();

const MetricInfo cpu_seconds{
    "process_cpu_seconds_total", SampleType::counter, "Total user and system CPU time spent in seconds.", {}};
const MetricInfo resident_memory{
    "process_resident_memory_bytes", SampleType::gauge, "Resident memory size in bytes.", {}};
const MetricInfo start_seconds{"process_start_time_seconds",
                               SampleType::gauge,
                               "Start time of the process since unix epoch in seconds.",
                               {}};
const MetricInfo open_fds{"process_open_fds", SampleType::gauge, "Number of open file descriptors.", {}};
const MetricInfo max_fds{
    "process_max_fds", SampleType::gauge, "Maximum number of open file descriptors.", {}};

double cpu_time() {
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) != 0) return could_not_tell;
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    double total = 0;
    double resident = 0;
    if (!(statm >> total >> resident)) return could_not_tell;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// proc(5): field 22 of /proc/self/stat is the start in clock ticks after boot. Field 2, the name, may hold
// blanks and parentheses, so counting begins behind the last one.
double start_time() {
    std::ifstream stat("/proc/self/stat");
    std::string line;
    std::getline(stat, line);
    const auto name_end = line.rfind(')');
    if (name_end == std::string::npos) return could_not_tell;
    std::istringstream fields(line.substr(name_end + 1));
    std::string field;
    for (int number = 3; number <= 22; ++number)
        fields >> field;

    std::ifstream boot("/proc/stat");
    std::string key;
    double boot_time = 0;
    while (boot >> key && key != "btime")
        boot.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    if (!fields || !(boot >> boot_time)) return could_not_tell;
    return boot_time + std::strtod(field.c_str(), nullptr) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double count_open_fds() {
    std::error_code error;
    double count = 0;
    for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end; !error && entry != end;
         entry.increment(error))
        ++count;
    return error ? could_not_tell : count - 1;  // without the one that reads the directory
}

double fd_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return could_not_tell;
    return limit.rlim_cur == RLIM_INFINITY ? could_not_tell : static_cast<double>(limit.rlim_cur);
}

std::string render() {
    static const double started = start_time();
    const Sample samples[] = {
        {&cpu_seconds, {}, cpu_time()}, {&resident_memory, {}, resident_bytes()},
        {&start_seconds, {}, started},  {&open_fds, {}, count_open_fds()},
        {&max_fds, {}, fd_limit()},
    };
    std::vector<const Sample*> pointers;
    for (const auto& sample : samples)
        pointers.push_back(&sample);
    return expose(pointers);
}

}  // namespace

// Counting a thousand descriptors takes a millisecond, which a flood of requests would add up.
std::string render_process_metrics() {
    static std::mutex mutex;
    static std::string text;
    static std::chrono::steady_clock::time_point made;
    const std::lock_guard lock(mutex);
    const auto now = std::chrono::steady_clock::now();
    if (text.empty() || now - made >= std::chrono::seconds(1)) {
        text = render();
        made = now;
    }
    return text;
}

std::vector<const MetricInfo*> process_metrics() {
    return {&cpu_seconds, &resident_memory, &start_seconds, &open_fds, &max_fds};
}

}  // namespace reputed
