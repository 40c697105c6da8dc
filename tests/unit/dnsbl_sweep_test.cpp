#include <algorithm>

#include <gtest/gtest.h>

#include "checks/dnsbl/sweep.hpp"
#include "tests/support/scripted_list.hpp"

namespace reputed::dnsbl {
namespace {

using test::addresses;
using test::FakeResolver;
using test::outcome;
using test::ScriptedList;

const Answer listed = addresses({"127.0.0.2"});
const Answer over_quota = addresses({"127.255.255.255"});

List list_named(const std::string& name, ListKind kind = ListKind::ip_blocklist) {
    List list;
    list.zone = list.name = name;
    list.kind = kind;
    list.codes = {{CodePattern::parse("127.0.0.2").value(), "spam source", Severity::critical, false, {}}};
    list.test_listed = {is_domain_list(kind) ? "listed.test" : "127.0.0.2"};
    list.test_clean = {is_domain_list(kind) ? "clean.test" : "127.0.0.1"};
    return list;
}

std::vector<Subject> subjects(const std::vector<std::string>& texts) {
    std::vector<Subject> out;
    for (const auto& text : texts)
        out.push_back(Subject::parse(text).value());
    return out;
}

std::vector<Subject> many(int count) {
    std::vector<Subject> out;
    for (int i = 0; i < count; ++i)
        out.push_back(Subject::of(IpAddress::v4(0xc6336400U + static_cast<std::uint32_t>(i))));
    return out;
}

struct Swept {
    Results results;
    std::vector<std::string> asked;
};

Swept swept(const std::vector<ScriptedList>& scripts, const std::vector<Subject>& targets,
            const SweepOptions& options = {}) {
    FakeResolver resolver;
    std::vector<List> lists;
    for (const auto& script : scripts) {
        script.serve_on(resolver);
        lists.push_back(script.list);
    }
    auto results = sweep(lists, targets, resolver, options);
    return {std::move(results), resolver.asked()};
}

long count(const std::vector<std::string>& asked, std::string_view part) {
    return std::count_if(asked.begin(), asked.end(), [&](const std::string& question) {
        return question.find(part) != std::string::npos;
    });
}

TEST(DnsblSweepStates, OfEveryListAndSubject) {
    List v6 = list_named("six.example");
    v6.ipv6 = true;
    const auto targets = subjects({"198.51.100.1", "198.51.100.2", "2001:db8::1", "example.com"});
    const auto [results, asked] =
        swept({{.list = list_named("four.example"), .targets = {{"1.100.51.198", listed}}},
               {.list = v6, .targets = {{targets[2].query, listed}}},
               {.list = list_named("dbl.example", ListKind::domain_blocklist),
                .targets = {{"example.com", addresses({"127.0.0.9"})}}},
               {.list = list_named("white.example", ListKind::ip_allowlist),
                .targets = {{"2.100.51.198", listed}, {"1.100.51.198", outcome(Outcome::servfail)}}}},
              targets);
    struct Row {
        std::size_t list, subject;
        std::optional<State> state;
    };
    const Row rows[] = {
        {0, 0, State::listed},
        {0, 1, State::clean},
        {0, 2, {}},
        {0, 3, {}},
        {1, 0, State::clean},
        {1, 2, State::listed},
        {1, 3, {}},
        {2, 0, {}},
        {2, 3, State::unknown_code},
        {3, 0, State::servfail},
        {3, 1, State::allowed},
        {3, 2, {}},
    };
    for (const auto& row : rows) {
        ASSERT_EQ(results.asked(row.list, row.subject), row.state.has_value()) << row.list << row.subject;
        if (!row.state) continue;
        EXPECT_EQ(to_string(results.state(row.list, row.subject)), to_string(*row.state))
            << row.list << row.subject;
    }
    for (const auto& health : results.health)
        EXPECT_EQ(to_string(health.health), "usable") << health.detail;
    EXPECT_TRUE(results.complete);
    EXPECT_EQ(results.questions, asked.size());
    // By subject, then list; clean ones need no entry.
    ASSERT_EQ(results.entries.size(), 5U);
    EXPECT_EQ(results.find(0, 0), &results.entries[0]);
    EXPECT_EQ(results.find(3, 0), &results.entries[1]);
    EXPECT_EQ(results.find(2, 3)->what.codes, std::vector<std::uint32_t>{0x7f000009});
    EXPECT_EQ(results.find(0, 1), nullptr);
}

TEST(DnsblSweepReason, IsAskedForListingsOnly) {
    List white = list_named("white.example", ListKind::ip_allowlist);
    const auto [results, asked] =
        swept({{.list = list_named("bl.example"),
                .targets = {{"1.100.51.198", listed}, {"2.100.51.198", addresses({"127.0.0.9"})}},
                .reasons = {{"1.100.51.198", test::text("spam seen at 09:14")}}},
               {.list = white, .targets = {{"1.100.51.198", listed}}}},
              subjects({"198.51.100.1", "198.51.100.2", "198.51.100.3"}));
    EXPECT_EQ(results.find(0, 0)->reason, "spam seen at 09:14");
    EXPECT_EQ(count(asked, " TXT"), 1);
    EXPECT_EQ(count(asked, "1.100.51.198.bl.example TXT"), 1);
}

TEST(DnsblSweepReason, IsJoinedAndBounded) {
    Answer two = test::text("first");
    two.records.push_back(test::text("second").records[0]);
    const auto [results, asked] =
        swept({{.list = list_named("bl.example"),
                .targets = {{"1.100.51.198", listed}, {"2.100.51.198", listed}, {"3.100.51.198", listed}},
                .reasons = {{"1.100.51.198", two},
                            {"2.100.51.198", test::text(std::string(60'000, 'x'))},
                            {"3.100.51.198", outcome(Outcome::timeout)}}}},
              subjects({"198.51.100.1", "198.51.100.2", "198.51.100.3"}));
    EXPECT_EQ(results.find(0, 0)->reason, "first / second");
    EXPECT_EQ(results.find(0, 1)->reason, std::string(reason_limit, 'x'));
    EXPECT_EQ(results.find(0, 2)->reason, "");
    EXPECT_EQ(to_string(results.state(0, 2)), "listed") << "a reason that does not come changes nothing";
}

TEST(DnsblSweepHealth, AnUnhealthyListIsAskedNothingMore) {
    const auto none = outcome(Outcome::timeout);
    const auto [results, asked] = swept({{.list = list_named("silent.example"),
                                          .targets = {{"0.100.51.198", listed}},
                                          .listed_points = none,
                                          .clean_points = none,
                                          .others = none},
                                         {.list = list_named("bl.example")}},
                                        many(100));
    EXPECT_EQ(count(asked, ".silent.example"), 3);
    EXPECT_EQ(count(asked, ".bl.example"), 103);
    for (std::size_t i = 0; i < 100; ++i) {
        EXPECT_EQ(to_string(results.state(0, i)), "timeout");
        EXPECT_EQ(to_string(results.state(1, i)), "clean");
    }
    EXPECT_EQ(to_string(results.health[0].health), "silent");
    EXPECT_TRUE(results.entries.empty());
    EXPECT_TRUE(results.complete);
}

TEST(DnsblSweepHealth, OneRefusalIsNotTakenForClean) {
    const auto [results, asked] =
        swept({{.list = list_named("bl.example"), .targets = {{"1.100.51.198", over_quota}}}}, many(40));
    EXPECT_EQ(to_string(results.state(0, 0)), "clean");
    EXPECT_EQ(to_string(results.state(0, 1)), "refused");
    EXPECT_EQ(to_string(results.state(0, 39)), "clean");
    EXPECT_EQ(to_string(results.health[0].health), "refused");
    EXPECT_EQ(results.health[0].detail,
              "began to refuse during the round: an error code: the list refuses to answer this resolver");
    EXPECT_EQ(results.health[0].cause, ErrorCause::resolver);
}

// Answers each question before it takes the next; when told to wait, notes until when, and hangs up.
class OneByOne : public FakeResolver {
  public:
    void stream(QuestionStream& questions, std::stop_token) override {
        for (;;) {
            Question question;
            std::uint64_t tag = 0;
            wait_until_ = std::chrono::steady_clock::time_point::max();
            if (questions.next(question, tag, wait_until_) != QuestionStream::Next::question) return;
            questions.answer(tag, std::move(lookup({&question, 1}).front()));
        }
    }
    std::chrono::steady_clock::time_point wait_until_;
};

TEST(DnsblSweepHealth, AListThatRefusesOnIsLeftInPeace) {
    OneByOne resolver;
    const List list = list_named("bl.example");
    int targets_asked = 0;
    resolver.answer_below("bl.example", [&](const Question& question) {
        const ScriptedList healthy{.list = list};
        if (!question.name.ends_with(".100.51.198.bl.example")) return healthy.answer(question);
        return ++targets_asked <= 3 ? outcome(Outcome::nxdomain) : over_quota;
    });
    std::uint64_t last_answered = 0;
    std::uint64_t last_expected = 0;
    SweepOptions options;
    options.progress = [&](std::uint64_t answered, std::uint64_t expected) {
        last_answered = answered;
        last_expected = expected;
    };
    const auto targets = many(200);
    const auto results = sweep({list}, targets, resolver, options);
    EXPECT_EQ(targets_asked, 3 + 16);
    EXPECT_EQ(to_string(results.state(0, 2)), "clean");
    EXPECT_EQ(to_string(results.state(0, 3)), "refused");
    EXPECT_EQ(to_string(results.state(0, 199)), "refused");
    EXPECT_TRUE(results.complete);
    EXPECT_EQ(last_answered, last_expected);
}

TEST(DnsblSweepKey, IsShownNowhere) {
    const std::string key = "s3cr3tk3y";
    List keyed = test::with_key(list_named("{key}.dq.example"), key);
    keyed.name = "dq.example";
    List split = test::with_key(list_named("{key}.{revip}.http.example"), key);
    split.name = "http.example";
    for (const auto& list : {keyed, split}) {
        const auto quoting =
            test::text("listed, see https://dq.example/?q=1.100.51.198." + key + ".dq.example");
        for (const auto& everything :
             {std::optional<Answer>(), std::optional(over_quota), std::optional(listed),
              std::optional(outcome(Outcome::nxdomain)), std::optional(outcome(Outcome::timeout)),
              std::optional(addresses({"198.51.100.80"}))}) {
            const auto [results, asked] = swept({{.list = list,
                                                  .targets = {{"1.100.51.198", listed}},
                                                  .reasons = {{"1.100.51.198", quoting}},
                                                  .listed_points = everything,
                                                  .clean_points = everything,
                                                  .others = everything,
                                                  .zone_ns = everything}},
                                                subjects({"198.51.100.1"}));
            EXPECT_GT(count(asked, key), 0);
            EXPECT_EQ(results.health[0].detail.find(key), std::string::npos) << results.health[0].detail;
            for (const auto& entry : results.entries) {
                EXPECT_EQ(entry.reason.find(key), std::string::npos) << entry.reason;
                for (const auto& meaning : entry.what.meanings)
                    EXPECT_EQ(meaning.find(key), std::string::npos) << meaning;
            }
        }
    }
}

TEST(DnsblSweepQuestions, ASplitZone) {
    List split = list_named("k3y.{revip}.http.example");
    split.name = "http.example";
    const auto [results, asked] =
        swept({{.list = split, .targets = {{"1.100.51.198", listed}}}}, subjects({"198.51.100.1"}));
    EXPECT_EQ(to_string(results.state(0, 0)), "listed");
    EXPECT_EQ(count(asked, "k3y.1.100.51.198.http.example A"), 1);
    EXPECT_EQ(count(asked, "k3y.1.100.51.198.http.example TXT"), 1);
}

TEST(DnsblSweepPace, WaitsAsTheOperatorWants) {
    OneByOne resolver;
    List slow = list_named("slow.example");
    slow.queries_per_second = 0.001;
    const List fast = list_named("fast.example");
    for (const auto& list : {slow, fast})
        ScriptedList{list}.serve_on(resolver);
    const auto before = std::chrono::steady_clock::now();
    const auto results = sweep({slow, fast}, many(10), resolver);
    EXPECT_EQ(count(resolver.asked(), ".slow.example"), 1) << "one question in 1,000 seconds";
    EXPECT_EQ(count(resolver.asked(), ".fast.example"), 13) << "the others do not wait for it";
    EXPECT_GE(resolver.wait_until_, before + std::chrono::seconds(1000));
    EXPECT_LE(resolver.wait_until_, std::chrono::steady_clock::now() + std::chrono::seconds(1000));
    EXPECT_FALSE(results.complete);
    EXPECT_FALSE(results.asked(0, 0));
}

// Asks again at once when told to wait until some time, as if it had come, and hangs up when told to wait for an
// answer though none is under way: a real resolver would sleep for ever.
class Impatient : public OneByOne {
  public:
    void stream(QuestionStream& questions, std::stop_token stop) override {
        do
            OneByOne::stream(questions, stop);
        while (wait_until_ != std::chrono::steady_clock::time_point::max());
    }
};

TEST(DnsblSweepPace, EndsWithItsLastAnswer) {
    Impatient resolver;
    List slow = list_named("slow.example");
    slow.queries_per_second = 1000;
    ScriptedList{slow}.serve_on(resolver);
    EXPECT_TRUE(sweep({slow}, many(2), resolver).complete);
    EXPECT_TRUE(sweep({slow}, subjects({"198.51.100.1", "example.com"}), resolver).complete)
        << "the last subject is none for this list";
}

TEST(DnsblSweepStop, LeavesTheRestUnasked) {
    std::stop_source source;
    FakeResolver resolver;
    resolver.answer_below("bl.example", [&](const Question& question) {
        source.request_stop();
        return ScriptedList{list_named("bl.example")}.answer(question);
    });
    SweepOptions options;
    options.stop = source.get_token();
    const auto results = sweep({list_named("bl.example")}, many(10), resolver, options);
    EXPECT_FALSE(results.complete);
    for (std::size_t i = 0; i < 10; ++i)
        EXPECT_FALSE(results.asked(0, i)) << i;
}

TEST(DnsblSweepEdges, NothingToAsk) {
    EXPECT_TRUE(swept({}, {}).results.complete);
    EXPECT_TRUE(swept({}, many(3)).results.complete);
    const auto [results, asked] = swept({{list_named("bl.example")}}, {});
    EXPECT_EQ(to_string(results.health.at(0).health), "usable");
    EXPECT_EQ(asked.size(), 3U);
}

TEST(DnsblSweepEdges, ANameTooLongForDnsIsNotClean) {
    const std::string label(60, 'a');
    const auto [results, asked] =
        swept({{list_named("dbl.example", ListKind::domain_blocklist)}},
              subjects({label + '.' + label + '.' + label + '.' + label + ".example"}));
    EXPECT_EQ(to_string(results.state(0, 0)), "servfail");
}

TEST(DnsblSweepPace, AListWithALimitEndsWithItsLastAnswer) {
    List list = generic_list("slow.example");
    list.queries_per_second = 2000;
    test::FakeResolver resolver("2.0.0.127.slow.example A 127.0.0.2\nslow.example NS ns.example");
    for (const auto& subjects : {std::vector<Subject>(), {Subject::of(*IpAddress::parse("192.0.2.9"))}}) {
        const auto results = sweep({list}, subjects, resolver);
        EXPECT_TRUE(results.complete);
        EXPECT_EQ(results.health[0].health, Health::usable);
    }
}

}  // namespace
}  // namespace reputed::dnsbl
