#include "checks/mta/log/log_places.hpp"

#include <algorithm>
#include <span>

#include <sys/stat.h>

#include "checks/mta/log/dialect.hpp"
#include "checks/mta/log/log_file.hpp"
#include "checks/mta/queue/queue_reader.hpp"

namespace reputed::mta {
namespace {

constexpr std::string_view syslog_files[] = {"/var/log/mail.log", "/var/log/maillog",
                                             "/var/log/mail/current"};
constexpr std::string_view exim_files[] = {"/var/log/exim4/mainlog",      "/var/log/exim/mainlog",
                                           "/var/log/exim/main.log",      "/var/log/exim_mainlog",
                                           "/var/spool/exim/log/mainlog", "/var/log/mail.log"};
constexpr std::string_view qmail_files[] = {"/var/log/qmail/current", "/var/log/qmail/qmail-send/current",
                                            "/var/log/qmail/send/current", "/var/log/mail.log",
                                            "/var/log/maillog"};

// Where this MTA writes on the systems that there are; the first that is there counts.
std::span<const std::string_view> usual_files(std::string_view mta) {
    if (mta == "exim") return exim_files;
    if (mta == "qmail") return qmail_files;
    return syslog_files;
}

bool is_file(const std::string& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

bool has_journal() {
    struct stat status {};
    return stat("/var/log/journal", &status) == 0 || stat("/run/log/journal", &status) == 0;
}

std::string usual_log(std::string_view mta) {
    for (const auto file : usual_files(mta))
        if (is_file(std::string(file))) return std::string(file);
    return has_journal() ? "journal" : "";
}

// Whose lines the beginning of the file holds, where no MTA is named and none is found on this machine.
std::vector<std::string> writers_of(const std::string& path) {
    std::vector<std::string> writers;
    auto opened = LogFile::open(path);
    auto* file = std::get_if<LogFile>(&opened);
    if (file == nullptr || !is_file(path)) return writers;
    auto bytes = file->next();
    while (!bytes.empty()) {
        const auto line = bytes.substr(0, bytes.find('\n'));
        bytes.remove_prefix(std::min(bytes.size(), line.size() + 1));
        for (const auto& dialect : log_dialects())
            if (std::find(writers.begin(), writers.end(), dialect.mta) == writers.end() &&
                dialect.recognises(line))
                writers.emplace_back(dialect.mta);
    }
    return writers;
}

}  // namespace

std::vector<LogPlace> log_places(const MtaSettings& settings) {
    if (settings.kind == MtaKind::none) return {};
    std::vector<std::string> mtas;
    if (settings.kind == MtaKind::automatic)
        mtas = present_mtas(settings);
    else
        mtas.emplace_back(to_string(settings.kind));
    std::vector<LogPlace> places;
    for (const auto& path : settings.log) {
        if (path == "none") return {};
        auto writers = mtas;
        if (writers.empty() && path != "journal") writers = writers_of(path);
        if (writers.empty()) writers.emplace_back("postfix");
        for (const auto& mta : writers)
            places.push_back({mta, path});
    }
    if (!settings.log.empty()) return places;
    for (const auto& mta : mtas)
        if (auto path = usual_log(mta); !path.empty()) places.push_back({mta, std::move(path)});
    return places;
}

std::vector<std::string> logged_mtas(const MtaSettings& settings) {
    std::vector<std::string> mtas;
    for (const auto& place : log_places(settings))
        if (std::find(mtas.begin(), mtas.end(), place.mta) == mtas.end()) mtas.push_back(place.mta);
    return mtas;
}

}  // namespace reputed::mta
