#include <gtest/gtest.h>

#include "checks/mta/log/log_source.hpp"

namespace reputed::mta {
namespace {

constexpr auto largest = std::numeric_limits<std::uint64_t>::max();

TEST(LogCursor, EveryPlaceComesBack) {
    const LogCursor places[] = {
        {"/var/log/mail.log", 2049, 131'074, 4711, 1024, 0x1234'5678'9abc'def0, ""},
        {"/var/log/mail.log", 0, 0, 0, 0, 0, ""},
        {"relative name with blanks\n\t%\x1b[31m\xff", largest, largest, largest / 2, 1024, largest, ""},
        {"", 0, 0, 0, 0, 0, "s=0123abcd;i=4f;b=77;m=1;t=5e;x=9"},
    };
    for (const auto& place : places) {
        const auto text = place.to_text();
        for (const char c : text)
            EXPECT_TRUE(c >= ' ' && c < '\x7f') << text;
        const auto read = LogCursor::parse(text);
        ASSERT_TRUE(read) << text;
        EXPECT_EQ(*read, place) << text;
    }
    EXPECT_EQ(places[0].to_text(), "file1 2049 131074 4711 1024 1311768467463790320 /var/log/mail.log");
    EXPECT_EQ(places[3].to_text(), "journal1 s=0123abcd;i=4f;b=77;m=1;t=5e;x=9");
    EXPECT_EQ(LogCursor().to_text(), "");
}

TEST(LogCursor, WhatItDoesNotWriteIsRefused) {
    const std::string rows[] = {
        "",
        "file1",
        "file1 1 2 3 4 5",
        "file1 1 2 3 4 5 ",
        "file2 1 2 3 4 5 /a",
        "file1  1 2 3 4 5 /a",
        "file1 1 2 3 4 5 /a b",
        "file1 1 2 3 4 5 /a\n",
        "file1 1 2 3 4 5 /a%",
        "file1 1 2 3 4 5 /a%2",
        "file1 1 2 3 4 5 /a%0g",
        "file1 1 2 3 4 5 /a%0a",  // lower case
        "file1 1 2 3 4 5 /a%41",  // needs no escape
        "file1 1 2 3 4 5 /a%00",  // no path has it
        "file1 01 2 3 4 5 /a",
        "file1 +1 2 3 4 5 /a",
        "file1 -1 2 3 4 5 /a",
        "file1 x 2 3 4 5 /a",
        "file1 1 2 9223372036854775808 4 5 /a",   // no file is so long
        "file1 1 2 3 1025 5 /a",                  // nobody looks at so much
        "file1 18446744073709551616 2 3 4 5 /a",  // more than 64 bits
        "file1 1 2 3 4 5 /" + std::string(5000, 'a'),
        "journal1 ",
        "journal1 s=a b",
        "journal1 s=a%20b",
        std::string("journal1 s=a\0b", 14),
        "journal1 " + std::string(2000, 'a'),
        "JOURNAL1 s=1",
    };
    for (const auto& row : rows)
        EXPECT_FALSE(LogCursor::parse(row)) << row;
}

}  // namespace
}  // namespace reputed::mta
