#include <gtest/gtest.h>

#include "agent/web/login.hpp"

namespace reputed::web {
namespace {

using namespace std::chrono_literals;

TEST(WebLogin, Basic) {
    const struct {
        const char* header;
        const char* user;
        const char* password;
    } rows[] = {
        {"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"},
        {"basic QWxhZGRpbjpvcGVuIHNlc2FtZQ", "Aladdin", "open sesame"},
        {"BASIC   YTpiOmM= ", "a", "b:c"},
        {"Basic Og==", "", ""},
        {"Basic w6Q6w7Y=", "\xc3\xa4", "\xc3\xb6"},
    };
    for (const auto& row : rows) {
        const auto login = parse_basic(row.header);
        ASSERT_TRUE(login) << row.header;
        EXPECT_EQ(login->user, row.user) << row.header;
        EXPECT_EQ(login->password, row.password) << row.header;
    }
    for (const auto* header :
         {"", "Basic", "Basic ", "Bearer YTpi", "BasicYTpi", "Basic YWI=", "Basic YT piYg==", "Basic Y",
          "Basic YTpiY", "Basic \x80\xff", "Basic YQA6Yg==", "Basic YTpi\xc3\xa4", "Digest a"})
        EXPECT_FALSE(parse_basic(header)) << header;
}

// Of "sesame".
const Users users = {{"alice", "$2b$04$abcdefghijklmnopqrstuuinwY/tkBVrn3xrxQI/TgnMHhkvl85RW"}};

TEST(WebLogin, Bcrypt) {
    // Vectors of the algorithm's authors (John the Ripper's test suite).
    EXPECT_TRUE(matches("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"));
    EXPECT_TRUE(matches("U*U", "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"));
    EXPECT_FALSE(matches("U*V", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"));
    for (const auto* none : {"", "*0", "*1", "$1$abc$", "plain", "$2a$05$CCCCCCCCCCCCCCCCCCCCC."})
        EXPECT_FALSE(matches("U*U", none)) << none;
}

TEST(WebLogin, UnknownUsersCostTheSameAndNeverMatch) {
    EXPECT_EQ(hash_for(users, "alice", "salt"), users.at("alice"));
    const auto hash = hash_for(users, "mallory", "salt");
    EXPECT_EQ(hash, hash_for(users, "mallory", "salt"));
    EXPECT_EQ(hash.size(), 60U);
    EXPECT_TRUE(hash.starts_with("$2b$04$")) << hash;
    for (const auto* guess : {"", "sesame", "x"})
        EXPECT_FALSE(matches(guess, hash));
}

TEST(WebLogin, CacheKnowsLoginAndHashTogether) {
    LoginCache cache;
    const auto key = cache.key({"alice", "sesame"}, "H1");
    EXPECT_FALSE(cache.find(key));
    cache.add(key, true);
    EXPECT_EQ(cache.find(key), true);
    EXPECT_FALSE(cache.find(cache.key({"alice", "sesame"}, "H2")));
    EXPECT_FALSE(cache.find(cache.key({"alices", "esame"}, "H1")));
    cache.add(cache.key({"alice", "guess"}, "H1"), false);
    EXPECT_EQ(cache.find(cache.key({"alice", "guess"}, "H1")), false);
    EXPECT_NE(LoginCache().key({"alice", "sesame"}, "H1"), key) << "another salt in another process";
}

TEST(WebLogin, CacheOfGuessesPushesNothingRightOut) {
    LoginCache cache;
    const auto key = cache.key({"alice", "sesame"}, "H");
    cache.add(key, true);
    for (int i = 0; i < 5000; ++i)
        cache.add(cache.key({"alice", std::to_string(i)}, "H"), false);
    EXPECT_EQ(cache.find(key), true);
}

const IpAddress one = *IpAddress::parse("192.0.2.1");
const IpAddress other = *IpAddress::parse("192.0.2.2");

int attempts(FailureLimit& limit, const IpAddress& client, FailureLimit::Time now) {
    int count = 0;
    while (count < 1000 && limit.attempt(client, now))
        ++count;
    return count;
}

TEST(WebLogin, TenFailuresAtOnceThenOneInFiveSeconds) {
    FailureLimit limit;
    const FailureLimit::Time begin{};
    EXPECT_EQ(attempts(limit, one, begin), 10);
    EXPECT_EQ(attempts(limit, other, begin), 10) << "each client for itself";
    EXPECT_EQ(attempts(limit, one, begin + 4s), 0);
    EXPECT_EQ(attempts(limit, one, begin + 5s), 1);
    EXPECT_EQ(attempts(limit, one, begin + 1h), 10);
    limit.give_back(one);
    EXPECT_EQ(attempts(limit, one, begin + 1h), 1);
}

TEST(WebLogin, ClientsAreAddressesOrNetworks) {
    const auto client = [](const char* text) {
        return FailureLimit::client_of(*IpAddress::parse(text)).to_string();
    };
    EXPECT_EQ(client("192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(client("::ffff:192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(client("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
}

TEST(WebLogin, RemembersSoManyClients) {
    FailureLimit limit;
    FailureLimit::Time now{};
    EXPECT_EQ(attempts(limit, one, now), 10);
    for (std::uint32_t i = 0; i < 4095; ++i)
        limit.attempt(IpAddress::v4(0x0a000000 + i), now + 1ms);
    EXPECT_EQ(attempts(limit, one, now + 1ms), 0);
    for (std::uint32_t i = 0; i < 4097; ++i)
        limit.attempt(IpAddress::v4(0x0b000000 + i), now + 2ms);
    EXPECT_EQ(attempts(limit, one, now + 3ms), 10) << "forgotten, as the others are newer";
}

TEST(WebLogin, RequestLimit) {
    RequestLimit limit;
    const RequestLimit::Time begin{};
    EXPECT_TRUE(limit.take(0ns, 0, begin));
    EXPECT_TRUE(limit.take(1s, 2, begin));
    EXPECT_TRUE(limit.take(1s, 2, begin));
    EXPECT_FALSE(limit.take(1s, 2, begin));
    EXPECT_FALSE(limit.take(1s, 2, begin + 900ms));
    EXPECT_TRUE(limit.take(1s, 2, begin + 1s));
    EXPECT_TRUE(limit.take(1s, 2, begin + 1h));
    EXPECT_TRUE(limit.take(1s, 2, begin + 1h));
    EXPECT_FALSE(limit.take(1s, 2, begin + 1h));
}

}  // namespace
}  // namespace reputed::web
