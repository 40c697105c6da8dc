#include "checks/mta/log/sendmail_log.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/log_lines.hpp"
#include "tests/support/time_zone.hpp"

namespace reputed::mta {
namespace {

constexpr std::int64_t now = 1'795'284'600;  // 2026-11-21 18:10:00 UTC

#define MTA "Nov 21 18:10:00 mail sm-mta[4711]: "
#define QID "6ALIA0ab004711: "

struct Row {
    const char* lines;
    const char* told;
};

const Row attempts[] = {
    {MTA QID
     "to=<a@example.com>, ctladdr=<www@example.org> (33/33), delay=00:00:02, xdelay=00:00:01, mailer=esmtp, "
     "pri=120314, relay=mx.example.com. [192.0.2.1], dsn=2.0.0, stat=Sent (OK 1216474116 13si6851157fks.6)",
     "sent id=6ALIA0ab004711 dsn=2.0.0 host=mx.example.com ip=192.0.2.1 domain=example.com delay=2 reply=OK "
     "1216474116 "
     "13si6851157fks.6"},
    {MTA QID "to=<a@example.com>,<b@example.com>,<\"c,>d\"@example.com>, delay=1+02:03:04, mailer=esmtp, "
             "relay=[192.0.2.1] "
             "[192.0.2.1], dsn=2.0.0, stat=Sent (ok, really)",
     "sent recipients=3 id=6ALIA0ab004711 dsn=2.0.0 ip=192.0.2.1 domain=example.com delay=93784 reply=ok, "
     "really"},
    {MTA QID "to=<a@example.com>,<b@example.com>, [more], delay=00:00:01, mailer=esmtp, relay=mx. "
             "[IPv6:2001:db8::1], "
             "dsn=2.0.0, stat=Sent",
     "sent recipients=2 id=6ALIA0ab004711 dsn=2.0.0 host=mx ip=2001:db8::1 domain=example.com delay=1"},
    {MTA QID
     "to=<a@example.com>, delay=00:08:18, xdelay=00:00:56, mailer=esmtp, pri=120310, relay=mx.example.com. "
     "[192.0.2.1], dsn=4.0.0, stat=Deferred: 421-4.7.0 [192.0.2.9      10] Our system has detected",
     "deferred id=6ALIA0ab004711 dsn=4.7.0 host=mx.example.com ip=192.0.2.1 domain=example.com delay=498 "
     "reply=421-4.7.0 "
     "[192.0.2.9      10] Our system has detected"},
    {MTA QID "to=<a@example.com>, delay=00:00:00, mailer=esmtp, relay=mx.example.com., stat=Deferred: 451 "
             "4.7.1 Greylisted",
     "deferred id=6ALIA0ab004711 dsn=4.7.1 host=mx.example.com domain=example.com delay=0 reply=451 4.7.1 "
     "Greylisted"},
    {MTA QID "to=<a@example.com>, delay=00:00:00, mailer=esmtp, relay=mx.example.com., dsn=4.0.0, "
             "stat=Deferred: Connection "
             "refused by mx.example.com.",
     "deferred id=6ALIA0ab004711 dsn=4.0.0 host=mx.example.com domain=example.com delay=0 reply=Connection "
     "refused by "
     "mx.example.com."},
    {MTA QID "to=<a@example.com>, delay=00:00:00, mailer=esmtp, relay=mx.example.com., dsn=4.4.3, "
             "stat=Deferred: Name server: "
             "mx.example.com.: host name lookup failure",
     "deferred id=6ALIA0ab004711 dsn=4.4.3 host=mx.example.com domain=example.com delay=0 reply=Name server: "
     "mx.example.com.: host name lookup failure"},
    {MTA QID "to=<a@example.com>, delay=00:00:00, mailer=esmtp, relay=mx.example.com., dsn=4.5.0, "
             "stat=Operating system error",
     "deferred id=6ALIA0ab004711 dsn=4.5.0 host=mx.example.com domain=example.com delay=0 reply=Operating "
     "system error"},
    {MTA QID "to=<a@example.com>, delay=00:00:02, mailer=esmtp, relay=mx.example.com. [192.0.2.1], "
             "dsn=5.1.1, reply=550 5.1.1 "
             "<a@example.com>: no, such, user, stat=User unknown",
     "bounced id=6ALIA0ab004711 dsn=5.1.1 host=mx.example.com ip=192.0.2.1 domain=example.com delay=2 "
     "reply=550 5.1.1 "
     "<a@example.com>: no, such, user"},
    {MTA QID "to=<a@example.com>, delay=00:00:02, mailer=esmtp, relay=mx.example.com. [192.0.2.1], "
             "dsn=5.0.0, stat=Service "
             "unavailable",
     "bounced id=6ALIA0ab004711 dsn=5.0.0 host=mx.example.com ip=192.0.2.1 domain=example.com delay=2 "
     "reply=Service "
     "unavailable"},
    {MTA QID "to=<a@nonexistent.example>, delay=00:00:00, mailer=esmtp, relay=nonexistent.example, "
             "dsn=5.1.2, stat=Host unknown "
             "(Name server: nonexistent.example: host not found)",
     "bounced id=6ALIA0ab004711 dsn=5.1.2 domain=nonexistent.example delay=0 "
     "reply=Host unknown "
     "(Name server: nonexistent.example: host not found)"},
    {"Nov 21 18:10:00 mail sendmail[4711]: " QID "to=<b@example.com>, stat=Sent (ok)",
     "sent id=6ALIA0ab004711 domain=example.com reply=ok"},
    {"2026-11-21T18:10:00.5+00:00 mail sendmail: u31FFPtp032300: to=a@example.com, ctladdr=x (1/1), "
     "delay=00:00:00, "
     "mailer=relay, relay=smart.example.net. [192.0.2.1], dsn=2.0.0, stat=Sent (ok)",
     "sent id=u31FFPtp032300 dsn=2.0.0 host=smart.example.net ip=192.0.2.1 domain=example.com delay=0 "
     "reply=ok"},
    {"Nov 21 18:10:00 mail sm-mta[4711]: STARTTLS=client, relay=mx.example.com., version=TLSv1.3, "
     "verify=FAIL, "
     "cipher=TLS_AES_256_GCM_SHA384, bits=256/256\n" MTA QID
     "to=<a@example.com>, mailer=esmtp, relay=mx.example.com. [192.0.2.1], dsn=2.0.0, stat=Sent (ok)",
     "sent id=6ALIA0ab004711 dsn=2.0.0 host=mx.example.com ip=192.0.2.1 domain=example.com tls reply=ok"},
    {"Nov 21 18:10:00 mail sm-mta[4712]: STARTTLS=client, relay=mx.example.com., version=TLSv1.3\n" MTA QID
     "to=<a@example.com>, mailer=esmtp, relay=mx.example.com. [192.0.2.1], dsn=2.0.0, stat=Sent (ok)",
     "sent id=6ALIA0ab004711 dsn=2.0.0 host=mx.example.com ip=192.0.2.1 domain=example.com reply=ok"},
    {MTA QID "to=<a@example.com>, mailer=relay, relay=[127.0.0.1] [127.0.0.1], dsn=2.0.0, stat=Sent (ok)",
     "sent id=6ALIA0ab004711 dsn=2.0.0 ip=127.0.0.1 domain=example.com reply=ok"},
};

// On a connection that is used again, dsn= and reply= can be those of the message before.
const Row stale_replies[] = {
    {MTA QID "to=grey@example.com, mailer=esmtp, relay=mx.example.com. [192.0.2.1], dsn=5.3.4, reply=552 "
             "5.3.4 Message size "
             "exceeds fixed limit, stat=Deferred: 451 4.7.1 <grey@example.com>: Greylisted, stat=x",
     "deferred id=6ALIA0ab004711 dsn=4.7.1 host=mx.example.com ip=192.0.2.1 domain=example.com reply=451 "
     "4.7.1 "
     "<grey@example.com>: Greylisted, stat=x"},
    {MTA QID "to=a@example.com, mailer=esmtp, relay=mx.example.com. [192.0.2.1], dsn=5.3.4, reply=552 5.3.4 "
             "Message size, "
             "stat=Deferred: Connection reset by mx.example.com.",
     "deferred id=6ALIA0ab004711 host=mx.example.com ip=192.0.2.1 domain=example.com reply=Connection reset "
     "by "
     "mx.example.com."},
    {MTA QID "to=a@example.com, mailer=esmtp, relay=mx.example.com. [192.0.2.1], dsn=4.4.2, reply=421 4.4.1 "
             "Connection reset by "
             "mx.example.com., stat=Deferred",
     "deferred id=6ALIA0ab004711 dsn=4.4.2 host=mx.example.com ip=192.0.2.1 domain=example.com reply=421 "
     "4.4.1 Connection "
     "reset by mx.example.com."},
    {MTA QID "to=a@example.com, mailer=esmtp, relay=contoso-example.ma...ction.outlook.com. [192.0.2.1], "
             "dsn=4.5.0, reply=421 x, "
             "stat=Deferred: 421 4.7.0 mx Error: too many connections",
     "deferred id=6ALIA0ab004711 dsn=4.7.0 host=contoso-example.ma...ction.outlook.com ip=192.0.2.1 "
     "domain=example.com "
     "reply=421 4.7.0 mx Error: too many connections"},
};

const Row local_attempts[] = {
    {MTA QID "to=root, delay=00:00:00, xdelay=00:00:00, mailer=local, pri=32578, dsn=2.0.0, stat=Sent",
     "sent local id=6ALIA0ab004711 dsn=2.0.0 delay=0"},
    {MTA QID "to=\"|/usr/bin/procmail -a x, y\", ctladdr=<x@here.example> (1/1), delay=00:00:00, "
             "mailer=prog, dsn=2.0.0, stat=Sent",
     "sent local id=6ALIA0ab004711 dsn=2.0.0 delay=0"},
    {MTA QID "to=\\\\jl, delay=16:31:40, xdelay=00:00:04, mailer=local, pri=6962581, dsn=4.0.0, "
             "stat=Deferred: local mailer "
             "(/usr/bin/procmail) exited with EX_TEMPFAIL",
     "deferred local id=6ALIA0ab004711 dsn=4.0.0 delay=59500 reply=local mailer (/usr/bin/procmail) exited "
     "with "
     "EX_TEMPFAIL"},
    {"Nov 21 18:10:00 mail sendmail[4711]: " QID
     "to=a@example.com, ctladdr=www (33/33), delay=00:00:15, xdelay=00:00:00, "
     "mailer=relay, pri=30072, relay=[127.0.0.1] [127.0.0.1], dsn=2.0.0, stat=Sent (6ALIA0ac004712 Message "
     "accepted for "
     "delivery)",
     "sent local id=6ALIA0ab004711 dsn=2.0.0 ip=127.0.0.1 domain=example.com delay=15 reply=6ALIA0ac004712 "
     "Message "
     "accepted for delivery"},
    {"Nov 21 18:10:00 mail sm-msp-queue[22316]: " QID
     "to=a@example.com, ctladdr=root (0/0), delay=00:03:22, mailer=relay, "
     "relay=localhost, dsn=4.0.0, stat=Deferred: Connection refused by localhost",
     "deferred local id=6ALIA0ab004711 dsn=4.0.0 host=localhost domain=example.com delay=202 "
     "reply=Connection refused by "
     "localhost"},
};

const Row ends[] = {
    {MTA QID
     "to=<a@example.com>,<b@example.com>, delay=5+00:01:02, mailer=esmtp, relay=mx.example.com. [192.0.2.1], "
     "dsn=4.0.0, stat=Deferred: Connection timed out with mx.example.com.\n" MTA QID
     "6ALIA0ac004712: sender notify: Cannot send message for 5 days",
     "expired recipients=2 id=6ALIA0ab004711 host=mx.example.com ip=192.0.2.1 domain=example.com "
     "reply=Cannot send message "
     "for 5 days"},
    {MTA QID "6ALIA0ac004712: return to sender: Cannot send message for 5 days",
     "expired id=6ALIA0ab004711 reply=Cannot send message for 5 days"},
    {MTA QID "6ALIA0ac004712: postmaster notify: Cannot send message for 5 days", "plain"},
    {MTA QID "6ALIA0ac004712: sender notify: Warning: could not send message for past 4 hours", "plain"},
    {MTA QID "6ALIA0ac004712: DSN: Service unavailable", "plain"},
    {MTA QID "6ALIA0ac004712: return to sender: User unknown", "plain"},
};

const Row refusals[] = {
    {MTA QID "ruleset=check_rcpt, arg1=<a@example.net>, relay=host.example [198.51.100.1] (may be forged), "
             "reject=550 5.7.1 "
             "<a@example.net>... Relaying denied",
     "rejected ip=198.51.100.1 reply=550 5.7.1 <a@example.net>... Relaying denied"},
    {MTA "ruleset=check_relay, arg1=h.example, arg2=127.0.0.3, relay=h.example [198.51.100.1], reject=553 "
         "5.3.0 blocked - see "
         "http://example.net/",
     "rejected ip=198.51.100.1 reply=553 5.3.0 blocked - see http://example.net/"},
    {MTA QID "Milter: data, reject=550 5.7.1 Blocked by SpamAssassin",
     "rejected reply=550 5.7.1 Blocked by SpamAssassin"},
    {MTA QID "Milter: to=<a@example.net>, reject=451 4.7.1 Greylisting in action, please come back later",
     "rejected reply=451 4.7.1 Greylisting in action, please come back later"},
    {MTA QID "<nobody@example.net>... User unknown", "rejected reply=User unknown"},
    {MTA QID
     "ruleset=tls_rcpt, arg1=a@example.com, relay=mx.example.com., reject=451 4.3.0 Temporary system failure",
     "plain"},
};

const Row others[] = {
    {MTA QID "from=<a@example.org>, size=314, class=0, nrcpts=1, msgid=<1@b>, proto=ESMTP, daemon=MTA-v4, "
             "relay=h [192.0.2.7]",
     "plain"},
    {MTA QID "to=<a@example.com>, delay=00:00:00, mailer=esmtp, pri=30000, stat=queued", "plain"},
    {MTA QID "lost input channel from h.example [192.0.2.7] to MTA after rcpt", "plain"},
    {MTA QID "h.example [192.0.2.7] did not issue MAIL/EXPN/VRFY/ETRN during connection to MTA", "plain"},
    {MTA QID "collect: premature EOM: unexpected close", "plain"},
    {MTA QID "Milter insert (0): header: X-A: to=<a@b>, stat=Sent", "plain"},
    {MTA "starting daemon (8.17.1): SMTP+queueing@00:10:00", "plain"},
    {MTA "rejecting connections on daemon MTA: load average: 12", "plain"},
    {MTA "NOQUEUE: connect from h.example [192.0.2.7]", "plain"},
    {MTA QID "what is this", "unknown sm-mta"},
    {MTA QID "to=<a@example.com>, delay=00:00:00, mailer=esmtp", "unknown sm-mta"},
    {MTA QID "to=<a@example.com", "unknown sm-mta"},
    {"Nov 21 18:10:00 mail sm-notify[1]: Version 2.3", "foreign"},
    {"Nov 21 18:10:00 mail postfix/sendmail[1]: fatal: x", "foreign"},
    {"to=<a@example.com>, stat=Sent", "foreign"},
};

std::string told(const char* lines) {
    auto dialect = make_sendmail_log(now);
    return last_line_told(*dialect, lines);
}

void expect_rows(std::span<const Row> rows) {
    const test::TimeZone utc("UTC");
    for (const auto& row : rows)
        EXPECT_EQ(told(row.lines), row.told) << row.lines;
}

TEST(SendmailLog, ReadsAttempts) {
    expect_rows(attempts);
}

TEST(SendmailLog, TakesNoReplyOfTheMessageBefore) {
    expect_rows(stale_replies);
}

TEST(SendmailLog, TellsLocalDeliveriesApart) {
    expect_rows(local_attempts);
}

TEST(SendmailLog, ReadsTheEndOfAMessageThatIsGivenUp) {
    expect_rows(ends);
}

TEST(SendmailLog, ReadsRefusals) {
    expect_rows(refusals);
}

TEST(SendmailLog, KnowsTheRest) {
    expect_rows(others);
}

TEST(SendmailLog, ReadsOnThoughABracketIsLeftOpen) {
    EXPECT_EQ(told(MTA QID "to=\"a@example.com, delay=00:00:01, mailer=esmtp, dsn=2.0.0, stat=Sent (ok)"),
              "sent id=6ALIA0ab004711 dsn=2.0.0 domain=example.com delay=1 reply=ok");
}

TEST(SendmailLog, RecognisesItsLines) {
    EXPECT_TRUE(is_sendmail_log_line(MTA "x"));
    EXPECT_TRUE(is_sendmail_log_line("Nov 21 18:10:00 mail sendmail[1]: x"));
    EXPECT_FALSE(is_sendmail_log_line("Nov 21 18:10:00 mail smtpd[1]: x"));
}

}  // namespace
}  // namespace reputed::mta
