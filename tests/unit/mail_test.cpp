#include "agent/notify/mail.hpp"

#include <gtest/gtest.h>

#include "tests/support/sample_message.hpp"

namespace reputed::notify {
namespace {

using test::context;
using test::listing;
using test::message_of;

NotifierSettings email() {
    NotifierSettings notifier;
    notifier.kind = NotifierKind::email;
    notifier.from = "reputed@example.org";
    notifier.to = {"ops@example.net", "me@example.com"};
    return notifier;
}

std::string header(const std::string& mail, const std::string& name) {
    const auto head = "\r\n" + mail.substr(0, mail.find("\r\n\r\n") + 2);
    const auto begin = head.find("\r\n" + name + ": ");
    if (begin == std::string::npos) return "";
    auto end = begin + 2;
    do
        end = head.find("\r\n", end + 1);
    while (end + 2 < head.size() && head[end + 2] == ' ');
    return head.substr(begin + name.size() + 4, end - begin - name.size() - 4);
}

TEST(MailMessage, IsAsRfc5322Wants) {
    const auto mail = mail_message(email(), message_of({listing()}), context());
    const auto head = mail.substr(0, mail.find("\r\n\r\n"));
    EXPECT_EQ(head,
              "Date: Sat, 21 Nov 2026 19:31:30 +0000\r\n"
              "From: reputed <reputed@example.org>\r\n"
              "To: ops@example.net,\r\n me@example.com\r\n"
              "Subject: critical: 192.0.2.25 is listed on zen.spamhaus.org: SBL\r\n"
              "Message-ID: <reputed.k-42@mail.example.org>\r\n"
              "In-Reply-To: <reputed.episode.5@mail.example.org>\r\n"
              "References: <reputed.episode.5@mail.example.org>\r\n"
              "Auto-Submitted: auto-generated\r\n"
              "X-Reputed-Key: k-42\r\n"
              "MIME-Version: 1.0\r\n"
              "Content-Type: text/plain; charset=utf-8\r\n"
              "Content-Transfer-Encoding: quoted-printable");
    EXPECT_TRUE(mail.ends_with("\r\n--=20\r\nreputed on mail.example.org, message k-42\r\n")) << mail;
}

TEST(MailMessage, ClearingRefersToTheSameEpisode) {
    const auto opened = mail_message(email(), message_of({listing()}), context());
    auto message = message_of({listing(TransitionKind::cleared)});
    message.key = "k-43";
    const auto cleared = mail_message(email(), message, context());
    EXPECT_EQ(header(opened, "References"), header(cleared, "References"));
    EXPECT_NE(header(opened, "Message-ID"), header(cleared, "Message-ID"));
}

TEST(MailMessage, RepeatedAttemptHasTheSameId) {
    auto later = context();
    later.now += std::chrono::hours(3);
    auto again = message_of({listing()});
    again.attempt = 4;
    EXPECT_EQ(header(mail_message(email(), again, later), "Message-ID"),
              header(mail_message(email(), message_of({listing()}), context()), "Message-ID"));
}

TEST(MailMessage, NobodyAddsHeadersOrLines) {
    auto hostile = listing();
    hostile.finding.message = "x\r\nBcc: victim@example.com\r\n\r\nbody =?utf-8?q?a?= \u00fc";
    hostile.finding.evidence = "\n.\r\nQUIT";
    auto message = message_of({hostile});
    message.key = "a>\r\nBcc: b@c";
    auto at = context();
    at.instance = "host\r\nBcc: d@e.example";
    const auto mail = mail_message(email(), message, at);
    const auto head = mail.substr(0, mail.find("\r\n\r\n"));
    EXPECT_EQ(head.find("\nBcc"), std::string::npos);
    EXPECT_NE(head.find("Auto-Submitted"), std::string::npos);
    EXPECT_EQ(mail.find("\r\n.\r\n"), std::string::npos);
    for (std::size_t at_cr = mail.find('\r'); at_cr != std::string::npos; at_cr = mail.find('\r', at_cr + 1))
        EXPECT_EQ(mail[at_cr + 1], '\n');
    for (std::size_t begin = 0; begin < mail.size();) {
        const auto end = mail.find("\r\n", begin);
        ASSERT_NE(end, std::string::npos);
        EXPECT_LE(end - begin, 78U) << mail.substr(begin, end - begin);  // RFC 5322 section 2.1.1
        begin = end + 2;
    }
}

TEST(MailMessage, DrillIsMarked) {
    auto drill = listing();
    drill.finding.drill = true;
    const auto mail = mail_message(email(), message_of({drill}), context());
    EXPECT_TRUE(header(mail, "Subject").starts_with("[DRILL] "));
    EXPECT_EQ(header(mail, "X-Reputed-Drill"), "true");
    EXPECT_TRUE(mail.substr(mail.find("\r\n\r\n") + 4).starts_with("[DRILL] "));
}

TEST(MailHeader, EncodesWords) {
    const struct {
        std::string text, header;
    } rows[] = {
        {"plain", "plain"},
        {"", ""},
        {"gr\u00fcn", "=?UTF-8?B?Z3LDvG4=?="},
        {"=?utf-8?q?x?=", "=?UTF-8?B?PT91dGYtOD9xP3g/PQ==?="},
        {"a\r\nb", "a\\x0d b"},
        {std::string(30, 'a') + ' ' + std::string(30, 'b') + ' ' + std::string(30, 'c'),
         std::string(30, 'a') + ' ' + std::string(30, 'b') + "\r\n " + std::string(30, 'c')},
        // Characters are not cut apart: each word is decoded by itself (RFC 2047 section 5).
        {std::string(41, 'a') + "\u00fc",
         "=?UTF-8?B?YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=?=\r\n "
         "=?UTF-8?B?w7w=?="},
    };
    for (const auto& row : rows)
        EXPECT_EQ(header_words(row.text), row.header) << row.text;
}

TEST(MailBody, QuotedPrintable) {
    const struct {
        std::string text, encoded;
    } rows[] = {
        {"a\nb\n", "a\r\nb\r\n"},
        {"a=b", "a=3Db"},
        {"\u00fc", "=C3=BC"},
        {"end \nx", "end=20\r\nx"},
        {"end\t", "end=09"},
        {".\n", "=2E\r\n"},
        {"From x", "=46rom x"},
        {std::string(80, 'a'), std::string(75, 'a') + "=\r\n" + std::string(5, 'a')},
        {std::string(74, 'a') + "\u00fc", std::string(74, 'a') + "=\r\n=C3=BC"},
        {"\r", "=0D"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(quoted_printable(row.text), row.encoded) << row.text;
}

}  // namespace
}  // namespace reputed::notify
