#include "checks/auth/tag_list.hpp"

#include <gtest/gtest.h>

#include "checks/auth/record.hpp"

namespace reputed::record {
namespace {

std::string faults(const TagList& list) {
    std::string out;
    for (const auto& fault : list.faults)
        out += fault.message + '\n';
    return out;
}

TEST(TagListParse, AcceptedAndPrinted) {
    const std::pair<const char*, const char*> rows[] = {
        {"v=DKIM1", "v=DKIM1"},
        {"v=DKIM1;", "v=DKIM1"},
        {"v=DKIM1; k=rsa ; p=", "v=DKIM1; k=rsa; p="},
        {" v = DKIM1 ;\tp\t=\tAB CD\r\n EF ; ", "v=DKIM1; p=AB CD\r\n EF"},
        {"a=b=c;d_1==", "a=b=c; d_1=="},
        {"v=x;P=1;p=2", "v=x; P=1; p=2"},
    };
    for (const auto& [text, printed] : rows) {
        const auto list = parse_tag_list(text);
        EXPECT_EQ(faults(list), "") << text;
        EXPECT_EQ(to_string(list.tags), printed);
        EXPECT_TRUE(list.first_is_good);
        EXPECT_EQ(parse_tag_list(printed).tags, list.tags);
    }
}

TEST(TagListParse, Faults) {
    const std::tuple<const char*, const char*, const char*> rows[] = {
        {"", "", "there is nothing between two semicolons\n"},
        {";", "", "there is nothing between two semicolons\n"},
        {"v=1;;p=2", "v=1; p=2", "there is nothing between two semicolons\n"},
        {"v=1; ;", "v=1", "there is nothing between two semicolons\n"},
        {"v=1; foo; p=2", "v=1; p=2", "\"foo\" has no equals sign\n"},
        {"=1", "", "\"\" is no tag name\n"},
        {"1a=2; a-b=3; _c=4", "", "\"1a\" is no tag name\n\"a-b\" is no tag name\n\"_c\" is no tag name\n"},
        {"v=1; v=2", "v=1", "the tag \"v\" stands there twice\n"},
        {"v=\xc3\xa9", "", "the value of \"v\" holds something else than visible ASCII: \"\xc3\xa9\"\n"},
        {"v=\x01", "", "the value of \"v\" holds something else than visible ASCII: \"\\x01\"\n"},
    };
    for (const auto& [text, printed, message] : rows) {
        const auto list = parse_tag_list(text);
        EXPECT_EQ(to_string(list.tags), printed) << text;
        EXPECT_EQ(faults(list), message) << text;
    }
    EXPECT_FALSE(parse_tag_list("foo; v=1").first_is_good);
    EXPECT_TRUE(parse_tag_list("v=1; foo").first_is_good);
}

TEST(TagListParse, Rules) {
    EXPECT_EQ(to_string(parse_tag_list("V=1; 2a-b.c=3", {.extended = true, .fold_names = true}).tags),
              "v=1; 2a-b.c=3");
}

TEST(TagListParse, HostileListsAreBounded) {
    std::string many;
    for (int i = 0; i < 5000; ++i)
        many += "t" + std::to_string(i) + "=;";
    EXPECT_EQ(parse_tag_list(many).tags.size(), 1000U);
    EXPECT_EQ(parse_tag_list(std::string(60'000, ';')).faults.size(), 20U);
    std::string options = "v=DMARC1; p=reject; fo=0";
    for (int i = 0; i < 30'000; ++i)
        options += ":x";
    const auto seen = examine(Kind::dmarc, options);
    EXPECT_TRUE(seen.valid);
    EXPECT_EQ(seen.findings.size(), 100U);
}

TEST(TagListSplit, Items) {
    EXPECT_EQ(split(" a : b:", ':'), (std::vector<std::string>{"a", "b", ""}));
    EXPECT_EQ(split("", ','), (std::vector<std::string>{""}));
    EXPECT_EQ(without_space(" a\tb\r\n c "), "abc");
    EXPECT_EQ(to_string(in_order({{"x", "1"}, {"p", "2"}, {"v", "3"}}, {"v", "p"})), "v=3; p=2; x=1");
}

// The quotes of a zone file, where they are certain.
TEST(TagListStrings, JoinedOnlyWhenThereAreSeveral) {
    EXPECT_EQ(joined_strings(R"("v=DKIM1; " "p=AB")"), "v=DKIM1; p=AB");
    EXPECT_EQ(joined_strings(R"( "a\;\"b\\" "\065c" )"), "a;\"b\\Ac");
    for (const auto* text : {"", "v=1", R"("v=1")", R"("a" b)", R"("a" "b)", R"("a" "\)", R"("a" "\999")"})
        EXPECT_FALSE(joined_strings(text)) << text;
}

TEST(TagListStrings, ExaminedAsReceiversSeeThem) {
    auto seen = examine(Kind::dmarc, R"("v=DMARC1; p=re" "ject")");
    EXPECT_TRUE(seen.valid);
    EXPECT_EQ(seen.text, "v=DMARC1; p=reject");
    EXPECT_TRUE(has_code(seen.findings, "record.strings"));
    seen = examine(Kind::dmarc, R"("v=DMARC1; p=reject")");
    EXPECT_FALSE(seen.valid);
    EXPECT_TRUE(has_code(seen.findings, "record.quotes"));
    seen = examine(Kind::dmarc, R"(v=DMARC1\; p=reject)");
    EXPECT_FALSE(seen.valid);
    EXPECT_TRUE(has_code(seen.findings, "record.escapes"));
    for (const auto kind : {Kind::dkim, Kind::dmarc, Kind::spf, Kind::mta_sts, Kind::tls_rpt, Kind::bimi}) {
        EXPECT_TRUE(has_code(examine(kind, " ").findings, "record.empty"));
        EXPECT_TRUE(has_code(examine(kind, std::string(70'000, 'x')).findings, "record.too_long"));
        EXPECT_EQ(parse_kind(to_string(kind)), kind);
    }
    EXPECT_FALSE(parse_kind("DKIM"));
}

TEST(TagListStrings, SpfTags) {
    const auto seen = examine(Kind::spf, "v=spf1 +a ip4:192.0.2.0/8 MX -all exp=e.example.com");
    EXPECT_TRUE(seen.valid);
    EXPECT_EQ(to_string(seen.tags), "v=spf1; mechanisms=a ip4:192.0.0.0/8 mx -all; exp=e.example.com");
    EXPECT_TRUE(has_code(seen.findings, "spf.wide_network"));
    for (const auto& [text, code] : std::initializer_list<std::pair<const char*, const char*>>{
             {"v=spf1 a", "spf.no_all"},
             {"v=spf1 +all", "spf.pass_all"},
             {"v=spf1 ?all", "spf.neutral_all"},
             {"v=spf1 -all a", "spf.after_all"},
             {"v=spf1 -all redirect=a.example", "spf.redirect_ignored"},
             {"v=spf1 ptr -all", "spf.ptr"},
             {"v=spf1 a a -all", "spf.duplicate"},
             {"v=spf1 mx:2001:db8::1 -all", "spf.syntax"},
             {"v=spf10", "spf.syntax"}})
        EXPECT_TRUE(has_code(examine(Kind::spf, text).findings, code)) << text;
    EXPECT_FALSE(examine(Kind::spf, "v=spf10").valid);
}

}  // namespace
}  // namespace reputed::record
