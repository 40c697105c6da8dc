#include "checks/auth/bimi_record.hpp"

#include <gtest/gtest.h>

namespace reputed::bimi {
namespace {

TEST(BimiRecord, Rows) {
    const std::tuple<const char*, const char*, const char*> rows[] = {
        {"v=BIMI1; l=https://example.org/a.svg; a=https://example.org/a.pem",
         "v=BIMI1; l=https://example.org/a.svg; a=https://example.org/a.pem", ""},
        {"v=BIMI1;l=https://example.org/A.SVG?x=1;", "v=BIMI1; l=https://example.org/A.SVG?x=1",
         "no_authority "},
        {"v=BIMI1; a=; l=", "v=BIMI1; l=; a=", "declined "},
        {"v=BIMI1; l=;", "v=BIMI1; l=", "declined "},
        {"v=BIMI1; l=https://example.org/a.png; avp=brand; x=1",
         "v=BIMI1; l=https://example.org/a.png; avp=brand; x=1", "not_svg no_authority unknown_tag "},
        {"v=BIMI1; l=; a=https://example.org/a.pem", "v=BIMI1; l=; a=https://example.org/a.pem",
         "authority_alone "},
        {"v=BIMI1; l=http://example.org/a.svg", "v=BIMI1; l=http://example.org/a.svg",
         "bad_location! no_authority "},
        {"v=BIMI1; l=https://example.org/a.svg; a=self", "v=BIMI1; l=https://example.org/a.svg; a=self",
         "bad_authority! "},
        {"v=BIMI1", "v=BIMI1", "no_location! "},
        {"v=bimi1; l=", "v=bimi1; l=", "version! "},
        {"l=; v=BIMI1", "v=BIMI1; l=", "version! "},
        {"v=BIMI1; l=; l=", "v=BIMI1; l=", "duplicate! "},
        {"v=BIMI1; l=;; a=", "v=BIMI1; l=; a=", "syntax! "},
    };
    for (const auto& [text, printed, wanted] : rows) {
        const auto record = parse_record(text);
        std::string codes;
        for (const auto& remark : record.remarks)
            codes += remark.code.substr(5) + (remark.severity == Severity::critical ? "! " : " ");
        EXPECT_EQ(codes, wanted) << text;
        EXPECT_EQ(record.to_string(), printed) << text;
        if (record.valid()) {
            EXPECT_EQ(parse_record(record.to_string()), record);
        }
    }
}

}  // namespace
}  // namespace reputed::bimi
