#include "checks/auth/dkim_record.hpp"

#include <gtest/gtest.h>

#include "tests/support/dkim_keys.hpp"

namespace reputed::dkim {
namespace {

using test::good_key;

std::string codes(const KeyRecord& record) {
    std::string out;
    for (const auto& remark : record.remarks)
        out +=
            (out.empty() ? "" : " ") + remark.code.substr(5) + '/' + std::string(to_string(remark.severity));
    return out;
}

std::string with_key(std::string text, const std::string& key = good_key().published) {
    const auto at = text.find("KEY");
    return at == std::string::npos ? text : text.replace(at, 3, key);
}

std::string in_pieces(const std::string& key) {
    std::string out;
    for (std::size_t i = 0; i < key.size(); i += 64)
        out += key.substr(i, 64) + "\r\n\t ";
    return out;
}

TEST(DkimRecordParse, Accepted) {
    struct Row {
        std::string text;
        std::string printed;
        std::string codes;
    };
    const Row rows[] = {
        {"v=DKIM1; k=rsa; p=KEY", "v=DKIM1; k=rsa; p=KEY", ""},
        {"v=DKIM1;p=KEY;", "v=DKIM1; p=KEY", ""},
        {"p=KEY", "p=KEY", ""},
        {"k=rsa; p=KEY", "k=rsa; p=KEY", ""},
        // Scenario A: test mode left in for years.
        {"v=DKIM1; k=rsa; t=y; p=KEY", "v=DKIM1; k=rsa; t=y; p=KEY", "testing/warning"},
        {"v=DKIM1; p=KEY; t=s:y", "v=DKIM1; t=s:y; p=KEY", "testing/warning strict/info"},
        {"v=DKIM1; h=sha256; s=email; p=KEY", "v=DKIM1; h=sha256; s=email; p=KEY", ""},
        {"v=DKIM1; h=sha1 : sha256; s=*; p=KEY", "v=DKIM1; h=sha1:sha256; s=*; p=KEY", "sha1/info"},
        {"v=DKIM1; k=RSA; p=KEY", "v=DKIM1; k=rsa; p=KEY", "case/info"},
        {"v=DKIM1; n=a note; t=; p=KEY; x=1", "v=DKIM1; t=; n=a note; p=KEY; x=1",
         "unknown_flag/info unknown_tag/info"},
        {"k=rsa; v=DKIM1; p=KEY", "v=DKIM1; k=rsa; p=KEY", "version_place/warning"},
        {"v=DKIM1; g=*; p=KEY", "v=DKIM1; g=*; p=KEY", "historic/info"},
        {"v=DKIM1; g=; p=KEY", "v=DKIM1; g=; p=KEY", "historic/warning"},
        {"v=DKIM1; s=tlsrpt; p=KEY", "v=DKIM1; s=tlsrpt; p=KEY", "not_email/warning"},
        {"v=DKIM1; p=", "v=DKIM1; p=", "revoked/warning"},
        {"v=DKIM1; p= \r\n ;", "v=DKIM1; p=", "revoked/warning"},
    };
    for (const auto& row : rows) {
        const auto record = parse_record(with_key(row.text));
        EXPECT_TRUE(record.valid()) << row.text;
        EXPECT_EQ(codes(record), row.codes) << row.text;
        EXPECT_EQ(record.to_string(), with_key(row.printed));
        EXPECT_EQ(record.revoked, !record.key) << row.text;
        EXPECT_EQ(parse_record(record.to_string()), record) << row.text;
    }
    const auto folded = parse_record("v=DKIM1; p=" + in_pieces(good_key().published));
    EXPECT_EQ(folded, parse_record(with_key("v=DKIM1; p=KEY")));
}

TEST(DkimRecordParse, Rejected) {
    const std::pair<const char*, const char*> rows[] = {
        {"", "syntax/critical no_key/critical"},
        {"v=DKIM1", "no_key/critical"},
        {"v=DKIM1; k=rsa; P=KEY", "no_key/critical unknown_tag/info"},
        {"v=dkim1; p=KEY", "version/critical"},
        {"v=DKIM2; p=KEY", "version/critical"},
        {"v=DKIM1 p=KEY", "version/critical no_key/critical"},
        {"v=DKIM1;; p=KEY", "syntax/critical"},
        {"v=DKIM1; k=rsa; p=KEY; rubbish", "syntax/critical"},
        {"v=DKIM1; p=KEY; p=KEY2", "duplicate/critical"},
        {"v=DKIM1; k=dsa; p=KEY", "key_type/critical"},
        {"v=DKIM1; k=; p=KEY", "key_type/critical"},
        {"v=DKIM1; h=sha1; p=KEY", "no_sha256/critical"},
        {"v=DKIM1; s=other; p=KEY", "not_email/critical"},
        {"v=DKIM1; p=MIIB\" \"IjAN", "bad_key/critical"},
        {"v=DKIM1; p=MIIBI", "bad_key/critical"},
        {"v=DKIM1; p=MIIBIjAN", "bad_key/critical"},
        {"v=DKIM1; p=-----BEGIN PUBLIC KEY-----", "bad_key/critical"},
        {"v=DKIM1; k=ed25519; p=KEY", "bad_key/critical"},
    };
    for (const auto& [text, wanted] : rows) {
        const auto record = parse_record(with_key(text));
        EXPECT_FALSE(record.valid()) << text;
        EXPECT_EQ(codes(record), wanted) << text;
    }
    EXPECT_EQ(parse_record("v=DKIM1; p=MIIB\"").remarks[0].message, "p= holds '\"', which is not base64");
    EXPECT_EQ(parse_record("v=DKIM1; p=MIIBIjAN").remarks[0].message,
              "p= is no RSA key: its 6 octets are no SubjectPublicKeyInfo, cut off perhaps");
}

TEST(DkimRecordKey, Sizes) {
    const std::tuple<unsigned, const char*, bool> rows[] = {{512, "broken_key/critical", false},
                                                            {1024, "weak_key/warning", true},
                                                            {2047, "weak_key/warning", true}};
    for (const auto& [bits, wanted, valid] : rows) {
        const auto key = test::rsa_key(bits);
        const auto record = parse_record("v=DKIM1; p=" + key.published);
        ASSERT_TRUE(record.key) << bits;
        EXPECT_EQ(record.key->bits, static_cast<int>(bits));
        EXPECT_EQ(codes(record), wanted);
        EXPECT_EQ(record.valid(), valid);
    }
    EXPECT_EQ(parse_record(with_key("p=KEY")).key->bits, 2048);
}

TEST(DkimRecordKey, Forms) {
    const auto bare = parse_record("v=DKIM1; p=" + encode_base64(good_key().bare));
    ASSERT_TRUE(bare.key);
    EXPECT_EQ(codes(bare), "bare_key/warning");
    EXPECT_EQ(*bare.key, *parse_record(with_key("p=KEY")).key);
    const auto longer = parse_record("v=DKIM1; p=" + encode_base64(good_key().spki + "xyz"));
    EXPECT_EQ(codes(longer), "trailing/warning");
    // 294 octets need no padding; without it two characters would be missing from 295.
    auto unpadded = encode_base64(good_key().spki + 'x');
    while (unpadded.back() == '=')
        unpadded.pop_back();
    EXPECT_EQ(codes(parse_record("p=" + unpadded)), "padding/warning trailing/warning");

    const auto ed = test::ed25519_key();
    const auto record = parse_record("v=DKIM1; k=ed25519; p=" + ed.published);
    EXPECT_EQ(codes(record), "");
    ASSERT_TRUE(record.key);
    EXPECT_EQ(record.key->bits, 256);
    EXPECT_EQ(published(*record.key), ed.published);
    EXPECT_EQ(parse_record("k=ed25519; p=" + encode_base64(ed.spki)).remarks[0].message,
              "p= is no Ed25519 key: it has 44 octets, not 32; publish the last 32 of them, without "
              "SubjectPublicKeyInfo");
    EXPECT_EQ(parse_record("p=" + ed.published).remarks[0].message,
              "p= is no RSA key: its 32 octets look like Ed25519, which needs k=ed25519");
    EXPECT_EQ(parse_record("p=" + encode_base64(ed.spki)).remarks[0].message,
              "p= is no RSA key: it is an Ed25519 key in SubjectPublicKeyInfo");
}

TEST(DkimRecordKey, PrivateKeysGiveTheirPublicHalf) {
    const auto half = public_half(good_key().pem);
    EXPECT_EQ(half.error, "");
    EXPECT_EQ(half.key, *parse_record(with_key("p=KEY")).key);
    EXPECT_EQ(published(half.key), good_key().published);
    for (const auto* text : {"", "rubbish", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"})
        EXPECT_EQ(public_half(text).error, "is no private key in PEM") << text;
}

TEST(DkimRecordRemedy, TestModeIsTakenOut) {
    EXPECT_EQ(without_testing(parse_record(with_key("v=DKIM1; k=rsa; t=y; p=KEY"))),
              with_key("v=DKIM1; k=rsa; p=KEY"));
    EXPECT_EQ(without_testing(parse_record(with_key("v=DKIM1; t=y:s; p=KEY"))),
              with_key("v=DKIM1; t=s; p=KEY"));
}

}  // namespace
}  // namespace reputed::dkim
