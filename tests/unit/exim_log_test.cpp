#include "checks/mta/log/exim_log.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/log_lines.hpp"
#include "tests/support/time_zone.hpp"

namespace reputed::mta {
namespace {

constexpr std::int64_t now = 1'795'284'600;  // 2026-11-21 18:10:00 UTC

struct Row {
    const char* lines;
    const char* told;
};

// The first six digits of an id are its message's time: 1xUpXE is 18:10:00, 1xUobA an hour before.
const Row deliveries[] = {
    {"2026-11-21 18:10:00 1xUobA-000000005vi-1abc => user@example.com R=dnslookup T=remote_smtp "
     "H=mx.example.com "
     "[192.0.2.1] X=TLS1.3:ECDHE_X25519__RSA_PSS_RSAE_SHA256__AES_256_GCM:256 CV=yes DN=\"C=US,O=a: b "
     "[192.0.2.7]\" "
     "C=\"250 2.0.0 OK  1724 x-y.1 - gsmtp\"",
     "sent id=1xUobA-000000005vi-1abc dsn=2.0.0 host=mx.example.com ip=192.0.2.1 domain=example.com "
     "delay=3600 tls "
     "reply=250 2.0.0 OK  1724 x-y.1 - gsmtp"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB => user@example.com R=dnslookup T=remote_smtp H=mx.example.com "
     "[192.0.2.1]",
     "sent id=1xUpXE-0005vi-AB host=mx.example.com ip=192.0.2.1 domain=example.com delay=0 plaintext"},
    {"2026-11-21 18:10:00.123 +0000 [4711] 1xUpXE-0005vi-AB -> b@example.com F=<a b@example.org> P=<> "
     "R=smart T=t1 S=99 "
     "H=mx.example.com DS [2001:db8::1]:25 I=[2001:db8::2]:40112 TFO* L C=\"250- 9 byte chunk, total "
     "9\\\\n250 OK id=\\\"1\\\"\" QT=1m2s DT=0.5s",
     "sent id=1xUpXE-0005vi-AB host=mx.example.com ip=2001:db8::1 domain=example.com source=2001:db8::2 "
     "delay=62 "
     "plaintext reply=250- 9 byte chunk, total 9 250 OK id=\"1\""},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB >> b@example.com R=r T=remote_smtp H=mx.example.com [192.0.2.1]* "
     "C=\"250 OK\"",
     "sent id=1xUpXE-0005vi-AB host=mx.example.com ip=192.0.2.1 domain=example.com delay=0 plaintext "
     "reply=250 OK"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB => user@dest.example <alias@here.example> R=dnslookup "
     "T=dkim_remote_smtp "
     "H=mx.dest.example [192.0.2.1] C=\"250 ok\"",
     "sent id=1xUpXE-0005vi-AB host=mx.dest.example ip=192.0.2.1 domain=dest.example delay=0 plaintext "
     "reply=250 ok"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB => \"odd R=x > y\"@dest.example R=dnslookup T=remote_smtp H=mx "
     "[192.0.2.1]",
     "sent id=1xUpXE-0005vi-AB host=mx ip=192.0.2.1 domain=dest.example delay=0 plaintext"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB => user@dest.example R=dnslookup T=remote_smtp",
     "sent id=1xUpXE-0005vi-AB domain=dest.example delay=0 plaintext"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB => user@dest.example R=r T=remote_smtp H=[192.0.2.1] [192.0.2.1] "
     "I=[192.0.2.9]40112",
     "sent id=1xUpXE-0005vi-AB ip=192.0.2.1 domain=dest.example source=192.0.2.9 delay=0 plaintext"},
};

const Row local_deliveries[] = {
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB => user <user@here.example> R=local_user T=mail_spool",
     "sent local id=1xUpXE-0005vi-AB delay=0"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB => /var/mail/user <user@here.example> R=userforward "
     "T=address_file",
     "sent local id=1xUpXE-0005vi-AB delay=0"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB => |/usr/bin/vacation -a x (user@here.example) <all@here.example> "
     "R=userforward "
     "T=address_pipe",
     "sent local id=1xUpXE-0005vi-AB delay=0"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB => :blackhole: <user@here.example> R=system_aliases",
     "sent local id=1xUpXE-0005vi-AB delay=0"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB => user@here.example R=virtual T=dovecot_lmtp H=127.0.0.1 "
     "[127.0.0.1] C=\"250 2.0.0 "
     "<user@here.example> x Saved\"",
     "sent local id=1xUpXE-0005vi-AB dsn=2.0.0 host=127.0.0.1 ip=127.0.0.1 domain=here.example delay=0 "
     "reply=250 2.0.0 "
     "<user@here.example> x Saved"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB => info <info@here.example> R=virtual_user T=virtual_userdelivery",
     "sent local id=1xUpXE-0005vi-AB delay=0"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB == user@here.example R=local_user T=maildir_home defer (-22): "
     "mailbox is full",
     "deferred local id=1xUpXE-0005vi-AB domain=here.example delay=0 reply=mailbox is full"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB ** |/bin/false <user@here.example> R=userforward T=address_pipe: "
     "Child process of "
     "address_pipe transport returned 1 from command: /bin/false",
     "bounced local id=1xUpXE-0005vi-AB delay=0 reply=Child process of address_pipe transport returned 1 "
     "from command: "
     "/bin/false"},
};

const Row failures[] = {
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB == user@example.com R=dnslookup T=remote_smtp defer (-44) "
     "H=mx.example.com "
     "[192.0.2.1]: SMTP error from remote mail server after RCPT TO:<user@example.com>: 451 4.7.1 Greylisted",
     "deferred id=1xUpXE-0005vi-AB dsn=4.7.1 host=mx.example.com ip=192.0.2.1 domain=example.com delay=0 "
     "reply=SMTP error "
     "from remote mail server after RCPT TO:<user@example.com>: 451 4.7.1 Greylisted"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB == user@example.com R=dnslookup T=remote_smtp defer (-44): SMTP "
     "error from remote "
     "mail server after RCPT TO:<user@example.com>: host mx0.example.com [192.0.2.1]: 450 4.3.2 Too many "
     "mails",
     "deferred id=1xUpXE-0005vi-AB dsn=4.3.2 host=mx0.example.com ip=192.0.2.1 domain=example.com delay=0 "
     "reply=SMTP error "
     "from remote mail server after RCPT TO:<user@example.com>: host mx0.example.com [192.0.2.1]: 450 4.3.2 "
     "Too many "
     "mails"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB == user@example.com R=dnslookup T=remote_smtp defer (-53): retry "
     "time not reached "
     "for any host for 'example.com'",
     "deferred id=1xUpXE-0005vi-AB domain=example.com delay=0 reply=retry time not reached for any host for "
     "'example.com'"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB == user@example.com R=dnslookup T=remote_smtp defer (111): "
     "Connection refused",
     "deferred id=1xUpXE-0005vi-AB domain=example.com delay=0 reply=Connection refused"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB == user@example.com R=dnslookup T=remote_smtp defer (110): "
     "Connection timed out "
     "H=mx.example.com [192.0.2.1]:25 I=[192.0.2.9]:40112 DT=5m",
     "deferred id=1xUpXE-0005vi-AB host=mx.example.com ip=192.0.2.1 domain=example.com source=192.0.2.9 "
     "delay=0 "
     "reply=Connection timed out"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB == user@example.com R=dnslookup T=remote_smtp H=mx.example.com "
     "[192.0.2.1] "
     "DT=0.1s defer (-18): Remote host closed connection in response to initial connection",
     "deferred id=1xUpXE-0005vi-AB host=mx.example.com ip=192.0.2.1 domain=example.com delay=0 reply=Remote "
     "host closed "
     "connection in response to initial connection"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB == user@example.com routing defer (-51): retry time not reached",
     "deferred id=1xUpXE-0005vi-AB domain=example.com delay=0 reply=retry time not reached"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB == user@example.com R=dnslookup defer (-1): host lookup did not "
     "complete",
     "deferred id=1xUpXE-0005vi-AB domain=example.com delay=0 reply=host lookup did not complete"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB ** user@example.com R=dnslookup T=remote_smtp H=mx.example.com "
     "[192.0.2.1] "
     "X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=yes DN=\"CN=mx.example.com\": SMTP error from remote mail "
     "server after "
     "pipelined end of data: 550-5.7.26 This mail is \\303\\251 unauthenticated\\n550 5.7.26 see x DT=1s",
     "bounced id=1xUpXE-0005vi-AB dsn=5.7.26 host=mx.example.com ip=192.0.2.1 domain=example.com delay=0 tls "
     "reply=SMTP "
     "error from remote mail server after pipelined end of data: 550-5.7.26 This mail is \303\251 "
     "unauthenticated 550 "
     "5.7.26 see x"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB ** user@nonexistent.example: Unrouteable address",
     "bounced id=1xUpXE-0005vi-AB domain=nonexistent.example delay=0 reply=Unrouteable address"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB ** user@nonexistent.example F=<a@example.org> R=nonlocal: Mailing "
     "to remote domains "
     "not supported",
     "bounced id=1xUpXE-0005vi-AB domain=nonexistent.example delay=0 reply=Mailing to remote domains not "
     "supported"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB ** user@example.com <alias@here.example>: retry timeout exceeded",
     "expired id=1xUpXE-0005vi-AB domain=example.com delay=0 reply=retry timeout exceeded"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB ** user@example.com R=dnslookup T=remote_smtp: all hosts for "
     "'example.com' have been "
     "failing for a long time and were last tried after this message arrived",
     "expired id=1xUpXE-0005vi-AB domain=example.com delay=0 reply=all hosts for 'example.com' have been "
     "failing for a long "
     "time and were last tried after this message arrived"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB ** user@example.com R=dnslookup T=remote_smtp H=mx.example.com "
     "[192.0.2.1]: "
     "Connection timed out: retry timeout exceeded",
     "expired id=1xUpXE-0005vi-AB host=mx.example.com ip=192.0.2.1 domain=example.com delay=0 "
     "reply=Connection timed out: "
     "retry timeout exceeded"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB ** user@example.com R=enforce_limits : Domain here.example has "
     "exceeded the max",
     "bounced id=1xUpXE-0005vi-AB domain=example.com delay=0 reply=Domain here.example has exceeded the max"},
};

const Row failures_over_lines[] = {
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB == user@example.com R=dnslookup T=remote_smtp defer (-44) "
     "H=mx.example.net "
     "[192.0.2.1]: SMTP error from remote mail server after RCPT TO:<user@example.com>: 451 4.7.1 "
     "Greylisted\n"
     "2026-11-21 18:10:00 1xUpXE-0005vi-AB ** user@example.com: retry timeout exceeded",
     "expired id=1xUpXE-0005vi-AB host=mx.example.net ip=192.0.2.1 domain=example.com delay=0 reply=retry "
     "timeout exceeded"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB == c@here.example R=smart T=local_delivery defer (-22): mailbox "
     "is full\n"
     "2026-11-21 18:10:00 1xUpXE-0005vi-AB ** c@here.example: retry timeout exceeded",
     "expired local id=1xUpXE-0005vi-AB domain=here.example delay=0 reply=retry timeout exceeded"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB == user@example.com R=all T=smtp defer (110): Connection timed "
     "out "
     "H=mx.example.com [192.0.2.1]: SMTP timeout after EHLO myhost.example",
     "deferred id=1xUpXE-0005vi-AB host=mx.example.com ip=192.0.2.1 domain=example.com delay=0 "
     "reply=Connection timed out: "
     "SMTP timeout after EHLO myhost.example"},
};

const Row refusals[] = {
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB F=<a@b> rejected by non-SMTP ACL: don't like sender",
     "rejected reply=don't like sender"},
    {"2026-11-21 18:10:00 H=(ylmf-pc) [198.51.100.1]:1234 I=[192.0.2.9]:25 F=<a b@example.org> rejected RCPT "
     "<c@example.net>: relay not permitted",
     "rejected ip=198.51.100.1 reply=relay not permitted"},
    {"2026-11-21 18:10:00 H=host.example ([203.0.113.1]) [198.51.100.1] X=TLS1.2:a:256 CV=no F=<> "
     "temporarily rejected RCPT "
     "<c@example.net>: greylisted: try later",
     "rejected ip=198.51.100.1 reply=greylisted: try later"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB H=host.example (helo) [2001:db8::1] F=<a@b> rejected after DATA: "
     "spam score 22.8",
     "rejected ip=2001:db8::1 reply=spam score 22.8"},
    {"2026-11-21 18:10:00 H=[198.51.100.1] rejected connection in \"connect\" ACL: listed",
     "rejected ip=198.51.100.1 reply=listed"},
    {"2026-11-21 18:10:00 rejected EHLO from H=[198.51.100.1]: syntactically invalid argument(s): a_b",
     "rejected ip=198.51.100.1 reply=syntactically invalid argument(s): a_b"},
    {"2026-11-21 18:10:00 Connection from [198.51.100.1]:4242 refused: too many connections",
     "rejected ip=198.51.100.1 reply=too many connections"},
    {"2026-11-21 18:10:00 SMTP protocol synchronization error (input sent without waiting for greeting): "
     "rejected connection "
     "from H=[198.51.100.1] input=\"EHLO a\\r\\n\"",
     "rejected ip=198.51.100.1 reply=rejected connection from H=[198.51.100.1] input=\"EHLO a  \""},
    {"2026-11-21 18:10:00 refused connection from H=[198.51.100.1] (host_reject_connection)",
     "rejected ip=198.51.100.1 reply=refused connection from H=[198.51.100.1] (host_reject_connection)"},
};

const Row others[] = {
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB <= a@example.org H=h.example [192.0.2.7] P=esmtps S=12 T=\"=> x@y "
     "R=r T=t\"",
     "plain"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB *> user@example.com R=dnslookup T=remote_smtp", "plain"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB Completed", "plain"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB Completed QT=1s", "plain"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB Message is frozen", "plain"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB *** Frozen (delivery error message)", "plain"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB cancelled by timeout_frozen_after", "plain"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB => blackhole (DATA ACL discarded recipients): x", "plain"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB H=mx.example.com [192.0.2.1] Connection timed out", "plain"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB SMTP timeout while connected to mx.example.com [192.0.2.1] after "
     "RCPT TO",
     "plain"},
    {"2026-11-21 18:10:00 Start queue run: pid=4711", "plain"},
    {"2026-11-21 18:10:00 H=h.example [192.0.2.7] Warning: rejected RCPT <a@b>: not really", "plain"},
    {"2026-11-21 18:10:00 no host name found for IP address 192.0.2.7", "plain"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB b@example.com: error ignored", "plain"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB ?? what is this", "unknown exim"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB == user@example.com R=dnslookup T=remote_smtp postponed",
     "unknown exim"},
    {"2026-11-21 18:10:00 1xUpXE-0005vi-AB => user@example.com", "unknown exim"},
    {"Received: from a by b", "foreign"},
    {"Nov 21 18:10:00 mail postfix/smtp[1]: 4fX0y95Tbbz2: to=<a@b>, status=sent (250 OK)", "foreign"},
    {"", "foreign"},
};

std::string told(const char* lines) {
    auto dialect = make_exim_log(now);
    return last_line_told(*dialect, lines);
}

void expect_rows(std::span<const Row> rows) {
    const test::TimeZone utc("UTC");
    for (const auto& row : rows)
        EXPECT_EQ(told(row.lines), row.told) << row.lines;
}

TEST(EximLog, ReadsDeliveries) {
    expect_rows(deliveries);
}

TEST(EximLog, TellsLocalDeliveriesApart) {
    expect_rows(local_deliveries);
}

TEST(EximLog, ReadsFailures) {
    expect_rows(failures);
}

TEST(EximLog, KnowsWhereAnAddressThatIsGivenUpWasTried) {
    expect_rows(failures_over_lines);
}

TEST(EximLog, ReadsRefusals) {
    expect_rows(refusals);
}

TEST(EximLog, KnowsTheRest) {
    expect_rows(others);
}

TEST(EximLog, ReadsTheSameThroughSyslog) {
    const test::TimeZone utc("UTC");
    constexpr std::string_view entry = "1xUpXE-0005vi-AB ** a@example.com: Unrouteable address";
    const std::string expected =
        "bounced id=1xUpXE-0005vi-AB domain=example.com delay=0 reply=Unrouteable address";
    for (const std::string head : {
             "Nov 21 18:10:00 mail exim[4711]: ",
             "Nov 21 18:10:00 mail exim[4711]: 2026-11-21 18:10:00 ",
             "Nov 21 18:10:00 mail exim[4711]: [1/2] 2026-11-21 18:10:00 ",
             "Nov 21 18:10:00 mail exim[4711]: [1\\2] 2026-11-21 18:10:00 [4711] ",
             "2026-11-21T18:10:00.123456+00:00 mail exim4[4711]: ",
             "2026-11-21 18:10:00 mail exim[4711]: ",
         }) {
        auto dialect = make_exim_log(now);
        EXPECT_EQ(last_line_told(*dialect, head + std::string(entry)), expected) << head;
    }
    EXPECT_EQ(told("Nov 21 18:10:00 mail exim[4711]: [2/2] => a@b R=r T=remote_smtp"), "plain");
}

TEST(EximLog, TellsTheZoneOfTheLogByArrivals) {
    const test::TimeZone utc("UTC");
    // Written at 19:10 in a zone one hour west of the one that its reader is in.
    EXPECT_EQ(told("2026-11-21 17:10:02 1xUpXE-0005vi-AB <= a@example.org U=a P=local S=1\n"
                   "2026-11-21 17:10:09 1xUpXE-0005vi-AB == u@example.com R=r T=remote_smtp defer (-1): x"),
              "deferred id=1xUpXE-0005vi-AB domain=example.com delay=9 reply=x");
}

TEST(EximLog, ReadsStamps) {
    const test::TimeZone tokyo("Asia/Tokyo");
    for (const std::string stamp :
         {"2026-11-22 03:10:00", "2026-11-22 03:10:00.999", "2026-11-21 18:10:00 +0000",
          "2026-11-21 19:10:00.5 +0100", "2026-11-22 03:10:00 [4711]"}) {
        auto dialect = make_exim_log(now);
        TextSink sink;
        dialect->line(stamp + " 1xUpXE-0005vi-AB ** a@example.com: x", sink);
        EXPECT_EQ(sink.time, now) << stamp;
    }
}

TEST(EximLog, RecognisesItsLines) {
    EXPECT_TRUE(is_exim_log_line("2026-11-21 18:10:00 1xUpXE-000000005vi-1abc Completed"));
    EXPECT_TRUE(is_exim_log_line("2026-11-21 18:10:00 Start queue run: pid=4711"));
    EXPECT_TRUE(is_exim_log_line("Nov 21 18:10:00 mail exim[4711]: 1xUpXE-0005vi-AB Completed"));
    EXPECT_FALSE(is_exim_log_line("2026-11-21 18:10:00 status: local 0/10 remote 0/20"));
    EXPECT_FALSE(is_exim_log_line("2026-11-21 18:10:00 1xUpXE-0005vi-A Completed"));
    EXPECT_FALSE(is_exim_log_line("Nov 21 18:10:00 mail sendmail[4711]: x"));
}

}  // namespace
}  // namespace reputed::mta
