#include "checks/dnsbl/budget_plan.hpp"

#include <gtest/gtest.h>

#include "checks/dnsbl/dnsbl_check.hpp"

namespace reputed::dnsbl {
namespace {

using namespace std::chrono_literals;

List list_of(const std::string& name, const std::string& owner, std::uint64_t per_day, double per_second = 0,
             ListKind kind = ListKind::ip_blocklist) {
    List list;
    list.zone = list.name = name;
    list.kind = kind;
    list.operator_name = owner;
    list.queries_per_day = per_day;
    list.queries_per_second = per_second;
    list.test_listed = {is_domain_list(kind) ? "listed.test" : "127.0.0.2"};
    list.test_clean = {is_domain_list(kind) ? "clean.test" : "127.0.0.1"};
    return list;  // three test points
}

Settings settings_of(const std::vector<std::string>& networks, std::chrono::seconds interval = 30min) {
    Sender sender;
    sender.name = sender.hostname = "mail.example.org";
    sender.domains = {"example.org"};
    for (const auto& network : networks)
        sender.networks.push_back(IpNetwork::parse(network).value());
    Settings settings;
    settings.senders = {sender};
    settings.dnsbl.interval = interval;
    return settings;
}

// 4,096 and 904 addresses.
const std::vector<std::string> five_thousand = {"198.18.0.0/20", "198.19.0.0/23", "198.19.2.0/24",
                                                "198.19.3.0/25", "198.19.3.128/29"};

ActiveLists lists_of(std::vector<List> lists) {
    ActiveLists out;
    out.lists = std::move(lists);
    return out;
}

TEST(BudgetPlanCosts, OfARound) {
    auto settings = settings_of({"192.0.2.0/24", "2001:db8::/120"});
    const auto counts = count_subjects(settings);
    EXPECT_EQ(counts.v4, 256U);
    EXPECT_EQ(counts.v6, 256U);
    EXPECT_EQ(counts.domains, 2U + 256U) << "its names, and of PTR records what is asked at most";
    auto list = list_of("bl", "O", 1);
    EXPECT_EQ(accepted_subjects(list, counts), 256U);
    EXPECT_EQ(round_questions(list, 256), 259U);
    EXPECT_EQ(most_round_questions(list, 256), 259U + 3U + 32U);
    EXPECT_EQ(most_round_questions(list, 1), 4U + 3U + 1U);
    list.ipv6 = true;
    EXPECT_EQ(accepted_subjects(list, counts), 512U);
    list.ipv4 = false;
    EXPECT_EQ(accepted_subjects(list, counts), 256U);
    EXPECT_EQ(accepted_subjects(list_of("dbl", "O", 1, 0, ListKind::domain_blocklist), counts), 258U);
}

TEST(BudgetPlanIntervals, ThatFit) {
    const struct {
        std::vector<std::string> networks;
        std::uint64_t per_day;
        double per_second;
        std::size_t lists;
        std::chrono::seconds interval;
    } rows[] = {
        {{"192.0.2.1"}, 300'000, 0, 1, 30min},
        {five_thousand, 0, 0, 4, 30min},
        {five_thousand, 1'000'000, 0, 1, 30min},
        {five_thousand, 300'000, 0, 1, 35min},
        {five_thousand, 100'000, 0, 1, 90min + 15min},
        {five_thousand, 100'000, 0, 3, 5h},
        {five_thousand, 10'000, 0, 1, 27h},  // a second one within the day would be too much
        {five_thousand, 10'000, 0, 2, 31h},  // in turns
        {{"198.18.0.0/20"}, 10'000, 0, 1, 13h},
        {five_thousand, 0, 5, 1, 30min},
        {five_thousand, 0, 3, 1, 35min},
        {five_thousand, 1'000'000, 1, 1, 105min},
        {{"198.18.0.0/15"}, 300'000, 0, 1, 14h},
        {{"198.16.0.0/14"}, 300'000, 0, 1, 27h},
        {{"198.16.0.0/13"}, 300'000, 0, 1, 30min},  // never
    };
    for (const auto& row : rows) {
        const auto settings = settings_of(row.networks);
        std::vector<List> all;
        for (std::size_t i = 0; i < row.lists; ++i)
            all.push_back(list_of("bl" + std::to_string(i), "O", row.per_day, row.per_second));
        const auto lists = lists_of(all);
        for (const auto& list : lists.lists)
            EXPECT_EQ(planned_interval(settings, lists, list), row.interval)
                << row.networks.size() << ' ' << row.per_day << ' ' << row.per_second << ' ' << row.lists;
        EXPECT_EQ(dnsbl_check().interval(settings, lists, "bl0"), row.interval);
        const auto plans = plan_budgets(settings, lists);
        if (plans.empty()) continue;
        EXPECT_EQ(plans[0].stretched(), row.interval != 30min);
    }
}

TEST(BudgetPlanIntervals, OfEachOwnersLists) {
    const auto settings = settings_of(five_thousand);
    auto slow = list_of("slow", "O", 0);
    slow.interval_floor = 24h;
    const auto lists =
        lists_of({list_of("a", "O", 100'000), list_of("other", "P", 0), slow,
                  list_of("nobody.example", "", 0), list_of("also.nobody.example", "", 50'000)});
    EXPECT_EQ(planned_interval(settings, lists, lists.lists[0]), 105min);
    EXPECT_EQ(planned_interval(settings, lists, lists.lists[1]), 30min);
    EXPECT_EQ(planned_interval(settings, lists, lists.lists[2]), 24h) << "its own floor";
    EXPECT_EQ(planned_interval(settings, lists, lists.lists[3]),
              planned_interval(settings, lists, lists.lists[4]))
        << "one owner by their domain";
    const auto plans = plan_budgets(settings, lists);
    ASSERT_EQ(plans.size(), 2U);
    EXPECT_EQ(plans[0].owner, "O");
    EXPECT_EQ(plans[1].owner, "nobody.example");
    EXPECT_EQ(plans[0].limit.per_day, 100'000U);
    EXPECT_LE(plans[0].a_day(&OwnerPlan::Planned::interval), 80'000U);
    EXPECT_GE(plans[0].limit.at_once, 2 * 10'006U) << "a start asks all of them at once";
    const auto shares = turns(settings, lists);
    EXPECT_EQ(shares, (std::map<std::string, double>{
                          {"a", 0}, {"slow", 0.5}, {"nobody.example", 0}, {"also.nobody.example", 0.5}}));
}

TEST(BudgetPlanLimits, TheStrictestAndTheConfigured) {
    auto settings = settings_of(five_thousand);
    const auto lists = lists_of({list_of("a", "O", 100'000), list_of("b", "O", 50'000, 8),
                                 list_of("c", "O", 0, 20), list_of("d", "P", 0)});
    auto limits = budget_limits(settings, lists);
    ASSERT_EQ(limits.size(), 1U);
    EXPECT_EQ(limits["O"].per_day, 50'000U);
    EXPECT_EQ(limits["O"].per_second, 8);
    settings.budgets = {{"O", 1'000'000, {}}, {"P", {}, 2.0}, {"a service", 10, 1.0}, {"nothing", {}, {}}};
    limits = budget_limits(settings, lists);
    ASSERT_EQ(limits.size(), 3U);
    EXPECT_EQ(limits["O"].per_day, 1'000'000U);
    EXPECT_EQ(limits["O"].per_second, 8);
    EXPECT_EQ(limits["P"].per_second, 2);
    EXPECT_EQ(limits["a service"].per_day, 10U);
    settings.budgets = {{"O", 0, 0.0}};
    EXPECT_TRUE(budget_limits(settings, lists).empty());
    EXPECT_EQ(planned_interval(settings, lists, lists.lists[0]), 30min);
}

TEST(BudgetPlanRemarks, SayWhoAllowsWhatAndWhatFits) {
    const auto remarks = [](const Settings& settings, const std::vector<List>& all) {
        const auto lists = lists_of(all);
        return budget_remarks(plan_budgets(settings, lists));
    };
    using Texts = std::vector<std::string>;
    EXPECT_EQ(remarks(settings_of({"192.0.2.1"}), {list_of("a", "O", 10'000)}), Texts{});
    EXPECT_EQ(
        remarks(settings_of(five_thousand), {list_of("a", "O", 300'000)}),
        Texts{"O allows 300,000 questions a day, but with an interval of 30m a would be asked 240,144 "
              "a day: it is "
              "asked every 35m instead, which fits; to ask more often, agree on more with the operator and "
              "write it under "
              "[budgets] as \"O\", or watch fewer addresses"});
    EXPECT_EQ(
        remarks(settings_of(five_thousand, 10min), {list_of("a", "O", 0, 2.5), list_of("b", "O", 0)}),
        Texts{"O allows 2.5 questions a second, but with an interval of 10m its 2 lists would be asked "
              "1,440,864 a "
              "day: they are asked every 90m instead, which fits; to ask more often, agree on more with the "
              "operator and "
              "write it under [budgets] as \"O\", or watch fewer addresses"});
    EXPECT_EQ(remarks(settings_of(five_thousand), {list_of("a", "O", 5'000)}),
              Texts{"O allows 5,000 questions a day, and one round of a may take 5,038: it is not asked; "
                    "agree on more "
                    "with the operator and write it under [budgets] as \"O\", or watch fewer addresses"});
}

// 140 lists and as many addresses as a hoster has: the interval of every one is asked for at each reload.
TEST(BudgetPlanCosts, AreCheap) {
    auto settings = settings_of({});
    for (int i = 0; i < 10'000; ++i)
        settings.senders[0].networks.push_back(
            IpNetwork(IpAddress::v4(0xc6120000U + static_cast<std::uint32_t>(i)), 32));
    DnsblSettings everything;
    for (const auto& list : Catalogue::builtin().lists())
        everything.include.push_back(list.name);
    const auto lists = active_lists(everything, Catalogue::builtin());
    std::size_t stretched = 0;
    for (const auto& list : lists.lists)
        stretched +=
            planned_interval(settings, lists, list) > std::max(settings.dnsbl.interval, list.interval_floor);
    EXPECT_GT(stretched, 10U);
}

}  // namespace
}  // namespace reputed::dnsbl
