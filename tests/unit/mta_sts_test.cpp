#include <gtest/gtest.h>

#include "checks/auth/mta_sts_policy.hpp"
#include "checks/auth/mta_sts_record.hpp"
#include "checks/auth/record.hpp"

namespace reputed::mta_sts {
namespace {

std::string codes(const record::Remarks& remarks) {
    std::string out;
    for (const auto& remark : remarks)
        out +=
            (out.empty() ? "" : " ") + remark.code.substr(8) + '/' + std::string(to_string(remark.severity));
    return out;
}

TEST(MtaStsRecord, Rows) {
    const std::tuple<const char*, const char*, const char*> rows[] = {
        {"v=STSv1; id=20160831085700Z;", "v=STSv1; id=20160831085700Z", ""},
        {"v=STSv1;id=1", "v=STSv1; id=1", ""},
        {"v=STSv1 ; id=1; a-b.c=2", "v=STSv1; id=1; a-b.c=2", "unknown_tag/info"},
        {"v=STSv1;; id=1", "v=STSv1; id=1", "syntax/warning"},
        {"", "", "version/critical syntax/warning no_id/critical"},
        {"v=STSv1", "v=STSv1", "version/critical no_id/critical"},
        {"v=STSv1;", "v=STSv1", "no_id/critical"},
        {"v=STSv1; id=", "v=STSv1", "bad_id/critical"},
        {"v=STSv1; id=2020-01-01", "v=STSv1", "bad_id/critical"},
        {"v=STSv1; id=123456789012345678901234567890123", "v=STSv1", "bad_id/critical"},
        {"v=STSV1; id=1", "v=STSV1; id=1", "version/critical"},
        {"id=1; v=STSv1", "v=STSv1; id=1", "version/critical"},
        {" v=STSv1; id=1", "v=STSv1; id=1", "version/critical"},
        {"v=STSv1; id=1; id=2", "v=STSv1; id=1", "duplicate/critical"},
    };
    for (const auto& [text, printed, wanted] : rows) {
        const auto record = parse_record(text);
        EXPECT_EQ(codes(record.remarks), wanted) << text;
        EXPECT_EQ(record.to_string(), printed) << text;
        EXPECT_EQ(record.valid(), std::string_view(wanted).find("critical") == std::string_view::npos);
        if (record.valid()) {
            EXPECT_EQ(parse_record(record.to_string()), record);
        }
    }
}

constexpr const char* good =
    "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.Example.net\r\nmax_age: 604800\r\n";

TEST(MtaStsPolicy, Accepted) {
    const auto policy = parse_policy(good);
    EXPECT_EQ(codes(policy.remarks), "");
    EXPECT_EQ(policy.mode, Mode::enforce);
    EXPECT_EQ(policy.mx, (std::vector<std::string>{"mail.example.com", "*.example.net"}));
    EXPECT_EQ(policy.max_age, 604800U);
    EXPECT_EQ(parse_policy(policy.to_string()), policy);
    EXPECT_TRUE(policy.covers("mail.example.com"));
    EXPECT_TRUE(policy.covers("mx.example.net"));
    for (const auto* host : {"example.net", "a.b.example.net", "mx.example.com", "", ".example.net"})
        EXPECT_FALSE(policy.covers(host)) << host;
}

TEST(MtaStsPolicy, Rows) {
    const std::pair<const char*, const char*> rows[] = {
        {"version: STSv1\nmode: testing\nmx: a.example.com\nmax_age: 86400", "testing/info"},
        {"version: STSv1\nmode: none\nmax_age: 86400", "off/info"},
        {"mode: enforce\nversion: STSv1\nmx: a.example.com\nmax_age: 10\nx: y\nmode: none",
         "version/info short_max_age/warning unknown_key/info duplicate/warning"},
        {"", "incomplete/critical incomplete/critical incomplete/critical"},
        {"version: STSv2\nmode: Enforce\nmx: a\nmax_age: -1",
         "version/critical bad_mode/critical bad_mx/critical bad_max_age/critical"},
        {"version: STSv1\nmode: enforce\nmax_age: 99999999", "bad_max_age/warning incomplete/critical"},
        {"<html>", "syntax/critical incomplete/critical incomplete/critical incomplete/critical"},
    };
    for (const auto& [text, wanted] : rows)
        EXPECT_EQ(codes(parse_policy(text).remarks), wanted) << text;
    EXPECT_EQ(codes(parse_policy(std::string(70'000, '\n')).remarks), "too_large/critical");
}

TEST(MtaStsPolicy, ExaminedAsTheSameKind) {
    const auto seen = record::examine(record::Kind::mta_sts, good);
    EXPECT_TRUE(seen.valid);
    EXPECT_EQ(record::to_string(seen.tags),
              "version=STSv1; mode=enforce; mx=mail.example.com *.example.net; max_age=604800");
    EXPECT_FALSE(record::examine(record::Kind::mta_sts, "version: STSv1").valid);
}

}  // namespace
}  // namespace reputed::mta_sts
