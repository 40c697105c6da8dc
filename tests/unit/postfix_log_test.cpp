#include "checks/mta/log/postfix_log.hpp"

#include <gtest/gtest.h>

#include "tests/support/log_lines.hpp"
#include "tests/support/time_zone.hpp"

namespace reputed::mta {
namespace {

constexpr std::int64_t now = 1'795'284'600;  // 2026-11-21 18:10:00 UTC

struct Row {
    std::string lines;
    const char* told;
};

std::string by(const char* program, const std::string& text) {
    return std::string("Nov 21 18:10:00 mail ") + program + "[4711]: " + text;
}

void expect(const std::vector<Row>& rows) {
    const test::TimeZone utc("UTC");
    for (const auto& [lines, told] : rows)
        EXPECT_EQ(last_line_told(*make_postfix_log(now), lines), told) << lines;
}

TEST(PostfixLogTest, ReadsAttempts) {
    const std::string to = "4fX0y95TbzZ: to=<user@example.com>, ";
    expect({
        {by("postfix/smtp",
            to + "relay=mx.example.com[192.0.2.1]:25, delay=1.5, delays=0.1/0.2/0.5/0.7, dsn=2.0.0, "
                 "status=sent (250 2.0.0 OK)"),
         "sent id=4fX0y95TbzZ dsn=2.0.0 host=mx.example.com ip=192.0.2.1 domain=example.com delay=1.5 "
         "reply=250 2.0.0 OK"},
        {by("postfix-out/smtp",
            to + "orig_to=<a@b>, relay=mx.example.com[2001:db8::1]:25, conn_use=3, delay=4.3e+05, "
                 "delays=1/2/3/4, dsn=4.2.0, status=deferred (host x said: 450 4.2.0 (a) (b))"),
         "deferred id=4fX0y95TbzZ dsn=4.2.0 host=mx.example.com ip=2001:db8::1 domain=example.com "
         "delay=430000 reply=host "
         "x said: 450 4.2.0 (a) (b)"},
        {by("postfix/relay/smtp",
            "8A2F31C0: to=<user@example.com>, relay=none, delay=0.1, delays=0/0/0/0, dsn=5.4.4, "
            "status=bounced (Host or domain name not found)"),
         "bounced id=8A2F31C0 dsn=5.4.4 domain=example.com delay=0.1 reply=Host or domain name not found"},
        {by("postfix/error", to + "relay=none, delay=1, delays=1/0/0/0, dsn=4.4.1, status=deferred (delivery "
                                  "temporarily suspended: connect to x[192.0.2.1]:25: Connection refused)"),
         "deferred id=4fX0y95TbzZ dsn=4.4.1 domain=example.com delay=1 reply=delivery temporarily suspended: "
         "connect to "
         "x[192.0.2.1]:25: Connection refused"},
        {by("postfix/retry",
            to + "relay=none, delay=1, delays=1/0/0/0, dsn=4.3.0, status=deferred (mail transport "
                 "unavailable)"),
         "deferred id=4fX0y95TbzZ dsn=4.3.0 domain=example.com delay=1 reply=mail transport unavailable"},
        {by("postfix/smtp", to + "relay=none, delay=1, delays=1/0/0/0, dsn=5.0.0, status=SOFTBOUNCE (x)"),
         "deferred id=4fX0y95TbzZ dsn=5.0.0 domain=example.com delay=1 reply=x"},
        {by("postfix/qmgr", "4fX0y95TbzZ: from=<a@b>, status=expired, returned to sender"),
         "expired id=4fX0y95TbzZ reply=status=expired, returned to sender"},
        {by("postfix/qmgr", "4fX0y95TbzZ: from=<>, status=force-expired, returned to sender"),
         "expired id=4fX0y95TbzZ reply=status=force-expired, returned to sender"},
        // RFC 5321 section 4.1.2: a quoted local part may hold anything.
        {by("postfix/smtp",
            "4fX0y95TbzZ: to=<\"a>, status=sent (\"@example.com>, relay=none, delay=1, delays=1/0/0/0, "
            "dsn=5.0.0, status=bounced (x)"),
         "bounced id=4fX0y95TbzZ dsn=5.0.0 domain=example.com delay=1 reply=x"},
        {by("postfix/smtp", to + "relay=mx[192.0.2.1]:25, delay=1, delays=1/0/0/0, dsn=weird, status=sent"),
         "sent id=4fX0y95TbzZ host=mx ip=192.0.2.1 domain=example.com delay=1"},
    });
}

TEST(PostfixLogTest, KeepsDeliveriesOnThisMachineApart) {
    const std::string rest =
        "4fX0y95TbzZ: to=<user@example.com>, relay=x, delay=1, delays=1/0/0/0, dsn=2.0.0, status=sent (y)";
    for (const auto* program : {"postfix/local", "postfix/virtual", "postfix/pipe", "postfix/lmtp",
                                "postfix/discard", "postfix/dovecot/pipe"})
        expect({{by(program, rest),
                 "sent local id=4fX0y95TbzZ dsn=2.0.0 host=x domain=example.com delay=1 reply=y"}});
}

TEST(PostfixLogTest, ToldApartIsWhatEncrypts) {
    const auto tls =
        by("postfix/smtp",
           "Untrusted TLS connection established to mx.example.com[192.0.2.1]:25: TLSv1.3 with x\n");
    const std::string sent =
        ": to=<user@example.com>, relay=mx.example.com[192.0.2.1]:25, dsn=2.0.0, status=sent (250 OK)";
    expect({
        {tls + by("postfix/smtp", "4fX0y95TbzZ" + sent),
         "sent id=4fX0y95TbzZ dsn=2.0.0 host=mx.example.com ip=192.0.2.1 domain=example.com tls reply=250 "
         "OK"},
        {tls + "Nov 21 18:10:00 mail postfix/smtp[4712]: 4fX0y95TbzZ" + sent,
         "sent id=4fX0y95TbzZ dsn=2.0.0 host=mx.example.com ip=192.0.2.1 domain=example.com plaintext "
         "reply=250 OK"},
    });
}

TEST(PostfixLogTest, CountsWhatWeRefuse) {
    expect({
        {by("postfix/smtpd",
            "NOQUEUE: reject: RCPT from unknown[203.0.113.9]: 554 5.7.1 <a@b>: Relay access denied; "
            "from=<a@b> to=<a@b> proto=ESMTP helo=<x>"),
         "rejected ip=203.0.113.9 reply=554 5.7.1 <a@b>: Relay access denied; from=<a@b> to=<a@b> "
         "proto=ESMTP helo=<x>"},
        {by("postfix/submission/smtpd", "4fX0y95TbzZ: reject: RCPT from x[2001:db8::9]: 550 5.1.1 y"),
         "rejected ip=2001:db8::9 reply=550 5.1.1 y"},
        {by("postfix/postscreen", "NOQUEUE: reject: RCPT from [203.0.113.9]:4711: 550 5.7.1 y"),
         "rejected ip=203.0.113.9 reply=550 5.7.1 y"},
        {by("postfix/cleanup", "4fX0y95TbzZ: milter-reject: END-OF-MESSAGE from x[203.0.113.9]: 5.7.1 y"),
         "rejected ip=203.0.113.9 reply=5.7.1 y"},
        {by("postfix/smtpd", "NOQUEUE: reject_warning: RCPT from x[203.0.113.9]: 554 y"), "plain"},
        {by("postfix/smtpd", "warning: hostname x: reject: y"), "plain"},
        {by("postfix/smtpd", "connect from x[203.0.113.9]"), "plain"},
    });
}

TEST(PostfixLogTest, PassesOverWhatIsNoAttempt) {
    expect({
        {by("dovecot", "imap-login: x"), "foreign"},
        {by("smtpd", "4fX0y95TbzZ: to=<a@b>, status=sent (x)"), "foreign"},
        {by("x/unheard-of", "4fX0y95TbzZ: to=<a@b>, status=sent (x)"), "foreign"},
        {"no syslog at all status=sent", "foreign"},
        {by("postfix/smtp", "connect to mx.example.com[192.0.2.1]:25: Connection refused"), "plain"},
        {by("postfix/smtp",
            "4fX0y95TbzZ: host mx.example.com[192.0.2.1] said: 451 x (in reply to RCPT TO command)"),
         "plain"},
        {by("postfix/smtp", "4fX0y95TbzZ: to=<a@b>, relay=none, dsn=5.0.0, status=undeliverable (x)"),
         "plain"},
        {by("postfix/qmgr", "4fX0y95TbzZ: removed"), "plain"},
        {by("postfix/qmgr", "4fX0y95TbzZ: from=<a@b>, size=1, nrcpt=1 (queue active)"), "plain"},
        {by("postfix/bounce", "4fX0y95TbzZ: sender non-delivery notification: 4fX0y95TbzA"), "plain"},
    });
}

TEST(PostfixLogTest, CountsWhatItDoesNotUnderstand) {
    expect({
        {by("postfix/smtp", "something new"), "unknown postfix/smtp"},
        {by("postfix/smtp", "4fX0y95TbzZ: something new"), "unknown postfix/smtp"},
        {by("postfix/smtp", "4fX0y95TbzZ: to=<a@b"), "unknown postfix/smtp"},
        {by("postfix/smtp", "4fX0y95TbzZ: to=<a@b>, relay"), "unknown postfix/smtp"},
        {by("postfix/smtp", "4fX0y95TbzZ: to=<a@b>, status=odd (x)"), "unknown postfix/smtp"},
        {by("postfix/local", "4fX0y95TbzZ: to=<a@b>, relay=local"), "unknown postfix/local"},
    });
}

}  // namespace
}  // namespace reputed::mta
