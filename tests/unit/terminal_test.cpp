#include "agent/terminal.hpp"

#include <gtest/gtest.h>

#include "agent/plain_text.hpp"

namespace reputed {
namespace {

// Tests do not write to a terminal, so there is no colour anywhere in here.
std::string table_of(std::vector<std::string> header, const std::vector<std::vector<std::string>>& rows) {
    Table table(std::move(header));
    for (const auto& row : rows) {
        std::vector<Table::Cell> cells;
        for (const auto& text : row)
            cells.push_back({text, Colour::red});
        table.add(std::move(cells));
    }
    return table.to_string();
}

TEST(TerminalTable, ColumnsAreAsWideAsTheirWidestCell) {
    EXPECT_EQ(table_of({"LIST", "STATE"}, {}), "LIST  STATE\n");
    EXPECT_EQ(table_of({"LIST", "STATE"}, {{"a", "b"}}), "LIST  STATE\na     b\n");
    EXPECT_EQ(table_of({"LIST", "N", "STATE"}, {{"a.longer.test", "1", "x"}, {"b", "1000", "yyyyyyyyyy"}}),
              "LIST           N     STATE\n"
              "a.longer.test  1     x\n"
              "b              1000  yyyyyyyyyy\n");
    EXPECT_EQ(table_of({"A", "B", "C"}, {{"", "", "c"}, {"a"}}), "A  B  C\n      c\na\n");
}

TEST(TerminalWrapped, Rows) {
    struct Row {
        std::string text;
        std::size_t width;
        std::size_t indent;
        std::string lines;
    };
    const Row rows[] = {
        {"", 10, 2, ""},
        {"  ", 10, 2, ""},
        {"aa bb", 7, 2, "aa bb"},
        {"aa bb", 6, 2, "aa\n  bb"},
        {"  aa   bb  ", 7, 2, "aa bb"},
        {"aa bb cc dd", 5, 0, "aa bb\ncc dd"},
        {"longer than that", 4, 1, "longer\n than\n that"},
        {"b\u00fc b\u00fc", 5, 0, "b\u00fc b\u00fc"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(wrapped(row.text, row.width, row.indent), row.lines) << row.text;
    EXPECT_EQ(terminal_width(), 100U) << "no terminal here";
}

TEST(TerminalTable, LettersCountAndNotBytes) {
    EXPECT_EQ(table_of({"A", "B"}, {{"b\u00fccher", "x"}, {"\u6f22", "x"}, {"plain", "x"}}),
              "A       B\nb\u00fccher  x\n\u6f22       x\nplain   x\n");
}

TEST(TerminalTable, HostileCellsAreShownAndNotObeyed) {
    struct Row {
        std::string cell;
        std::string shown;
    };
    const Row rows[] = {
        {"a\nb", "a b"},
        {"a\tb", "a b"},
        {"a\rb", "a\\x0db"},
        {"\x1b[2J", "\\x1b[2J"},
        {"\x1b]0;title\x07", "\\x1b]0;title\\x07"},
        {"\u009b31m", "\\x9b31m"},
        {"\u202egpj", "\\u202egpj"},
        {"\xff", "\ufffd"},
        {"\x80\x80", "\ufffd\ufffd"},
        {std::string(300, 'x'), std::string(200, 'x') + "\u2026"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(table_of({"A"}, {{row.cell}}), "A\n" + row.shown + "\n");
        // Aligned by what is shown.
        const std::string text = table_of({"A", "B"}, {{row.cell, "x"}});
        EXPECT_TRUE(text.ends_with("\n" + row.shown + "  x\n")) << text;
    }
}

TEST(TerminalTable, EmptyUntilARowIsAdded) {
    Table table({"A"});
    EXPECT_TRUE(table.empty());
    table.add({{"x"}});
    EXPECT_FALSE(table.empty());
}

TEST(TerminalColour, NoneWhereThereIsNoTerminal) {
    for (const auto colour :
         {Colour::none, Colour::green, Colour::yellow, Colour::red, Colour::blue, Colour::grey, Colour::bold})
        EXPECT_EQ(coloured("text", colour), "text");
}

TEST(TerminalColour, EachSeverityHasItsOwn) {
    EXPECT_EQ(colour_of(Severity::ok), Colour::green);
    EXPECT_EQ(colour_of(Severity::info), Colour::blue);
    EXPECT_EQ(colour_of(Severity::unknown), Colour::grey);
    EXPECT_EQ(colour_of(Severity::warning), Colour::yellow);
    EXPECT_EQ(colour_of(Severity::critical), Colour::red);
}

TEST(TerminalProgress, NothingWhereThereIsNoTerminal) {
    testing::internal::CaptureStderr();
    {
        ProgressBar bar("working");
        for (std::uint64_t i = 0; i <= 1000; ++i)
            bar.update(i, 1000);
        bar.update(0, 0);
    }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(TerminalOneLine, BreaksAndTabsBecomeBlanks) {
    EXPECT_EQ(one_line("a\nb\tc\n"), "a b c ");
    EXPECT_EQ(one_line("a\n\x1b"
                       "bcd",
                       3),
              "a \\x1b\u2026");
}

}  // namespace
}  // namespace reputed
