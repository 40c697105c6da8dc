#include "checks/mta/queue/postfix_spool.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checks/mta/file_handle.hpp"
#include "checks/mta/queue/postfix_id.hpp"
#include "checks/mta/queue/sampled.hpp"

namespace reputed::mta {
namespace {

constexpr int max_depth = 8;

struct QueueWalk {
    explicit QueueWalk(const SpoolLimits& spool_limits) : limits(spool_limits), sample(spool_limits.sample) {}

    const SpoolLimits& limits;
    NamesSeen seen;
    EvenSample sample;

    // 0 or errno of the first directory that could not be read.
    int directory(int fd, const std::string& prefix, int depth, std::vector<char>& buffer);
    void file(std::string_view name, const std::string& prefix);
};

void QueueWalk::file(std::string_view name, const std::string& prefix) {
    if (!is_postfix_queue_id(name)) return;
    seen.add(postfix_id_time(name), limits.now);
    sample.offer([&] { return prefix + std::string(name); });
}

// Subdirectories are walked after the directory itself, so that one buffer serves all.
int QueueWalk::directory(int fd, const std::string& prefix, int depth, std::vector<char>& buffer) {
    std::string subdirectories;
    const int failed = for_each_name(fd, buffer, limits.stop, [&](std::string_view name, EntryType type) {
        if (type == EntryType::file)
            file(name, prefix);
        else if (type == EntryType::directory && name.size() == 1)
            subdirectories += name;
    });
    if (failed != 0 || depth == max_depth) return failed;
    for (const char letter : subdirectories) {
        const FileHandle child(open_below(fd, std::string(1, letter), O_DIRECTORY));
        if (!child && errno == ENOENT) continue;
        if (!child) return errno;
        if (const int error = directory(child.get(), prefix + letter + '/', depth + 1, buffer); error != 0)
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
    AgeHistogram ages;
    QueueShape shape;
};

SampleSum read_sample(int queue, const std::vector<std::string>& paths, const SpoolLimits& limits) {
    SampleSum sum;
    std::array<char, 256> head{};
    for (const auto& path : paths) {
        if (limits.stop.stop_requested()) break;
        struct stat status {};
        const FileHandle file(open_below(queue, path));
        const bool known =
            file ? fstat(file.get(), &status) == 0
                 : errno == EACCES && fstatat(queue, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
        if (!known || !S_ISREG(status.st_mode)) continue;
        const auto got = file ? pread(file.get(), head.data(), head.size(), 0) : 0;
        const auto parsed =
            parse_queue_file_head({head.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))});
        ++sum.files;
        const auto bytes =
            parsed.bytes.value_or(static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0)));
        sum.bytes += bytes;
        sum.shape.sizes.add(static_cast<double>(bytes));
        // Without a record: the queue manager sets the modification time of deferred mail to the next try,
        // which may lie ahead. The arrival was no later than the earlier of the two.
        auto arrival = parsed.arrival;
        if (!arrival) {
            arrival = std::min<std::int64_t>(status.st_mtime, status.st_ctime);
            sum.arrivals_exact = false;
        }
        if (!sum.oldest || *arrival < *sum.oldest) sum.oldest = arrival;
        sum.ages.add(limits.now - *arrival);
        sum.shape.ages.add(static_cast<double>(std::max<std::int64_t>(limits.now - *arrival, 0)));
    }
    return sum;
}

struct QueueFound {
    QueueFigures figures;
    std::optional<AgeHistogram> ages;
    std::optional<QueueShape> shape;
    bool estimated = false;
    int error = 0;  // ENOENT: there is no such directory
};

QueueFound read_queue(int spool, std::string_view name, const SpoolLimits& limits,
                      std::vector<char>& buffer) {
    QueueFound found;
    const FileHandle queue(open_below(spool, std::string(name), O_DIRECTORY));
    if (!queue) {
        found.error = errno;
        if (found.error == ENOENT) {
            found.figures = {.messages = 0, .recipients = {}, .bytes = 0, .oldest_arrival = {}};
            found.ages.emplace();
            found.shape.emplace();
        }
        return found;
    }
    QueueWalk walk(limits);
    found.error = walk.directory(queue.get(), "", 0, buffer);
    if (found.error != 0) return found;

    const auto sum = read_sample(queue.get(), walk.sample.take(), limits);
    const auto files = walk.seen.messages;
    found.figures.messages = files;
    const bool all = files <= limits.sample;
    const auto scale = sum.files == 0 ? 0.0 : static_cast<double>(files) / static_cast<double>(sum.files);
    if (files == 0)
        found.figures.bytes = 0;
    else if (all)
        found.figures.bytes = sum.bytes;
    else if (sum.files > 0)
        found.figures.bytes = static_cast<std::uint64_t>(static_cast<double>(sum.bytes) * scale);
    if (files == 0 || sum.files > 0) {
        found.shape = sum.shape;
        if (!all) {
            found.shape->ages.scale(scale);
            found.shape->sizes.scale(scale);
        }
    }
    found.figures.oldest_arrival = walk.seen.oldest;
    const bool dated = walk.seen.undated == 0;
    if (!dated && sum.oldest && (!walk.seen.oldest || *sum.oldest < *walk.seen.oldest))
        found.figures.oldest_arrival = sum.oldest;
    found.ages = dated ? walk.seen.ages : sum.ages;
    if (!dated && !all)
        for (auto& count : found.ages->counts)
            count = static_cast<std::uint64_t>(std::llround(static_cast<double>(count) * scale));
    found.estimated = !all || (!dated && !sum.arrivals_exact);
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

    std::vector<char> buffer;
    QueueReport report;
    report.mta = "postfix";
    report.source = "spool tree";
    report.total = {.messages = 0, .recipients = {}, .bytes = 0, .oldest_arrival = {}};
    std::size_t unreadable = 0;
    std::size_t missing = 0;
    int first_error = 0;
    report.total_ages.emplace();
    bool arrivals_known = true;
    for (const auto name : postfix_queues) {
        const auto found = read_queue(spool.get(), name, limits, buffer);
        const auto& figures = found.figures;
        report.by_queue.emplace(name, figures);
        if (found.ages) report.ages.emplace(name, *found.ages);
        if (found.shape) report.shapes.emplace(name, *found.shape);
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
        if (!found.ages)
            report.total_ages.reset();
        else if (report.total_ages)
            report.total_ages->add(*found.ages);
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
