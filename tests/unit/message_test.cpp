#include "checks/net/message.hpp"

#include <gtest/gtest.h>

#include "tests/support/dns_server.hpp"

namespace reputed {
namespace {

using test::wire_address;
using test::wire_mx;
using test::wire_name;
using test::wire_soa;
using test::wire_strings;

constexpr unsigned response_flags = 0x8180;

std::string u16(unsigned value) {
    return {static_cast<char>(value >> 8), static_cast<char>(value)};
}

std::string u32(std::uint32_t value) {
    return u16(value >> 16) + u16(value & 0xffff);
}

const std::string pointer_to_question = u16(0xc00c);

// A response to "x.example" of one section a list of records.
struct Wire {
    unsigned flags = response_flags;
    std::string question = wire_name("x.example");
    std::vector<std::string> answers = {};
    std::vector<std::string> authority = {};
    std::vector<std::string> additional = {};

    std::string bytes() const {
        std::string out = u16(4711) + u16(flags) + u16(1) + u16(static_cast<unsigned>(answers.size())) +
                          u16(static_cast<unsigned>(authority.size())) +
                          u16(static_cast<unsigned>(additional.size())) + question + u16(1) + u16(1);
        for (const auto* section : {&answers, &authority, &additional})
            for (const auto& record : *section)
                out += record;
        return out;
    }
};

std::string record(unsigned type, const std::string& data, std::uint32_t ttl = 300,
                   const std::string& owner = pointer_to_question, unsigned klass = 1) {
    return owner + u16(type) + u16(klass) + u32(ttl) + u16(static_cast<unsigned>(data.size())) + data;
}

Answer decode(const std::string& bytes, RecordType type = RecordType::a) {
    const std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());  // sized exactly, for ASan
    return decode_response(copy, type);
}

const std::string soa = record(6, wire_soa(60), 900);
const std::string a2 = record(1, wire_address("127.0.0.2"));

TEST(MessageOutcome, ByHeader) {
    struct Row {
        const char* what;
        Wire wire;
        Outcome outcome;
    };
    const Row rows[] = {
        {"an address", {.answers = {a2}}, Outcome::ok},
        {"nothing", {}, Outcome::nodata},
        {"FORMERR", {.flags = 0x8181}, Outcome::malformed},
        {"SERVFAIL", {.flags = 0x8182}, Outcome::servfail},
        {"SERVFAIL with an address", {.flags = 0x8182, .answers = {a2}}, Outcome::servfail},
        {"NXDOMAIN", {.flags = 0x8183}, Outcome::nxdomain},
        {"NXDOMAIN with an address", {.flags = 0x8183, .answers = {a2}}, Outcome::nxdomain},
        {"NOTIMP", {.flags = 0x8184}, Outcome::servfail},
        {"REFUSED", {.flags = 0x8185}, Outcome::refused},
        {"YXDOMAIN", {.flags = 0x8186}, Outcome::servfail},
        {"NOTAUTH", {.flags = 0x8189}, Outcome::servfail},
        {"the question sent back", {.flags = 0x0100}, Outcome::malformed},
        {"the question sent back, with an answer", {.flags = 0x0100, .answers = {a2}}, Outcome::malformed},
        {"an answer to NOTIFY", {.flags = 0xa180}, Outcome::malformed},
        {"truncated to nothing", {.flags = 0x8380}, Outcome::malformed},
        {"truncated after an address", {.flags = 0x8380, .answers = {a2}}, Outcome::malformed},
        {"truncated NXDOMAIN", {.flags = 0x8383}, Outcome::malformed},
        {"another type only", {.answers = {record(28, wire_address("::1"))}}, Outcome::nodata},
        {"another class only",
         {.answers = {record(1, wire_address("127.0.0.2"), 300, pointer_to_question, 3)}},
         Outcome::nodata},
        {"another name's address",
         {.answers = {record(1, wire_address("127.0.0.2"), 300, wire_name("y.example"))}},
         Outcome::nodata},
        {"the name in capitals",
         {.answers = {record(1, wire_address("127.0.0.2"), 300, wire_name("X.Example"))}},
         Outcome::ok},
        {"EDNS", {.additional = {record(41, "", 0, std::string(1, '\0'), 1232)}}, Outcome::nodata},
        {"BADVERS",
         {.additional = {record(41, "", 0x01000000, std::string(1, '\0'), 1232)}},
         Outcome::servfail},
    };
    for (const auto& row : rows)
        EXPECT_EQ(to_string(decode(row.wire.bytes()).outcome), to_string(row.outcome)) << row.what;
}

TEST(MessageRecords, EachType) {
    struct Row {
        RecordType type;
        std::string data;
        std::string text;
        unsigned preference;
        unsigned pieces;
    };
    const Row rows[] = {
        {RecordType::txt, wire_strings({"v=spf1 ", "-all"}), "v=spf1 -all", 0, 2},
        {RecordType::txt, wire_strings({""}), "", 0, 1},
        {RecordType::txt, wire_strings({"", "a", ""}), "a", 0, 3},
        {RecordType::txt, wire_strings({std::string("\0\xff\n", 3)}), std::string("\0\xff\n", 3), 0, 1},
        {RecordType::txt, wire_strings({std::string(255, 'x'), "y"}), std::string(255, 'x') + 'y', 0, 2},
        {RecordType::mx, wire_mx(10, "MX.Example"), "mx.example", 10, 1},
        {RecordType::mx, wire_mx(0, ""), "", 0, 1},
        {RecordType::mx, u16(65535) + pointer_to_question, "x.example", 65535, 1},
        {RecordType::ptr, wire_name("Mail.Example"), "mail.example", 0, 1},
        {RecordType::ptr, "\3m.l" + wire_name("example"), R"(m\.l.example)", 0, 1},
        {RecordType::ptr, "\2a." + std::string(1, '\0'), R"(a\.)", 0, 1},
        {RecordType::ptr, std::string("\1\0\0", 3), R"(\000)", 0, 1},
        {RecordType::ns, wire_name("ns.example"), "ns.example", 0, 1},
        {RecordType::cname, wire_name("other.example"), "other.example", 0, 1},
    };
    for (const auto& row : rows) {
        const Wire wire{.answers = {record(static_cast<unsigned>(row.type), row.data)}};
        const auto answer = decode(wire.bytes(), row.type);
        ASSERT_EQ(to_string(answer.outcome), "ok") << row.text;
        ASSERT_EQ(answer.records.size(), 1U);
        EXPECT_EQ(answer.records[0].text, row.text);
        EXPECT_EQ(answer.records[0].preference, row.preference);
        EXPECT_EQ(answer.records[0].pieces, row.pieces);
        EXPECT_TRUE(answer.aliases.empty());
    }
}

TEST(MessageRecords, SeveralInTheirOrder) {
    const Wire wire{.answers = {record(1, wire_address("127.0.0.4"), 60), record(46, "signature"),
                                record(1, wire_address("127.0.0.2"), 30)}};
    const auto answer = decode(wire.bytes());
    ASSERT_EQ(answer.records.size(), 2U);
    EXPECT_EQ(answer.records[0].address.to_string(), "127.0.0.4");
    EXPECT_EQ(answer.records[1].address.to_string(), "127.0.0.2");
    EXPECT_EQ(answer.ttl, 30U);
}

TEST(MessageRecords, WrongLengths) {
    struct Row {
        const char* what;
        RecordType type;
        std::string data;
    };
    const Row rows[] = {
        {"A of 0", RecordType::a, ""},
        {"A of 3", RecordType::a, "abc"},
        {"A of 5", RecordType::a, "abcde"},
        {"AAAA of 4", RecordType::aaaa, "abcd"},
        {"AAAA of 17", RecordType::aaaa, std::string(17, 'a')},
        {"MX without a name", RecordType::mx, u16(10)},
        {"MX of 1", RecordType::mx, "a"},
        {"MX with more behind", RecordType::mx, wire_mx(10, "mx.example") + 'x'},
        {"PTR of 0", RecordType::ptr, ""},
        {"PTR cut", RecordType::ptr, "\4mail"},
        {"PTR with more behind", RecordType::ptr, wire_name("mail.example") + 'x'},
        {"TXT of 0", RecordType::txt, ""},
        {"TXT cut", RecordType::txt, "\5abc"},
        {"TXT second string cut", RecordType::txt, "\1a\2b"},
        {"SOA", RecordType::soa, wire_soa(1)},
    };
    for (const auto& row : rows) {
        const Wire wire{.answers = {record(static_cast<unsigned>(row.type), row.data)}};
        const auto answer = decode(wire.bytes(), row.type);
        EXPECT_EQ(to_string(answer.outcome), "malformed") << row.what;
        EXPECT_TRUE(answer.records.empty()) << row.what;
    }
}

TEST(MessageRecords, NamesThatDoNotEnd) {
    struct Row {
        const char* what;
        std::string data;
    };
    const std::size_t at = Wire{}.bytes().size() + 12;  // of the record's data
    const Row rows[] = {
        {"a pointer to itself", u16(0xc000U | static_cast<unsigned>(at))},
        {"a pointer ahead", u16(0xc000U | static_cast<unsigned>(at + 2)) + std::string(1, '\0')},
        {"a pointer past the end", u16(0xffff)},
        {"a loop through a label", "\1a" + u16(0xc000U | static_cast<unsigned>(at))},
        {"half a pointer", "\xc0"},
        {"a reserved label type", "\x80" + wire_name("a")},
        {"a label past the end", "\77a"},
        {"over 255 octets",
         [] {
             std::string name;
             for (int i = 0; i < 5; ++i)
                 name += '\77' + std::string(63, 'a');
             return name + '\0';
         }()},
    };
    for (const auto& row : rows) {
        const Wire wire{.answers = {record(12, row.data)}};
        EXPECT_EQ(to_string(decode(wire.bytes(), RecordType::ptr).outcome), "malformed") << row.what;
    }
}

TEST(MessageAliases, AreFollowed) {
    const auto cname = [](const std::string& from, const std::string& to, std::uint32_t ttl = 300) {
        return record(5, wire_name(to), ttl, wire_name(from));
    };
    const auto address = [](const std::string& owner) {
        return record(1, wire_address("192.0.2.1"), 300, wire_name(owner));
    };
    struct Row {
        const char* what;
        std::vector<std::string> answers;
        Outcome outcome;
        std::vector<std::string> aliases;
        std::uint32_t ttl;
    };
    const Row rows[] = {
        {"one", {cname("x.example", "A.example", 50), address("a.example")}, Outcome::ok, {"a.example"}, 50},
        {"two",
         {cname("x.example", "a.example"), cname("a.example", "b.example"), address("b.example")},
         Outcome::ok,
         {"a.example", "b.example"},
         300},
        {"to nothing", {cname("x.example", "a.example")}, Outcome::nodata, {"a.example"}, 0},
        {"the address of a name left behind",
         {cname("x.example", "a.example"), address("x.example")},
         Outcome::nodata,
         {"a.example"},
         0},
        {"somebody else's", {cname("y.example", "a.example"), address("a.example")}, Outcome::nodata, {}, 0},
        {"itself", {cname("x.example", "x.example")}, Outcome::malformed, {}, 0},
        {"a circle",
         {cname("x.example", "a.example"), cname("a.example", "x.example")},
         Outcome::malformed,
         {},
         0},
        {"a circle ahead",
         {cname("x.example", "a.example"), cname("a.example", "b.example"), cname("b.example", "a.example")},
         Outcome::malformed,
         {},
         0},
    };
    for (const auto& row : rows) {
        const auto answer = decode(Wire{.answers = row.answers}.bytes());
        EXPECT_EQ(to_string(answer.outcome), to_string(row.outcome)) << row.what;
        EXPECT_EQ(answer.aliases, row.aliases) << row.what;
        EXPECT_EQ(answer.ttl, row.ttl) << row.what;
    }
}

TEST(MessageAliases, ChainsEnd) {
    Wire wire;
    std::string from = "x.example";
    for (int i = 0; i < 40; ++i) {
        const std::string to = "n" + std::to_string(i) + ".example";
        wire.answers.push_back(record(5, wire_name(to), 300, wire_name(from)));
        from = to;
    }
    EXPECT_EQ(to_string(decode(wire.bytes()).outcome), "malformed");
    wire.answers.resize(32);
    EXPECT_EQ(to_string(decode(wire.bytes()).outcome), "nodata");
}

TEST(MessageAliases, NxdomainBehindAnAlias) {
    const Wire wire{
        .flags = 0x8183, .answers = {record(5, wire_name("gone.example"), 20)}, .authority = {soa}};
    const auto answer = decode(wire.bytes());
    EXPECT_EQ(to_string(answer.outcome), "nxdomain");
    EXPECT_EQ(answer.aliases, std::vector<std::string>{"gone.example"});
    EXPECT_TRUE(answer.records.empty());
    EXPECT_EQ(answer.ttl, 60U);
}

TEST(MessageTtl, OfTheRecordsOrTheSoa) {
    const auto address = [](std::uint32_t ttl) { return record(1, wire_address("127.0.0.2"), ttl); };
    struct Row {
        const char* what;
        Wire wire;
        std::uint32_t ttl;
    };
    const Row rows[] = {
        {"the least", {.answers = {address(300), address(10), address(70)}}, 10},
        {"zero", {.answers = {address(0), address(10)}}, 0},
        {"the highest", {.answers = {address(0x7fffffff)}}, 0x7fffffff},
        {"the highest bit", {.answers = {address(0x80000000)}}, 0},
        {"of other types not", {.answers = {address(300), record(46, "signature", 1)}}, 300},
        {"SOA: its minimum", {.authority = {record(6, wire_soa(60), 900)}}, 60},
        {"SOA: its own", {.authority = {record(6, wire_soa(3600), 900)}}, 900},
        {"SOA: the highest bit", {.authority = {record(6, wire_soa(3600), 0xffffffff)}}, 0},
        {"SOA too short", {.authority = {record(6, "short", 900)}}, 0},
        {"SOA behind NS", {.authority = {record(2, wire_name("ns.example")), soa}}, 60},
        {"a referral", {.authority = {record(2, wire_name("ns.example"))}}, 0},
        {"no SOA", {}, 0},
    };
    for (const auto& row : rows)
        EXPECT_EQ(decode(row.wire.bytes()).ttl, row.ttl) << row.what;
}

TEST(MessageBounds, EveryCutIsMalformed) {
    const std::string whole = Wire{.answers = {a2, record(5, wire_name("b.example"))},
                                   .authority = {soa},
                                   .additional = {record(41, "", 0, std::string(1, '\0'), 1232)}}
                                  .bytes();
    ASSERT_EQ(to_string(decode(whole).outcome), "ok");
    for (std::size_t length = 0; length < whole.size(); ++length)
        EXPECT_EQ(to_string(decode(whole.substr(0, length)).outcome), "malformed") << length;
    EXPECT_EQ(to_string(decode(whole + 'x').outcome), "malformed");
}

TEST(MessageBounds, CountsThatLie) {
    for (const std::size_t count_at : {4U, 6U, 8U, 10U}) {
        std::string bytes = Wire{.answers = {a2}}.bytes();
        bytes[count_at] = '\xff';
        bytes[count_at + 1] = '\xff';
        EXPECT_EQ(to_string(decode(bytes).outcome), "malformed") << count_at;
    }
    std::string no_question = u16(1) + u16(response_flags) + u16(0) + u16(0) + u16(0) + u16(0);
    EXPECT_EQ(to_string(decode(no_question).outcome), "malformed");
}

TEST(MessageBounds, SixtyFourKilobytes) {
    Wire wire;
    std::size_t size = wire.bytes().size();
    while (size + a2.size() <= 65535) {
        wire.answers.push_back(a2);
        size += a2.size();
    }
    const auto answer = decode(wire.bytes());
    EXPECT_EQ(to_string(answer.outcome), "ok");
    EXPECT_EQ(answer.records.size(), wire.answers.size());
    EXPECT_EQ(to_string(decode(wire.bytes() + std::string(65536, 'x')).outcome), "malformed");

    const std::size_t room = 65535 - Wire{}.bytes().size() - 12;
    const auto strings =
        decode(Wire{.answers = {record(16, std::string(room, '\0'))}}.bytes(), RecordType::txt);
    ASSERT_EQ(to_string(strings.outcome), "ok");
    EXPECT_EQ(strings.records.at(0).pieces, room);
    EXPECT_EQ(strings.records.at(0).text, "");
}

}  // namespace
}  // namespace reputed
