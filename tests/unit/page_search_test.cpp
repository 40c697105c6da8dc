#include <gtest/gtest.h>

#include "agent/page/page.hpp"
#include "agent/page/parts.hpp"
#include "tests/support/page_words.hpp"
#include "tests/support/sample_snapshot.hpp"

namespace reputed::page {
namespace {

using test::has;
using test::section_of;
using test::words_of;

std::string found(std::string_view asked, const Snapshot& snapshot = test::busy_snapshot()) {
    const Names names(snapshot);
    const auto answer = search_page(View{snapshot, names}, asked);
    EXPECT_EQ(answer.status, 200U);
    return answer.html;
}

TEST(PageSearch, EachKindByItsWords) {
    struct Row {
        const char* asked;
        const char* section;
        const char* hit;
    };
    const Row rows[] = {
        {"192.0.2.10", "addresses", "<a href=\"/ip/192.0.2.10\">192.0.2.10</a> of main"},
        {"192.0.2.0/24", "addresses", "<a href=\"/ip/192.0.2.11\">192.0.2.11</a> of main"},
        {"2001:DB8:0::10", "addresses", "<a href=\"/ip/2001:db8::10\">"},
        {"2.11", "addresses", "192.0.2.11"},
        {" MAIN ", "senders", "main"},
        {"mail.ex", "senders", "main, <a href=\"/domain/mail.example.com\">"},
        {"example.com", "domains", "<a href=\"/domain/example.com\">"},
        {"refused", "lists", "<a href=\"/list/refused.test\">"},
        {"OPERATOR OF BL", "lists", "<a href=\"/list/bl.test\">"},
        {"keyed", "lists", "not asked: needs a key"},
        {"lead back", "findings", "does not lead back to it."},
        {"spf.fail", "findings", "refuses mail from"},
        {"dnsbl.listed", "codes", "<a href=\"/explain/dnsbl.listed\">"},
    };
    for (const auto& row : rows)
        EXPECT_TRUE(has(section_of(found(row.asked), row.section), row.hit)) << row.asked;
}

TEST(PageSearch, NothingFound) {
    EXPECT_TRUE(has(words_of(found("")), "Write an address, a name, a list or a word of a finding."));
    EXPECT_TRUE(has(words_of(found("  \t ")), "Write an address"));
    EXPECT_TRUE(has(words_of(found("198.51.100.7")), "Nothing here has \u201c198.51.100.7\u201d in it."));
    EXPECT_TRUE(has(words_of(found("x", Snapshot{})), "in it."));
}

TEST(PageSearch, WhatWasAskedIsShownAndNotObeyed) {
    const std::string evil = "\"><script>alert(1)</script>";
    const auto page = found(evil);
    EXPECT_TRUE(has(page, "value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\""));
    EXPECT_EQ(page.find("<script"), page.rfind("<script"));
    EXPECT_LT(found(std::string(100'000, '"')).size(), 20'000U);
    EXPECT_FALSE(has(found("\u202e\x1b\xff"), "\x1b"));
}

TEST(PageSearch, IsBounded) {
    auto snapshot = test::busy_snapshot();
    snapshot.settings = test::settings_with({"2001:db8::/100", "10.0.0.0/16"});
    for (int i = 0; i < 500; ++i)
        snapshot.findings.push_back(snapshot.findings.front());
    const auto page = found("10", snapshot);
    EXPECT_TRUE(has(words_of(page), "There are more."));
    EXPECT_TRUE(has(words_of(found("listed", snapshot)), "There are more findings."));
    EXPECT_LT(page.size(), 200'000U);
}

}  // namespace
}  // namespace reputed::page
