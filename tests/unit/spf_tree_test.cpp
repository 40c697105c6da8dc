#include "checks/auth/spf_tree.hpp"

#include <gtest/gtest.h>

#include "checks/auth/spf.hpp"
#include "tests/support/fake_resolver.hpp"

namespace reputed::spf {
namespace {

LookupTree tree_of(test::FakeResolver& resolver) {
    Answers answers(resolver);
    return lookup_tree("example.com", answers);
}

std::string text_of(const LookupTree& tree) {
    std::string out = std::to_string(tree.lookups());
    for (const auto& line : lines_of(tree))
        out += '\n' + line;
    return out;
}

TEST(SpfTreeCount, EveryTermAndWhatIsBelow) {
    struct Row {
        const char* zone;
        const char* wanted;
    };
    const Row rows[] = {
        {"example.com TXT \"v=spf1 ip4:192.0.2.1 -all\"", "0"},
        {"example.com TXT \"v=spf1 a mx:m.example.net ptr exists:%{i}.example.net -all\"",
         "4\na  1\nmx:m.example.net  1\nptr  1\nexists:%{i}.example.net  1"},
        {"example.com TXT \"v=spf1 include:x.example.net a -all\"\n"
         "x.example.net TXT \"v=spf1 include:y.example.net mx redirect=z.example.net\"\n"
         "y.example.net TXT \"v=spf1 a ip4:192.0.2.1 ~all\"\nz.example.net TXT \"v=spf1 -all\"",
         "6\ninclude:x.example.net  5\n  include:y.example.net  2\n    a  1\n  mx  1\n  "
         "redirect=z.example.net  1\na  1"},
        // Nobody comes to what stands behind all, nor to redirect= beside it.
        {"example.com TXT \"v=spf1 a -all mx redirect=x.example.net\"", "1\na  1"},
        {"example.com TXT \"v=spf1 include:example.com -all\"",
         "1\ninclude:example.com  1  (loops back to example.com)"},
        {"example.com TXT \"v=spf1 include:x.example.net -all\"\n"
         "x.example.net TXT \"v=spf1 include:EXAMPLE.com -all\"",
         "2\ninclude:x.example.net  2\n  include:EXAMPLE.com  1  (loops back to example.com)"},
        // The same record twice costs twice, and is no loop.
        {"example.com TXT \"v=spf1 include:x.example.net include:x.example.net -all\"\n"
         "x.example.net TXT \"v=spf1 a -all\"",
         "4\ninclude:x.example.net  2\n  a  1\ninclude:x.example.net  2\n  a  1"},
        {"example.com TXT \"v=spf1 include:gone.example.net include:two.example.net include:bad.example.net "
         "include:%{d}.example.net include:%{i}.example.net -all\"\n"
         "two.example.net TXT \"v=spf1 -all\"\ntwo.example.net TXT \"v=spf1 ~all\"\n"
         "bad.example.net TXT \"v=spf1 moo -all\"\nexample.com.example.net TXT \"v=spf1 a -all\"",
         "6\ninclude:gone.example.net  1  (gone.example.net does not exist)\n"
         "include:two.example.net  1  (two.example.net has 2 SPF records)\n"
         "include:bad.example.net  1  (syntax error in the record of bad.example.net: unknown mechanism "
         "\"moo\" (in \"moo\"))\n"
         "include:%{d}.example.net  2\n  a  1\n"
         "include:%{i}.example.net  1  (depends on the message)"},
    };
    for (const auto& row : rows) {
        test::FakeResolver resolver(row.zone);
        const auto tree = tree_of(resolver);
        EXPECT_EQ(text_of(tree), row.wanted) << row.zone;
        EXPECT_TRUE(tree.answered);
        EXPECT_FALSE(tree.bounded);
    }
}

TEST(SpfTreeCount, IsWhatAReceiverCountsWhenNothingMatches) {
    const std::string zone =
        "x.example.net TXT \"v=spf1 a include:y.example.net redirect=z.example.net\"\n"
        "y.example.net TXT \"v=spf1 mx ~all\"\nz.example.net TXT \"v=spf1 a ?all\"\n"
        "x.example.net A 192.0.2.1\ny.example.net MX 1 x.example.net\nz.example.net A 192.0.2.1\n";
    for (const auto* record :
         {"v=spf1 include:x.example.net -all", "v=spf1 include:y.example.net redirect=x.example.net",
          "v=spf1 include:z.example.net a:x.example.net ip4:192.0.2.9 ~all"}) {
        test::FakeResolver resolver(zone + "example.com TXT \"" + record + '"');
        const auto evaluation =
            check_host({*IpAddress::parse("203.0.113.1"), "a@example.com", "example.com"}, resolver);
        EXPECT_EQ(tree_of(resolver).lookups(), evaluation.lookups) << record;
    }
}

TEST(SpfTreeBounds, UnansweredIsSaid) {
    for (const auto* broken : {"TIMEOUT", "SERVFAIL", "REFUSED"}) {
        test::FakeResolver resolver(std::string("example.com TXT \"v=spf1 include:x.example.net a -all\"\n"
                                                "x.example.net ") +
                                    broken);
        const auto tree = tree_of(resolver);
        EXPECT_FALSE(tree.answered);
        EXPECT_EQ(tree.lookups(), 2);
        ASSERT_EQ(tree.root.children.size(), 2U);
        EXPECT_EQ(tree.root.children[0].fault, LookupNode::Fault::unanswered);
    }
}

TEST(SpfTreeBounds, IncludeBombsEnd) {
    test::FakeResolver resolver;
    resolver.answer_below("example.com", [](const Question& question) {
        Answer answer;
        answer.outcome = Outcome::ok;
        reputed::Record record;
        record.text = "v=spf1";
        for (int i = 0; i < 10; ++i)
            record.text +=
                " include:" + std::to_string(i) + '.' + question.name.substr(0, 100) + ".example.com";
        answer.records.push_back(record);
        return answer;
    });
    const auto tree = tree_of(resolver);
    EXPECT_TRUE(tree.bounded);
    EXPECT_GT(tree.lookups(), 10);
    EXPECT_LE(lines_of(tree).size(), 500U);
    EXPECT_LE(resolver.asked().size(), 60U);

    test::FakeResolver wide("example.com TXT \"v=spf1" + [] {
        std::string terms;
        for (int i = 0; i < 5000; ++i)
            terms += " a";
        return terms;
    }() + '"');
    const auto many = tree_of(wide);
    EXPECT_EQ(many.lookups(), 5000);
    EXPECT_EQ(lines_of(many).size(), 500U);
    EXPECT_TRUE(many.bounded);
}

TEST(SpfTreeReached, OnlyWhatLetsPass) {
    test::FakeResolver resolver(
        "example.com TXT \"v=spf1 include:x.example.net ?include:y.example.net redirect=z.example.net\"\n"
        "x.example.net TXT \"v=spf1 include:w.example.net -all\"\nw.example.net TXT \"v=spf1 -all\"\n"
        "y.example.net TXT \"v=spf1 +all\"\nz.example.net TXT \"v=spf1 ~all\"");
    std::string seen;
    for (const auto& reached : tree_of(resolver).records)
        seen += reached.domain + " by \"" + reached.through + '"' + (reached.policy ? " policy\n" : "\n");
    EXPECT_EQ(
        seen,
        "example.com by \"\" policy\nx.example.net by \"include:x.example.net\"\n"
        "w.example.net by \"include:x.example.net\"\nz.example.net by \"redirect=z.example.net\" policy\n");
}

}  // namespace
}  // namespace reputed::spf
