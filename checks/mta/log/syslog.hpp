#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The head that syslog daemons put before each line:
//     Nov 21 18:10:00 mail postfix/smtp[4711]: ...                              RFC 3164, local time, no year
//     2026-11-21T18:10:00.123456+09:00 mail postfix/smtp[4711]: ...             RFC 3339
//     <22>1 2026-11-21T18:10:00Z mail postfix/smtp 4711 - - ...                 RFC 5424
// with or without a <PRI> before it.
namespace reputed::mta {

// In place of a `now`: of a log that is followed, the wall clock when a line is read.
inline constexpr std::int64_t as_it_grows = -1;
// `now` itself, or the wall clock for as_it_grows: of lines without any stamp.
std::int64_t moment(std::int64_t now);

// Reads stamps; lines of one minute cost one conversion between them.
class StampReader {
  public:
    explicit StampReader(std::int64_t now) : now_(now) {}

    // Reads a stamp at the beginning of `text` and takes it off, with the blank after it. nullopt: there is none, and
    // `text` is as it was.
    std::optional<std::int64_t> read(std::string_view& text);

  private:
    std::optional<std::int64_t> read_3164(std::string_view& text);
    std::optional<std::int64_t> read_3339(std::string_view& text);
    // Takes ":SS" off, and a fraction.
    static std::optional<int> read_seconds(std::string_view& text);

    std::int64_t now_;
    // The stamp up to its minute that was converted last, and what it is: of a stamp without a zone in local time, else
    // as if it were UTC.
    std::string minute_text_;
    bool minute_local_ = false;
    std::int64_t minute_ = 0;
};

struct SyslogLine {
    std::int64_t time = 0;
    std::string_view host;
    std::string_view program;  // the tag without "[pid]": "postfix/smtp", "sm-mta"
    std::string_view pid;      // "" = none
    std::string_view message;
};

// nullopt: no line of a syslog. A line without host (as some containers write) is read too when its tag ends in ':'.
std::optional<SyslogLine> read_syslog(std::string_view line, StampReader& stamps);

}  // namespace reputed::mta
