#include "checks/mta/queue/opensmtpd_spool.hpp"

#include <cerrno>
#include <cstring>

#include "checks/mta/file_handle.hpp"
#include "checks/mta/queue/listing.hpp"
#include "checks/mta/queue/queue_tally.hpp"
#include "checks/mta/queue/sampled.hpp"
#include "checks/mta/queue/text_scan.hpp"

namespace reputed::mta {
namespace {

constexpr std::size_t most_envelope = std::size_t{64} << 10;
constexpr std::size_t most_envelopes = 100'000;  // of one message

bool is_hexadecimal(std::string_view name, std::size_t digits) {
    return name.size() == digits && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

struct Walk {
    explicit Walk(const SpoolLimits& spool_limits) : limits(spool_limits), sample(spool_limits.sample) {}

    const SpoolLimits& limits;
    NamesSeen seen;
    EvenSample sample;  // "XX/MESSAGE"
    std::vector<char> buffer;

    int queue(int fd);  // 0 or errno
};

int Walk::queue(int fd) {
    std::vector<std::string> buckets;
    int failed = for_each_name(fd, buffer, limits.stop, [&](std::string_view name, EntryType type) {
        if (type == EntryType::directory && is_hexadecimal(name, 2)) buckets.emplace_back(name);
    });
    for (const auto& bucket : buckets) {
        if (failed != 0) return failed;
        const FileHandle opened(open_below(fd, bucket, O_DIRECTORY));
        if (!opened && errno == ENOENT) continue;
        if (!opened) return errno;
        failed = for_each_name(opened.get(), buffer, limits.stop, [&](std::string_view name, EntryType type) {
            if (type != EntryType::directory || !is_hexadecimal(name, 8)) return;
            seen.add({}, limits.now);
            sample.offer([&] { return bucket + '/' + std::string(name); });
        });
    }
    return failed;
}

enum class Outcome : std::uint8_t { counted, gone, unreadable };

Outcome read_message(int queue, const std::string& path, std::vector<char>& buffer, const SpoolLimits& limits,
                     QueueTally& tally) {
    const FileHandle directory(open_below(queue, path, O_DIRECTORY));
    if (!directory) return errno == ENOENT ? Outcome::gone : Outcome::unreadable;
    std::vector<std::string> names;
    for_each_name(directory.get(), buffer, limits.stop, [&](std::string_view name, EntryType type) {
        if (type == EntryType::file && is_hexadecimal(name, 16) && names.size() < most_envelopes)
            names.emplace_back(name);
    });
    std::optional<std::uint64_t> bytes;
    struct stat status {};
    if (fstatat(directory.get(), "message", &status, AT_SYMLINK_NOFOLLOW) == 0)
        bytes = static_cast<std::uint64_t>(status.st_size);
    bool counted = false;
    for (const auto& name : names) {
        const auto file = read_beginning(directory.get(), name, most_envelope);
        if (file.empty() && fstatat(directory.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        const auto envelope = parse_smtpd_envelope(file);
        if (!envelope) return Outcome::unreadable;
        if (!counted)
            tally.message(envelope->type == "mda" || envelope->type == "bounce" ? envelope->type : "mta",
                          bytes, envelope->created);
        counted = true;
        tally.recipients(1, envelope->error, envelope->destination);
    }
    return counted ? Outcome::counted : Outcome::gone;
}

// A directory beside queue/, by names alone; all unknown where it cannot be read. Files in offline/ are called after
// the second in which they were handed in: "1795310350.XXXXXXXXXX".
QueueFigures count_entries(int spool, const std::string& name, Walk& walk) {
    const FileHandle directory(open_below(spool, name, O_DIRECTORY));
    NamesSeen seen;
    const int failed =
        !directory
            ? errno
            : for_each_name(
                  directory.get(), walk.buffer, walk.limits.stop, [&](std::string_view entry, EntryType) {
                      seen.add(whole_number<std::int64_t>(entry.substr(0, entry.find('.'))), walk.limits.now);
                  });
    QueueFigures figures;
    if (failed != 0 && failed != ENOENT) return figures;
    figures.messages = seen.messages;
    if (name == "offline" && seen.undated == 0) figures.oldest_arrival = seen.oldest;
    return figures;
}

}  // namespace

std::optional<SmtpdEnvelope> parse_smtpd_envelope(std::string_view file) {
    SmtpdEnvelope envelope;
    bool version = false;
    while (!file.empty()) {
        auto line = next_field(file, '\n');
        const auto colon = line.find(": ");
        if (colon == std::string_view::npos) continue;
        const auto field = line.substr(0, colon);
        const auto value = line.substr(colon + 2);
        if (field == "version") version = true;
        if (field == "type") envelope.type = value.substr(0, 16);
        if (field == "ctime") envelope.created = whole_number<std::int64_t>(value);
        if (field == "dest") envelope.destination = value.substr(0, 1024);
        if (field == "errorline") envelope.error = value.substr(0, 1024);
    }
    if (!version || envelope.type.empty()) return {};
    return envelope;
}

QueueResult read_opensmtpd_spool(const std::string& spool_directory, const SpoolLimits& limits) {
    const auto path = spool_directory + "/queue";
    const FileHandle spool(open(spool_directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    const FileHandle queue(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!spool || !queue)
        return QueueError{path, std::strerror(errno),
                          errno == ENOENT ? "set queue_directory in [mta]" : access_remedy(path)};
    Walk walk(limits);
    if (const int error = walk.queue(queue.get()); error != 0)
        return QueueError{path, std::strerror(error), access_remedy(path)};
    QueueTally tally({"mta", "mda", "bounce"}, limits.context());
    for (const auto& message : walk.sample.take()) {
        if (limits.stop.stop_requested()) break;
        if (read_message(queue.get(), message, walk.buffer, limits, tally) == Outcome::unreadable)
            return QueueError{path + '/' + message, "its envelopes are no plain text or may not be read",
                              "use smtpctl show queue as root"};
    }
    auto report = tally.report();
    if (walk.seen.messages > limits.sample) extrapolate(report, tally.messages(), walk.seen);
    report.mta = "opensmtpd";
    report.source = "spool tree";
    for (const auto* name : {"offline", "corrupt"})
        report.by_queue[name] = count_entries(spool.get(), name, walk);
    return report;
}

}  // namespace reputed::mta
