#include "checks/auth/dmarc_record.hpp"

#include <gtest/gtest.h>

#include "checks/auth/dmarc_remedy.hpp"

namespace reputed::dmarc {
namespace {

std::string codes(const PolicyRecord& record) {
    std::string out;
    for (const auto& remark : record.remarks)
        out +=
            (out.empty() ? "" : " ") + remark.code.substr(6) + '/' + std::string(to_string(remark.severity));
    return out;
}

struct Row {
    const char* text;
    const char* printed;
    const char* codes;
};

TEST(DmarcRecordParse, Accepted) {
    const Row rows[] = {
        {"v=DMARC1; p=reject; rua=mailto:a@example.org", "v=DMARC1; p=reject; rua=mailto:a@example.org", ""},
        {"v=DMARC1;p=reject;rua=mailto:a@example.org;", "v=DMARC1; p=reject; rua=mailto:a@example.org", ""},
        {"v = DMARC1 ; p = Quarantine ; rua = mailto:a@example.org , mailto:b@example.net ;",
         "v=DMARC1; p=quarantine; rua=mailto:a@example.org,mailto:b@example.net", ""},
        {"v=DMARC1; p=none", "v=DMARC1; p=none", "policy_none/info no_reports/info"},
        {"v=DMARC1; rua=mailto:a@example.org", "v=DMARC1; rua=mailto:a@example.org", "no_policy/warning"},
        {"v=DMARC1; rua=mailto:a@example.org; p=reject", "v=DMARC1; p=reject; rua=mailto:a@example.org",
         "policy_place/info"},
        {"v=DMARC1; p=reject; sp=none; np=reject; rua=mailto:a@example.org",
         "v=DMARC1; p=reject; sp=none; np=reject; rua=mailto:a@example.org", "subdomain_weaker/info"},
        {"v=DMARC1; p=reject; adkim=s; aspf=R; rua=mailto:a@example.org",
         "v=DMARC1; p=reject; adkim=s; aspf=r; rua=mailto:a@example.org", ""},
        {"v=DMARC1; p=reject; adkim=strict; rua=mailto:a@example.org",
         "v=DMARC1; p=reject; rua=mailto:a@example.org", "bad_value/warning"},
        {"v=DMARC1; p=reject; pct=20; ri=86400; rf=afrf; rua=mailto:a@example.org",
         "v=DMARC1; p=reject; pct=20; rf=afrf; ri=86400; rua=mailto:a@example.org",
         "partial/warning historic/info historic/info"},
        {"v=DMARC1; p=reject; pct=100; rua=mailto:a@example.org",
         "v=DMARC1; p=reject; pct=100; rua=mailto:a@example.org", "historic/info"},
        {"v=DMARC1; p=reject; pct=101; rf=iodef; ri=x; rua=mailto:a@example.org",
         "v=DMARC1; p=reject; rua=mailto:a@example.org",
         "bad_value/warning bad_value/warning bad_value/warning"},
        {"v=DMARC1; p=reject; fo=1:d:s; ruf=mailto:a@example.org; rua=mailto:a@example.org!10m",
         "v=DMARC1; p=reject; fo=1:d:s; rua=mailto:a@example.org!10m; ruf=mailto:a@example.org",
         "historic/info"},
        {"v=DMARC1; p=reject; fo=0:1:x:1; rua=mailto:a@example.org",
         "v=DMARC1; p=reject; fo=0:1; rua=mailto:a@example.org",
         "bad_value/warning bad_value/warning bad_value/warning fo_alone/info"},
        {"v=DMARC1; p=reject; t=y; psd=n; rua=mailto:a@example.org",
         "v=DMARC1; p=reject; rua=mailto:a@example.org; psd=n; t=y", "testing/warning"},
        {"v=DMARC1; p=reject; rua=a@example.org, mailto:b@example.org",
         "v=DMARC1; p=reject; rua=mailto:b@example.org", "rua_invalid/warning"},
        {"v=DMARC1; p=reject; rua=mailto:a@example.org; mailto:b@example.org",
         "v=DMARC1; p=reject; rua=mailto:a@example.org", "syntax/warning"},
        {"v=DMARC1; p=reject;; x=1; rua=mailto:a@example.org",
         "v=DMARC1; p=reject; rua=mailto:a@example.org; x=1", "syntax/info unknown_tag/info"},
        {"V=DMARC1; P=reject; rua=mailto:a@example.org", "v=DMARC1; p=reject; rua=mailto:a@example.org",
         "case/warning"},
        {" v=DMARC1; p=reject; rua=mailto:a@example.org", "v=DMARC1; p=reject; rua=mailto:a@example.org",
         "syntax/warning"},
    };
    for (const auto& row : rows) {
        const auto record = parse_record(row.text);
        EXPECT_TRUE(record.valid()) << row.text;
        EXPECT_EQ(record.to_string(), row.printed) << row.text;
        EXPECT_EQ(codes(record), row.codes) << row.text;
        EXPECT_EQ(parse_record(record.to_string()), record) << row.text;
    }
}

TEST(DmarcRecordParse, Rejected) {
    const Row rows[] = {
        {"", "", "version/critical syntax/info no_policy/critical"},
        {"v=DMARC1", "", "no_policy/critical"},
        {"v=DMARC1; rua=a@example.org", "", "rua_invalid/warning no_policy/critical"},
        {"v=dmarc1; p=reject", "", "version/critical"},
        {"v=DMARC1.0; p=reject", "", "version/critical"},
        {"v=DMARC1 p=reject", "", "version/critical no_policy/critical"},
        {"p=reject; v=DMARC1", "", "version/critical policy_place/info"},
        {"foo; v=DMARC1; p=reject", "", "version/critical syntax/warning"},
        {"v=DMARC1; p=rejct", "", "bad_policy/critical"},
        {"v=DMARC1; p=", "", "syntax/warning bad_policy/critical"},
        {"v=DMARC1; p=reject; sp=no", "", "bad_policy/critical"},
        {"v=DMARC1; p=reject; np=no", "", "bad_policy/critical"},
        {"v=DMARC1; p=reject; p=none", "", "duplicate/critical"},
        {"v=DMARC1, p=reject", "", "version/critical no_policy/critical"},
        {"v=spf1 -all", "", "version/critical no_policy/critical"},
    };
    for (const auto& row : rows) {
        const auto record = parse_record(row.text);
        EXPECT_FALSE(record.valid()) << row.text;
        EXPECT_EQ(codes(record), row.codes) << row.text;
    }
    EXPECT_EQ(parse_record("v=DMARC1; p=rejct").remarks[0].message,
              "p=rejct is neither none, quarantine nor reject: receivers apply no policy of this record");
}

TEST(DmarcRecordParse, PoliciesBelow) {
    const auto record = parse_record("v=DMARC1; p=reject; sp=quarantine");
    EXPECT_EQ(record.for_subdomains(), Policy::quarantine);
    EXPECT_EQ(record.for_non_existent(), Policy::quarantine);
    EXPECT_EQ(parse_record("v=DMARC1; p=reject").for_non_existent(), Policy::reject);
    EXPECT_EQ(parse_record("v=DMARC1; p=none; np=reject").for_subdomains(), Policy::none);
}

TEST(DmarcRecordUri, Rows) {
    const std::tuple<const char*, const char*, const char*> rows[] = {
        {"mailto:a@Example.ORG", "mailto:a@Example.ORG", ""},
        {" MAILTO:a@example.org!50M ", "mailto:a@example.org!50m", ""},
        {"mailto:a%21b@example.org?subject=x", "mailto:a%21b@example.org?subject=x", ""},
        {"https://example.org/r", "https://example.org/r", ""},
        {"", "", "is empty"},
        {"a@example.org", "", "lacks mailto: before the address"},
        {"rubbish", "", "is no URI"},
        {"mailto:", "", "names no destination"},
        {"mailto:a", "", "holds no mail address"},
        {"mailto:@example.org", "", "holds no mail address"},
        {"mailto:a@b@example.org", "", "holds an address with two @"},
        {"mailto:a b@example.org", "", "holds a character that a URI must not: encode it with %"},
        {"mailto:a%2@example.org", "", "holds a character that a URI must not: encode it with %"},
        {"mailto:a@localhost", "",
         "holds a bad address: \"localhost\" is one label: write the full name, such as "
         "\"localhost.example.org\""},
        {"mailto:a@example.org!10x", "",
         "ends in a bad size: write digits and k, m, g or t behind the \"!\""},
        {"https:example.org", "", "needs // behind https:"},
        {"https:///x", "", "holds no host"},
    };
    for (const auto& [text, printed, error] : rows) {
        const auto uri = record::parse_report_uri(text);
        EXPECT_EQ(uri.error, error) << text;
        if (uri.error.empty()) {
            EXPECT_EQ(uri.to_string(), printed);
            EXPECT_EQ(record::parse_report_uri(printed), uri);
        }
    }
    EXPECT_EQ(record::parse_report_uri("mailto:a@Example.ORG").domain, "example.org");
}

TEST(DmarcRecordRemedy, RepairsWhatWasMeant) {
    const std::pair<const char*, const char*> rows[] = {
        {"v=dmarc1; p=none", "v=DMARC1; p=none"},
        {"v=DMARC1 p=reject rua=mailto:a@example.org", "v=DMARC1; p=reject; rua=mailto:a@example.org"},
        {"\"v=DMARC1\\; p=reject\\;\"", "v=DMARC1; p=reject"},
        {"p=reject; v=DMARC1", "v=DMARC1; p=reject"},
        {"v=DMARC1; p=reject; rua=a@example.org, b@example.org",
         "v=DMARC1; p=reject; rua=mailto:a@example.org,mailto:b@example.org"},
        {"v=DMARC1; p=rejct", ""},
        {"rubbish", ""},
    };
    for (const auto& [text, wanted] : rows)
        EXPECT_EQ(repaired(text), wanted) << text;
}

TEST(DmarcRecordSelect, WhatReceiversTake) {
    for (const auto* text : {"v=DMARC1", "v=DMARC1;", "v=DMARC1; p=x", "v = DMARC1 ; p=none", "V=DMARC1;"})
        EXPECT_TRUE(is_dmarc(text)) << text;
    for (const auto* text :
         {"", "v=DMARC", "v=dmarc1; p=none", "p=none; v=DMARC1", "v=DMARC1 p=none", "\"v=DMARC1\""})
        EXPECT_FALSE(is_dmarc(text)) << text;
    EXPECT_TRUE(looks_like_dmarc("\"v=dmarc1; p=none\""));
    EXPECT_FALSE(looks_like_dmarc("v=spf1 include:_dmarc1.example -all"));
}

}  // namespace
}  // namespace reputed::dmarc
