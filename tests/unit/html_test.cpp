#include "agent/html.hpp"

#include <gtest/gtest.h>

#include "agent/plain_text.hpp"

namespace reputed {
namespace {

TEST(HtmlPlainText, NothingInItIsObeyed) {
    struct Row {
        std::string foreign;
        const char* plain;
    };
    const Row rows[] = {
        {"", ""},
        {"listed, see https://bl.test/?a=1&b=2", "listed, see https://bl.test/?a=1&b=2"},
        {"two\n\tlines", "two\n\tlines"},
        {"carriage\rreturn", "carriage\\x0dreturn"},
        {"\x1b]0;title\x07", "\\x1b]0;title\\x07"},
        {std::string("a\0b", 3), "a\\x00b"},
        {"\x7f", "\\x7f"},
        {"\u0085\u009b31m", "\\x85\\x9b31m"},  // C1: next line, control sequence introducer
        {"txt\u202egpj.exe", "txt\\u202egpj.exe"},
        {"\u2066a\u2069\u200f\u061c", "\\u2066a\\u2069\\u200f\\u061c"},
        {"zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"},
        {"line\u2028separator", "line\\u2028separator"},
        {"\U000e0041", "\\U000e0041"},
        {"b\u00fccher \u6f22\u5b57 \U0001f4e7", "b\u00fccher \u6f22\u5b57 \U0001f4e7"},
        {"\u05d0\u0627", "\u05d0\u0627"},  // letters that run right to left are letters
        {"\xff", "\ufffd"},
        {"\xc0\xaf", "\ufffd\ufffd"},                      // overlong
        {"\xed\xa0\x80", "\ufffd\ufffd\ufffd"},            // surrogate
        {"\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd"},  // above U+10FFFF
        {"cut \xe6\xbc", "cut \ufffd\ufffd"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(plain_text(row.foreign), row.plain);
}

TEST(HtmlPlainText, IsCutBetweenCharacters) {
    EXPECT_EQ(plain_text("abc", 3), "abc");
    EXPECT_EQ(plain_text("abcd", 3), "abc\u2026");
    EXPECT_EQ(plain_text("ab\u6f22", 4), "ab\u2026");
    EXPECT_EQ(plain_text("abc", 0), "\u2026");
    EXPECT_EQ(plain_text("", 0), "");
}

TEST(HtmlText, IsEscapedForContentAndAttributes) {
    struct Row {
        const char* foreign;
        const char* written;
    };
    const Row rows[] = {
        {"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
        {"\" onload='x' `", "&quot; onload=&#39;x&#39; &#96;"},
        {"a & b &lt;", "a &amp; b &amp;lt;"},
        {"<\x1b>\u202e", "&lt;\\x1b&gt;\\u202e"},
        {"\xe3\x80<", "\ufffd\ufffd&lt;"},  // a broken character does not swallow what follows
    };
    for (const auto& row : rows)
        EXPECT_EQ(html::text(row.foreign), row.written);
    EXPECT_EQ(html::text("<<<<", 2), "&lt;&lt;\u2026");
}

TEST(HtmlLink, OnlyForTheWeb) {
    for (const std::string url :
         {"https://bl.test/lookup?ip=192.0.2.1", "http://bl.test", "HTTPS://BL.TEST/#frag"})
        EXPECT_EQ(html::link(url), "<a href=\"" + url + "\" rel=\"noopener noreferrer\">" + url + "</a>");
    EXPECT_EQ(html::link("https://bl.test/?a&b", "bl<test"),
              "<a href=\"https://bl.test/?a&amp;b\" rel=\"noopener noreferrer\">bl&lt;test</a>");
    for (const std::string url :
         {"javascript:alert(1)", "JavaScript:alert(1)", " https://bl.test", "data:text/html,x", "//bl.test",
          "https://", "ftp://bl.test/", "https://a b", "https://a\nb", "https://a\"b", "https://a'b",
          "https://\u202ea", "mailto:a@b.test", "bl.test", "\x01https://bl.test"})
        EXPECT_EQ(html::link(url), html::text(url)) << url;
    EXPECT_EQ(html::link("javascript:x", "name"), "name (javascript:x)");
    EXPECT_EQ(html::link("", "name"), "name");
    EXPECT_EQ(html::link(""), "");
    EXPECT_EQ(html::link("https://" + std::string(3000, 'a')).find("<a"), std::string::npos);
}

}  // namespace
}  // namespace reputed
