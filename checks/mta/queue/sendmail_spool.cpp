#include "checks/mta/queue/sendmail_spool.hpp"

#include <cerrno>
#include <cstring>
#include <map>

#include "checks/mta/file_handle.hpp"
#include "checks/mta/queue/listing.hpp"
#include "checks/mta/queue/queue_tally.hpp"
#include "checks/mta/queue/sampled.hpp"
#include "checks/mta/queue/sendmail_id.hpp"
#include "checks/mta/queue/text_scan.hpp"

namespace reputed::mta {
namespace {

constexpr std::size_t most_envelope = std::size_t{1} << 20;
constexpr std::size_t most_recipients = 100'000;
constexpr std::size_t kept_reason = 1024;
constexpr std::size_t most_subdirectories = 1000;
constexpr int max_depth = 2;

struct Walk {
    explicit Walk(const SpoolLimits& spool_limits)
        : limits(spool_limits), sample(spool_limits.sample), quarantine_sample(spool_limits.sample) {}

    const SpoolLimits& limits;
    NamesSeen seen;
    NamesSeen quarantined;
    std::uint64_t lost = 0;
    EvenSample sample;  // "SUBDIRECTORY/qfID"
    EvenSample quarantine_sample;
    std::vector<char> buffer;

    // 0 or errno.
    int directory(int fd, const std::string& prefix, int depth);
    void file(std::string_view name, const std::string& prefix);
};

void Walk::file(std::string_view name, const std::string& prefix) {
    if (name.size() < 3 || name[1] != 'f' || !is_sendmail_id(name.substr(2))) return;
    if (name[0] == 'Q') ++lost;
    if (name[0] != 'q' && name[0] != 'h') return;
    const bool held = name[0] == 'h';
    (held ? quarantined : seen).add(sendmail_id_time(name.substr(2), limits.now), limits.now);
    (held ? quarantine_sample : sample).offer([&] { return prefix + std::string(name); });
}

int Walk::directory(int fd, const std::string& prefix, int depth) {
    std::vector<std::string> subdirectories;
    const int failed = for_each_name(fd, buffer, limits.stop, [&](std::string_view name, EntryType type) {
        if (type == EntryType::file)
            file(name, prefix);
        else if (type == EntryType::directory && name != "df" && name != "xf" &&
                 subdirectories.size() < most_subdirectories)
            subdirectories.emplace_back(name);
    });
    if (failed != 0 || depth == max_depth) return failed;
    for (const auto& name : subdirectories) {
        const FileHandle child(open_below(fd, name, O_DIRECTORY));
        if (!child && errno == ENOENT) continue;
        if (!child) return errno;
        if (const int error = directory(child.get(), prefix + name + '/', depth + 1); error != 0)
            return error;
    }
    return 0;
}

// Beside the control file, or in df/ beside its directory qf/.
std::string data_file(const std::string& control) {
    auto path = control;
    const auto name = path.rfind('/') + 1;  // 0 without one
    path[name] = 'd';
    if (name >= 3 && path.compare(name - 3, 3, "qf/") == 0) path[name - 3] = 'd';
    return path;
}

struct Tallies {
    QueueTally queue;
    QueueTally quarantine;  // apart: mailq does not list it
};

// False when it may not be read. A file that is gone is mail that left.
bool read_message(int directory, const std::string& control, const std::string& queue,
                  const SpoolLimits& limits, Tallies& tallies) {
    const auto file = read_beginning(directory, control, most_envelope);
    struct stat status {};
    if (file.empty()) {
        if (fstatat(directory, control.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return errno == ENOENT;
        if (status.st_size > 0) return false;  // it is empty only while the message is being taken in
    }
    const auto envelope = parse_sendmail_envelope(file);
    const auto name = control.substr(control.rfind('/') + 1);
    std::optional<std::uint64_t> bytes;
    if (fstatat(directory, data_file(control).c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0)
        bytes = static_cast<std::uint64_t>(status.st_size);
    auto arrival = envelope.arrival;
    if (!arrival) arrival = sendmail_id_time(std::string_view(name).substr(2), limits.now);
    auto& tally = name.front() == 'h' ? tallies.quarantine : tallies.queue;
    tally.message(name.front() == 'h' ? "quarantine" : queue, bytes, arrival);
    for (const auto& recipient : envelope.recipients)
        tally.recipients(1, recipient.reason, recipient.address);
    return true;
}

void add(std::optional<std::uint64_t>& sum, std::optional<std::uint64_t> part) {
    sum = sum && part ? std::optional(*sum + *part) : std::nullopt;
}

// What one directory's report brings into that of all.
void merge(QueueReport& all, const QueueReport& one) {
    for (const auto& [name, figures] : one.by_queue) {
        const auto [place, made] = all.by_queue.try_emplace(name, figures);
        if (!made) {
            add(place->second.messages, figures.messages);
            add(place->second.recipients, figures.recipients);
            add(place->second.bytes, figures.bytes);
            if (figures.oldest_arrival &&
                (!place->second.oldest_arrival || *figures.oldest_arrival < *place->second.oldest_arrival))
                place->second.oldest_arrival = figures.oldest_arrival;
        }
        const auto ages = one.ages.find(name);
        if (ages != one.ages.end() && (made || all.ages.contains(name)))
            all.ages[name].add(ages->second);
        else if (figures.messages != std::uint64_t{0})
            all.ages.erase(name);
    }
    add(all.total.messages, one.total.messages);
    add(all.total.recipients, one.total.recipients);
    add(all.total.bytes, one.total.bytes);
    if (one.total.oldest_arrival &&
        (!all.total.oldest_arrival || *one.total.oldest_arrival < *all.total.oldest_arrival))
        all.total.oldest_arrival = one.total.oldest_arrival;
    if (all.total_ages && one.total_ages)
        all.total_ages->add(*one.total_ages);
    else
        all.total_ages.reset();
    if (one.waiting) {
        if (!all.waiting) all.waiting.emplace();
        for (const auto& [key, count] : *one.waiting)
            (*all.waiting)[key] += count;
        bound_waiting(*all.waiting);
    }
    all.estimated = all.estimated || one.estimated;
}

}  // namespace

SendmailEnvelope parse_sendmail_envelope(std::string_view file) {
    SendmailEnvelope envelope;
    std::string message_reason;
    std::string reason;  // of the recipient that follows
    bool after_sender = false;
    int version = 0;
    while (!file.empty()) {
        const bool ended = file.find('\n') != std::string_view::npos;
        auto line = next_field(file, '\n');
        if (!ended) break;
        if (line == ".") {
            envelope.whole = true;
            break;
        }
        if (line.empty()) continue;
        const char kind = line.front();
        auto value = line.substr(1);
        switch (kind) {
            case 'V':
                version = whole_number<int>(value).value_or(0);
                break;
            case 'T':
                envelope.arrival = whole_number<std::int64_t>(value);
                break;
            case 'S':
                after_sender = true;
                break;
            case 'M':
                (after_sender ? reason : message_reason) = value.substr(0, kept_reason);
                break;
            case 'R':
                // From version 1 on flags stand before the address, ended by a colon.
                if (version >= 1) value.remove_prefix(std::min(value.find(':') + 1, value.size()));
                if (envelope.recipients.size() < most_recipients)
                    envelope.recipients.push_back(
                        {std::string(value.substr(0, 1024)), reason.empty() ? message_reason : reason});
                reason.clear();
                break;
            default:
                break;
        }
    }
    return envelope;
}

QueueResult read_sendmail_spool(const std::vector<SendmailQueueDirectory>& directories,
                                const SpoolLimits& limits) {
    QueueReport all;
    all.mta = "sendmail";
    all.source = "spool tree";
    all.total = {.messages = 0, .recipients = 0, .bytes = 0, .oldest_arrival = {}};
    const QueueFigures none{.messages = 0, .recipients = 0, .bytes = 0, .oldest_arrival = {}};
    all.by_queue = {{"quarantine", none},
                    {"lost", {.messages = 0, .recipients = {}, .bytes = {}, .oldest_arrival = {}}}};
    all.frozen = 0;
    all.ages.try_emplace("quarantine");
    all.total_ages.emplace();
    ReasonTally reasons;
    std::size_t found = 0;
    for (const auto& directory : directories) {
        const FileHandle opened(open(directory.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        Walk walk(limits);
        const int error = opened ? walk.directory(opened.get(), "", 0) : errno;
        if (all.by_queue.try_emplace(directory.queue, none).second) all.ages.try_emplace(directory.queue);
        if (error == ENOENT) continue;
        if (error != 0)
            return QueueError{directory.path, std::strerror(error), access_remedy(directory.path)};
        ++found;
        Tallies tallies{QueueTally({directory.queue}, limits.context()),
                        QueueTally({"quarantine"}, limits.context())};
        const auto sample_all = [&](EvenSample& sample) {
            for (const auto& path : sample.take()) {
                if (limits.stop.stop_requested()) break;
                if (!read_message(opened.get(), path, directory.queue, limits, tallies)) return false;
            }
            return true;
        };
        if (!sample_all(walk.sample) || !sample_all(walk.quarantine_sample))
            return QueueError{directory.path, "its files may not be read", access_remedy(directory.path)};
        auto report = tallies.queue.report();
        if (walk.seen.messages > limits.sample) extrapolate(report, tallies.queue.messages(), walk.seen);
        auto quarantine = tallies.quarantine.report();
        if (walk.quarantined.messages > limits.sample)
            extrapolate(quarantine, tallies.quarantine.messages(), walk.quarantined);
        report.by_queue.merge(quarantine.by_queue);
        report.ages.merge(quarantine.ages);
        merge(all, report);
        for (const auto& reason : report.reasons)
            reasons.add(reason.text, reason.count);
        *all.frozen += walk.quarantined.messages;
        *all.by_queue["lost"].messages += walk.lost;
    }
    if (found == 0)
        return QueueError{directories.empty() ? "the queue of sendmail" : directories.front().path,
                          "there is no queue directory", "set queue_directory in [mta]"};
    all.reasons = reasons.top();
    return all;
}

}  // namespace reputed::mta
