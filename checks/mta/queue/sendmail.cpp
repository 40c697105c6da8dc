#include "checks/mta/queue/sendmail.hpp"

#include <algorithm>
#include <cerrno>
#include <map>
#include <mutex>

#include "checks/mta/file_handle.hpp"
#include "checks/mta/queue/places.hpp"
#include "checks/mta/queue/sendmail_mailq.hpp"
#include "checks/mta/queue/text_scan.hpp"
#include "config/file_text.hpp"

namespace reputed::mta {
namespace {

constexpr std::size_t most_configuration = std::size_t{1} << 20;
constexpr std::size_t most_program = std::size_t{8} << 20;
constexpr std::size_t most_groups = 64;

// Whether the program at `path` knows of sendmail.cf, which no stand-in for Sendmail does. Read once for each state of
// the file.
bool reads_sendmail_cf(const std::string& path) {
    static std::mutex mutex;
    static std::map<std::string, std::pair<std::int64_t, bool>> known;
    struct stat status {};
    if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
    const std::lock_guard lock(mutex);
    auto& entry = known[path];
    if (entry.first != status.st_mtim.tv_sec)
        entry = {status.st_mtim.tv_sec,
                 read_file(path, most_program).text.find("sendmail.cf") != std::string::npos};
    return entry.second;
}

// The directories that a path with "*" at its end stands for; itself without.
std::vector<std::string> expanded(const std::string& path) {
    if (!path.ends_with('*')) return {path};
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return {};
    const auto parent = path.substr(0, slash + 1);
    const auto front = path.substr(slash + 1, path.size() - slash - 2);
    std::vector<std::string> found;
    const FileHandle directory(open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return {parent};  // whose error is then told
    std::vector<char> buffer;
    for_each_name(directory.get(), buffer, {}, [&](std::string_view name, EntryType type) {
        if (type == EntryType::directory && name.starts_with(front) && found.size() < most_groups)
            found.push_back(parent + std::string(name));
    });
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace

std::string parse_queue_directory_option(std::string_view configuration) {
    constexpr std::string_view key = "QueueDirectory";
    std::string found;
    while (!configuration.empty()) {
        auto line = next_field(configuration, '\n');
        if (!line.starts_with("O ")) continue;
        line = trimmed(line.substr(2));
        if (!line.starts_with(key)) continue;
        line = trimmed(line.substr(key.size()));
        if (!line.starts_with('=')) continue;
        line = trimmed(line.substr(1));
        if (line.starts_with('/') && line.size() < 4000) found = line;
    }
    return found;
}

bool sendmail_present(const MtaSettings& settings, const SendmailPlaces& places) {
    if (settings.kind != MtaKind::automatic) return settings.kind == MtaKind::sendmail;
    const bool spool = std::any_of(places.directories.begin(), places.directories.end(),
                                   [](const auto& directory) { return is_directory(directory.path); });
    if (!spool) return false;
    return !first_program(places.programs).empty() || reads_sendmail_cf(places.shared_program);
}

std::vector<SendmailQueueDirectory> locate_sendmail_queues(const MtaSettings& settings,
                                                           const SendmailPlaces& places) {
    std::vector<SendmailQueueDirectory> found;
    const auto take = [&](const std::string& pattern, const std::string& queue) {
        for (auto& path : expanded(pattern))
            if (std::none_of(found.begin(), found.end(), [&](const auto& one) { return one.path == path; }))
                found.push_back({queue, std::move(path)});
    };
    if (!settings.queue_directory.empty()) {
        take(settings.queue_directory, sendmail_queue_name(settings.queue_directory));
        return found;
    }
    for (const auto& path : places.configurations) {
        const auto pattern = parse_queue_directory_option(read_file(path, most_configuration).text);
        if (!pattern.empty()) take(pattern, path.ends_with("submit.cf") ? "clientmqueue" : "mqueue");
    }
    for (const auto& directory : places.directories) {
        const bool told = std::any_of(found.begin(), found.end(),
                                      [&](const auto& one) { return one.queue == directory.queue; });
        if (!told && is_directory(directory.path)) found.push_back(directory);
    }
    return found;
}

}  // namespace reputed::mta
