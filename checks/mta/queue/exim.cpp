#include "checks/mta/queue/exim.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <string_view>

#include "checks/mta/queue/places.hpp"
#include "checks/mta/queue/text_scan.hpp"
#include "config/run_command.hpp"

namespace reputed::mta {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::minutes remembered_for{10};

// "spool_directory = /var/spool/exim4"; "" for anything else.
std::string parse_spool_directory(std::string_view answer) {
    constexpr std::string_view key = "spool_directory = ";
    if (!answer.starts_with(key)) return {};
    const auto value = trimmed(answer.substr(key.size(), answer.find('\n') - key.size()));
    return value.starts_with('/') && value.size() < 4000 ? std::string(value) : std::string();
}

// The answer is needed every minute and a process costs more than the rest of the check.
std::string ask_exim(const std::string& program) {
    struct Answer {
        Clock::time_point time;
        std::string spool;
    };
    static std::mutex mutex;
    static std::map<std::string, Answer> remembered;
    {
        const std::lock_guard lock(mutex);
        const auto found = remembered.find(program);
        if (found != remembered.end() && Clock::now() - found->second.time < remembered_for)
            return found->second.spool;
    }
    auto spool = parse_spool_directory(run_command({program, "-bP", "spool_directory"}).value_or(""));
    const std::lock_guard lock(mutex);
    remembered[program] = {Clock::now(), spool};
    return spool;
}

}  // namespace

bool exim_present(const MtaSettings& settings, const EximPlaces& places) {
    if (settings.kind != MtaKind::automatic) return settings.kind == MtaKind::exim;
    return !first_program(places.programs).empty() && !first_directory(places.spools).empty();
}

std::variant<std::string, QueueError> locate_exim_spool(const MtaSettings& settings,
                                                        const EximPlaces& places) {
    if (!settings.queue_directory.empty()) return settings.queue_directory;
    if (const auto program = first_program(places.programs); !program.empty())
        if (auto spool = ask_exim(program); !spool.empty()) return spool;
    if (auto spool = first_directory(places.spools); !spool.empty()) return spool;
    return QueueError{"the queue of exim", "there is no spool directory at any of the usual places",
                      "set queue_directory in [mta] to what exim -bP spool_directory says"};
}

}  // namespace reputed::mta
