#include "checks/mta/queue/qmail_spool.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include "checks/mta/file_handle.hpp"
#include "checks/mta/queue/queue_tally.hpp"
#include "checks/mta/queue/sampled.hpp"
#include "checks/mta/queue/text_scan.hpp"

namespace reputed::mta {
namespace {

constexpr std::size_t most_recipients_file = std::size_t{4} << 20;
constexpr std::array<std::string_view, 5> queues = {"todo", "intd", "local", "remote", "bounce"};

bool is_number(std::string_view name) {
    return !name.empty() && name.size() <= 20 &&
           name.find_first_not_of("0123456789") == std::string_view::npos;
}

struct Walk {
    explicit Walk(const SpoolLimits& spool_limits) : limits(spool_limits), sample(spool_limits.sample) {}

    const SpoolLimits& limits;
    EvenSample sample;  // of mess/: "S/N"
    std::vector<char> buffer;

    // Numbered files in the directory and one level below: sink(path). 0 or errno.
    template <class Sink>
    int files(int queue, const std::string& name, Sink&& sink);
};

template <class Sink>
int Walk::files(int queue, const std::string& name, Sink&& sink) {
    const FileHandle directory(open_below(queue, name, O_DIRECTORY));
    if (!directory) return errno;
    std::vector<std::string> parts;
    int failed =
        for_each_name(directory.get(), buffer, limits.stop, [&](std::string_view entry, EntryType type) {
            if (!is_number(entry)) return;
            if (type == EntryType::file) sink("", entry);
            if (type == EntryType::directory && parts.size() < 10'000) parts.emplace_back(entry);
        });
    for (const auto& part : parts) {
        if (failed != 0) break;
        const FileHandle opened(open_below(directory.get(), part, O_DIRECTORY));
        if (!opened && errno == ENOENT) continue;
        if (!opened) return errno;
        failed =
            for_each_name(opened.get(), buffer, limits.stop, [&](std::string_view entry, EntryType type) {
                if (type == EntryType::file && is_number(entry)) sink(part + '/', entry);
            });
    }
    return failed;
}

struct Tallies {
    QueueTally queues;
    QueueTally all;
    bool unreadable = false;
};

// Recipients in one of the files of a message; nullopt where there is no such file.
std::optional<std::uint64_t> recipients_in(int queue, const std::string& path, bool& unreadable) {
    struct stat status {};
    if (fstatat(queue, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return {};
    const auto file = read_beginning(queue, path, most_recipients_file);
    if (file.empty() && status.st_size > 0) unreadable = true;
    return count_qmail_recipients(file);
}

void read_message(int queue, const std::string& path, Tallies& tallies) {
    struct stat message {};
    struct stat info {};
    if (fstatat(queue, ("mess/" + path).c_str(), &message, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(message.st_mode))
        return;
    const bool preprocessed = fstatat(queue, ("info/" + path).c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
    const auto bytes = static_cast<std::uint64_t>(message.st_size);
    const std::int64_t arrival = preprocessed ? info.st_mtime : message.st_mtime;
    tallies.all.message("all", bytes, arrival);
    const auto number = path.substr(path.rfind('/') + 1);
    const auto count = [&](const std::string& name, const std::string& file) {
        const auto recipients = recipients_in(queue, file, tallies.unreadable);
        if (!recipients) return false;
        tallies.queues.message(name, bytes, arrival);
        tallies.queues.recipients(*recipients);
        tallies.all.recipients(*recipients);
        return true;
    };
    if (!preprocessed) {
        // Its directory has parts of its own only in some installations.
        if (!count("todo", "todo/" + path)) count("todo", "todo/" + number);
        return;
    }
    count("local", "local/" + path);
    count("remote", "remote/" + path);
}

}  // namespace

std::uint64_t count_qmail_recipients(std::string_view file) {
    std::uint64_t count = 0;
    while (!file.empty()) {
        const bool ended = file.find('\0') != std::string_view::npos;
        const auto record = next_field(file, '\0');
        if (ended && record.starts_with('T')) ++count;
    }
    return count;
}

QueueResult read_qmail_spool(const std::string& queue_directory, const SpoolLimits& limits) {
    const FileHandle queue(open(queue_directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!queue) return QueueError{queue_directory, std::strerror(errno), "set queue_directory in [mta]"};
    Walk walk(limits);
    NamesSeen seen;
    const int error = walk.files(queue.get(), "mess", [&](const std::string& prefix, std::string_view name) {
        seen.add({}, limits.now);
        walk.sample.offer([&] { return prefix + std::string(name); });
    });
    if (error == ENOENT)
        return QueueError{queue_directory, "there is no qmail queue in it", "set queue_directory in [mta]"};
    if (error != 0)
        return QueueError{queue_directory + "/mess", std::strerror(error),
                          access_remedy(queue_directory + "/mess")};
    Tallies tallies{QueueTally({"todo", "local", "remote"}, limits.now), QueueTally({"all"}, limits.now)};
    for (const auto& path : walk.sample.take()) {
        if (limits.stop.stop_requested()) break;
        read_message(queue.get(), path, tallies);
    }
    auto report = tallies.queues.report();
    const auto all = tallies.all.report();
    report.total = all.total;
    report.total_ages = all.total_ages;
    if (seen.messages > limits.sample) extrapolate(report, tallies.all.messages(), seen);
    for (const auto name : queues) {
        std::uint64_t count = 0;
        const int failed = walk.files(queue.get(), std::string(name),
                                      [&](const std::string&, std::string_view) { ++count; });
        auto& figures = report.by_queue[std::string(name)];
        if (failed == 0 || failed == ENOENT)
            figures.messages = count;
        else
            figures = {};
        if (failed == 0 || failed == ENOENT) continue;
        report.ages.erase(std::string(name));
        report.add_note("cannot read " + std::string(name) + " (" + std::strerror(failed) + ')');
        tallies.unreadable = true;
    }
    if (tallies.unreadable) {
        report.total.recipients.reset();
        for (auto& [name, figures] : report.by_queue)
            figures.recipients.reset();
    }
    report.mta = "qmail";
    report.source = "spool tree";
    return report;
}

}  // namespace reputed::mta
