#include "checks/mta/reply/classifier.hpp"

#include <gtest/gtest.h>

#include "checks/mta/reply/load_classifier.hpp"
#include "checks/mta/reply/reply_text.hpp"
#include "tests/support/real_replies.hpp"

namespace reputed::mta {
namespace {

std::string words_of(const std::string& reply) {
    std::string buffer(reply.size(), '\0');
    return std::string(plain_words(reply, find_codes(reply), buffer));
}

std::string class_of(std::string_view reply, std::string_view dsn = {}) {
    return std::string(to_string(Classifier::builtin().classify(reply, other_provider, dsn).reply_class));
}

TEST(Classifier, JudgesRealReplies) {
    const auto& classifier = Classifier::builtin();
    for (const auto& row : test::real_replies) {
        const auto provider = classifier.guess_provider(row.reply);
        const auto answer = classifier.classify(row.reply, provider);
        EXPECT_EQ(to_string(answer.reply_class), to_string(row.reply_class)) << row.reply;
        EXPECT_TRUE(row.hard < 0 || answer.hard == (row.hard == 1)) << row.reply;
        EXPECT_TRUE(row.provider.empty() || classifier.provider_name(provider) == row.provider)
            << classifier.provider_name(provider) << ": " << row.reply;
        EXPECT_TRUE(row.list.empty() || answer.list == (row.list == "-" ? "" : row.list))
            << answer.list << ": " << row.reply;
        EXPECT_TRUE(answer.list.empty() || answer.reply_class == ReplyClass::blocklisted) << row.reply;
    }
}

TEST(Classifier, FindsTheCodesInWhateverStandsAroundThem) {
    const struct {
        const char* reply;
        int smtp;
        const char* dsn;
    } rows[] = {
        {"550 5.1.1 User unknown", 550, "5.1.1"},
        {"550-5.7.26 first\n550 5.7.26 last", 550, "5.7.26"},
        {"550 #5.1.0 Address rejected.", 550, "5.1.0"},
        {"550 [5.1.1] no", 550, "5.1.1"},
        {"550 550 5.1.1 twice", 550, "5.1.1"},
        {"550", 550, ""},
        {"452 full (#4.2.2)", 452, "4.2.2"},
        {"host mx.example.com[192.0.2.250] said: 450 4.7.1 later (in reply to RCPT TO command)", 450,
         "4.7.1"},
        {"host mx.example.com[192.0.2.250]:550 said: 421 busy", 421, ""},
        {"(delivery temporarily suspended: host a.example[192.0.2.1] refused to talk to me: 554 5.7.1 no)",
         554, "5.7.1"},
        {R"(SMTP error from remote mail server after RCPT TO:<a@b.example>: host m [192.0.2.4]: 550-5.1.1 a\n550 5.1.1 b)",
         550, "5.1.1"},
        {"SMTP error from remote mail server after pipelined MAIL FROM:<a@b> SIZE=4521: 421 later", 421, ""},
        {"stat=Deferred: 451 4.7.1 Greylisting", 451, "4.7.1"},
        {"dsn=5.1.1, stat=User unknown", 0, "5.1.1"},
        {"reply=550 5.1.1 <a@b>... User unknown", 550, "5.1.1"},
        {R"(result="550 5.1.1 no")", 550, "5.1.1"},
        {"192.0.2.9_does_not_like_recipient./Remote_host_said:_550_5.1.1_no_such_user/"
         "Giving_up_on_192.0.2.9./",
         550, "5.1.1"},
        {"Remote_host_said:_550_sorry,_no_mailbox_here_by_that_name_(#5.1.1)/", 550, "5.1.1"},
        {"Remote Server returned '550 5.1.1 no'", 550, "5.1.1"},
        {"smtp;550 5.2.2 full", 550, "5.2.2"},
        {"smtp; 552 5.2.2 full", 552, "5.2.2"},
        {"5.1.1 <a@b>... User unknown", 0, "5.1.1"},
        {"550 5.7.1 Mail from 5.1.1.7 refused", 550, "5.7.1"},
        {"250 2.0.0 Ok: queued as 550ABC", 250, "2.0.0"},
        // None of these is a code.
        {"connect to mx.example.com[192.0.2.250]:25: Connection refused", 0, ""},
        {"connect to mx.example.com[2001:db8::550]:25: Connection timed out", 0, ""},
        {"connect to 550.example.com[10.5.1.1]:25: Connection timed out", 0, ""},
        {"message size 550 exceeds size limit 500 of server mx.example.com[192.0.2.1]", 0, ""},
        {"limit: 500 messages", 0, ""},
        {"Host not found, version 5.2.1", 0, ""},
        {"call 1-555-550-1234", 0, ""},
        {"", 0, ""},
        {"   ", 0, ""},
        {"55", 0, ""},
        {"5500 no", 0, ""},
        {"650 no", 0, ""},
    };
    for (const auto& row : rows) {
        const auto codes = find_codes(row.reply);
        EXPECT_EQ(codes.smtp, row.smtp) << row.reply;
        EXPECT_EQ(codes.dsn, row.dsn) << row.reply;
    }
}

TEST(Classifier, ShowsRulesWordsWithoutNamesAndCodes) {
    const struct {
        const char* reply;
        const char* words;
    } rows[] = {
        {"550-5.7.26 This Mail\n550 5.7.26  is blocked", "this mail is blocked"},
        {"550 5.1.1 <spam@blocked.example>: User unknown", "<@>: user unknown"},
        {"host spamhaus.example[192.0.2.1] said: 550 no", "host [192.0.2.1] said: no"},
        {"host spamhaus.example [192.0.2.1]: 550 no", "host [192.0.2.1]: no"},
        {"550 blocked using zen.spamhaus.org [192.0.2.1]", "blocked using zen.spamhaus.org [192.0.2.1]"},
        {"connect to a.example[2001:db8::1]:25: refused", "connect to [2001:db8::1]:25: refused"},
        {R"(550-5.1.1 one\n550 5.1.1 two)", "one two"},
        {"Remote_host_said:_550_5.7.1_one/550_5.7.1_two/Giving_up_on_192.0.2.1./",
         "remote host said: one two giving up on 192.0.2.1. "},
        {"550 see https://www.spamhaus.org/query/ip/192.0.2.1",
         "see https://www.spamhaus.org/query/ip/192.0.2.1"},
        {"550 [TSS04] a\t\x01 b", "[tss04] a b"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(words_of(row.reply), row.words) << row.reply;
}

TEST(Classifier, TakesWhatTheMtaLoggedWhereTheReplyHasNoCode) {
    EXPECT_EQ(class_of("unheard of"), "other");
    EXPECT_EQ(class_of("unheard of", "5.1.1"), "mailbox_unknown");
    EXPECT_EQ(class_of("unheard of", "4.4.3"), "dns");
    EXPECT_EQ(class_of("550 5.2.2 unheard of", "5.1.1"), "mailbox_full") << "the reply's own goes before";
    EXPECT_EQ(class_of("delivered to mailbox", "2.0.0"), "delivered");
    const auto& classifier = Classifier::builtin();
    EXPECT_TRUE(classifier.classify("unheard of", 0, "5.1.1").hard);
    EXPECT_FALSE(classifier.classify("unheard of", 0, "4.1.1").hard);
    EXPECT_TRUE(classifier.classify("User unknown", 0).hard) << "by nature";
    EXPECT_FALSE(classifier.classify("450 User unknown", 0).hard) << "the code says for now";
    EXPECT_FALSE(classifier.classify("Connection timed out", 0).hard);
    EXPECT_EQ(classifier.classify("unheard of", 0, "rubbish").reply_class, ReplyClass::other);
}

// The text wins where the world puts a wrong enhanced code beside it.
TEST(Classifier, BelievesWordsBeforeAWrongEnhancedCode) {
    EXPECT_EQ(class_of("550 5.1.1 Your IP is blocked"), "reputation");
    EXPECT_EQ(class_of("550 5.1.1 blocked using zen.spamhaus.org"), "blocklisted");
    EXPECT_EQ(class_of("550 5.1.1 mailbox is over quota"), "mailbox_full");
    EXPECT_EQ(class_of("550 5.2.1 user unknown"), "mailbox_unknown");
    EXPECT_EQ(class_of("550 5.5.0 SPF check failed"), "auth_failed");
}

TEST(Classifier, KnowsProvidersByHostAndDomain) {
    const auto& classifier = Classifier::builtin();
    const struct {
        const char* relay;
        const char* domain;
        const char* provider;
    } rows[] = {
        {"gmail-smtp-in.l.google.com", "example.org", "gmail"},
        {"ASPMX.L.GOOGLE.COM.", "", "gmail"},
        {"google.com", "", "gmail"},
        {"notgoogle.com", "", "other"},
        {"google.com.evil.example", "", "other"},
        {"example-org.mail.protection.outlook.com", "example.org", "outlook"},
        {"mta5.am0.yahoodns.net", "yahoo.com", "yahoo"},
        {"mx1.mail.yahoo.co.jp", "", "yahoo_jp"},
        {"mfsmax.docomo.ne.jp", "", "docomo"},
        {"", "docomo.ne.jp", "docomo"},
        {"", "gmail.com", "gmail"},
        {"", "GMAIL.COM", "gmail"},
        {"", "mail.gmail.com", "other"},
        {"none", "gmail.com", "gmail"},
        {"192.0.2.1", "gmail.com", "gmail"},
        {"[192.0.2.1]", "gmail.com", "gmail"},
        {"smarthost.example", "gmail.com", "other"},  // our own relay refuses by itself
        {"mx7.sub.posteo.net", "posteo.net", "posteo_mailbox"},
        {"", "", "other"},
        {".", ".", "other"},
        {"..", "..", "other"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(classifier.provider_name(classifier.provider(row.relay, row.domain)), row.provider)
            << row.relay << ' ' << row.domain;
    EXPECT_EQ(classifier.provider_title(classifier.provider("mx.google.com", "")), "Gmail");
    EXPECT_EQ(classifier.provider_name(other_provider), "other");
    EXPECT_EQ(classifier.provider_name(60'000), "other");
    EXPECT_EQ(classifier.find_provider("GMAIL"), classifier.provider("google.com", ""));
    EXPECT_EQ(classifier.find_provider("other"), other_provider);
    EXPECT_FALSE(classifier.find_provider("gmial"));
}

TEST(Classifier, GuessesAProviderFromWhatTheReplySays) {
    const auto& classifier = Classifier::builtin();
    const struct {
        const char* reply;
        const char* provider;
    } rows[] = {
        {"550 5.1.1 no - gsmtp", "gmail"},
        {"relay=mx1.comcast.net. [192.0.2.1], dsn=4.0.0, stat=Deferred: Connection refused", "comcast"},
        {"connect to mx.yandex.ru[192.0.2.1]:25: Connection timed out", "yandex"},
        {"Deferred: Connection refused by mxs.mail.ru.", "mail_ru"},
        {"SMTP error from remote mail server after MAIL FROM:<me@gmail.com>: 550 no", "other"},
        {"SMTP error from remote mail server after RCPT TO:<you@gmail.com>: 550 no", "gmail"},
        {"550 5.1.1 <you@web.de>: user unknown", "gmx"},
        {"550 5.7.1 <me@web.de>: Sender address rejected", "other"},
        {"550 no", "other"},
        {"", "other"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(classifier.provider_name(classifier.guess_provider(row.reply)), row.provider) << row.reply;
}

TEST(Classifier, LooksAtTheFirst4KiBOfAnything) {
    const auto& classifier = Classifier::builtin();
    const std::string long_reply = "550 5.1.1 user unknown " + std::string(1'000'000, 'x');
    EXPECT_EQ(classifier.classify(long_reply, 0).reply_class, ReplyClass::mailbox_unknown);
    const std::string behind = std::string(longest_reply, 'x') + " user unknown";
    EXPECT_EQ(classifier.classify(behind, 0).reply_class, ReplyClass::other);
    std::string bytes;
    for (int i = 0; i < 256; ++i)
        bytes += static_cast<char>(i);
    EXPECT_EQ(classifier.classify(bytes, 0).reply_class, ReplyClass::other);
    EXPECT_EQ(classifier.classify("550 5.1.1 user\xff\xfe unknown", 0).reply_class,
              ReplyClass::mailbox_unknown);
}

TEST(Classifier, TriesOwnRulesFirst) {
    OwnFiles own;
    own.bounces_file = "own.toml";
    own.bounces = R"(
        [[rule]]
        class = "greylisted"
        hard = true
        provider = ["ours"]
        smtp = ["55"]
        dsn = [".7.99"]
        text = ['come back on (?:mon|tues)day', 'closed today']
        example = "553 5.7.99 Come back on Monday"
        example_provider = "ours"
        [[list]]
        name = "bl.spamcop.net"
        text = "our black book"
    )";
    own.providers_file = "providers.toml";
    own.providers = R"(
        [[provider]]
        name = "ours"
        hosts = ["ours.example"]
        [[provider]]
        name = "gmail"
        title = "G"
        hosts = ["g.example"]
    )";
    Problems problems;
    const auto classifier = make_classifier(own, problems);
    ASSERT_TRUE(classifier) << problems.front().to_string();
    const auto ours = classifier->provider("mx.ours.example", "");
    EXPECT_EQ(classifier->provider_name(ours), "ours");
    const auto answer = classifier->classify("553 4.7.99 CLOSED today", ours);
    EXPECT_EQ(to_string(answer.reply_class), "greylisted");
    EXPECT_TRUE(answer.hard);
    for (const auto* other : {"453 4.7.99 closed today", "553 4.7.98 closed today", "553 4.7.99 open today"})
        EXPECT_NE(to_string(classifier->classify(other, ours).reply_class), "greylisted") << other;
    EXPECT_NE(to_string(classifier->classify("553 4.7.99 closed today", other_provider).reply_class),
              "greylisted");
    EXPECT_EQ(classifier->classify("550 on our black book, a dnsbl", ours).list, "bl.spamcop.net");
    EXPECT_EQ(classifier->provider("mx.google.com", ""), other_provider) << "replaced, not added to";
    EXPECT_EQ(classifier->provider_title(classifier->provider("mx.g.example", "")), "G");
}

TEST(Classifier, RefusesOwnRulesThatDoNotHold) {
    const struct {
        const char* rule;
        const char* problem;
    } rows[] = {
        {"class = 'content'\ntext = '(x'\nexample = '550 x'",
         "own.toml:1:1: \"text\" is no RE2 expression: missing ): (x"},
        {"class = 'content'\ntext = 'x(?!y)'\nexample = '550 x'",
         "own.toml:1:1: \"text\" is no RE2 expression: invalid perl operator: (?!"},
        {"class = 'content'\nprovider = ['gmial']\ntext = 'x'\nexample = '550 x'",
         "own.toml:1:1: there is no provider \"gmial\": did you mean \"gmail\"?"},
        {"class = 'content'\ntext = 'x'\nexample = '550 x'\nexample_provider = 'zzzzzzzzz'",
         "own.toml:1:1: there is no provider \"zzzzzzzzz\": see providers.toml, or add it to your own"},
        {"class = 'content'\ntext = 'x'\nexample = 'abc'",
         "own.toml:1:1: the example is not decided by this rule: no rule fits it"},
        {"class = 'content'\ntext = 'x'\nexample = '550 yes'",
         "own.toml:1:1: the example is not decided by this rule: the rule with the example \"550 Hm\" "
         "decides it"},
        {"class = 'content'\nprovider = ['gmail']\ntext = 'x'\nexample = 'x'",
         "own.toml:1:1: the example is not decided by this rule: no rule fits it"},
    };
    for (const auto& row : rows) {
        Problems problems;
        OwnFiles own;
        own.bounces_file = "own.toml";
        own.bounces = std::string("[[rule]]\n") + row.rule;
        EXPECT_FALSE(make_classifier(own, problems)) << row.rule;
        ASSERT_EQ(problems.size(), 1U) << row.rule;
        EXPECT_EQ(problems.front().to_string(), row.problem);
    }
}

TEST(Classifier, SaysWhichOwnFileCannotBeRead) {
    MtaSettings settings;
    settings.bounces = "/nowhere/bounces.toml";
    Problems problems;
    EXPECT_FALSE(load_classifier(settings, system_sources(), problems));
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems.front().file, "/nowhere/bounces.toml");
    EXPECT_EQ(problems.front().message, "not found");
}

}  // namespace
}  // namespace reputed::mta
