#include <gtest/gtest.h>

#include "config/list_key.hpp"

namespace reputed {
namespace {

List list(const std::string& zone, Access access = Access::free, const std::string& subset_of = "") {
    List result;
    result.zone = zone;
    result.name = zone.starts_with("{key}.") ? zone.substr(6) : zone;
    result.access = access;
    result.subset_of = subset_of;
    return result;
}

std::vector<List> small_catalogue() {
    auto doubtful = list("doubtful.example");
    doubtful.status = ListStatus::doubtful;
    return {
        list("zen.spamhaus.org", Access::free_noncommercial, "zen.dq.spamhaus.net"),
        list("sbl.spamhaus.org", Access::free_noncommercial, "zen.spamhaus.org"),
        list("{key}.zen.dq.spamhaus.net", Access::registration),
        list("{key}.paid.example.com", Access::paid_key),
        list("limited.example", Access::rate_limited),
        list("registered.example", Access::registration),
        list("contract.example", Access::paid_key),
        list("unclear.example", Access::unknown),
        doubtful,
    };
}

std::vector<std::string> zones(const ActiveLists& active) {
    std::vector<std::string> result;
    for (const auto& each : active.lists)
        result.push_back(each.zone);
    return result;
}

std::string reason(const ActiveLists& active, const std::string& name) {
    for (const auto& skipped : active.skipped)
        if (skipped.name == name) return skipped.reason;
    return "(not skipped)";
}

using Names = std::vector<std::string>;

TEST(ActiveListsDefault, AliveAndWithoutKeyAndNotContained) {
    const auto active = active_lists({}, small_catalogue());
    EXPECT_EQ(zones(active), (Names{"zen.spamhaus.org", "limited.example"}));
    EXPECT_EQ(active.skipped.size(), 7U);
    EXPECT_EQ(reason(active, "sbl.spamhaus.org"), "contained in zen.spamhaus.org");
    EXPECT_EQ(reason(active, "zen.dq.spamhaus.net"), "needs a key: [dnsbl.keys] \"dq.spamhaus.net\"");
    EXPECT_EQ(reason(active, "paid.example.com"), "needs a key: [dnsbl.keys] \"example.com\"");
    EXPECT_EQ(reason(active, "registered.example"),
              "needs registration with its operator: name it in include once that is done");
    EXPECT_EQ(reason(active, "contract.example"),
              "needs a contract with its operator: name it in include once that is done");
    EXPECT_EQ(reason(active, "unclear.example"),
              "its terms of use are not known: name it in include to ask it");
    EXPECT_EQ(reason(active, "doubtful.example"),
              "doubtful whether it still works: name it in include to ask it");
}

TEST(ActiveListsKeyed, KeyGoesIntoTheZoneOnlyAndReplacesThePublicList) {
    DnsblSettings settings;
    settings.secrets = {{"dq.spamhaus.net", "s3cret"}, {"spamhaus.net", "other"}};
    const auto active = active_lists(settings, small_catalogue());
    EXPECT_EQ(zones(active), (Names{"s3cret.zen.dq.spamhaus.net", "limited.example"}));
    EXPECT_EQ(active.lists[0].name, "zen.dq.spamhaus.net");
    EXPECT_FALSE(active.lists[0].needs_key());
    EXPECT_EQ(reason(active, "zen.spamhaus.org"), "contained in zen.dq.spamhaus.net");
    EXPECT_EQ(reason(active, "sbl.spamhaus.org"), "contained in zen.dq.spamhaus.net");
    for (const auto& skipped : active.skipped) {
        EXPECT_EQ(skipped.name.find("s3cret"), std::string::npos);
        EXPECT_EQ(skipped.reason.find("s3cret"), std::string::npos);
    }
}

TEST(ActiveListsKeyed, SuffixMeansWholeLabels) {
    DnsblSettings settings;
    settings.secrets = {{"q.spamhaus.net", "s3cret"}, {"x.zen.dq.spamhaus.net", "s3cret"}};
    EXPECT_EQ(zones(active_lists(settings, small_catalogue())),
              (Names{"zen.spamhaus.org", "limited.example"}));
    EXPECT_TRUE(lies_in("zen.dq.spamhaus.net", "zen.dq.spamhaus.net"));
    EXPECT_TRUE(lies_in("zen.dq.spamhaus.net", "spamhaus.net"));
    EXPECT_FALSE(lies_in("zen.dq.spamhaus.net", "aus.net"));
    EXPECT_FALSE(lies_in("aus.net", "spamhaus.net"));
}

TEST(ActiveListsInclude, SwitchesOnWhatIsOffAndWhatNobodyKnows) {
    DnsblSettings settings;
    settings.include = {"doubtful.example", "registered.example", "contract.example", "sbl.spamhaus.org",
                        "unclear.example",  "paid.example.com",   "mine.example"};
    const auto active = active_lists(settings, small_catalogue());
    EXPECT_EQ(zones(active),
              (Names{"zen.spamhaus.org", "sbl.spamhaus.org", "limited.example", "registered.example",
                     "contract.example", "unclear.example", "doubtful.example", "mine.example"}));
    EXPECT_EQ(reason(active, "paid.example.com"), "needs a key: [dnsbl.keys] \"example.com\"");
}

TEST(ActiveListsExclude, LeavesOutAndFreesWhatWasContained) {
    DnsblSettings settings;
    settings.exclude = {"zen.spamhaus.org"};
    const auto active = active_lists(settings, small_catalogue());
    EXPECT_EQ(zones(active), (Names{"sbl.spamhaus.org", "limited.example"}));
    EXPECT_EQ(reason(active, "zen.spamhaus.org"), "excluded by the configuration");
}

TEST(ActiveListsOnly, MeansExactlyThese) {
    DnsblSettings settings;
    settings.only = {"sbl.spamhaus.org", "zen.spamhaus.org", "mine.example"};
    settings.own = {list("own.example")};
    settings.own[0].status = ListStatus::own;
    const auto active = active_lists(settings, small_catalogue());
    EXPECT_EQ(zones(active), (Names{"zen.spamhaus.org", "sbl.spamhaus.org", "mine.example"}));
    EXPECT_EQ(active.skipped.size(), 8U);
    EXPECT_EQ(reason(active, "limited.example"), "not named in only");
    EXPECT_EQ(reason(active, "own.example"), "not named in only");
}

TEST(ActiveListsOwn, IsAskedAndReplacesTheCataloguesEntry) {
    DnsblSettings settings;
    settings.own = {list("limited.example", Access::unknown), list("{key}.own.example", Access::unknown),
                    list("part.example", Access::unknown, "zen.spamhaus.org")};
    for (auto& own : settings.own)
        own.status = ListStatus::own;
    auto active = active_lists(settings, small_catalogue());
    EXPECT_EQ(zones(active), (Names{"zen.spamhaus.org", "limited.example"}));
    EXPECT_EQ(active.lists[1].status, ListStatus::own);
    EXPECT_EQ(reason(active, "limited.example"), "described by [[dnsbl.list]] instead");
    EXPECT_EQ(reason(active, "own.example"), "needs a key: [dnsbl.keys] \"own.example\"");
    EXPECT_EQ(reason(active, "part.example"), "contained in zen.spamhaus.org");
    settings.secrets = {{"own.example", "k"}};
    active = active_lists(settings, small_catalogue());
    EXPECT_EQ(zones(active), (Names{"zen.spamhaus.org", "limited.example", "k.own.example"}));
}

TEST(ActiveListsSubset, AChainThatBitesItsTailStillAsksOne) {
    for (const int size : {1, 2, 3, 5}) {
        std::vector<List> ring;
        for (int i = 0; i < size; ++i)
            ring.push_back(list("l" + std::to_string(i) + ".example", Access::free,
                                "l" + std::to_string((i + 1) % size) + ".example"));
        const auto active = active_lists({}, ring);
        EXPECT_EQ(active.lists.size(), 1U) << size;
        EXPECT_EQ(active.lists.size() + active.skipped.size(), ring.size());
    }
    const auto lone = active_lists({}, std::vector<List>{list("a.example", Access::free, "unheard.example")});
    EXPECT_EQ(lone.lists.size(), 1U);
}

}  // namespace
}  // namespace reputed
