#pragma once

#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/mta/log/log_source.hpp"
#include "config/settings.hpp"

// Where an MTA logs.
namespace reputed::mta {

inline constexpr std::string_view journal_log = "journal";

// The files that this MTA's packages and the syslog daemons of distributions write, the usual ones first; of all MTAs
// where it is automatic.
std::vector<std::string> usual_logs(MtaKind mta);

// Where logs are looked for. Tests name their own.
struct LogPlaces {
    std::string root;  // before each path
    std::vector<std::string> postconf{"/usr/sbin/postconf", "/usr/local/sbin/postconf", "/usr/bin/postconf"};
    bool journal = false;  // there is one on this machine
    std::time_t now = 0;

    static LogPlaces of_this_machine();
};

// What is to be followed for this MTA: files, "journal". What [mta] log says, whether it is there or not; "none" is
// nothing. Else Postfix's maillog_file where postconf tells it within 2 s; else the first usual log that is there, or
// the journal where there is none or none was written to for three days (left by a syslog daemon that is gone). Empty:
// nothing found.
std::vector<std::string> find_logs(const MtaSettings& settings, MtaKind mta,
                                   const LogPlaces& places = LogPlaces::of_this_machine());

// Follows what find_logs() named.
std::unique_ptr<LogSource> follow_log(const std::string& log, MtaKind mta,
                                      const std::optional<LogCursor>& cursor);

}  // namespace reputed::mta
