#include "checks/mta/log/syslog.hpp"

#include <gtest/gtest.h>

#include "tests/support/time_zone.hpp"

namespace reputed::mta {
namespace {

constexpr std::int64_t now = 1'795'284'600;  // 2026-11-21 18:10:00 UTC

struct Row {
    const char* line;
    const char* told;  // "TIME HOST|PROGRAM|PID|MESSAGE", "" = no line of a syslog
};

std::string told(const char* text) {
    StampReader stamps(now);
    const auto line = read_syslog(text, stamps);
    if (!line) return "";
    return std::to_string(line->time - now) + ' ' + std::string(line->host) + '|' +
           std::string(line->program) + '|' + std::string(line->pid) + '|' + std::string(line->message);
}

TEST(SyslogTest, ReadsTheHeadsThatDaemonsWrite) {
    const test::TimeZone utc("UTC");
    const Row rows[] = {
        {"Nov 21 18:10:00 mail postfix/smtp[4711]: text: more", "0 mail|postfix/smtp|4711|text: more"},
        {"Nov  1 18:10:00 mail sm-mta[1]: x", "-1728000 mail|sm-mta|1|x"},
        {"Nov 01 18:10:00 mail smtpd: x", "-1728000 mail|smtpd||x"},
        {"<22>Nov 21 18:10:01 mail postfix-out/smtp[4711]: x", "1 mail|postfix-out/smtp|4711|x"},
        {"Nov 21 18:10:00.123456 mail postfix/smtp[1]: x", "0 mail|postfix/smtp|1|x"},
        {"2026-11-21T18:10:00.123456+09:00 mail postfix/smtp[1]: x", "-32400 mail|postfix/smtp|1|x"},
        {"2026-11-21T18:10:00Z mail postfix/smtp[1]: x", "0 mail|postfix/smtp|1|x"},
        {"2026-11-21T18:10:00-0730 mail postfix/smtp[1]: x", "27000 mail|postfix/smtp|1|x"},
        {"2026-11-21T18:10:00+09 mail postfix/smtp[1]: x", "-32400 mail|postfix/smtp|1|x"},
        {"2026-11-21 18:10:00 mail postfix/smtp[1]: x", "0 mail|postfix/smtp|1|x"},
        {"<22>1 2026-11-21T18:10:00Z mail postfix/smtp 4711 - - x", "0 mail|postfix/smtp|4711|x"},
        {"<22>1 2026-11-21T18:10:00Z mail postfix/smtp - ID [a b=\"]\\\"\"][c] \xEF\xBB\xBFx",
         "0 mail|postfix/smtp||x"},
        {"Nov 21 18:10:00 postfix/smtp[4711]: no host", "0 |postfix/smtp|4711|no host"},
        {"Nov 21 18:10:00 mail postfix/smtp[4711]:", "0 mail|postfix/smtp|4711|"},
        // A day ahead is a clock that differs; more is last year.
        {"Nov 22 18:00:00 mail a: x", "85800 mail|a||x"},
        {"Nov 23 18:10:00 mail a: x", "-31363200 mail|a||x"},
        {"Feb 29 00:00:00 mail a: x", "-86119800 mail|a||x"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(told(row.line), row.told) << row.line;
}

TEST(SyslogTest, RefusesWhatIsNoSyslog) {
    const test::TimeZone utc("UTC");
    for (const auto* line :
         {"", "x", "Nov", "Nov 21 18:10:00", "Nov 21 18:10:00 ", "Nov 32 18:10:00 mail a: x",
          "Nov 21 24:10:00 mail a: x", "Nov 21 18:60:00 mail a: x", "Nov 21 18:10:61 mail a: x",
          "nov 21 18:10:00 mail a: x", "ovN 21 18:10:00 mail a: x", "Nov 21 18:10:00 mail two words: x",
          "2026-13-21T18:10:00Z mail a: x", "2026-11-21T18:10:00Zmail a: x", "Nov 21 18:10:00 mail a[1 x",
          "<22>1 2026-11-21T18:10:00Z mail", "1795284600 mail a: x"})
        EXPECT_EQ(told(line), "") << line;
}

TEST(SyslogTest, TakesLocalTimeWhereNoZoneIsSaid) {
    const test::TimeZone tokyo("Asia/Tokyo");
    EXPECT_EQ(told("Nov 22 03:10:00 mail a: x"), "0 mail|a||x");
    EXPECT_EQ(told("2026-11-22 03:10:00 mail a: x"), "0 mail|a||x");
    EXPECT_EQ(told("2026-11-22T03:10:00+09:00 mail a: x"), "0 mail|a||x");
}

TEST(SyslogTest, OneReaderTakesFormsInTurn) {
    const test::TimeZone tokyo("Asia/Tokyo");
    StampReader stamps(now);
    for (const auto& [text, seconds] :
         {std::pair("Nov 22 03:10:07 a: x", 7), std::pair("2026-11-21T18:10:08Z a: x", 8),
          std::pair("Nov 22 03:10:09 a: x", 9), std::pair("2026-11-22T03:10:10 a: x", 10),
          std::pair("2026-11-22T03:10:11Z a: x", 32'411)}) {
        std::string_view line(text);
        EXPECT_EQ(stamps.read(line), now + seconds) << text;
        EXPECT_EQ(line, "a: x");
    }
}

}  // namespace
}  // namespace reputed::mta
