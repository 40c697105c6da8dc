// Compares the catalogue with the table of facts that it was made from, where that is at hand.
#include <algorithm>
#include <fstream>

#include <gtest/gtest.h>

#include "config/catalogue.hpp"
#include "config/ip_address.hpp"

namespace reputed {
namespace {

using Texts = std::vector<std::string>;

Texts split(const std::string& text, const std::string& separator) {
    Texts parts;
    for (std::size_t begin = 0;;) {
        const auto end = text.find(separator, begin);
        parts.push_back(text.substr(begin, end - begin));
        if (end == std::string::npos) return parts;
        begin = end + separator.size();
    }
}

// The columns of dnsbl-zones.tsv that are compared.
struct Fact {
    std::string zone, kind, operator_name, ipv4, ipv6, codes, errors, test_listed, test_clean, access, status,
        notes;
};

std::vector<Fact> read_facts() {
    std::ifstream file(REPUTED_SOURCE_DIR "/../shared/data/dnsbl-zones.tsv");
    std::vector<Fact> facts;
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        const auto c = split(line, "\t");
        if (c.size() < 15) {
            ADD_FAILURE() << "a row of " << c.size() << " columns: " << line;
            continue;
        }
        facts.push_back({c[0], c[1], c[2], c[5], c[6], c[7], c[8], c[9], c[10], c[11], c[13], c[14]});
    }
    return facts;
}

class CatalogueFacts : public testing::Test {
  protected:
    void SetUp() override {
        facts_ = read_facts();
        if (facts_.empty()) GTEST_SKIP() << "no ../shared/data/dnsbl-zones.tsv";
    }

    // Calls `use` for each row that the catalogue describes as a list.
    template <typename Use>
    void each_list(Use use) const {
        for (const auto& fact : facts_) {
            SCOPED_TRACE(fact.zone);
            if (const auto* const list = Catalogue::builtin().find(fact.zone)) use(fact, *list);
        }
    }

    std::vector<Fact> facts_;
};

// Answers that a column such as "127.0.0.2=SBL; 127.0.0.5-127.0.0.7=XBL; bit4=DM; 127.0.C.1=low" speaks of,
// with a value put for each letter. What is plain text ("DNS REFUSED") has none.
std::vector<std::uint32_t> answers(const std::string& column) {
    constexpr std::pair<char, const char*> letters[] = {{'N', "50"}, {'C', "15"}, {'D', "30"}, {'T', "5"},
                                                        {'Y', "3"},  {'x', "7"},  {'y', "9"},  {'z', "1"}};
    std::vector<std::uint32_t> found;
    for (const auto& item : split(column, "; ")) {
        const auto code = item.substr(0, item.find('='));
        if (code.starts_with("bit")) {
            found.push_back(0x7f000000 | static_cast<std::uint32_t>(std::stoi(code.substr(3))));
            continue;
        }
        for (auto end : split(code, "-")) {
            for (const auto& [letter, value] : letters)
                if (const auto at = end.find(letter); at != std::string::npos) end.replace(at, 1, value);
            if (const auto address = IpAddress::parse(end)) found.push_back(address->v4_value());
        }
    }
    return found;
}

TEST_F(CatalogueFacts, EveryZoneIsAccountedFor) {
    EXPECT_EQ(facts_.size(), 219U);
    const auto& catalogue = Catalogue::builtin();
    std::size_t lists = 0;
    for (const auto& fact : facts_) {
        const bool usable = fact.kind != "error-only/dead" && fact.kind != "hash-blocklist";
        EXPECT_EQ(catalogue.find(fact.zone) != nullptr, usable) << fact.zone;
        const auto* const refused = catalogue.find_dead(fact.zone);
        EXPECT_EQ(refused != nullptr, !usable) << fact.zone;
        if (refused != nullptr) {
            EXPECT_EQ(refused->since.empty(), !fact.status.starts_with("dead")) << fact.zone;
        }
        lists += usable ? 1 : 0;
    }
    EXPECT_EQ(catalogue.lists().size(), lists);
}

TEST_F(CatalogueFacts, KindsFamiliesAccessAndStatusAgree) {
    each_list([](const Fact& fact, const List& list) {
        EXPECT_EQ(list.zone, fact.zone);
        EXPECT_EQ(to_string(list.kind), fact.kind);
        EXPECT_EQ(list.ipv4, fact.ipv4 == "yes");
        EXPECT_EQ(list.ipv6, fact.ipv6 == "yes");
        EXPECT_EQ(to_string(list.access), fact.access.empty() ? "unknown" : fact.access);
        EXPECT_EQ(to_string(list.status), fact.status);
        EXPECT_EQ(list.operator_name.empty(), fact.operator_name.empty());
    });
}

TEST_F(CatalogueFacts, EveryCodeHasAMeaning) {
    std::size_t checked = 0;
    each_list([&](const Fact& fact, const List& list) {
        EXPECT_TRUE(fact.codes == "unknown" || !answers(fact.codes).empty()) << fact.codes;
        for (const auto answer : answers(fact.codes)) {
            SCOPED_TRACE(IpAddress::v4(answer).to_string());
            const auto code = std::find_if(list.codes.begin(), list.codes.end(),
                                           [&](const auto& c) { return c.pattern.matches(answer); });
            ASSERT_NE(code, list.codes.end());
            EXPECT_FALSE(code->meaning.empty());
            for (const auto& error : list.errors)
                EXPECT_FALSE(error.pattern.matches(answer));
            ++checked;
        }
    });
    EXPECT_GT(checked, 200U);
}

TEST_F(CatalogueFacts, EveryErrorIsAnErrorAndNoCode) {
    std::size_t checked = 0;
    each_list([&](const Fact& fact, const List& list) {
        for (const auto answer : answers(fact.errors)) {
            SCOPED_TRACE(IpAddress::v4(answer).to_string());
            EXPECT_TRUE(std::any_of(list.errors.begin(), list.errors.end(),
                                    [&](const auto& e) { return e.pattern.matches(answer); }));
            for (const auto& code : list.codes)
                EXPECT_FALSE(code.pattern.matches(answer)) << code.meaning;
            ++checked;
        }
    });
    EXPECT_GT(checked, 40U);
}

// The notes say in words who lists more than single addresses.
TEST_F(CatalogueFacts, WhoListsNetworksAndProviders) {
    each_list([](const Fact& fact, const List& list) {
        const auto says = [&](std::initializer_list<const char*> words) {
            return std::any_of(words.begin(), words.end(), [&](const char* word) {
                return (fact.codes + fact.notes).find(word) != std::string::npos;
            });
        };
        if (says({"whole provider", "whole ASNs"})) {
            EXPECT_EQ(to_string(list.scope), "provider") << fact.notes;
        } else if (says({"whole allocations", "with networks", "Lists a /24"})) {
            EXPECT_EQ(to_string(list.scope), "network") << fact.notes;
        }
        if (list.scope == ListScope::address) return;
        EXPECT_EQ(fact.kind, "ip-blocklist");
        EXPECT_LE(list.weight, 5) << "what neighbours do is held against few";
    });
}

TEST_F(CatalogueFacts, EveryScoreIsJudged) {
    each_list([](const Fact& fact, const List& list) {
        if (fact.kind == "ip-score") {
            EXPECT_EQ(list.scale != nullptr, fact.codes != "unknown");
        }
    });
}

TEST_F(CatalogueFacts, TestPointsAgree) {
    // Domain lists are never asked for addresses, not even for their test point.
    const auto canonical = [](const Texts& points, bool domains) {
        Texts out;
        for (const auto& point : points) {
            const auto address = IpAddress::parse(point);
            if (!point.empty() && point != "unknown" && !(address && domains))
                out.push_back(address ? address->to_string() : point);
        }
        return out;
    };
    each_list([&](const Fact& fact, const List& list) {
        const bool domains = is_domain_list(list.kind);
        EXPECT_EQ(canonical(list.test_listed, domains), canonical(split(fact.test_listed, "; "), domains));
        EXPECT_EQ(canonical(list.test_clean, domains), canonical(split(fact.test_clean, "; "), domains));
    });
}

}  // namespace
}  // namespace reputed
