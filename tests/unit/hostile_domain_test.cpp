// What a domain that means harm can cost: questions, batches of questions, and text that is kept and shown.
#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "agent/plain_text.hpp"
#include "checks/auth/dmarc_discovery.hpp"
#include "checks/auth/record.hpp"
#include "checks/auth/spf.hpp"
#include "checks/check.hpp"
#include "checks/net/cares_resolver.hpp"
#include "tests/support/dns_server.hpp"
#include "tests/support/fake_resolver.hpp"

namespace reputed {
namespace {

constexpr const char* domain = "bad.example";
constexpr std::size_t largest = 64'000;  // octets of a TXT record that one DNS message holds
constexpr std::size_t many = 10'000;

using Zone = std::function<Answer(const Question&)>;

// Counts what is asked. Every name is the attacker's, the reverse ones too.
class Hostile : public test::FakeResolver {
  public:
    explicit Hostile(const Zone& zone) {
        answer_below("example", zone);
        answer_below("arpa", zone);
    }
    std::vector<Answer> lookup(std::span<const Question> questions, std::stop_token stop) override {
        ++batches;
        for (const auto& question : questions)
            sent += is_valid_name(question.name) ? 1U : 0U;
        return FakeResolver::lookup(questions, std::move(stop));
    }
    std::size_t batches = 0;
    std::size_t sent = 0;  // of all questions those whose name can be asked
};

Answer with(Outcome outcome) {
    Answer answer;
    answer.outcome = outcome;
    return answer;
}
Answer nothing() {
    return with(Outcome::nxdomain);
}
Answer texts(const std::vector<std::string>& list) {
    Answer answer = with(Outcome::ok);
    for (const auto& text : list) {
        answer.records.emplace_back().text = text;
        answer.records.back().pieces = static_cast<std::uint16_t>(text.size() / 255 + 1);
    }
    return answer;
}
// These TXT records at every name, nothing of any other type.
Zone same_everywhere(const std::vector<std::string>& list) {
    return [list](const Question& question) {
        return question.type == RecordType::txt ? texts(list) : nothing();
    };
}
Zone same_everywhere(const std::string& text) {
    return same_everywhere(std::vector<std::string>{text});
}
// NAME0.example, NAME1.example, ...: targets of MX or PTR.
Answer targets(std::size_t count, const std::string& name) {
    Answer answer = with(Outcome::ok);
    for (std::size_t i = 0; i < count; ++i)
        answer.records.emplace_back().text = name + std::to_string(i) + ".example";
    return answer;
}
Answer addresses(RecordType type, std::size_t count) {
    Answer answer = with(Outcome::ok);
    for (std::size_t i = 0; i < count; ++i) {
        std::array<std::uint8_t, 16> bytes{0x2a, 0x01, 0x04, 0xf8};
        bytes[14] = static_cast<std::uint8_t>(i >> 8);
        bytes[15] = static_cast<std::uint8_t>(i);
        answer.records.emplace_back().address =
            type == RecordType::a ? IpAddress::v4(0x0c000000U + static_cast<std::uint32_t>(i))
                                  : IpAddress::v6(bytes);
    }
    return answer;
}
std::string repeated(const std::string& text, std::size_t octets) {
    std::string out;
    while (out.size() + text.size() <= octets)
        out += text;
    return out;
}
// PREFIX0SUFFIX PREFIX1SUFFIX ..., until so many octets or items are full.
std::string numbered(const std::string& prefix, const std::string& suffix, std::size_t octets,
                     std::size_t items = many) {
    std::string out;
    for (std::size_t i = 0; i < items && out.size() < octets; ++i)
        out += prefix + std::to_string(i) + suffix;
    return out;
}
std::string all_octets(std::size_t octets) {
    std::string out;
    for (std::size_t i = 0; i < octets; ++i)
        out += static_cast<char>(i % 256);
    return out;
}

// The SPF record of the domain, and `rest` for everything else.
Zone at_domain(const std::string& text, const Zone& rest) {
    return [text, rest](const Question& question) {
        return question.type == RecordType::txt && question.name == domain ? texts({text}) : rest(question);
    };
}
Answer nobody(const Question&) {
    return nothing();
}
Answer endless(const Question& question) {
    switch (question.type) {
        case RecordType::mx:
        case RecordType::ptr:
            return targets(many, "host");
        case RecordType::txt:
            return texts(std::vector<std::string>(many, "v=spf1 -all"));
        default:
            return addresses(question.type, many);
    }
}

struct Row {
    const char* what;
    Zone zone;
    spf::Result result;
    std::size_t questions;  // at most, of one SPF evaluation
};

std::vector<Row> rows() {
    using spf::Result;
    const std::string long_label(64, 'x');
    const std::string long_name = repeated(std::string(60, 'y') + '.', 290) + "example";
    return {
        {"ten includes in each include",
         [](const Question& question) {
             if (question.type != RecordType::txt) return nothing();
             return texts(
                 {"v=spf1 " + numbered("include:i", '.' + question.name + ' ', 60'000, 10) + "-all"});
         },
         Result::permerror, 21},
        {"an include of itself", same_everywhere("v=spf1 include:bad.example -all"), Result::permerror, 1},
        {"two that include each other",
         [](const Question& question) {
             if (question.type != RecordType::txt) return nothing();
             return texts({question.name == domain ? "v=spf1 include:other.example -all"
                                                   : "v=spf1 include:bad.example -all"});
         },
         Result::permerror, 2},
        {"a redirect to itself", same_everywhere("v=spf1 redirect=bad.example"), Result::permerror, 1},
        {"redirects without end",
         [](const Question& question) {
             return question.type == RecordType::txt ? texts({"v=spf1 redirect=r." + question.name})
                                                     : nothing();
         },
         Result::permerror, 11},
        {"64 kB of ip4", same_everywhere("v=spf1 " + repeated("ip4:11.9.9.9 ", largest) + "-all"),
         Result::fail, 1},
        {"64 kB of a", at_domain("v=spf1 " + numbered("a:h", ".example ", largest) + "-all", nobody),
         Result::permerror, 11},
        {"64 kB of includes",
         same_everywhere("v=spf1 " + numbered("include:h", ".example ", largest) + "-all"), Result::permerror,
         21},
        {"64 kB of octets", same_everywhere("v=spf1 " + all_octets(largest)), Result::permerror, 1},
        {"64 kB in one term", same_everywhere("v=spf1 " + std::string(largest, 'a')), Result::permerror, 1},
        {"64 kB of a modifier", same_everywhere("v=spf1 x=" + repeated("%{d}", largest) + " -all"),
         Result::fail, 1},
        {"many SPF records", same_everywhere(std::vector<std::string>(3'000, "v=spf1 -all")),
         Result::permerror, 1},
        {"records without end", endless, Result::permerror, 1},
        {"many other records", same_everywhere(std::vector<std::string>(many, "\"\\\x1b[31m v=spf2")),
         Result::none, 1},
        {"aliases without end", [](const Question&) { return with(Outcome::malformed); }, Result::temperror,
         1},
        {"a long chain of aliases",
         [](const Question& question) {
             auto answer = question.type == RecordType::txt ? texts({"v=spf1 -all"}) : nothing();
             for (int i = 0; i < 32; ++i)
                 answer.aliases.push_back(std::string(60, 'c') + ".example");
             return answer;
         },
         Result::fail, 1},
        {"a label of 64", at_domain("v=spf1 a:" + long_label + ".example -all", nobody), Result::fail, 1},
        {"an include of a label of 64", at_domain("v=spf1 include:" + long_label + ".example -all", nobody),
         Result::permerror, 1},
        {"a name of 300", at_domain("v=spf1 a:" + long_name + " -all", nobody), Result::fail, 2},
        {"backslashes", at_domain(R"(v=spf1 exists:a\000b\.c.example a:\.\.\.example -all)", nobody),
         Result::fail, 3},
        {"empty labels", at_domain("v=spf1 a:a..example exists:.example -all", nobody), Result::fail, 1},
        {"macros longer than a name",
         at_domain("v=spf1 exists:" + repeated("%{d}.", 5'000) + "example -all", nobody), Result::fail, 2},
        {"64 kB of macros", at_domain("v=spf1 exists:" + repeated("%{s}.", largest) + "example -all", nobody),
         Result::fail, 2},
        {"many MX", at_domain("v=spf1 mx -all", endless), Result::permerror, 2},
        {"many addresses of each MX",
         at_domain("v=spf1 mx -all",
                   [](const Question& question) {
                       return question.type == RecordType::mx ? targets(10, "host") : endless(question);
                   }),
         Result::fail, 12},
        {"ten mx of ten",
         at_domain("v=spf1 " + numbered("mx:m", ".example ", largest, 10) + "-all",
                   [](const Question& question) {
                       return question.type == RecordType::mx ? targets(10, question.name + ".h")
                                                              : endless(question);
                   }),
         Result::fail, 111},
        {"many PTR", at_domain("v=spf1 ptr -all", endless), Result::fail, 12},
        {"many PTR in a macro", at_domain("v=spf1 exists:%{p}.example -all", nobody), Result::fail, 3},
        {"void lookups",
         at_domain("v=spf1 " + numbered("exists:v", ".example ", largest, 9) + "-all", nobody),
         Result::permerror, 10},
        {"an explanation of 64 kB of octets",
         at_domain("v=spf1 exp=why.example -all", same_everywhere(all_octets(largest))), Result::fail, 2},
        {"an explanation of 64 kB of macros",
         at_domain("v=spf1 exp=why.example -all", same_everywhere(repeated("%{s}%{p}", largest))),
         Result::fail, 14},
        {"silence", [](const Question&) { return with(Outcome::timeout); }, Result::temperror, 1},
        {"DMARC reports to ten thousand",
         [](const Question& question) {
             if (question.type != RecordType::txt || question.name.find("._report.") != std::string::npos)
                 return nothing();
             return texts({"v=DMARC1; p=none; rua=" + numbered("mailto:a@d", ".example,", largest) +
                           "mailto:a@x.example"});
         },
         Result::none, 1},
        {"DMARC tags without end", same_everywhere("v=DMARC1; p=none; " + numbered("t", "=\"; ", largest)),
         Result::none, 1},
        {"DMARC of 64 kB of octets", same_everywhere("v=DMARC1; p=" + all_octets(largest)), Result::none, 1},
        {"DMARC in many records", same_everywhere(std::vector<std::string>(3'000, "v=DMARC1; p=reject")),
         Result::none, 1},
        {"a DKIM key of 64 kB", same_everywhere("v=DKIM1; p=" + std::string(largest, 'A')), Result::none, 1},
        {"DKIM tags of 64 kB", same_everywhere("v=DKIM1; p=; " + numbered("h", "=\\\"; ", largest)),
         Result::none, 1},
        {"DKIM flags of 64 kB", same_everywhere("v=DKIM1; t=" + repeated("y:", largest) + "; p="),
         Result::none, 1},
        {"DKIM keys in many records",
         same_everywhere(std::vector<std::string>(3'000, "v=DKIM1; p=" + std::string(40, '"'))), Result::none,
         1},
    };
}

const IpAddress client = IpAddress::v4(0x0b000001);

Settings settings_of(const std::string& sending) {
    Sender sender;
    sender.name = "office";
    sender.hostname = "mail." + sending;
    sender.domains = {sending};
    sender.selectors = {"key"};
    sender.networks = {IpNetwork(client, 32), IpNetwork::parse("2a01:4f8::1").value()};
    Settings settings;
    settings.senders = {sender};
    settings.mta.kind = MtaKind::none;
    return settings;
}

bool is_plain(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; });
}

TEST(HostileDomain, OneEvaluationEndsWithinTheLimitsOfTheRfc) {
    for (const auto& row : rows()) {
        SCOPED_TRACE(row.what);
        Hostile resolver(row.zone);
        const auto evaluation =
            spf::check_host({client, std::string(64, 'l') + "@bad.example", "mail.bad.example"}, resolver);
        EXPECT_EQ(to_string(evaluation.result), to_string(row.result)) << evaluation.reason.substr(0, 500);
        EXPECT_LE(resolver.sent, row.questions);
        EXPECT_LE(resolver.batches, 25U);
        EXPECT_LE(evaluation.lookups, 11);
        EXPECT_LE(evaluation.void_lookups, 3);
        EXPECT_LE(evaluation.reason.size(), 6'000U);
        EXPECT_LE(evaluation.mechanism.size(), 200U);
        EXPECT_LE(evaluation.explanation.size(), 8'192U);
        EXPECT_TRUE(is_plain(evaluation.explanation));
        EXPECT_LE(evaluation.trace.size(), 500U);
        std::size_t octets = 0;
        for (const auto& step : evaluation.trace)
            octets += step.domain.size() + step.term.size() + step.target.size() + step.outcome.size();
        EXPECT_LE(octets, 500'000U);
    }
}

// Every name that is asked twice counts twice, and names that cannot be asked count as well.
std::size_t questions_allowed(std::string_view check) {
    if (check == "spf")
        return 3 * 125 + 3;  // the probe and the two addresses of the sender, and its host name
    if (check == "dmarc") return 8 + 10 + 1 + 2 * 125;  // walk, destinations, key, SPF of two addresses
    if (check == "mx") return 3 + 2 * 16;
    if (check == "ptr") return 1 + 2 + 10 + 8 * 3;
    if (check == "ehlo") return 2;
    if (check == "dkim") return 1;
    if (check == "shared_name") return 0;
    ADD_FAILURE() << "how much may the check " << check << " ask?";
    return 0;
}

void expect_bounded(const Report& report) {
    EXPECT_LE(report.findings.size(), 64U);
    EXPECT_LE(report.holds.size(), 64U);
    EXPECT_LE(report.samples.size(), 16U);
    std::size_t octets = 0;
    for (const auto& finding : report.findings) {
        SCOPED_TRACE(finding.code);
        EXPECT_LE(finding.message.size(), 8'000U);
        EXPECT_LE(finding.object.size(), 1'024U);
        EXPECT_LE(finding.evidence.size(), 100'000U);
        EXPECT_LE(finding.remedy.size(), 20'000U);
        EXPECT_EQ(plain_text(finding.message), finding.message);
        EXPECT_EQ(plain_text(finding.object), finding.object);
        octets +=
            finding.message.size() + finding.object.size() + finding.evidence.size() + finding.remedy.size();
    }
    EXPECT_LE(octets, 800'000U);
}

TEST(HostileDomain, EveryCheckOfADomainIsBounded) {
    const auto settings = settings_of(domain);
    const ActiveLists lists;
    for (const auto& row : rows())
        for (const auto& check : all_checks()) {
            if (check.name == "dnsbl" || check.name == "queue") continue;
            for (const auto& subject : check.subjects(settings, lists)) {
                SCOPED_TRACE(std::string(row.what) + ": " + std::string(check.name) + ' ' + subject);
                Hostile resolver(row.zone);
                const Report report = check.run(subject, {resolver, settings, lists, {}, {}});
                EXPECT_LE(resolver.sent, questions_allowed(check.name));
                expect_bounded(report);
            }
        }
}

TEST(HostileDomain, AFaultIsNamedInSpiteOfTheNoise) {
    const auto settings = settings_of(domain);
    const ActiveLists lists;
    const auto codes = [&](const char* what, const char* name) {
        const auto all = rows();
        const auto row = std::find_if(all.begin(), all.end(),
                                      [&](const Row& one) { return one.what == std::string(what); });
        Hostile resolver(row->zone);
        std::string out;
        for (const auto& check : all_checks())
            if (check.name == name)
                for (const auto& finding :
                     check.run(check.subjects(settings, lists).front(), {resolver, settings, lists, {}, {}})
                         .findings)
                    out += finding.code + ' ';
        return out;
    };
    EXPECT_NE(codes("many SPF records", "spf").find("spf.permerror "), std::string::npos);
    EXPECT_NE(codes("records without end", "spf").find("spf.permerror "), std::string::npos);
    EXPECT_NE(codes("records without end", "mx").find("mx.too_many "), std::string::npos);
    EXPECT_NE(codes("records without end", "ptr").find("ptr.multiple "), std::string::npos);
    EXPECT_NE(codes("DMARC in many records", "dmarc").find("dmarc.multiple "), std::string::npos);
    EXPECT_NE(codes("DMARC reports to ten thousand", "dmarc").find("dmarc.external_unauthorised "),
              std::string::npos);
    EXPECT_NE(codes("DKIM keys in many records", "dkim").find("dkim.multiple "), std::string::npos);
    EXPECT_NE(codes("a DKIM key of 64 kB", "dkim").find("dkim.invalid "), std::string::npos);
    EXPECT_NE(codes("aliases without end", "dkim").find("dkim.unknown "), std::string::npos);
}

TEST(HostileDomain, TheWalkOfALongNameAsksEightTimes) {
    const std::string name = repeated("l.", 200) + "bad.example";
    Hostile resolver(same_everywhere("v=DMARC1; p=none; psd=u"));
    const auto found = dmarc::discover(name, resolver, {});
    EXPECT_EQ(resolver.sent, 8U);
    EXPECT_EQ(resolver.batches, 1U);
    EXPECT_EQ(found.places.size(), 8U);
}

TEST(HostileDomain, RecordsOfEveryKindAreBounded) {
    std::vector<std::string> records = {all_octets(largest), std::string(largest, ';'),
                                        std::string(largest, '"'), std::string(largest, '\\'),
                                        std::string(70'000, 'a')};
    for (const char* begin :
         {"v=spf1 ", "v=DKIM1; p=", "v=DMARC1; p=none; rua=", "v=STSv1; id=", "v=TLSRPTv1; rua=",
          "v=BIMI1; l=", "version: STSv1\nmode: enforce\nmax_age: 86400\nmx: "}) {
        records.push_back(begin + all_octets(largest));
        records.push_back(begin + numbered("mailto:a@d", ".example,", largest));
        records.push_back(begin + numbered("x; t", "=; ", largest));
        records.push_back(begin + numbered("x\nmx: h", ".example", largest));
        records.push_back(begin + numbered("a:h", ".example ", largest));
        records.push_back(begin + numbered("\"\" \"", "\" ", largest));
    }
    for (std::size_t i = 0; i < std::size(record::kind_names); ++i)
        for (const auto& text : records) {
            SCOPED_TRACE(std::string(record::kind_names[i]) + ' ' + plain_text(text.substr(0, 60)));
            const auto examination = record::examine(static_cast<record::Kind>(i), text);
            EXPECT_LE(examination.findings.size(), 150U);
            for (const auto& finding : examination.findings) {
                EXPECT_LE(finding.message.size(), 2'000U);
                EXPECT_EQ(plain_text(finding.message), finding.message) << finding.code;
            }
            EXPECT_LE(examination.text.size(), 4 * largest);
        }
}

constexpr std::uint16_t type_of(RecordType type) {
    return static_cast<std::uint16_t>(type);
}

std::vector<std::string> in_strings(const std::string& text) {
    std::vector<std::string> strings;
    for (std::size_t i = 0; i < text.size(); i += 255)
        strings.push_back(text.substr(i, 255));
    return strings;
}

// The same over the wire: what does not fit into a packet comes over TCP, up to the 64 kB of a DNS message.
TEST(HostileDomain, ARealServerCostsNoMore) {
    test::DnsServer server([](const std::string& name, std::uint16_t type, bool tcp) {
        test::Reply reply;
        reply.truncated = !tcp && (name == "big.example" || name == "mx.example");
        const auto txt = [&](const std::string& text) {
            reply.answers.push_back({type_of(RecordType::txt), 60, test::wire_strings(in_strings(text))});
        };
        if (name == "big.example") txt("v=spf1 " + repeated("ip4:11.9.9.9 ", largest) + "-all");
        if (name == "bomb.example" || name.ends_with(".bomb.example"))
            txt("v=spf1 " + numbered("include:i", '.' + name + ' ', 60'000, 10) + "-all");
        if (name == "loop.example") {
            reply.answers.push_back({type_of(RecordType::cname), 60, test::wire_name("pool.example")});
            reply.answers.push_back({type_of(RecordType::cname), 60, test::wire_name("loop.example"),
                                     test::wire_name("pool.example")});
        }
        if (name == "mx.example" && type == type_of(RecordType::txt)) txt("v=spf1 mx -all");
        if (name == "mx.example" && type == type_of(RecordType::mx))
            for (int i = 0; i < 2'000; ++i)
                reply.answers.push_back({type, 60, test::wire_mx(10, "h" + std::to_string(i) + ".example")});
        if (name == "void.example") txt("v=spf1 " + numbered("a:n", ".example ", 60'000, 9) + "-all");
        if (reply.answers.empty()) reply.rcode = 3;
        return reply;
    });
    DnsSettings settings;
    settings.servers = {server.address()};
    CaresResolver resolver(settings);
    const struct {
        const char* domain;
        const char* result;
        std::uint64_t packets;  // a question that is truncated is asked twice
    } cases[] = {{"big.example", "fail", 2},
                 {"bomb.example", "permerror", 21},
                 {"loop.example", "temperror", 1},
                 {"mx.example", "permerror", 4},
                 {"void.example", "permerror", 10}};
    for (const auto& one : cases) {
        SCOPED_TRACE(one.domain);
        const auto before = server.questions();
        const auto evaluation =
            spf::check_host({client, std::string("a@") + one.domain, "mail.example"}, resolver);
        EXPECT_EQ(to_string(evaluation.result), one.result) << evaluation.reason;
        EXPECT_LE(server.questions() - before, one.packets);
    }
}

}  // namespace
}  // namespace reputed
