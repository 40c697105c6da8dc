#include "checks/net/smtp.hpp"

#include <gtest/gtest.h>

#include "tests/support/loopback_server.hpp"

namespace reputed::smtp {
namespace {

using test::Certificate;
using test::SmtpSink;

Submission mail_to(const std::string& server) {
    Submission mail;
    mail.server = server;
    mail.starttls = false;
    mail.ehlo = "agent.example.org";
    mail.from = "reputed@example.org";
    mail.to = {"a@example.net", "b@example.net"};
    mail.message = "Subject: x\r\n\r\n.begins with a dot\r\n.\r\nend\r\n";
    mail.timeout = std::chrono::seconds(20);
    return mail;
}

TEST(SmtpSubmit, HandsTheMessageOver) {
    const SmtpSink sink({});
    EXPECT_EQ(submit(mail_to(sink.url()), {}), "");
    ASSERT_EQ(sink.mails().size(), 1U);
    const auto mail = sink.mails()[0];
    const std::vector<std::string> commands = {"EHLO agent.example.org", "MAIL FROM:<reputed@example.org>",
                                               "RCPT TO:<a@example.net>", "RCPT TO:<b@example.net>", "DATA"};
    ASSERT_EQ(mail.commands.size(), commands.size());
    for (std::size_t i = 0; i < commands.size(); ++i)
        EXPECT_TRUE(mail.commands[i].starts_with(commands[i])) << mail.commands[i];
    EXPECT_EQ(mail.data, "Subject: x\r\n\r\n..begins with a dot\r\n..\r\nend\r\n");
}

TEST(SmtpSubmit, StartsTlsOrDoesNotSend) {
    const Certificate certificate("127.0.0.1");
    const SmtpSink without({});
    auto mail = mail_to(without.url());
    mail.starttls = true;
    EXPECT_EQ(submit(mail, {}), without.url() + " offers no STARTTLS");
    EXPECT_TRUE(without.mails().empty());

    const SmtpSink with({{"STARTTLS", "AUTH PLAIN"}, {}, &certificate, false});
    mail.server = with.url();
    EXPECT_EQ(submit(mail, {}), with.url() + ": its certificate is not accepted: self-signed certificate");
    mail.ca_file = certificate.file();
    mail.username = "user";
    mail.password = "s3cret";
    EXPECT_EQ(submit(mail, {}), "");
    ASSERT_EQ(with.mails().size(), 1U);
    EXPECT_TRUE(with.mails()[0].tls);
}

TEST(SmtpSubmit, SpeaksTlsFromTheStart) {
    const Certificate certificate("127.0.0.1");
    const SmtpSink sink({{}, {}, &certificate, true});
    auto mail = mail_to(sink.url("smtps"));
    mail.starttls = true;
    mail.ca_file = certificate.file();
    EXPECT_EQ(submit(mail, {}), "");
    ASSERT_EQ(sink.mails().size(), 1U);
    EXPECT_TRUE(sink.mails()[0].tls);
}

TEST(SmtpSubmit, SaysWhatTheServerAnswered) {
    const struct {
        std::string command, reply, error;
    } rows[] = {
        {"MAIL", "550 5.7.1 Not you", " answered 550 5.7.1 Not you"},
        {"RCPT", "451 4.7.1 Later", " answered 451 4.7.1 Later"},
        {"DATA", "554 5.5.1 No", " answered 554 5.5.1 No"},
        {".", "552 5.2.2 Full", " answered 552 5.2.2 Full"},
        {"AUTH", "535 5.7.8 dXNlcg==", " refused the login: 535"},
        {"RCPT", "550 you said s3cret", " answered 550"},
        {"RCPT", "550 \x1b[31mred", " answered 550 \\x1b[31mred"},
    };
    for (const auto& row : rows) {
        const SmtpSink sink({{"AUTH PLAIN"}, {{row.command, row.reply}}, nullptr, false});
        auto mail = mail_to(sink.url());
        mail.username = "user";
        mail.password = "s3cret";
        EXPECT_EQ(submit(mail, {}), sink.url() + row.error) << row.command;
    }
}

TEST(SmtpSubmit, DoesNotWaitForTheReplyToQuit) {
    const SmtpSink sink({{}, {{"QUIT", ""}}, nullptr, false});
    auto mail = mail_to(sink.url());
    mail.timeout = std::chrono::minutes(10);
    EXPECT_EQ(submit(mail, {}), "");
    EXPECT_EQ(sink.mails().size(), 1U);
}

TEST(SmtpSubmit, LetsNobodyAddCommands) {
    const SmtpSink sink({});
    const struct {
        std::string from, to, username, error;
    } rows[] = {
        {"a@b\r\nRCPT TO:<x@y>", "c@d", "", ": the sender is no mail address"},
        {"a@b> SIZE=1", "c@d", "", ": the sender is no mail address"},
        {"a@b", "c@d\nDATA", "", ": a recipient is no mail address"},
        {"a@b", "c@d>\tx", "", ": a recipient is no mail address"},
        {"a@b", "", "", ": a recipient is no mail address"},
        {"a@b", "c@d", "u\r\nQUIT", ": user name or password hold a line break"},
    };
    for (const auto& row : rows) {
        auto mail = mail_to(sink.url());
        mail.from = row.from;
        mail.to = {row.to};
        mail.username = row.username;
        EXPECT_EQ(submit(mail, {}), sink.url() + row.error);
    }
    EXPECT_TRUE(sink.mails().empty());
    auto mail = mail_to("smtp://h/\r\nMAIL");
    EXPECT_EQ(submit(mail, {}), "the SMTP server is not one of smtp:// or smtps://");
    mail = mail_to(sink.url());
    mail.ehlo = "x\r\nRSET";
    EXPECT_EQ(submit(mail, {}), "");
    EXPECT_EQ(sink.mails().at(0).commands.at(0), "EHLO localhost");
}

}  // namespace
}  // namespace reputed::smtp
