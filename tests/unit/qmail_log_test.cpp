#include "checks/mta/log/qmail_log.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/log_lines.hpp"
#include "tests/support/time_zone.hpp"

namespace reputed::mta {
namespace {

constexpr std::int64_t now = 1'795'284'600;  // 2026-11-21 18:10:00 UTC

#define AT "@400000006b01de820012d687 "
#define LATER "@400000006b01de8c0012d687 "
#define REMOTE AT "starting delivery 5: msg 4711 to remote user@example.com\n"

struct Row {
    const char* lines;
    const char* told;
};

const Row attempts[] = {
    {AT
     "new msg 4711\n" AT "info msg 4711: bytes 830 from <a@example.org> qp 6190 uid 1000\n" REMOTE LATER
     "delivery 5: success: 192.0.2.1_accepted_message./Remote_host_said:_250_2.0.0_OK_id=19LGuQ-0003OJ-00/",
     "sent id=4711 dsn=2.0.0 ip=192.0.2.1 domain=example.com delay=10 reply=250 2.0.0 OK "
     "id=19LGuQ-0003OJ-00"},
    {REMOTE AT "delivery 5: success: 2001:db8::1_accepted_message./Remote_host_said:_250_ok/",
     "sent id=4711 ip=2001:db8::1 domain=example.com reply=250 ok"},
    {REMOTE AT "delivery 5: success: "
               "User_and_password_not_set,_continuing_without_authentication./<user@example.com>_192.0.2.1_"
               "accepted_message./Remote_host_said:_250_2.0.0_OK/",
     "sent id=4711 dsn=2.0.0 ip=192.0.2.1 domain=example.com reply=250 2.0.0 OK"},
    {REMOTE AT "delivery 5: failure: "
               "192.0.2.1_does_not_like_recipient./Remote_host_said:_550-5.1.1_see_https://x.example/a/"
               "550_5.1.1_No_such_user/Giving_up_on_192.0.2.1./",
     "bounced id=4711 dsn=5.1.1 ip=192.0.2.1 domain=example.com reply=550-5.1.1 see https://x.example/a 550 "
     "5.1.1 No such "
     "user"},
    {REMOTE AT "delivery 5: failure: "
               "Connected_to_192.0.2.1_but_sender_was_rejected./Remote_host_said:_550_blocked_(#5.7.1)/",
     "bounced id=4711 dsn=5.7.1 ip=192.0.2.1 domain=example.com reply=550 blocked (#5.7.1)"},
    {REMOTE AT
     "delivery 5: failure: 192.0.2.1_failed_after_I_sent_the_message./Remote_host_said:_554_5.7.1_spam/",
     "bounced id=4711 dsn=5.7.1 ip=192.0.2.1 domain=example.com reply=554 5.7.1 spam"},
    {REMOTE AT "delivery 5: deferral: Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/",
     "deferred id=4711 dsn=4.4.1 domain=example.com reply=Sorry, I wasn't able to establish an SMTP "
     "connection. (#4.4.1)"},
    {REMOTE AT "delivery 5: deferral: Connected_to_192.0.2.1_but_connection_died._(#4.4.2)/",
     "deferred id=4711 dsn=4.4.2 ip=192.0.2.1 domain=example.com reply=Connected to 192.0.2.1 but connection "
     "died. "
     "(#4.4.2)"},
    {REMOTE AT "delivery 5: deferral: "
               "192.0.2.1_does_not_like_recipient./Remote_host_said:_451_4.7.1_Greylisted/Giving_up_on_"
               "192.0.2.1./",
     "deferred id=4711 dsn=4.7.1 ip=192.0.2.1 domain=example.com reply=451 4.7.1 Greylisted"},
    {REMOTE AT "delivery 5: deferral: CNAME_lookup_failed_temporarily._(#4.4.3)/",
     "deferred id=4711 dsn=4.4.3 domain=example.com reply=CNAME lookup failed temporarily. (#4.4.3)"},
    {REMOTE AT "delivery 5: failure: Sorry,_I_couldn't_find_any_host_named_example.com._(#5.1.2)/",
     "bounced id=4711 dsn=5.1.2 domain=example.com reply=Sorry, I couldn't find any host named example.com. "
     "(#5.1.2)"},
    {REMOTE AT "delivery 5: failure: "
               "Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/I'm_not_going_to_try_again;"
               "_this_message_has_been_in_the_queue_too_long./",
     "expired id=4711 dsn=4.4.1 domain=example.com reply=Sorry, I wasn't able to establish an SMTP "
     "connection. "
     "(#4.4.1)/I'm not going to try again; this message has been in the queue too long."},
    {REMOTE AT "delivery 5: report mangled, will defer",
     "deferred id=4711 domain=example.com reply=report mangled, will defer"},
    {AT "delivery 99: success: 192.0.2.1_accepted_message./Remote_host_said:_250_ok/",
     "sent ip=192.0.2.1 reply=250 ok"},
    {"2026-11-21 18:10:00.123456789 starting delivery 5: msg 4711 to remote user@example.com queue5\n"
     "2026-11-21 18:10:01.123456789 delivery 5: success: "
     "192.0.2.1_accepted_message./Remote_host_said:_250_ok/ queue5",
     "sent id=4711 ip=192.0.2.1 domain=example.com reply=250 ok"},
    {"Nov 21 18:10:00 mail qmail: 1795284600.111443 starting delivery 5: msg 4711 to remote "
     "user@example.com\n"
     "Nov 21 18:10:00 mail qmail: 1795284601.111443 delivery 5: deferral: x/",
     "deferred id=4711 domain=example.com reply=x"},
    {"1795284600.111443 delivery 5: deferral: x/", "deferred reply=x"},
    {"2026-11-21_18:10:00.12345 delivery 5: deferral: x/", "deferred reply=x"},
    {"delivery 5: deferral: x", "deferred reply=x"},
};

const Row local_attempts[] = {
    {AT "starting delivery 5: msg 4711 to local here.example-user@here.example\n" AT
        "delivery 5: success: did_0+0+1/",
     "sent local id=4711 domain=here.example reply=did 0+0+1"},
    {AT "starting delivery 5: msg 4711 to local a@here.example\n" AT "delivery 5: failure: "
        "Sorry,_no_mailbox_here_by_that_name._(#5.1.1)/",
     "bounced local id=4711 dsn=5.1.1 domain=here.example reply=Sorry, no mailbox here by that name. "
     "(#5.1.1)"},
    {AT "delivery 5: success: did_1+0+0/qp_21977/", "sent local reply=did 1+0+0/qp 21977"},
    {AT "delivery 5: failure: No_such_address.__#5.1.1_/",
     "bounced dsn=5.1.1 reply=No such address.  #5.1.1 "},
};

const Row refusals[] = {
    {AT "rblsmtpd: 198.51.100.1 pid 4711: 451 http://example.net/blocked?198.51.100.1",
     "rejected ip=198.51.100.1 reply=451 http://example.net/blocked?198.51.100.1"},
    {"Nov 21 18:10:00 mail rblsmtpd: 198.51.100.1 pid 4711: 451 listed",
     "rejected ip=198.51.100.1 reply=451 listed"},
    {AT "tcpserver: deny 4711 host:192.0.2.9:25 client:198.51.100.1::4242",
     "rejected ip=198.51.100.1 reply=deny 4711 host:192.0.2.9:25 client:198.51.100.1::4242"},
    {"Nov 21 18:10:00 mail spamdyke[4711]: DENIED_RDNS_MISSING from: a@b to: c@d origin_ip: 198.51.100.1 "
     "origin_rdns: (unknown)",
     "rejected ip=198.51.100.1 reply=DENIED_RDNS_MISSING from: a@b to: c@d origin_ip: 198.51.100.1 "
     "origin_rdns: (unknown)"},
    {AT "CHKUSER rejected rcpt: from <a@b::> remote <helo:h.example:198.51.100.1> rcpt <c@d> : not existing "
        "recipient",
     "rejected ip=198.51.100.1 reply=not existing recipient"},
};

const Row others[] = {
    {AT "status: local 0/10 remote 1/20", "plain"},
    {AT "new msg 4711", "plain"},
    {AT "end msg 4711", "plain"},
    {AT "bounce msg 4711 qp 6191", "plain"},
    {AT "triple bounce: discarding bounce/4711", "plain"},
    {AT "tcpserver: ok 4711 mail:192.0.2.9:25 h:192.0.2.7::4242", "plain"},
    {AT "delivery 5: surprise: x/", "unknown qmail-send"},
    {AT "delivery x", "unknown qmail-send"},
    {AT "query 12 7f000001:1234 a.example.", "foreign"},
    {"@400000006b01de82 new msg 4711", "foreign"},
    {"@zz00000066b01de820012d687 new msg 4711", "foreign"},
    {"Nov 21 18:10:00 mail sshd[1]: delivery 5: success: x", "foreign"},
    {"", "foreign"},
};

std::string told(const char* lines) {
    auto dialect = make_qmail_log(now);
    return last_line_told(*dialect, lines);
}

void expect_rows(std::span<const Row> rows) {
    const test::TimeZone utc("UTC");
    for (const auto& row : rows)
        EXPECT_EQ(told(row.lines), row.told) << row.lines;
}

TEST(QmailLog, ReadsAttempts) {
    expect_rows(attempts);
}

TEST(QmailLog, TellsLocalDeliveriesApart) {
    expect_rows(local_attempts);
}

TEST(QmailLog, ReadsRefusals) {
    expect_rows(refusals);
}

TEST(QmailLog, KnowsTheRest) {
    expect_rows(others);
}

TEST(QmailLog, ReadsStamps) {
    const test::TimeZone tokyo("Asia/Tokyo");
    for (const std::string stamp :
         {"@400000006b01de820012d687 ", "2026-11-22 03:10:00.123456789 ", "1795284600.123456 ",
          "2026-11-21_18:10:00.12345 ",
          "Nov 22 03:10:00 mail qmail: ", "2026-11-22T03:10:00+09:00 mail qmail-send[1]: 1795284600.1 "}) {
        auto dialect = make_qmail_log(now + 7);
        TextSink sink;
        dialect->line(stamp + "delivery 5: deferral: x/", sink);
        EXPECT_EQ(sink.time, now) << stamp;
    }
}

TEST(QmailLog, DeliveriesThatNeverEndTakeNoMemory) {
    auto dialect = make_qmail_log(now);
    TextSink sink;
    for (int i = 0; i < 100'000; ++i)
        dialect->line("starting delivery " + std::to_string(i) + ": msg 1 to remote a@example.com", sink);
    EXPECT_EQ(last_line_told(*dialect, "delivery 99999: deferral: x/"),
              "deferred id=1 domain=example.com reply=x");
    EXPECT_EQ(last_line_told(*dialect, "delivery 5: deferral: x/"), "deferred reply=x");
}

TEST(QmailLog, RecognisesItsLines) {
    EXPECT_TRUE(is_qmail_log_line(AT "new msg 4711"));
    EXPECT_TRUE(is_qmail_log_line("2026-11-21 18:10:00.123456789 status: local 0/10 remote 0/20"));
    EXPECT_TRUE(is_qmail_log_line("Nov 21 18:10:00 mail qmail: 1795284600.1 delivery 5: success: x/"));
    EXPECT_FALSE(is_qmail_log_line(AT "query 12 7f000001:1234 a.example."));
    EXPECT_FALSE(is_qmail_log_line("warning: x"));
}

}  // namespace
}  // namespace reputed::mta
