#include "checks/net/cares_resolver.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/dns_server.hpp"

namespace reputed {
namespace {

using namespace std::chrono_literals;
using test::DnsServer;
using test::Reply;

Reply address_reply(const std::string& address, std::uint32_t ttl = 300) {
    Reply reply;
    reply.answers.push_back({1, ttl, test::wire_address(address)});
    return reply;
}

DnsSettings settings_for(const DnsServer& server, std::chrono::milliseconds timeout = 5s, int tries = 2) {
    DnsSettings settings;
    settings.servers = {server.address()};
    settings.timeout = timeout;
    settings.tries = tries;
    return settings;
}

TEST(CaresResolverOutcomes, EveryKindOfAnswer) {
    const DnsServer server([](const std::string& name, std::uint16_t type, bool tcp) {
        Reply reply;
        if (name == "ok.example") return address_reply("127.0.0.2", 77);
        if (name == "nodata.example") {
            reply.authority.push_back({6, 900, test::wire_soa(60)});
        } else if (name == "nxdomain.example") {
            reply.rcode = 3;
            reply.authority.push_back({6, 30, test::wire_soa(3600)});
        } else if (name == "servfail.example") {
            reply.rcode = 2;
        } else if (name == "notimp.example") {
            reply.rcode = 4;
        } else if (name == "refused.example") {
            reply.rcode = 5;
        } else if (name == "large.example") {
            reply = address_reply("127.0.0.9");
            reply.truncated = !tcp;
        } else if (name == "chain.example" && type == 1) {
            reply.answers.push_back({5, 50, test::wire_name("ok.example")});
            reply.answers.push_back({1, 300, test::wire_address("192.0.2.1"), test::wire_name("ok.example")});
        } else if (name == "text.example") {
            reply.answers.push_back({16, 300, test::wire_strings({"v=spf1 ", "-all"})});
            reply.answers.push_back({16, 300, test::wire_strings({"other"})});
        } else if (name == "mail.example") {
            reply.answers.push_back({15, 300, test::wire_mx(10, "MX.Example")});
        } else if (name == "six.example") {
            reply.answers.push_back({28, 300, test::wire_address("2001:db8::1")});
        } else if (name == "short.example") {
            reply.answers.push_back({1, 300, "abc"});
        }
        return reply;
    });
    CaresResolver resolver(settings_for(server));
    struct Row {
        const char* name;
        RecordType type;
        Outcome outcome;
        std::uint32_t ttl;
    };
    const Row rows[] = {
        {"ok.example", RecordType::a, Outcome::ok, 77},
        {"nodata.example", RecordType::a, Outcome::nodata, 60},
        {"nxdomain.example", RecordType::a, Outcome::nxdomain, 30},
        {"servfail.example", RecordType::a, Outcome::servfail, 0},
        {"notimp.example", RecordType::a, Outcome::servfail, 0},
        {"refused.example", RecordType::a, Outcome::refused, 0},
        {"large.example", RecordType::a, Outcome::ok, 300},
        {"chain.example", RecordType::a, Outcome::ok, 50},
        {"text.example", RecordType::txt, Outcome::ok, 300},
        {"mail.example", RecordType::mx, Outcome::ok, 300},
        {"six.example", RecordType::aaaa, Outcome::ok, 300},
        {"short.example", RecordType::a, Outcome::malformed, 0},
        {"bad..example", RecordType::a, Outcome::invalid, 0},
    };
    std::vector<Question> questions;
    for (const auto& row : rows)
        questions.push_back({row.name, row.type});
    const auto answers = resolver.lookup(questions);
    ASSERT_EQ(answers.size(), std::size(rows));
    for (std::size_t i = 0; i < answers.size(); ++i) {
        EXPECT_EQ(to_string(answers[i].outcome), to_string(rows[i].outcome)) << rows[i].name;
        EXPECT_EQ(answers[i].ttl, rows[i].ttl) << rows[i].name;
    }
    EXPECT_EQ(answers[0].records.at(0).address.to_string(), "127.0.0.2");
    EXPECT_EQ(answers[6].records.at(0).address.to_string(), "127.0.0.9");
    EXPECT_EQ(answers[7].aliases, std::vector<std::string>{"ok.example"});
    ASSERT_EQ(answers[8].records.size(), 2U);
    EXPECT_EQ(answers[8].records[0].text, "v=spf1 -all");
    EXPECT_EQ(answers[8].records[0].pieces, 2);
    EXPECT_EQ(answers[9].records.at(0).text, "mx.example");
    EXPECT_EQ(answers[9].records.at(0).preference, 10);
    EXPECT_EQ(answers[10].records.at(0).address.to_string(), "2001:db8::1");

    const auto statistics = resolver.statistics();
    EXPECT_EQ(statistics.total(Outcome::ok), 6U);
    EXPECT_EQ(statistics.total(Outcome::servfail), 2U);
    EXPECT_EQ(statistics.retries, 0U);
}

TEST(CaresResolverOutcomes, AQuestionSentBackIsNoAnswer) {
    const DnsServer server([](const std::string& name, std::uint16_t, bool) {
        Reply reply;
        reply.raw =
            std::string("\1\0\0\1\0\0\0\0\0\0", 10) + test::wire_name(name) + std::string("\0\1\0\1", 4);
        return reply;
    });
    CaresResolver resolver(settings_for(server));
    EXPECT_EQ(to_string(resolver.lookup_one("x.example", RecordType::a).outcome), "malformed");
}

TEST(CaresResolverNames, EscapesReachTheServerAsOctets) {
    std::mutex mutex;
    std::vector<std::string> asked;
    const DnsServer server([&](const std::string& name, std::uint16_t, bool) {
        const std::lock_guard lock(mutex);
        asked.push_back(name);
        return address_reply("127.0.0.2");
    });
    CaresResolver resolver(settings_for(server));
    // The server writes a label as it is, so that an octet '.' inside one looks like any other dot.
    const std::pair<const char*, const char*> rows[] = {
        {R"(\065bc.example)", "Abc.example"},        {R"(a\046b.example)", "a.b.example"},
        {R"(a\.b.example)", "a.b.example"},          {R"(a\;\@.example)", "a;@.example"},
        {R"(a\\.example)", R"(a\.example)"},         {R"(a\0920.example)", R"(a\0.example)"},
        {R"(\255\001.example)", "\xff\x01.example"},
    };
    for (const auto& [name, sent] : rows) {
        EXPECT_EQ(to_string(resolver.lookup_one(name, RecordType::a).outcome), "ok") << name;
        const std::lock_guard lock(mutex);
        EXPECT_EQ(asked.back(), sent) << name;
    }
}

TEST(CaresResolverRetries, ALostQuestionIsAskedAgain) {
    std::atomic<int> asked = 0;
    const DnsServer server([&](const std::string&, std::uint16_t, bool) {
        Reply reply = address_reply("127.0.0.2");
        reply.silent = ++asked == 1;
        return reply;
    });
    CaresResolver resolver(settings_for(server, 100ms, 2));
    EXPECT_EQ(resolver.lookup_one("x.example", RecordType::a).outcome, Outcome::ok);
    EXPECT_EQ(asked, 2);
}

TEST(CaresResolverRetries, SilenceIsATimeoutAfterAllTries) {
    std::atomic<int> asked = 0;
    const DnsServer server([&](const std::string&, std::uint16_t, bool) {
        ++asked;
        Reply reply;
        reply.silent = true;
        return reply;
    });
    CaresResolver resolver(settings_for(server, 50ms, 3));
    EXPECT_EQ(resolver.lookup_one("x.example", RecordType::a).outcome, Outcome::timeout);
    EXPECT_EQ(asked, 3);
}

TEST(CaresResolverRetries, AClosedPortIsATimeout) {
    std::string address;
    {
        const DnsServer server([](const std::string&, std::uint16_t, bool) { return Reply{}; });
        address = server.address();
    }
    DnsSettings settings;
    settings.servers = {address};
    settings.timeout = 50ms;
    CaresResolver resolver(settings);
    EXPECT_EQ(resolver.lookup_one("x.example", RecordType::a).outcome, Outcome::timeout);
}

TEST(CaresResolverRetries, TheSecondServerServesWhenTheFirstIsSilent) {
    std::atomic<int> first_asked = 0;
    const DnsServer first([&](const std::string&, std::uint16_t, bool) {
        ++first_asked;
        Reply reply;
        reply.silent = true;
        return reply;
    });
    const DnsServer second(
        [](const std::string&, std::uint16_t, bool) { return address_reply("127.0.0.2"); });
    DnsSettings settings;
    settings.servers = {first.address(), second.address()};
    settings.timeout = 50ms;
    CaresResolver resolver(settings);
    for (int i = 0; i < 30; ++i)
        EXPECT_EQ(resolver.lookup_one("x.example", RecordType::a).outcome, Outcome::ok);
    EXPECT_LT(first_asked, 30) << "a server that never answers is still asked first";
    EXPECT_EQ(resolver.servers().front(), second.address());
}

TEST(CaresResolverStop, AStopEndsAWaitingCall) {
    std::stop_source source;
    const DnsServer server([&](const std::string&, std::uint16_t, bool) {
        source.request_stop();
        Reply reply;
        reply.silent = true;
        return reply;
    });
    CaresResolver resolver(settings_for(server, 1h, 1));
    EXPECT_EQ(resolver.lookup_one("x.example", RecordType::a, source.get_token()).outcome,
              Outcome::cancelled);
}

TEST(CaresResolverServers, RejectsWhatIsNoAddress) {
    for (const auto* server :
         {"localhost", "127.0.0.1:port", "127.0.0.1:99999999", "[::1", "example.com:53"}) {
        DnsSettings settings;
        settings.servers = {server};
        EXPECT_THROW(CaresResolver{settings}, std::runtime_error) << server;
    }
}

// Asks `count` names; every third waits until an earlier answer has come.
class Numbers : public QuestionStream {
  public:
    explicit Numbers(std::uint64_t count) : seen_(count, 0) {}

    Next next(Question& question, std::uint64_t& tag,
              std::chrono::steady_clock::time_point& not_before) override {
        if (next_ == seen_.size()) return Next::end;
        if (next_ % 1000 == 999 && answered_ < next_ / 2) return Next::wait;
        if (next_ == 5 && waits_++ == 0) {
            not_before = std::chrono::steady_clock::now() + 1ms;
            return Next::wait;
        }
        tag = next_++;
        question = {std::to_string(tag) + ".numbers.example", RecordType::a};
        return Next::question;
    }
    void answer(std::uint64_t tag, Answer&& answer) override {
        ++answered_;
        ++seen_[tag];
        const auto expected = IpAddress::v4(0x7f000000U + static_cast<std::uint32_t>(tag));
        if (answer.outcome != Outcome::ok || answer.records.at(0).address != expected) ++wrong_;
    }

    std::vector<int> seen_;
    std::uint64_t next_ = 0;
    std::uint64_t answered_ = 0;
    int waits_ = 0;
    int wrong_ = 0;
};

Reply number_reply(const std::string& name) {
    const auto number = static_cast<std::uint32_t>(std::stoul(name));
    return address_reply(IpAddress::v4(0x7f000000U + number).to_string());
}

TEST(CaresResolverStream, EveryQuestionIsAnsweredOnceAndRightly) {
    const DnsServer server([](const std::string& name, std::uint16_t, bool) { return number_reply(name); });
    CaresResolver resolver(settings_for(server));
    Numbers numbers(20'000);
    resolver.stream(numbers);
    EXPECT_EQ(numbers.answered_, 20'000U);
    EXPECT_EQ(numbers.wrong_, 0);
    EXPECT_TRUE(std::all_of(numbers.seen_.begin(), numbers.seen_.end(), [](int seen) { return seen == 1; }));
}

TEST(CaresResolverStream, CallsFromManyThreads) {
    const DnsServer server([](const std::string& name, std::uint16_t, bool) { return number_reply(name); });
    CaresResolver resolver(settings_for(server));
    std::vector<std::thread> threads;
    std::atomic<int> wrong = 0;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            if (t % 2 == 0) {
                Numbers numbers(3'000);
                resolver.stream(numbers);
                wrong += numbers.wrong_ + (numbers.answered_ == 3'000 ? 0 : 1);
                return;
            }
            for (int i = 0; i < 50; ++i) {
                const auto answer = resolver.lookup_one(std::to_string(i) + ".x", RecordType::a);
                wrong += answer.outcome == Outcome::ok ? 0 : 1;
            }
        });
    }
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace reputed
