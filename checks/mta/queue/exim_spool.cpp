#include "checks/mta/queue/exim_spool.hpp"

#include <cerrno>
#include <cstring>
#include <map>

#include "checks/mta/file_handle.hpp"
#include "checks/mta/queue/exim_id.hpp"
#include "checks/mta/queue/listing.hpp"
#include "checks/mta/queue/queue_tally.hpp"
#include "checks/mta/queue/sampled.hpp"

namespace reputed::mta {
namespace {

constexpr std::size_t most_envelope = std::size_t{4} << 20;
constexpr std::size_t most_message_log = std::size_t{4} << 10;
constexpr std::size_t most_named_queues = 12;

struct Walk {
    explicit Walk(const SpoolLimits& spool_limits)
        : limits(spool_limits), seen(), sample(spool_limits.sample) {}

    const SpoolLimits& limits;
    NamesSeen seen;
    EvenSample sample;  // "QUEUE/input/X/ID", without "-H"
    std::vector<char> buffer;

    // 0 or errno.
    int input(int fd, const std::string& prefix, bool below);
};

int Walk::input(int fd, const std::string& prefix, bool below) {
    std::string subdirectories;
    const int failed = for_each_name(fd, buffer, limits.stop, [&](std::string_view name, EntryType type) {
        if (type == EntryType::directory && name.size() == 1 && !below) subdirectories += name;
        if (type != EntryType::file || !name.ends_with("-H")) return;
        name.remove_suffix(2);
        if (!is_exim_id(name)) return;
        seen.add(exim_id_time(name), limits.now);
        sample.offer([&] { return prefix + std::string(name); });
    });
    if (failed != 0) return failed;
    for (const char letter : subdirectories) {
        const FileHandle child(open_below(fd, std::string(1, letter), O_DIRECTORY));
        if (!child && errno == ENOENT) continue;
        if (!child) return errno;
        if (const int error = input(child.get(), prefix + letter + '/', true); error != 0) return error;
    }
    return 0;
}

std::string name_part(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

// The named queue of "QUEUE/input/..."; "" of "input/...".
std::string queue_part(const std::string& path) {
    return path.starts_with("input/") ? "" : path.substr(0, path.find('/'));
}

std::string message_log_path(std::string path) {
    path.replace(path.find("input/"), 5, "msglog");
    return path;
}

class SampleReader {
  public:
    SampleReader(int spool, const SpoolLimits& limits)
        : spool_(spool), tally_({"input", "frozen"}, limits.context()) {}

    bool message(const std::string& path);  // false when it may not be read
    std::uint64_t read() const { return read_; }
    QueueReport report() const {
        auto report = tally_.report();
        report.frozen = frozen_;
        if (unreadable_ > 0)
            report.add_note(plural(unreadable_, "message") + " whose -H file cannot be understood");
        return report;
    }

  private:
    int spool_;
    QueueTally tally_;
    std::uint64_t read_ = 0;
    std::uint64_t frozen_ = 0;
    std::uint64_t unreadable_ = 0;
};

// A file that vanishes meanwhile is mail that left: it does not count.
bool SampleReader::message(const std::string& path) {
    const auto file = read_beginning(spool_, path + "-H", most_envelope);
    struct stat header {};
    if (file.empty())
        return fstatat(spool_, (path + "-H").c_str(), &header, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
    const auto envelope = parse_exim_envelope(file, read_beginning(spool_, path + "-J", most_envelope));
    const auto id = name_part(path);
    std::optional<std::uint64_t> bytes;
    struct stat body {};
    // The -D file begins with its own name and a line end; the empty line behind the header is not in it.
    const auto before_body = static_cast<off_t>(id.size() + 3);
    if (envelope.whole && fstatat(spool_, (path + "-D").c_str(), &body, AT_SYMLINK_NOFOLLOW) == 0 &&
        body.st_size >= before_body)
        bytes = envelope.header_bytes + static_cast<std::uint64_t>(body.st_size - before_body) + 1;

    ++read_;
    const auto named = queue_part(path);
    if (envelope.frozen) ++frozen_;
    if (!envelope.whole) ++unreadable_;
    const auto arrival = exim_id_time(id);
    tally_.message(envelope.frozen ? "frozen"
                   : named.empty() ? "input"
                                   : named,
                   bytes, arrival ? arrival : envelope.arrival);
    if (envelope.recipients.empty()) return true;
    const auto deferrals = parse_exim_message_log(read_end(spool_, message_log_path(path), most_message_log));
    for (const auto& recipient : envelope.recipients) {
        std::string_view reason;
        for (const auto& deferral : deferrals)
            if (deferral.address == recipient) reason = deferral.reason;
        tally_.recipients(1, reason, recipient);
    }
    return true;
}

// "input/", and "NAME/input/" for each named queue.
std::vector<std::string> input_directories(int spool, Walk& walk) {
    std::vector<std::string> found{"input/"};
    const FileHandle listed(openat(spool, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!listed) return found;
    for_each_name(listed.get(), walk.buffer, walk.limits.stop, [&](std::string_view name, EntryType type) {
        if (type != EntryType::directory || name == "input" || found.size() > most_named_queues) return;
        auto path = std::string(name) + "/input/";
        struct stat status {};
        if (fstatat(spool, path.c_str(), &status, 0) == 0 && S_ISDIR(status.st_mode))
            found.push_back(std::move(path));
    });
    return found;
}

}  // namespace

QueueResult read_exim_spool(const std::string& spool_directory, const SpoolLimits& limits) {
    const FileHandle spool(open(spool_directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!spool) return QueueError{spool_directory, std::strerror(errno), "set queue_directory in [mta]"};
    Walk walk(limits);
    for (const auto& path : input_directories(spool.get(), walk)) {
        const FileHandle input(openat(spool.get(), path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        const int error = input ? walk.input(input.get(), path, false) : errno;
        if (error == ENOENT && path == "input/")
            return QueueError{spool_directory, "there is no Exim queue in it",
                              "set queue_directory in [mta]"};
        if (error != 0 && error != ENOENT)
            return QueueError{spool_directory + '/' + path, std::strerror(error),
                              access_remedy(spool_directory + "/input")};
    }
    SampleReader reader(spool.get(), limits);
    for (const auto& path : walk.sample.take()) {
        if (limits.stop.stop_requested()) break;
        if (!reader.message(path))
            return QueueError{spool_directory + "/input", "its files may not be read",
                              access_remedy(spool_directory + "/input")};
    }
    auto report = reader.report();
    if (walk.seen.messages > limits.sample) extrapolate(report, reader.read(), walk.seen);
    report.mta = "exim";
    report.source = "spool tree";
    return report;
}

}  // namespace reputed::mta
