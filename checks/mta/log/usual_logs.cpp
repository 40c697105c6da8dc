#include "checks/mta/log/usual_logs.hpp"

#include <algorithm>

#include <sys/stat.h>
#include <unistd.h>

#include "checks/mta/log/file_follower.hpp"
#include "checks/mta/log/journal_follower.hpp"
#include "config/run_command.hpp"

namespace reputed::mta {
namespace {

constexpr std::chrono::milliseconds postconf_deadline{2000};
constexpr std::time_t abandoned_after = 3 * 86'400;

struct UsualLog {
    MtaKind mta;  // automatic: of syslog, so of any
    const char* path;
};

constexpr UsualLog usual[] = {
    {MtaKind::exim, "/var/log/exim4/mainlog"},       // Debian
    {MtaKind::exim, "/var/log/exim/main.log"},       // Red Hat
    {MtaKind::exim, "/var/log/exim/mainlog"},        // BSD, Alpine
    {MtaKind::exim, "/var/log/exim_mainlog"},        // cPanel
    {MtaKind::exim, "/var/spool/exim/log/mainlog"},  // as Exim is built by itself
    {MtaKind::qmail, "/var/log/qmail/current"},
    {MtaKind::qmail, "/var/log/qmail/qmail-send/current"},
    {MtaKind::qmail, "/var/log/qmail/send/current"},  // Plesk, toaster packages
    {MtaKind::qmail, "/var/log/qmail-send/current"},
    {MtaKind::qmail, "/var/log/mail/current"},
    {MtaKind::qmail, "/service/qmail-send/log/main/current"},
    {MtaKind::automatic, "/var/log/mail.log"},  // Debian
    {MtaKind::automatic, "/var/log/maillog"},   // Red Hat, BSD
    {MtaKind::automatic, "/var/log/mail"},      // SUSE
    {MtaKind::automatic, "/var/log/mail/mail.log"},
    {MtaKind::postfix, "/var/log/postfix.log"},  // what maillog_file usually says
};

// When it was last written to; nullopt: it is no file.
std::optional<std::time_t> written(const std::string& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
    return status.st_mtime;
}

// Postfix 3.4 and later may write its log itself. "" = by syslog, to standard output, or not told.
std::string maillog_file(const MtaSettings& settings, const LogPlaces& places) {
    for (const auto& postconf : places.postconf) {
        if (access(postconf.c_str(), X_OK) != 0) continue;
        std::vector<std::string> argv{postconf};
        if (!settings.config_directory.empty()) argv.insert(argv.end(), {"-c", settings.config_directory});
        argv.insert(argv.end(), {"-h", "maillog_file"});
        auto answer = run_command(argv, {.time = postconf_deadline}).value_or("");
        while (!answer.empty() && (answer.back() == '\n' || answer.back() == ' '))
            answer.pop_back();
        const bool path =
            answer.starts_with('/') && answer.size() < 4000 && answer.find('\n') == std::string::npos;
        return path && !answer.starts_with("/dev/") ? answer : "";
    }
    return {};
}

}  // namespace

LogPlaces LogPlaces::of_this_machine() {
    LogPlaces places;
    places.journal = journal_present();
    places.now = std::time(nullptr);
    return places;
}

std::vector<std::string> usual_logs(MtaKind mta) {
    std::vector<std::string> logs;
    for (const auto& log : usual)
        if (log.mta == mta || log.mta == MtaKind::automatic || mta == MtaKind::automatic)
            logs.emplace_back(log.path);
    return logs;
}

std::vector<std::string> find_logs(const MtaSettings& settings, MtaKind mta, const LogPlaces& places) {
    if (!settings.log.empty())
        return settings.log.front() == "none" ? std::vector<std::string>{} : settings.log;
    if (mta == MtaKind::none) return {};
    if (mta == MtaKind::postfix)
        if (auto own = maillog_file(settings, places); !own.empty()) return {std::move(own)};
    std::string found;
    std::time_t found_written = 0;
    for (const auto& log : usual_logs(mta)) {
        const auto path = places.root + log;
        const auto time = written(path);
        if (!time || (!found.empty() && places.now - *time > abandoned_after)) continue;
        if (!found.empty() && places.now - found_written <= abandoned_after) continue;
        found = path;
        found_written = *time;
    }
    const bool abandoned = found.empty() || places.now - found_written > abandoned_after;
    if (abandoned && places.journal) return {std::string(journal_log)};
    return found.empty() ? std::vector<std::string>{} : std::vector<std::string>{found};
}

std::unique_ptr<LogSource> follow_log(const std::string& log, MtaKind mta,
                                      const std::optional<LogCursor>& cursor) {
    if (log == journal_log) return std::make_unique<JournalFollower>(mta, cursor);
    return std::make_unique<FileFollower>(log, cursor);
}

}  // namespace reputed::mta
