#include "checks/auth/spf_batch.hpp"

#include <gtest/gtest.h>

#include "tests/support/fake_resolver.hpp"

namespace reputed::spf {
namespace {

constexpr const char* zone = R"(
plain.example TXT "v=spf1 ip4:192.0.2.0/24 -all"
deep.example TXT "v=spf1 include:inner.example mx ptr exp=why.example -all"
inner.example TXT "v=spf1 a:%{d2}.host.example ?all"
inner.example.host.example A 192.0.2.7
deep.example MX 10 mail.deep.example
mail.deep.example A 192.0.2.8
why.example TXT "%{i} is not ours"
slow.example TIMEOUT
loop.example TXT "v=spf1 include:loop.example"
)";

TEST(SpfBatch, SaysWhatOneByOneSays) {
    std::vector<Query> queries;
    for (int round = 0; round < 40; ++round)
        for (const char* name :
             {"plain.example", "deep.example", "slow.example", "loop.example", "none.example", ""})
            queries.push_back({IpAddress::v4(0xc0000200U + static_cast<std::uint32_t>(round % 10)),
                               std::string("a@") + name, "mail.example"});
    test::FakeResolver resolver(zone);
    const auto together = check_hosts(queries, resolver);
    ASSERT_EQ(together.size(), queries.size());
    for (std::size_t i = 0; i < queries.size(); ++i) {
        SCOPED_TRACE(queries[i].mail_from + ' ' + queries[i].ip.to_string());
        const auto alone = check_host(queries[i], resolver);
        EXPECT_EQ(to_string(together[i].result), to_string(alone.result));
        EXPECT_EQ(together[i].reason, alone.reason);
        EXPECT_EQ(together[i].explanation, alone.explanation);
        EXPECT_EQ(together[i].lookups, alone.lookups);
        EXPECT_EQ(together[i].trace.size(), alone.trace.size());
    }
}

TEST(SpfBatch, AStopEndsAll) {
    std::stop_source source;
    source.request_stop();
    Options options;
    options.stop = source.get_token();
    test::FakeResolver resolver(zone);
    const std::vector<Query> queries(100, {IpAddress::v4(0xc0000201), "a@plain.example", "mail.example"});
    const auto results = check_hosts(queries, resolver, options);
    ASSERT_EQ(results.size(), queries.size());
    for (const auto& evaluation : results)
        EXPECT_EQ(evaluation.result, Result::temperror);
    EXPECT_TRUE(resolver.asked().empty());
}

TEST(SpfBatch, NothingToJudge) {
    test::FakeResolver resolver;
    EXPECT_TRUE(check_hosts({}, resolver).empty());
}

}  // namespace
}  // namespace reputed::spf
