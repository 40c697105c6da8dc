#include "config/finding_codes.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "checks/auth/record.hpp"
#include "config/embedded.hpp"

namespace reputed {
namespace {

using Lines = std::vector<std::string>;

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// The source without the comments, which name codes as well; each line keeps its number.
std::string without_comments(const std::string& source) {
    std::string out;
    std::istringstream lines(source);
    for (std::string line; std::getline(lines, line);) {
        const auto comment = line.find("//");
        // Not the one of "https://".
        const bool is_comment = comment != std::string::npos && (comment == 0 || line[comment - 1] == ' ');
        out += (is_comment ? line.substr(0, comment) : line) + '\n';
    }
    return out;
}

struct Literal {
    std::size_t position;
    std::string text;
};

// The string literals that are nothing but letters, digits, underscores and dots.
std::vector<Literal> words_in_quotes(const std::string& source) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789_.";
    std::vector<Literal> words;
    for (auto quote = source.find('"'); quote != std::string::npos; quote = source.find('"', quote + 1)) {
        const auto end = source.find_first_not_of(allowed, quote + 1);
        if (end != std::string::npos && source[end] == '"' && end > quote + 1)
            words.push_back({quote, source.substr(quote + 1, end - quote - 1)});
    }
    return words;
}

// Of the form of a code, and no name of a domain or file, and no number.
bool looks_like_code(const std::string& word) {
    static const std::set<std::string> no_code = {"8",  "arpa", "aspx", "cf", "com", "conf",
                                                  "db", "io",   "jp",   "md", "net", "service"};
    const auto dot = word.find('.');
    return dot != std::string::npos && dot != 0 && dot + 1 < word.size() && dot == word.rfind('.') &&
           (word[0] < '0' || word[0] > '9') && no_code.count(word.substr(dot + 1)) == 0;
}

// Where the sources below checks/ and agent/ say which code: {"dnsbl.listed": "checks/dnsbl/findings.cpp:45"}. A code
// stands there whole, or, in files with a `remark` that puts the family before it, without its family as an argument
// of that.
class SourceCodes {
  public:
    SourceCodes() {
        const std::filesystem::path root = REPUTED_SOURCE_DIR;
        for (const auto* layer : {"checks", "agent"})
            for (const auto& entry : std::filesystem::recursive_directory_iterator(root / layer))
                if (entry.path().extension() == ".cpp" || entry.path().extension() == ".hpp")
                    read(entry.path().lexically_relative(root).string(),
                         without_comments(text_of(entry.path())));
    }
    const std::map<std::string, std::string>& places() const { return places_; }

  private:
    void read(const std::string& file, const std::string& source) {
        constexpr std::string_view before_family = "std::string(";
        std::string family = "?.";
        for (const auto& word : words_in_quotes(source)) {
            if (looks_like_code(word.text)) note(word.text, file, source, word.position);
            if (word.text.ends_with('.') && source.substr(0, word.position).ends_with(before_family))
                family = word.text;
        }
        read_remarks(family, file, source);
    }

    // remark(out, "code", Severity::..., or remark(odd ? "code" : "other", odd ? Severity::...
    void read_remarks(const std::string& family, const std::string& file, const std::string& source) {
        constexpr std::string_view call = "remark(";
        for (auto at = source.find(call); at != std::string::npos; at = source.find(call, at + 1)) {
            // Not is_remark() and the like.
            if (at > 0 && (std::isalnum(static_cast<unsigned char>(source[at - 1])) || source[at - 1] == '_'))
                continue;
            const auto begin = at + call.size();
            const auto arguments = source.substr(begin, source.find("Severity", begin) - begin);
            for (const auto& word : words_in_quotes(arguments))
                note(family + word.text, file, source, begin + word.position);
        }
    }

    void note(const std::string& code, const std::string& file, const std::string& source,
              std::size_t position) {
        const auto lines =
            std::count(source.begin(), source.begin() + static_cast<std::ptrdiff_t>(position), '\n');
        places_.try_emplace(code, file + ':' + std::to_string(lines + 1));
    }

    std::map<std::string, std::string> places_;
};

TEST(FindingCodes, TheTableAndTheSourcesHaveTheSameCodes) {
    const SourceCodes sources;
    EXPECT_GT(sources.places().size(), 140U) << "the sources are not read as they are written now";
    for (const auto& [code, place] : sources.places()) {
        EXPECT_NE(find_finding_code(code), nullptr) << place << " uses the code \"" << code
                                                    << "\", which config/codes.toml does not describe: add a "
                                                       "[[finding]] for it there. If it is no code, add "
                                                       "its ending to no_code in this test.";
    }
    for (const auto& one : finding_codes()) {
        EXPECT_TRUE(sources.places().count(one.code) == 1)
            << "config/codes.toml describes the code \"" << one.code
            << "\", which no source below checks/ or agent/ uses: take its [[finding]] out.";
    }
}

TEST(FindingCodes, TheTableParsesAndIsSorted) {
    Problems problems;
    const auto codes = parse_finding_codes(embedded_codes_toml(), "config/codes.toml", problems);
    for (const auto& problem : problems)
        ADD_FAILURE() << problem.to_string();
    ASSERT_EQ(codes.size(), finding_codes().size());
    for (std::size_t i = 1; i < codes.size(); ++i)
        EXPECT_LT(codes[i - 1].code, codes[i].code);
}

// Full stops that a new sentence or nothing follows.
std::size_t sentences(const std::string& text) {
    std::size_t count = 0;
    for (auto at = text.find('.'); at != std::string::npos; at = text.find('.', at + 1)) {
        const bool last = at + 1 == text.size();
        const bool next =
            at + 2 < text.size() && text[at + 1] == ' ' && text[at + 2] >= 'A' && text[at + 2] <= 'Z';
        count += last || next ? 1 : 0;
    }
    return count;
}

TEST(FindingCodes, TextsAreHalfALineOrSentences) {
    for (const auto& one : finding_codes()) {
        SCOPED_TRACE(one.code);
        EXPECT_LE(one.code.size(), 32U);
        EXPECT_LE(one.title.size(), 70U) << "half a line";
        EXPECT_FALSE(one.title.ends_with('.')) << one.title;
        struct Row {
            const std::string& text;
            std::size_t most_sentences;
            std::size_t longest;
        };
        for (const auto& row : {Row{one.means, 3, 420}, Row{one.to_do, 2, 300}, Row{one.clears, 1, 160}}) {
            EXPECT_LE(sentences(row.text), row.most_sentences) << row.text;
            EXPECT_LE(row.text.size(), row.longest) << row.text;
            EXPECT_TRUE(row.text.empty() || row.text.ends_with('.')) << row.text;
        }
        if (one.see.find("rfc") == std::string::npos) continue;
        EXPECT_TRUE(one.see.starts_with("https://www.rfc-editor.org/rfc/rfc")) << one.see;
        EXPECT_NE(one.see.find_first_of('#'), std::string::npos) << "which section: " << one.see;
    }
}

TEST(FindingCodes, TheFileIsAsciiInLinesOf120) {
    std::istringstream file{std::string(embedded_codes_toml())};
    std::size_t number = 0;
    for (std::string line; std::getline(file, line);) {
        SCOPED_TRACE("config/codes.toml:" + std::to_string(++number));
        EXPECT_LE(line.size(), 120U);
        EXPECT_FALSE(line.ends_with(' '));
        EXPECT_TRUE(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c < 0x7f; }));
    }
}

TEST(FindingCodes, Families) {
    struct Row {
        const char* family;
        std::size_t least;
    };
    const Row rows[] = {{"dns", 2},    {"dnsbl", 5},  {"spf", 20}, {"mta_sts", 10}, {"", 0},
                        {"dnsbl.", 0}, {"listed", 0}, {"dn", 0},   {"DNSBL", 0},    {"spf.fail", 0}};
    for (const auto& row : rows) {
        const auto codes = finding_codes_of(row.family);
        EXPECT_GE(codes.size(), row.least) << row.family;
        EXPECT_EQ(codes.empty(), row.least == 0) << row.family;
        for (const auto& one : codes)
            EXPECT_EQ(one.family(), row.family);
        const auto all = finding_codes();
        EXPECT_EQ(codes.size(),
                  static_cast<std::size_t>(std::count_if(
                      all.begin(), all.end(), [&](const auto& one) { return one.family() == row.family; })));
    }
}

TEST(FindingCodes, Nearest) {
    const std::pair<const char*, const char*> rows[] = {
        {"dnsbl.listd", "dnsbl.listed"},
        {"spf.lokups", "spf.lookups"},
        {"dnsble", "dnsbl"},
        {"PTR.MISSING", "ptr.missing"},
        {"queue_old", "queue.old"},
        {"dmarc.policy_nome", "dmarc.policy_none"},
        {"", ""},
        {"the weather tomorrow", ""},
        {"xyzzy", ""},
    };
    for (const auto& [text, wanted] : rows)
        EXPECT_EQ(nearest_finding_code(text), wanted) << text;
}

Lines problems_of(const std::string& toml) {
    Problems problems;
    parse_finding_codes(toml, "codes.toml", problems);
    Lines lines;
    for (const auto& problem : problems)
        lines.push_back(problem.to_string());
    std::sort(lines.begin(), lines.end());
    return lines;
}

// One [[finding]] on line 1, each of its keys on a line of its own; "" leaves the key out.
std::string entry(std::map<std::string, std::string> changed = {}) {
    std::map<std::string, std::string> values = {{"code", "\"a.b\""},
                                                 {"do", "\"D.\""},
                                                 {"means", "\"M.\""},
                                                 {"severities", "[\"info\"]"},
                                                 {"title", "\"t\""}};
    for (auto& [key, value] : changed)
        values[key] = std::move(value);
    std::string out = "[[finding]]\n";
    for (const auto& [key, value] : values)
        out += value.empty() ? "" : key + " = " + value + '\n';
    return out;
}

TEST(FindingCodes, AcceptedEntries) {
    Problems problems;
    const auto codes = parse_finding_codes(
        entry({{"code", "\"b.c_2\""}, {"severities", R"(["info", "unknown", "warning", "critical"])"}}) +
            entry({{"means", "\"\"\"\nFirst  line\nand\tsecond.\n\"\"\""},
                   {"clears", "\"C.\""},
                   {"see", "\"https://example.org/\""}}),
        "codes.toml", problems);
    EXPECT_TRUE(problems.empty());
    ASSERT_EQ(codes.size(), 2U);
    EXPECT_EQ(codes[0].code, "a.b");
    EXPECT_EQ(codes[0].means, "First line and second.");
    EXPECT_EQ(codes[0].to_do, "D.");
    EXPECT_EQ(codes[0].clears, "C.");
    EXPECT_EQ(codes[0].see, "https://example.org/");
    EXPECT_EQ(codes[1].code, "b.c_2");
    EXPECT_EQ(codes[1].clears, "");
    EXPECT_EQ(codes[1].severities,
              (std::vector{Severity::info, Severity::unknown, Severity::warning, Severity::critical}));
}

TEST(FindingCodes, RejectedEntries) {
    struct Row {
        std::string toml;
        std::string message;
    };
    const Row rows[] = {
        {"x = 1\n", "1:1: unknown key \"x\""},
        {"findings = []\n", "1:1: unknown key \"findings\": did you mean \"finding\"?"},
        {"finding = 1\n", "1:11: \"finding\" must be a list, not an integer"},
        {entry({{"mean", "\"M.\""}}), "4:1: unknown key \"mean\": did you mean \"means\"?"},
        {entry({{"code", ""}}), "1:1: \"code\" is missing"},
        {entry({{"title", ""}}), "1:1: \"title\" is missing"},
        {entry({{"means", ""}}), "1:1: \"means\" is missing"},
        {entry({{"do", ""}}), "1:1: \"do\" is missing"},
        {entry({{"severities", ""}}), "1:1: \"severities\" is missing"},
        {entry({{"code", "\"a\""}}), "2:8: \"code\" must be like \"dnsbl.listed\", not \"a\""},
        {entry({{"code", "\"a.\""}}), "2:8: \"code\" must be like \"dnsbl.listed\", not \"a.\""},
        {entry({{"code", "\"a.b.c\""}}), "2:8: \"code\" must be like \"dnsbl.listed\", not \"a.b.c\""},
        {entry({{"code", "\"a.B\""}}), "2:8: \"code\" must be like \"dnsbl.listed\", not \"a.B\""},
        {entry({{"code", "\"a.2\""}}), "2:8: \"code\" must be like \"dnsbl.listed\", not \"a.2\""},
        {entry({{"title", "\" \""}}), "6:9: \"title\" is empty"},
        {entry({{"means", "5"}}), "4:9: \"means\" must be a string, not an integer"},
        {entry({{"clears", "\"\""}}), "2:10: \"clears\" is empty"},
        {entry({{"severities", "[]"}}), "5:14: \"severities\" is empty"},
        {entry({{"severities", "\"info\""}}), "5:14: \"severities\" must be a list, not a string"},
        {entry({{"severities", "[1]"}}), "5:15: \"severities\" must hold severities, not an integer"},
        {entry({{"severities", "[\"ok\"]"}}),
         "5:15: \"severities\" must be of info, unknown, warning, critical, not \"ok\""},
        {entry({{"severities", "[\"bad\"]"}}),
         "5:15: \"severities\" must be of info, unknown, warning, critical, not \"bad\""},
        {entry({{"severities", "[\"warning\", \"info\"]"}}),
         "5:26: \"severities\" must rise, each named once"},
        {entry({{"severities", "[\"info\", \"info\"]"}}), "5:23: \"severities\" must rise, each named once"},
        {entry({{"see", "\"http://example.org/\""}}),
         "5:7: \"see\" must be an https address, not \"http://example.org/\""},
        {entry({{"see", "\"https://\""}}), "5:7: \"see\" must be an https address, not \"https://\""},
        {entry() + entry(), "8:8: \"code\" is described twice: \"a.b\""},
    };
    for (const auto& row : rows)
        EXPECT_EQ(problems_of(row.toml), Lines{"codes.toml:" + row.message}) << row.toml;
    EXPECT_EQ(problems_of("[[finding").size(), 1U);
}

// What records of each kind are criticised with, in the severities that the table has.
TEST(FindingCodes, RecordsAreCriticisedAsTheTableSays) {
    using record::Kind;
    const std::string policy = "version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 604800\n";
    const std::pair<Kind, std::string> rows[] = {
        {Kind::spf, ""},
        {Kind::spf, std::string(65'537, 'x')},
        {Kind::spf, "\"v=spf1 \" \"-all\""},
        {Kind::spf, "\"v=spf1 -all\""},
        {Kind::spf, "v=spf1 +all redirect=a.example mx x=y ptr mx ip4:10.0.0.0/8"},
        {Kind::spf, "v=spf1 ?all"},
        {Kind::spf, "v=spf1 mx " + std::string(500, ' ')},
        {Kind::spf, "v=spf1 a:a a:b a:c a:d a:e a:f a:g a:h a:i a:j a:k -all"},
        {Kind::dkim, "v=DKIM2; p=!"},
        {Kind::dkim, "p=; v=DKIM1; s=TLSRPT; h=sha1; t=y:s:z; g=; x=1; k=ED25519"},
        {Kind::dkim, "v=DKIM1; s=tlsrpt; h=sha1:sha256; g=*; k=dsa; k=rsa;;"},
        {Kind::dkim, "v=DKIM1; s=x; k=dsa; p=QUI; t="},
        {Kind::dmarc, "v=DMARC1; rua=; p=none; sp=x; pct=50; rf=x; ri=1; fo=0:1:9; T=y; x=1; x=2;;y"},
        {Kind::dmarc, "v=DMARC1; rua=mailto:a@b.example!1m; pct=100; psd=y; ruf=https://a"},
        {Kind::dmarc, " v=DMARC1; p=reject; sp=none; t=y; ruf=x, mailto:a@b.example;"},
        {Kind::dmarc, "v=DMARC1; p=none; t=y; rua=mailto:a@b.example,mailto:b@b.example,mailto:c@b.example"},
        {Kind::dmarc, "v=DMARC1\\; p=none"},
        {Kind::dmarc, "\"v=DMARC1; p=none"},
        {Kind::dmarc, "v=DMARC1; rua=mailto:a@b.example; fo=\\;1"},
        {Kind::dmarc, "v=DMARC1; p=none; x=\"1\""},
        {Kind::dmarc, "p=none"},
        {Kind::mta_sts, "v=STSv1; x=1; id=-;;"},
        {Kind::mta_sts, "v=sts; id=1; id=2"},
        {Kind::mta_sts, "v=STSv1;"},
        {Kind::mta_sts, policy + "mode: none\nx: 1\nno colon\n"},
        {Kind::mta_sts, "version: STSv2\nmode: off\nmx: -\nmax_age: x\n"},
        {Kind::mta_sts, "version: STSv1\nmode: testing\nmx: a.example\nmax_age: 31557601\n"},
        {Kind::mta_sts, "version : STSv1\nmode: none\nmax_age: 1\n"},
        {Kind::mta_sts, "version: STSv1\n"},
        {Kind::tls_rpt, "v=TLSRPTv1; rua=mailto:a@b.example,x; y=1;;"},
        {Kind::tls_rpt, "v=TLSRPTv2; rua=x; y=1; y=2"},
        {Kind::bimi, "v=BIMI1; l=https://a.example/a.png; x=1"},
        {Kind::bimi, "v=BIMI1; l=; a=https://a.example/a.pem"},
        {Kind::bimi, "v=BIMI1; l=; a="},
        {Kind::bimi, "v=BIMI1; l=x; a=x;;"},
        {Kind::bimi, "v=BIMI1; v=BIMI1"},
        {Kind::bimi, "l=; v=BIMI1"},
    };
    std::map<std::string, std::set<Severity>> seen;
    for (const auto& [kind, text] : rows)
        for (const auto& remark : record::examine(kind, text).findings) {
            const auto* code = find_finding_code(remark.code);
            ASSERT_NE(code, nullptr) << remark.code;
            const auto& known = code->severities;
            EXPECT_NE(std::find(known.begin(), known.end(), remark.severity), known.end())
                << remark.code << " is " << to_string(remark.severity)
                << " here, which config/codes.toml leaves out: " << text.substr(0, 200);
            seen[remark.code].insert(remark.severity);
        }
    // Those that records alone can have: nothing in the table that never comes.
    for (const auto* family : {"bimi", "tls_rpt", "record"})
        for (const auto& one : finding_codes_of(family))
            EXPECT_EQ(seen[one.code], std::set(one.severities.begin(), one.severities.end())) << one.code;
}

}  // namespace
}  // namespace reputed
