#include "checks/mta/log/opensmtpd_log.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/log_lines.hpp"
#include "tests/support/time_zone.hpp"

namespace reputed::mta {
namespace {

constexpr std::int64_t now = 1'795'284'600;  // 2026-11-21 18:10:00 UTC

#define HEAD "Nov 21 18:10:00 mail smtpd[4711]: "
#define SESSION HEAD "5df87c9ffd0e785d "
#define EVPID "f6e94209918f7e7b"

struct Row {
    const char* lines;
    const char* told;
};

const Row attempts[] = {
    {SESSION "mta delivery evpid=" EVPID
             " from=<a@example.org> to=<b@example.com> rcpt=<-> source=\"192.0.2.9\" "
             "relay=\"192.0.2.1 (mx.example.com)\" delay=2s result=\"Ok\" stat=\"250 2.0.0 OK  1562385708 "
             "z11 - gsmtp\"",
     "sent id=" EVPID
     " dsn=2.0.0 host=mx.example.com ip=192.0.2.1 domain=example.com source=192.0.2.9 delay=2 reply=250 "
     "2.0.0 OK  1562385708 z11 - gsmtp"},
    {SESSION "mta connecting address=smtp://192.0.2.1:25 host=mx.example.com\n" SESSION
             "mta connected\n" SESSION "mta tls ciphers=TLSv1.3:TLS_AES_256_GCM_SHA384:256\n" SESSION
             "mta delivery evpid=" EVPID " from=<> to=<b@example.com> rcpt=<x@y> source=\"-\" "
             "relay=\"192.0.2.1 (mx.example.com)\" delay=1h2m result=\"Ok\" "
             "stat=\"250 2.0.0: f6e94209 Message accepted\"",
     "sent id=" EVPID
     " dsn=2.0.0 host=mx.example.com ip=192.0.2.1 domain=example.com delay=3720 tls reply=250 2.0.0: "
     "f6e94209 Message accepted"},
    {SESSION "mta connecting address=smtp+notls://192.0.2.1:25 host=mx.example.com\n" SESSION
             "mta delivery evpid=" EVPID " from=<> to=<b@example.com> rcpt=<-> source=\"192.0.2.9\" "
             "relay=\"192.0.2.1 (mx.example.com)\" delay=0s "
             "result=\"TempFail\" stat=\"451 4.7.1 try \"again\" later\"",
     "deferred id=" EVPID
     " dsn=4.7.1 host=mx.example.com ip=192.0.2.1 domain=example.com source=192.0.2.9 delay=0 "
     "plaintext reply=451 4.7.1 try \"again\" later"},
    {SESSION "mta event=delivery evpid=" EVPID
             " from=<a@example.org> to=<b@example.com> rcpt=<-> source=\"192.0.2.9\" "
             "relay=\"192.0.2.1 (192.0.2.1)\" delay=1s result=\"PermFail\" stat=\"550 5.7.1 messages from "
             "[192.0.2.9] weren't "
             "sent\"",
     "bounced id=" EVPID
     " dsn=5.7.1 ip=192.0.2.1 domain=example.com source=192.0.2.9 delay=1 reply=550 5.7.1 messages from "
     "[192.0.2.9] weren't sent"},
    {SESSION "mta delivery evpid=" EVPID
             " from=<a@example.org> to=<\"b> to=<\"@example.com> rcpt=<-> source=\"-\" "
             "relay=\"example.com\" delay=4d3h result=\"TempFail\" stat=\"Network error on destination MXs\"",
     "deferred id=" EVPID " domain=example.com delay=356400 reply=Network error on destination MXs"},
    {SESSION "mta delivery evpid=" EVPID
             " from=<a@example.org> to=<b@example.com> rcpt=<-> source=\"[2001:db8::9]\" "
             "relay=\"[2001:db8::1] (mx.example.com)\" delay=1s result=\"Ok\" stat=\"250 ok\"",
     "sent id=" EVPID
     " host=mx.example.com ip=2001:db8::1 domain=example.com source=2001:db8::9 delay=1 reply=250 ok"},
    {SESSION "mta delivery evpid=" EVPID
             " from=<a@example.org> to=<b@example.com> rcpt=<-> source=\"-\" relay=\"-\" "
             "delay=1s result=\"Loop\" stat=\"Loop detected\"",
     "bounced id=" EVPID " domain=example.com delay=1 reply=Loop detected"},
    {HEAD "relay: Ok for " EVPID
          ": session=5df87c9ffd0e785d, from=<a@example.org>, to=<b@example.com>, rcpt=<->, "
          "source=192.0.2.9, relay=192.0.2.1 (mx.example.com), delay=1s, stat=250 2.0.0 ok, fine",
     "sent id=" EVPID
     " dsn=2.0.0 host=mx.example.com ip=192.0.2.1 domain=example.com source=192.0.2.9 delay=1 reply=250 "
     "2.0.0 ok, fine"},
    {HEAD "relay: Expire for " EVPID
          ": from=<a@example.org>, to=<b@example.com>, rcpt=<->, delay=4d, stat=Envelope expired",
     "expired id=" EVPID " domain=example.com delay=345600 reply=Envelope expired"},
    {"5df87c9ffd0e785d mta delivery evpid=" EVPID
     " from=<> to=<b@example.com> rcpt=<-> source=\"-\" relay=\"192.0.2.1 (mx)\" "
     "delay=1s result=\"Ok\" stat=\"250 ok\"",
     "sent id=" EVPID " host=mx ip=192.0.2.1 domain=example.com delay=1 reply=250 ok"},
    {"info: relay: TempFail for " EVPID
     ": session=1, from=<>, to=<b@example.com>, rcpt=<->, source=-, relay=192.0.2.1 (mx), "
     "delay=1s, stat=421 too busy",
     "deferred id=" EVPID " host=mx ip=192.0.2.1 domain=example.com delay=1 reply=421 too busy"},
    {SESSION "mta delivery evpid=" EVPID
             " from=<misc+x=tin.it@example.org> to=<b@example.com> rcpt=<-> source=\"-\" "
             "relay=\"192.0.2.1 (<unknown>)\" delay=1s result=\"Ok\" stat=\"250 ok\"",
     "sent id=" EVPID " ip=192.0.2.1 domain=example.com delay=1 reply=250 ok"},
};

#define CONNECTING SESSION "mta connecting address=smtp://192.0.2.1:25 host=mx.example.com\n"
#define GIVEN_UP                                                                                      \
    "Nov 21 18:10:00 mail smtpd[4711]: 0000000000000000 mta delivery evpid=" EVPID                    \
    " from=<a@example.org> to=<b@example.com> rcpt=<-> source=\"-\" relay=\"example.com\" delay=11s " \
    "result=\"TempFail\" stat=\"Network error on destination MXs\""

// What went wrong is said of a session, before.
const Row reasons[] = {
    {CONNECTING SESSION "mta connected\n" SESSION
                        "mta error reason=BANNER rejected: 421 4.7.0 too many connections\n" GIVEN_UP,
     "deferred id=" EVPID
     " dsn=4.7.0 host=mx.example.com ip=192.0.2.1 domain=example.com delay=11 reply=BANNER rejected: 421 "
     "4.7.0 too many connections"},
    {CONNECTING SESSION "mta error reason=IO Error: Connection refused\n" GIVEN_UP,
     "deferred id=" EVPID " domain=example.com delay=11 reply=IO Error: Connection refused"},
    {"Nov 21 17:10:00 mail smtpd[4711]: 5df87c9ffd0e785d mta connecting address=smtp://192.0.2.1:25 "
     "host=mx.example.com\n"
     "Nov 21 17:10:00 mail smtpd[4711]: 5df87c9ffd0e785d mta error reason=IO Error: Connection "
     "refused\n" GIVEN_UP,
     "deferred id=" EVPID " domain=example.com delay=11 reply=Network error on destination MXs"},
    {SESSION "mta connecting address=smtp://192.0.2.1:25 host=mx.example.net\n" SESSION
             "mta error reason=IO Error: Connection refused\n" GIVEN_UP,
     "deferred id=" EVPID " domain=example.com delay=11 reply=Network error on destination MXs"},
};

const Row local_attempts[] = {
    {SESSION "mda delivery evpid=" EVPID
             " from=<a@example.org> to=<b@here.example> rcpt=<b@here.example> user=b delay=1s "
             "result=Ok stat=Delivered",
     "sent local id=" EVPID " domain=here.example delay=1 reply=Delivered"},
    {SESSION "mda event=delivery evpid=" EVPID
             " from=<> to=<b@here.example> rcpt=<b@here.example> user=b method=mbox "
             "delay=1s result=TempFail stat=Error (\"disk full\")",
     "deferred local id=" EVPID " domain=here.example delay=1 reply=Error (\"disk full\")"},
    {HEAD "delivery: Ok for " EVPID
          ": from=<a@example.org>, to=<b@here.example>, user=b, method=mbox, delay=0s, "
          "stat=Delivered",
     "sent local id=" EVPID " domain=here.example delay=0 reply=Delivered"},
    {SESSION "mta connecting address=lmtp://127.0.0.1:24 host=localhost\n" SESSION "mta delivery evpid=" EVPID
             " from=<> to=<b@here.example> rcpt=<-> source=\"-\" relay=\"127.0.0.1 (localhost)\" delay=0s "
             "result=\"Ok\" "
             "stat=\"250 2.0.0 Saved\"",
     "sent local id=" EVPID
     " dsn=2.0.0 host=localhost ip=127.0.0.1 domain=here.example delay=0 plaintext reply=250 2.0.0 "
     "Saved"},
};

const Row refusals[] = {
    {SESSION "smtp connected address=198.51.100.1 host=<unknown>\n" SESSION
             "smtp failed-command command=\"RCPT TO:<b@example.net> \" result=\"550 Invalid recipient: "
             "<b@example.net>\"",
     "rejected ip=198.51.100.1 reply=550 Invalid recipient: <b@example.net>"},
    {SESSION "smtp connected address=[2001:db8::1] host=<unknown>\n" SESSION
             "smtp failed-command command=\"\" result=\"550 no rDNS please fix\"",
     "rejected ip=2001:db8::1 reply=550 no rDNS please fix"},
    {SESSION "smtp failed-command command=\"DATA\" result=\"451 Try again later\"",
     "rejected reply=451 Try again later"},
    {SESSION "smtp failed-command command=\"RCPT TO:<\" result=\"250 x> \" result=\"550 no\"",
     "rejected reply=550 no"},
    {SESSION
     "smtp event=failed-command address=198.51.100.1 host=h command=\"MAIL FROM:<x>\" result=\"421 no\"",
     "rejected ip=198.51.100.1 reply=421 no"},
    {SESSION
     "smtp failed-command command=\"AUTH LOGIN\" result=\"503 5.5.1 Invalid command: Command not supported\"",
     "plain"},
    {HEAD "smtp-in: New session 5df87c9ffd0e785d from host h.example [198.51.100.1]\n" HEAD
          "smtp-in: Failed command on session 5df87c9ffd0e785d: \"RCPT TO:<b@example.net>\" => 550 Invalid "
          "recipient",
     "rejected ip=198.51.100.1 reply=550 Invalid recipient"},
};

const Row others[] = {
    {SESSION "smtp connected address=local host=mail", "plain"},
    {SESSION "smtp message msgid=f6e94209 size=802 nrcpt=1 proto=ESMTP", "plain"},
    {SESSION "smtp envelope evpid=" EVPID " from=<a@example.org> to=<b@example.com>", "plain"},
    {SESSION "smtp bad-input result=\"500 5.5.1 Invalid command: Pipelining not supported\"", "plain"},
    {SESSION "mta disconnected reason=quit messages=1", "plain"},
    {SESSION "mta error reason=IO Error: Connection refused", "plain"},
    {HEAD "relay: Remove for " EVPID
          ": from=<>, to=<b@example.com>, rcpt=<->, delay=1s, stat=Removed by administrator",
     "plain"},
    {HEAD "info: OpenSMTPD 7.6.0 starting", "plain"},
    {SESSION "mta surprise", "unknown smtpd"},
    {SESSION "mta delivery evpid=" EVPID, "unknown smtpd"},
    {SESSION "mda surprise", "unknown smtpd"},
    {HEAD "relay: Whatever for " EVPID ": stat=x", "unknown smtpd"},
    {"Nov 21 18:10:00 mail postfix/smtpd[4711]: connect from x", "foreign"},
    {"5df87c9ffd0e785d something else", "foreign"},
};

std::string told(const char* lines) {
    auto dialect = make_opensmtpd_log(now);
    return last_line_told(*dialect, lines);
}

void expect_rows(std::span<const Row> rows) {
    const test::TimeZone utc("UTC");
    for (const auto& row : rows)
        EXPECT_EQ(told(row.lines), row.told) << row.lines;
}

TEST(OpensmtpdLog, ReadsAttempts) {
    expect_rows(attempts);
}

TEST(OpensmtpdLog, FindsTheReasonOfANetworkError) {
    expect_rows(reasons);
}

TEST(OpensmtpdLog, TellsLocalDeliveriesApart) {
    expect_rows(local_attempts);
}

TEST(OpensmtpdLog, ReadsRefusals) {
    expect_rows(refusals);
}

TEST(OpensmtpdLog, KnowsTheRest) {
    expect_rows(others);
}

TEST(OpensmtpdLog, RecognisesItsLines) {
    EXPECT_TRUE(is_opensmtpd_log_line(SESSION "smtp connected address=192.0.2.1 host=h"));
    EXPECT_TRUE(is_opensmtpd_log_line("5df87c9ffd0e785d mta connected"));
    EXPECT_FALSE(is_opensmtpd_log_line("Nov 21 18:10:00 mail postfix/smtpd[4711]: connect from x"));
    EXPECT_FALSE(is_opensmtpd_log_line("delivery: of pizza"));
}

}  // namespace
}  // namespace reputed::mta
