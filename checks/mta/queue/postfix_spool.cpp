#include "checks/mta/queue/postfix_spool.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <memory>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "checks/mta/file_handle.hpp"
#include "checks/mta/queue/postfix_id.hpp"

namespace reputed::mta {
namespace {

constexpr std::size_t buffer_size = std::size_t{256} << 10;
constexpr int max_depth = 8;

// linux_dirent64, as getdents64(2) writes it: inode (8), offset (8), record length (2), type (1), name, NUL.
constexpr std::size_t length_offset = 16;
constexpr std::size_t type_offset = 18;
constexpr std::size_t name_offset = 19;

// Keeps every n-th of a stream whose length nobody knows beforehand: when twice `limit` are kept, every other
// goes and n doubles. The same files are chosen each time while the directory stays as it is, so they are in
// the cache.
class EvenSample {
  public:
    explicit EvenSample(std::size_t limit) : limit_(std::max<std::size_t>(limit, 1)) {}

    template <class MakePath>
    void offer(MakePath&& make_path) {
        if (seen_++ % stride_ != 0) return;
        paths_.push_back(make_path());
        if (paths_.size() >= 2 * limit_) thin();
    }
    // At most `limit` paths.
    const std::vector<std::string>& take() {
        while (paths_.size() > limit_)
            thin();
        return paths_;
    }

  private:
    void thin() {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < paths_.size(); i += 2)
            paths_[kept++] = std::move(paths_[i]);
        paths_.resize(kept);
        stride_ *= 2;
    }

    std::size_t limit_;
    std::uint64_t seen_ = 0;
    std::uint64_t stride_ = 1;
    std::vector<std::string> paths_;
};

struct QueueWalk {
    explicit QueueWalk(const SpoolLimits& spool_limits) : limits(spool_limits), sample(spool_limits.sample) {}

    const SpoolLimits& limits;
    std::uint64_t files = 0;
    std::uint64_t short_ids = 0;
    std::int64_t oldest = 0;  // of the long ids; 0 = none
    EvenSample sample;

    // 0 or errno of the first directory that could not be read.
    int directory(int fd, const std::string& prefix, int depth, char* buffer);
    void file(std::string_view name, const std::string& prefix);
};

void QueueWalk::file(std::string_view name, const std::string& prefix) {
    if (!is_postfix_queue_id(name)) return;
    ++files;
    sample.offer([&] { return prefix + std::string(name); });
    const auto time = postfix_id_time(name);
    if (!time)
        ++short_ids;
    else if (oldest == 0 || *time < oldest)
        oldest = *time;
}

bool is_directory(int parent, const char* name) {
    struct stat status {};
    return fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
}

bool is_regular(int parent, const char* name) {
    struct stat status {};
    return fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode);
}

// Subdirectories are walked after the directory itself, so that one buffer serves all.
int QueueWalk::directory(int fd, const std::string& prefix, int depth, char* buffer) {
    std::string subdirectories;
    for (;;) {
        if (limits.stop.stop_requested()) return ECANCELED;
        const auto got = syscall(SYS_getdents64, fd, buffer, buffer_size);
        if (got < 0) return errno;
        if (got == 0) break;
        for (std::size_t at = 0; at + name_offset < static_cast<std::size_t>(got);) {
            const char* entry = buffer + at;
            std::uint16_t length = 0;
            std::memcpy(&length, entry + length_offset, sizeof length);
            if (length <= name_offset) return EIO;
            at += length;
            const auto type = static_cast<unsigned char>(entry[type_offset]);
            const char* name = entry + name_offset;
            if (name[0] == '\0' || name[0] == '.') continue;
            if (name[1] == '\0') {
                if (type == DT_DIR || (type == DT_UNKNOWN && is_directory(fd, name)))
                    subdirectories += name[0];
            } else if (type == DT_REG || (type == DT_UNKNOWN && is_regular(fd, name))) {
                file(name, prefix);
            }
        }
    }
    if (depth == max_depth) return 0;
    for (const char letter : subdirectories) {
        const char name[] = {letter, '\0'};
        const FileHandle child(openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!child && errno == ENOENT) continue;
        if (!child) return errno;
        if (const int error = directory(child.get(), prefix + name + '/', depth + 1, buffer); error != 0)
            return error;
    }
    return 0;
}

// The sample's sizes and arrivals. Files that vanish meanwhile are mail that left: they do not count.
struct SampleSum {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::optional<std::int64_t> oldest;
    bool arrivals_exact = true;
};

SampleSum read_sample(int queue, const std::vector<std::string>& paths, const SpoolLimits& limits) {
    SampleSum sum;
    std::array<char, 256> head{};
    for (const auto& path : paths) {
        if (limits.stop.stop_requested()) break;
        struct stat status {};
        const FileHandle file(
            openat(queue, path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
        const bool known =
            file ? fstat(file.get(), &status) == 0
                 : errno == EACCES && fstatat(queue, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
        if (!known || !S_ISREG(status.st_mode)) continue;
        const auto got = file ? pread(file.get(), head.data(), head.size(), 0) : 0;
        const auto parsed =
            parse_queue_file_head({head.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))});
        ++sum.files;
        sum.bytes += parsed.bytes.value_or(static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0)));
        // Without a record: the queue manager sets the modification time of deferred mail to the next try,
        // which may lie ahead. The arrival was no later than the earlier of the two.
        auto arrival = parsed.arrival;
        if (!arrival) {
            arrival = std::min<std::int64_t>(status.st_mtime, status.st_ctime);
            sum.arrivals_exact = false;
        }
        if (!sum.oldest || *arrival < *sum.oldest) sum.oldest = arrival;
    }
    return sum;
}

struct QueueFound {
    QueueFigures figures;
    bool estimated = false;
    int error = 0;  // ENOENT: there is no such directory
};

QueueFound read_queue(int spool, std::string_view name, const SpoolLimits& limits, char* buffer) {
    QueueFound found;
    const FileHandle queue(
        openat(spool, std::string(name).c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!queue) {
        found.error = errno;
        if (found.error == ENOENT)
            found.figures = {.messages = 0, .recipients = {}, .bytes = 0, .oldest_arrival = {}};
        return found;
    }
    QueueWalk walk(limits);
    found.error = walk.directory(queue.get(), "", 0, buffer);
    if (found.error != 0) return found;

    const auto sum = read_sample(queue.get(), walk.sample.take(), limits);
    found.figures.messages = walk.files;
    const bool all = walk.files <= limits.sample;
    if (walk.files == 0)
        found.figures.bytes = 0;
    else if (all)
        found.figures.bytes = sum.bytes;
    else if (sum.files > 0)
        found.figures.bytes =
            static_cast<std::uint64_t>(static_cast<double>(sum.bytes) / static_cast<double>(sum.files) *
                                       static_cast<double>(walk.files));
    if (walk.oldest != 0) found.figures.oldest_arrival = walk.oldest;
    if (walk.short_ids > 0 && sum.oldest && (walk.oldest == 0 || *sum.oldest < walk.oldest))
        found.figures.oldest_arrival = sum.oldest;
    found.estimated = !all || (walk.short_ids > 0 && !sum.arrivals_exact);
    return found;
}

template <class Number>
std::optional<Number> leading_number(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool ended = end == text.data() + text.size() || *end == ' ';
    if (error != std::errc{} || !ended) return {};
    return value;
}

}  // namespace

// A record is a type letter, the length (seven bits a byte, least significant first, the high bit says that
// more follows) and the data.
QueueFileHead parse_queue_file_head(std::string_view bytes) {
    QueueFileHead head;
    std::size_t at = 0;
    while (at < bytes.size()) {
        const char type = bytes[at++];
        std::size_t length = 0;
        int shift = 0;
        for (;; shift += 7) {
            if (at == bytes.size() || shift > 14) return head;
            const auto byte = static_cast<unsigned char>(bytes[at++]);
            length |= static_cast<std::size_t>(byte & 0x7f) << shift;
            if ((byte & 0x80) == 0) break;
        }
        if (length > bytes.size() - at) return head;
        const auto data = bytes.substr(at, length);
        at += length;
        if (type == 'C' && !head.bytes) {
            head.bytes = leading_number<std::uint64_t>(data);
        } else if (type == 'T' && !head.arrival) {
            if (const auto time = leading_number<std::int64_t>(data); time && *time > 0) head.arrival = time;
        } else if (type == 'M' || type == 'E') {
            return head;
        }
    }
    return head;
}

QueueResult read_postfix_spool(const std::string& queue_directory, const SpoolLimits& limits) {
    const FileHandle spool(open(queue_directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!spool) return QueueError{queue_directory, std::strerror(errno), "set queue_directory in [mta]"};

    const auto buffer = std::make_unique<char[]>(buffer_size);
    QueueReport report;
    report.mta = "postfix";
    report.source = "spool tree";
    report.total = {.messages = 0, .recipients = {}, .bytes = 0, .oldest_arrival = {}};
    std::size_t unreadable = 0;
    std::size_t missing = 0;
    int first_error = 0;
    bool arrivals_known = true;
    for (const auto name : postfix_queues) {
        const auto found = read_queue(spool.get(), name, limits, buffer.get());
        const auto& figures = found.figures;
        report.by_queue.emplace(name, figures);
        report.estimated = report.estimated || found.estimated;
        if (found.error == ENOENT) ++missing;
        if (found.error != 0 && found.error != ENOENT) {
            ++unreadable;
            if (first_error == 0) first_error = found.error;
            report.note += (report.note.empty() ? "cannot read " : ", ") + std::string(name) + " (" +
                           std::strerror(found.error) + ')';
        }
        if (name == "corrupt") continue;
        auto& total = report.total;
        const auto add = [](std::optional<std::uint64_t>& sum, std::optional<std::uint64_t> part) {
            sum = sum && part ? std::optional(*sum + *part) : std::nullopt;
        };
        add(total.messages, figures.messages);
        add(total.bytes, figures.bytes);
        if (figures.oldest_arrival &&
            (!total.oldest_arrival || *figures.oldest_arrival < *total.oldest_arrival))
            total.oldest_arrival = figures.oldest_arrival;
        if (figures.messages != std::uint64_t{0} && !figures.oldest_arrival) arrivals_known = false;
    }
    if (!arrivals_known) report.total.oldest_arrival.reset();
    if (missing == postfix_queues.size())
        return QueueError{queue_directory, "there is no Postfix queue in it", "set queue_directory in [mta]"};
    if (unreadable + missing == postfix_queues.size())
        return QueueError{queue_directory, std::strerror(first_error),
                          "only root and Postfix's own user may read the spool tree"};
    return report;
}

}  // namespace reputed::mta
