#include "checks/mta/queue/postfix.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>

#include "checks/mta/queue/places.hpp"
#include "checks/mta/queue/postfix_showq.hpp"
#include "checks/mta/queue/postfix_spool.hpp"
#include "config/run_command.hpp"

namespace reputed::mta {
namespace {

constexpr std::chrono::milliseconds postconf_deadline{2000};

std::string find_main_cf(const std::vector<std::string>& directories) {
    for (const auto& directory : directories)
        if (is_regular_file(directory + "/main.cf")) return directory + "/main.cf";
    return {};
}

// What postconf said, by (program, directory), while main.cf keeps its time of change: the answer is asked
// for every minute and a process costs more than the rest of the check.
struct RememberedAnswer {
    timespec changed{};
    std::string queue_directory;
};

std::string ask_postconf(const std::string& postconf, const std::string& config_directory,
                         const std::string& main_cf) {
    static std::mutex mutex;
    static std::map<std::string, RememberedAnswer> remembered;

    struct stat status {};
    const bool dated = !main_cf.empty() && stat(main_cf.c_str(), &status) == 0;
    const auto key = postconf + '\0' + config_directory;
    if (dated) {
        const std::lock_guard lock(mutex);
        const auto found = remembered.find(key);
        if (found != remembered.end() && found->second.changed.tv_sec == status.st_mtim.tv_sec &&
            found->second.changed.tv_nsec == status.st_mtim.tv_nsec)
            return found->second.queue_directory;
    }
    std::vector<std::string> argv{postconf};
    if (!config_directory.empty()) argv.insert(argv.end(), {"-c", config_directory});
    argv.insert(argv.end(), {"-h", "queue_directory"});
    auto answer = run_command(argv, {.time = postconf_deadline}).value_or("");
    while (!answer.empty() && (answer.back() == '\n' || answer.back() == '/'))
        answer.pop_back();
    if (!answer.starts_with('/') || answer.size() > 4000 || answer.find('\n') != std::string::npos) return {};
    if (dated) {
        const std::lock_guard lock(mutex);
        remembered[key] = {status.st_mtim, answer};
    }
    return answer;
}

// Corrupt is in the tree only; all else showq knows better.
QueueReport merge(QueueReport showq, const QueueReport* tree) {
    if (tree == nullptr) return showq;
    showq.by_queue["corrupt"] = tree->queue("corrupt");
    return showq;
}

// showq opens every file of the queue, whoever asks. A queue for which that takes long is asked about so rarely that
// it stays a fortieth of the time, at least once in ten minutes; in between the last answer stands.
QueueResult ask_showq(const std::string& queue_directory, const ShowqLimits& limits) {
    using Clock = std::chrono::steady_clock;
    constexpr int share = 40;
    constexpr std::chrono::seconds rarest{600};
    struct Answer {
        Clock::time_point asked;
        Clock::duration took;
        QueueResult result;
    };
    static std::mutex mutex;
    static std::map<std::string, Answer> remembered;
    const auto begin = Clock::now();
    {
        const std::lock_guard lock(mutex);
        const auto found = remembered.find(queue_directory);
        if (found != remembered.end()) {
            const auto& answer = found->second;
            const auto age = begin - answer.asked;
            if (age < std::min<Clock::duration>(share * answer.took, rarest)) {
                auto result = answer.result;
                const auto seconds = [](Clock::duration time) {
                    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) +
                           " s";
                };
                if (auto* report = std::get_if<QueueReport>(&result))
                    report->add_note("showq's answer of " + seconds(age) + " ago, since it takes " +
                                     seconds(answer.took));
                return result;
            }
            remembered.erase(found);
        }
    }
    auto result = read_showq(queue_directory, limits);
    const auto took = Clock::now() - begin;
    if (took < std::chrono::seconds(1) || limits.stop.stop_requested()) return result;
    const std::lock_guard lock(mutex);
    remembered.insert_or_assign(queue_directory, Answer{begin, took, result});
    return result;
}

}  // namespace

bool postfix_present(const MtaSettings& settings, const PostfixPlaces& places) {
    if (settings.kind == MtaKind::postfix) return true;
    if (settings.kind != MtaKind::automatic) return false;
    if (!settings.queue_directory.empty() || !settings.config_directory.empty()) return true;
    return !find_main_cf(places.config_directories).empty() && !first_program(places.postconf).empty();
}

std::variant<PostfixInstance, QueueError> locate_postfix(const MtaSettings& settings,
                                                         const PostfixPlaces& places) {
    if (!settings.queue_directory.empty()) return PostfixInstance{settings.queue_directory};
    const auto& directory = settings.config_directory;
    const auto postconf = first_program(places.postconf);
    const auto main_cf = directory.empty() ? find_main_cf(places.config_directories) : directory + "/main.cf";
    if (!postconf.empty()) {
        auto answer = ask_postconf(postconf, directory, main_cf);
        if (!answer.empty()) return PostfixInstance{std::move(answer)};
    }
    if (directory.empty()) return PostfixInstance{places.queue_directory};
    return QueueError{directory,
                      postconf.empty() ? "there is no postconf to ask for its queue_directory"
                                       : postconf + " does not tell its queue_directory",
                      "set queue_directory in [mta], or correct config_directory"};
}

QueueResult read_postfix_queue(const PostfixInstance& instance, const PostfixLimits& limits) {
    SpoolLimits spool;
    spool.stop = limits.stop;
    spool.now = limits.now;
    auto tree = read_postfix_spool(instance.queue_directory, spool);
    auto* files = std::get_if<QueueReport>(&tree);
    if (files != nullptr && files->total.messages && *files->total.messages > limits.showq_messages)
        return tree;

    ShowqLimits showq;
    showq.deadline = limits.showq_deadline;
    showq.stop = limits.stop;
    showq.now = limits.now;
    showq.classifier = limits.classifier;
    auto listing = ask_showq(instance.queue_directory, showq);
    if (auto* report = std::get_if<QueueReport>(&listing)) return merge(std::move(*report), files);
    if (files == nullptr || !files->total.messages) return listing;
    files->add_note(std::get<QueueError>(listing).sentence());
    return tree;
}

}  // namespace reputed::mta
