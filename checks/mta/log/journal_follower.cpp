#include "checks/mta/log/journal_follower.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <system_error>
#include <utility>

#include <poll.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "checks/mta/log/syslog.hpp"

namespace reputed::mta {
namespace {

using namespace std::literals;
namespace fs = std::filesystem;

constexpr const char* journal_folders[] = {"/var/log/journal", "/run/log/journal"};

// The files of a journal are in folders of their machine's id.
enum class JournalFiles : std::uint8_t { none, denied, readable };
JournalFiles journal_files(const std::string& folder) {
    std::error_code failed;
    auto found = JournalFiles::none;
    for (fs::recursive_directory_iterator file(folder, failed), end; !failed && file != end;
         file.increment(failed)) {
        if (file.depth() > 0) file.disable_recursion_pending();
        const auto path = file->path().string();
        if (!path.ends_with(".journal")) continue;
        if (access(path.c_str(), R_OK) == 0) return JournalFiles::readable;
        found = JournalFiles::denied;
    }
    return failed == std::errc::permission_denied ? JournalFiles::denied : found;
}

std::string no_journal(bool denied) {
    if (denied)
        return "the journal cannot be read: Permission denied; read it as root or as a member of the group "
               "systemd-journal";
    return "the journal cannot be read: there is none on this machine; name the file that the MTA or syslog "
           "writes in "
           "[mta] log";
}

// "2026-11-21T18:10:00.123456+00:00", Unix microseconds.
std::string stamp(std::uint64_t time) {
    const auto seconds = static_cast<std::time_t>(time / 1'000'000);
    std::tm parts{};
    if (gmtime_r(&seconds, &parts) == nullptr) return "1970-01-01T00:00:00+00:00";
    char text[64];
    const auto size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.", &parts);
    auto micros = std::to_string(time % 1'000'000);
    micros.insert(0, 6 - micros.size(), '0');
    return std::string(text, size) + micros + "+00:00";
}

// A word of a line's head: what would end it earlier becomes '_'.
std::string word(std::string_view text, std::string_view instead) {
    if (text.empty()) text = instead;
    std::string out(text.substr(0, 255));
    for (char& c : out)
        if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f' || c == ':' || c == '[' || c == ']') c = '_';
    return out;
}

bool is_number(std::string_view text) {
    return !text.empty() && text.size() <= 20 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

struct JournalFollower::Journal {
    ~Journal() { sd_journal_close(handle); }
    Journal() = default;
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    // Of the current entry; "" = it has none. Valid until the next call.
    std::string_view field(const char* name) const {
        const void* data = nullptr;
        std::size_t size = 0;
        if (sd_journal_get_data(handle, name, &data, &size) < 0) return {};
        const std::string_view all(static_cast<const char*>(data), size);
        return all.substr(std::min(all.size(), std::string_view(name).size() + 1));
    }
    std::string cursor() const {
        char* text = nullptr;
        if (sd_journal_get_cursor(handle, &text) < 0) return {};
        std::string out(text);
        std::free(text);
        return out;
    }
    // The current entry as a line.
    void line(std::string& out) const;

    sd_journal* handle = nullptr;
    int fd = -1;
    bool at_entry = false;  // on one that was not handed over yet
};

void JournalFollower::Journal::line(std::string& out) const {
    out.clear();
    const bool own_head = field("_TRANSPORT") == "stdout";
    if (auto message = field("MESSAGE"); own_head) {
        StampReader stamps(std::time(nullptr));
        if (stamps.read(message)) out = field("MESSAGE").substr(0, longest_log_line);
    }
    if (out.empty()) {
        std::uint64_t time = 0;
        sd_journal_get_realtime_usec(handle, &time);
        out = stamp(time) + ' ' + word(field("_HOSTNAME"), "localhost") + ' ';
        auto program = word(field("SYSLOG_IDENTIFIER"), "");
        out += program.empty() ? word(field("_COMM"), "unknown") : program;
        auto pid = field("SYSLOG_PID");
        if (!is_number(pid)) pid = field("_PID");
        if (is_number(pid)) ((out += '[') += pid) += ']';
        out += ": ";
        out += field("MESSAGE").substr(0, longest_log_line - out.size());
    }
    std::replace(out.begin(), out.end(), '\n', ' ');
}

std::vector<std::string_view> journal_units(MtaKind mta) {
    struct Row {
        MtaKind mta;
        std::string_view unit;
    };
    constexpr Row rows[] = {
        {MtaKind::postfix, "postfix.service"},    {MtaKind::postfix, "postfix@-.service"},
        {MtaKind::exim, "exim4.service"},         {MtaKind::exim, "exim.service"},
        {MtaKind::exim, "exim4-base.service"},    {MtaKind::sendmail, "sendmail.service"},
        {MtaKind::sendmail, "sm-client.service"}, {MtaKind::opensmtpd, "opensmtpd.service"},
        {MtaKind::opensmtpd, "smtpd.service"},    {MtaKind::qmail, "qmail.service"},
        {MtaKind::qmail, "qmail-send.service"},   {MtaKind::qmail, "notqmail.service"},
        {MtaKind::qmail, "qmail-smtpd.service"},
    };
    std::vector<std::string_view> units;
    for (const auto& row : rows)
        if (mta == MtaKind::automatic || mta == row.mta) units.push_back(row.unit);
    return units;
}

bool journal_present() {
    return std::any_of(std::begin(journal_folders), std::end(journal_folders),
                       [](const char* folder) { return journal_files(folder) != JournalFiles::none; });
}

JournalFollower::JournalFollower(MtaKind mta, const std::optional<LogCursor>& cursor, std::string folder)
    : mta_(mta), folder_(std::move(folder)) {
    if (cursor) place_ = cursor->journal;
    open();
}

JournalFollower::~JournalFollower() = default;

bool JournalFollower::open() {
    auto journal = std::make_unique<Journal>();
    auto& handle = journal->handle;
    const int opened = folder_.empty() ? sd_journal_open(&handle, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM)
                                       : sd_journal_open_directory(&handle, folder_.c_str(), 0);
    if (opened < 0) return fail(opened), false;
    // Before anything is read, so that nothing which comes meanwhile is missed. Without inotify it is looked at.
    journal->fd = sd_journal_get_fd(handle);
    const bool any_file = !folder_.empty() || sd_journal_has_runtime_files(handle) > 0 ||
                          sd_journal_has_persistent_files(handle) > 0;
    if (!any_file) {
        problem_ = no_journal(journal_present());
        return false;
    }
    sd_journal_set_data_threshold(handle, longest_log_line + 64);
    journal_ = std::move(journal);
    return begin();
}

// Goes to the first entry after the place. Where there is none to begin with, what comes from now on is new.
bool JournalFollower::begin() {
    auto* handle = journal_->handle;
    sd_journal_flush_matches(handle);
    if (place_.empty() && !from_head_) {
        // The last entry of all, whoever wrote it: the MTA may not have told anything yet.
        int found = sd_journal_seek_tail(handle);
        if (found >= 0) found = sd_journal_previous(handle);
        if (found < 0) return fail(found), false;
        if (found > 0) place_ = journal_->cursor();
        from_head_ = found == 0;
    }
    int added = sd_journal_add_match(handle, "SYSLOG_FACILITY=2", 0);
    for (const auto unit : journal_units(mta_)) {
        if (added >= 0) added = sd_journal_add_disjunction(handle);
        if (added >= 0)
            added = sd_journal_add_match(handle, ("_SYSTEMD_UNIT=" + std::string(unit)).c_str(), 0);
    }
    if (added < 0) return fail(added), false;
    const int there =
        place_.empty() ? sd_journal_seek_head(handle) : sd_journal_seek_cursor(handle, place_.c_str());
    if (there == -EINVAL && !place_.empty()) {  // no cursor at all
        place_.clear();
        return begin();
    }
    if (there < 0) return fail(there), false;
    const int found = sd_journal_next(handle);
    if (found < 0) return fail(found), false;
    journal_->at_entry = found > 0 && (place_.empty() || sd_journal_test_cursor(handle, place_.c_str()) <= 0);
    return true;
}

void JournalFollower::fail(int error) {
    journal_.reset();
    problem_ = "the journal cannot be read: " + std::generic_category().message(-error);
    problem_ += error == -EACCES || error == -EPERM
                    ? "; read it as root or as a member of the group systemd-journal"
                    : "; `journalctl --verify` tells whether it is damaged";
}

bool JournalFollower::at_new_entry() {
    if (std::exchange(journal_->at_entry, false)) return true;
    const int found = sd_journal_next(journal_->handle);
    if (found < 0) fail(found);
    return found > 0;
}

std::size_t JournalFollower::read(std::size_t max_bytes, const LineSink& line) {
    problem_.clear();
    if (!journal_ && !open()) return 0;
    const int happened = sd_journal_process(journal_->handle);
    // Files came or went: entries before those that were reached may be in new ones.
    if (happened == SD_JOURNAL_INVALIDATE && !begin()) return 0;
    if (happened < 0) return fail(happened), 0;
    std::size_t total = 0;
    while (total < max_bytes && at_new_entry()) {
        // With each entry: the next may not be readable.
        place_ = journal_->cursor();
        journal_->line(text_);
        line(text_);
        total += text_.size() + 1;
    }
    return total;
}

LogCursor JournalFollower::cursor() const {
    LogCursor cursor;
    cursor.journal = place_;
    return cursor;
}

int JournalFollower::wait_fd() const {
    return journal_ ? std::max(journal_->fd, -1) : -1;
}

std::chrono::milliseconds JournalFollower::look_after() const {
    if (!journal_) return 10s;
    std::uint64_t due = 0;
    const bool timed = sd_journal_get_timeout(journal_->handle, &due) > 0 && due != UINT64_MAX;
    return timed || journal_->fd < 0 || !sd_journal_reliable_fd(journal_->handle) ? 1s : 30s;
}

}  // namespace reputed::mta
