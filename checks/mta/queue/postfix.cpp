#include "checks/mta/queue/postfix.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include <sys/stat.h>
#include <unistd.h>

#include "checks/mta/queue/postfix_showq.hpp"
#include "checks/mta/queue/postfix_spool.hpp"
#include "config/run_command.hpp"

namespace reputed::mta {
namespace {

constexpr std::chrono::milliseconds postconf_deadline{2000};

bool is_file(const std::string& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

std::string find_postconf(const PostfixPlaces& places) {
    for (const auto& path : places.postconf)
        if (is_file(path) && access(path.c_str(), X_OK) == 0) return path;
    return {};
}

std::string find_main_cf(const std::vector<std::string>& directories) {
    for (const auto& directory : directories)
        if (is_file(directory + "/main.cf")) return directory + "/main.cf";
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

void append_note(QueueReport& report, const std::string& note) {
    if (!report.note.empty()) report.note += "; ";
    report.note += note;
}

}  // namespace

bool postfix_present(const MtaSettings& settings, const PostfixPlaces& places) {
    if (settings.kind == MtaKind::postfix) return true;
    if (settings.kind != MtaKind::automatic) return false;
    if (!settings.queue_directory.empty() || !settings.config_directory.empty()) return true;
    return !find_main_cf(places.config_directories).empty() && !find_postconf(places).empty();
}

std::variant<PostfixInstance, QueueError> locate_postfix(const MtaSettings& settings,
                                                         const PostfixPlaces& places) {
    if (!settings.queue_directory.empty()) return PostfixInstance{settings.queue_directory};
    const auto& directory = settings.config_directory;
    const auto postconf = find_postconf(places);
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
    auto listing = read_showq(instance.queue_directory, showq);
    if (auto* report = std::get_if<QueueReport>(&listing)) return merge(std::move(*report), files);
    if (files == nullptr || !files->total.messages) return listing;
    append_note(*files, std::get<QueueError>(listing).sentence());
    return tree;
}

}  // namespace reputed::mta
