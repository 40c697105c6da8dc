#include "checks/auth/tls_rpt_record.hpp"

#include <gtest/gtest.h>

namespace reputed::tls_rpt {
namespace {

TEST(TlsRptRecord, Rows) {
    const std::tuple<const char*, const char*, const char*> rows[] = {
        {"v=TLSRPTv1; rua=mailto:a@example.org", "v=TLSRPTv1; rua=mailto:a@example.org", ""},
        {"v=TLSRPTv1;rua=https://r.example.org/v1 , mailto:a@example.org;",
         "v=TLSRPTv1; rua=https://r.example.org/v1,mailto:a@example.org", ""},
        {"v=TLSRPTv1; rua=mailto:a@example.org; x=1", "v=TLSRPTv1; rua=mailto:a@example.org; x=1",
         "unknown_tag "},
        {"v=TLSRPTv1; rua=a@example.org,mailto:b@example.org", "v=TLSRPTv1; rua=mailto:b@example.org",
         "rua_invalid "},
        {"v=TLSRPTv1; rua=http://example.org/", "v=TLSRPTv1", "rua_invalid no_rua! "},
        {"v=TLSRPTv1; rua=mailto:a@example.org!10m", "v=TLSRPTv1", "rua_invalid no_rua! "},
        {"v=TLSRPTv1", "v=TLSRPTv1", "version! no_rua! "},
        {"v=TLSRPTv1;", "v=TLSRPTv1", "no_rua! "},
        {"v=tlsrptv1; rua=mailto:a@example.org", "v=tlsrptv1; rua=mailto:a@example.org", "version! "},
        {"rua=mailto:a@example.org; v=TLSRPTv1", "v=TLSRPTv1; rua=mailto:a@example.org", "version! "},
        {"v=TLSRPTv1; rua=mailto:a@example.org; rua=mailto:b@example.org",
         "v=TLSRPTv1; rua=mailto:a@example.org", "duplicate! "},
    };
    for (const auto& [text, printed, wanted] : rows) {
        const auto record = parse_record(text);
        std::string codes;
        for (const auto& remark : record.remarks)
            codes += remark.code.substr(8) + (remark.severity == Severity::critical ? "! " : " ");
        EXPECT_EQ(codes, wanted) << text;
        EXPECT_EQ(record.to_string(), printed) << text;
        EXPECT_EQ(record.valid(), codes.find('!') == std::string::npos);
        if (record.valid()) {
            EXPECT_EQ(parse_record(record.to_string()), record);
        }
    }
}

}  // namespace
}  // namespace reputed::tls_rpt
