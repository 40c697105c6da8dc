#include "agent/notify/notifier.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/notify/signature.hpp"
#include "tests/support/loopback_server.hpp"
#include "tests/support/sample_message.hpp"

namespace reputed::notify {
namespace {

using test::context;
using test::HttpSink;
using test::listing;
using test::message_of;
using test::SmtpSink;

NotifierSettings to(const std::string& url, NotifierKind kind = NotifierKind::webhook) {
    NotifierSettings notifier;
    notifier.name = "ops";
    notifier.kind = kind;
    notifier.url.value = url;
    notifier.timeout = std::chrono::seconds(20);
    return notifier;
}

TEST(NotifierWebhook, CarriesTheKeyAndASignature) {
    const HttpSink sink;
    auto notifier = to(sink.url("/T0/x?y=z"));
    notifier.hmac_key.value = "hm4c";
    notifier.token.value = "t0ken";
    EXPECT_TRUE(deliver(notifier, message_of({listing()}), context(), {}).ok);
    const auto request = sink.requests().at(0);
    EXPECT_EQ(request.line, "POST /T0/x?y=z HTTP/1.1");
    EXPECT_EQ(request.headers.at("idempotency-key"), "k-42");
    EXPECT_EQ(request.headers.at("content-type"), "application/json");
    EXPECT_EQ(request.headers.at("authorization"), "Bearer t0ken");
    EXPECT_EQ(nlohmann::json::parse(request.body)["key"], "k-42");
    EXPECT_EQ(request.headers.at("x-reputed-timestamp"), "1795289490");
    EXPECT_EQ(request.headers.at("x-reputed-signature"),
              "sha256=" + hmac_sha256("hm4c", "1795289490." + request.body));
}

TEST(NotifierWebhook, HmacIsThatOfRfc4231) {
    EXPECT_EQ(hmac_sha256("Jefe", "what do ya want for nothing?"),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(NotifierWebhook, TelegramAddsTheMethod) {
    const HttpSink sink;
    auto notifier = to(sink.url("/bot123:s3cret/"));
    notifier.format = "telegram";
    notifier.chat_id = "1";
    EXPECT_TRUE(deliver(notifier, message_of({listing()}), context(), {}).ok);
    EXPECT_EQ(sink.requests().at(0).line, "POST /bot123:s3cret/sendMessage HTTP/1.1");
}

TEST(NotifierWebhook, FailsWithoutSecretsInTheError) {
    const HttpSink sink(
        HttpSink::Answer{"HTTP/1.1 429 s3cret\r\nRetry-After: 30\r\nContent-Length: 6\r\n\r\n", "s3cret"});
    auto notifier = to(sink.url("/s3cret?s3cret=s3cret"));
    notifier.token.value = "s3cret";
    notifier.hmac_key.value = "s3cret";
    const auto delivery = deliver(notifier, message_of({listing()}), context(), {});
    EXPECT_FALSE(delivery.ok);
    EXPECT_EQ(delivery.error, sink.url("") + " answered 429 Too Many Requests");
    EXPECT_EQ(delivery.retry_after, std::chrono::seconds(30));
}

TEST(NotifierAlertmanager, PostsInBatchesAndReminds) {
    const HttpSink sink;
    const auto notifier = to(sink.url("/am/"), NotifierKind::alertmanager);
    const std::vector<Transition> open(501, listing());
    EXPECT_TRUE(remind(notifier, open, context(), {}).ok);
    ASSERT_EQ(sink.requests().size(), 2U);
    EXPECT_EQ(sink.requests()[0].line, "POST /am/api/v2/alerts HTTP/1.1");
    EXPECT_EQ(nlohmann::json::parse(sink.requests()[0].body).size(), 500U);
    EXPECT_EQ(nlohmann::json::parse(sink.requests()[1].body).size(), 1U);
    EXPECT_TRUE(remind(notifier, {}, context(), {}).ok);
    EXPECT_TRUE(remind(to(sink.url()), open, context(), {}).ok);
    EXPECT_EQ(sink.requests().size(), 2U);
}

TEST(NotifierEmail, GoesToEveryReceiver) {
    const SmtpSink sink({});
    auto notifier = to("", NotifierKind::email);
    notifier.smtp = sink.url();
    notifier.starttls = "off";
    notifier.from = "reputed@example.org";
    notifier.to = {"a@example.net", "b@example.net"};
    EXPECT_EQ(deliver(notifier, message_of({listing()}), context(), {}).error, "");
    const auto mail = sink.mails().at(0);
    EXPECT_EQ(mail.commands.at(0), "EHLO mail.example.org");
    EXPECT_NE(mail.data.find("Message-ID: <reputed.k-42@mail.example.org>\r\n"), std::string::npos);
}

// A program in the place of sendmail.
class NotifierSendmail : public testing::Test {
  protected:
    NotifierSendmail() {
        char path[] = "/tmp/reputed-sendmail-XXXXXX";
        directory_ = mkdtemp(path);
    }
    ~NotifierSendmail() override {
        for (const char* name : {"/program", "/arguments", "/input"})
            unlink((directory_ + name).c_str());
        rmdir(directory_.c_str());
    }
    NotifierSettings program(const std::string& script) {
        std::ofstream(directory_ + "/program") << "#!/bin/sh\ncd " + directory_ + "\n" + script + "\n";
        chmod((directory_ + "/program").c_str(), 0700);
        auto notifier = to("", NotifierKind::sendmail);
        notifier.sendmail = directory_ + "/program";
        notifier.from = "-x@example.org";
        notifier.to = {"$(id)@example.net", "b@example.net"};
        return notifier;
    }
    std::string file(const std::string& name) const {
        std::ostringstream text;
        text << std::ifstream(directory_ + name).rdbuf();
        return text.str();
    }

    std::string directory_;
};

TEST_F(NotifierSendmail, GetsTheMessageWithoutAShell) {
    const auto notifier = program("printf '%s|' \"$@\" >arguments; cat >input");
    EXPECT_EQ(deliver(notifier, message_of({listing()}), context(), {}).error, "");
    EXPECT_EQ(file("/arguments"), "-i|-f|-x@example.org|--|$(id)@example.net|b@example.net|");
    EXPECT_TRUE(file("/input").starts_with("Date: Sat, 21 Nov 2026 19:31:30 +0000\nFrom: "));
    EXPECT_EQ(file("/input").find('\r'), std::string::npos);
}

TEST_F(NotifierSendmail, SaysHowItFailed) {
    auto notifier = program("exit 75");
    EXPECT_EQ(deliver(notifier, message_of({listing()}), context(), {}).error,
              notifier.sendmail + " exited with 75");
    notifier = program("kill -9 $$");
    EXPECT_EQ(deliver(notifier, message_of({listing()}), context(), {}).error,
              notifier.sendmail + " was ended by signal 9");
    notifier = program("while :; do :; done");
    notifier.timeout = std::chrono::seconds(0);
    EXPECT_EQ(deliver(notifier, message_of({listing()}), context(), {}).error,
              notifier.sendmail + " did not end in time");
    notifier.timeout = std::chrono::seconds(20);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(deliver(notifier, message_of({listing()}), context(), stop.get_token()).error,
              notifier.sendmail + " was ended, since the agent ends");
    notifier.sendmail = "/nonexistent/sendmail";
    EXPECT_EQ(deliver(notifier, message_of({listing()}), context(), {}).error,
              "/nonexistent/sendmail cannot be run: No such file or directory");
}

}  // namespace
}  // namespace reputed::notify
