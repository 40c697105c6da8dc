#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "checks/mta/log/syslog.hpp"

namespace reputed::mta {

struct QmailLine {
    std::int64_t time = 0;
    std::string_view
        program;  // "rblsmtpd", "tcpserver", "spamdyke"; "" = qmail-send or what it shares its log with
    std::string_view text;  // what the program wrote
};

// The stamps that stand before qmail's lines: TAI64N of multilog, "2026-11-21 18:10:00.123456789" of tai64nlocal and s6-log,
// "2026-11-21_18:10:00.12345" of svlogd (UTC), the seconds of splogger behind the head of a syslog, or none at all.
class QmailHeadReader {
  public:
    explicit QmailHeadReader(std::int64_t now) : now_(now), stamps_(now) {}

    // nullopt: another program's line.
    std::optional<QmailLine> read(std::string_view line);

  private:
    bool take_stamp(std::string_view& text, std::int64_t& time);
    bool take_svlogd_stamp(std::string_view& text, std::int64_t& time);

    std::int64_t now_;
    StampReader stamps_;
    std::string svlogd_stamp_;
};

}  // namespace reputed::mta
