#include "checks/dnsbl/budget_plan.hpp"

#include <algorithm>

#include "checks/dnsbl/dnsbl_check.hpp"
#include "checks/dnsbl/health.hpp"
#include "config/budget_owner.hpp"

namespace reputed::dnsbl {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

constexpr double planned_share = 0.8;
constexpr seconds day = 24h;
// Within any so long a time QueryBudget counts to the day: it forgets ten minutes at once.
constexpr seconds counted_day = day + 10min;
constexpr seconds longest_interval = 30 * day;
constexpr std::uint64_t reasons_reserved = 32;

// The next longer interval that one would write down.
seconds next_interval(seconds interval) {
    const auto step = interval < 10min     ? seconds(1min)
                      : interval < 1h      ? seconds(5min)
                      : interval < 3h      ? seconds(15min)
                      : interval < 36h     ? seconds(1h)
                      : interval < 3 * day ? seconds(6h)
                                           : day;
    return (interval / step + 1) * step;
}

double limit_of_a_day(const QueryBudget::Limit& limit) {
    const double paced = limit.per_second * static_cast<double>(day.count());
    if (limit.per_day == 0) return paced;
    const auto per_day = static_cast<double>(limit.per_day);
    return limit.per_second > 0 ? std::min(per_day, paced) : per_day;
}

// How often at most a job runs within a day whose runs sway by a twentieth of their interval to both sides.
std::uint64_t most_rounds(seconds interval) {
    return static_cast<std::uint64_t>((counted_day + interval / 10) / interval) + 1;
}

bool never_fits(const OwnerPlan& plan, const OwnerPlan::Planned& planned) {
    return plan.limit.per_day > 0 && planned.most_round > plan.limit.per_day;
}

bool fits(const OwnerPlan& plan) {
    const double limit = limit_of_a_day(plan.limit);
    double mean = 0;
    double most = 0;
    bool often = false;
    for (const auto& planned : plan.lists) {
        if (never_fits(plan, planned)) continue;
        const auto round = static_cast<double>(planned.round);
        mean += round * static_cast<double>(day.count()) / static_cast<double>(planned.interval.count());
        most += round * static_cast<double>(most_rounds(planned.interval));
        often = often || most_rounds(planned.interval) > 1;
    }
    // Lists that are all asked less than once a day take turns, whatever they need together.
    return mean <= planned_share * limit && (!often || most <= limit);
}

void stretch(OwnerPlan& plan) {
    const auto set = [&](seconds least) {
        for (auto& planned : plan.lists)
            planned.interval = std::max(planned.configured, least);
    };
    seconds least = longest_interval;
    for (const auto& planned : plan.lists)
        least = std::min(least, planned.configured);
    set(least);
    while (!fits(plan) && least < longest_interval) {
        least = next_interval(least);
        set(least);
    }
}

const BudgetLimit* configured_limit(const Settings& settings, const std::string& owner) {
    const auto found = std::find_if(settings.budgets.begin(), settings.budgets.end(),
                                    [&](const BudgetLimit& budget) { return budget.owner == owner; });
    return found == settings.budgets.end() ? nullptr : &*found;
}

template <class Number>
Number strictest(Number a, Number b) {
    if (a == 0 || b == 0) return std::max(a, b);
    return std::min(a, b);
}

OwnerPlan plan_of(const std::string& owner, const std::vector<const List*>& lists, const Settings& settings) {
    OwnerPlan plan{owner, {}, {}};
    for (const auto* list : lists) {
        plan.limit.per_day = strictest(plan.limit.per_day, list->queries_per_day);
        plan.limit.per_second = strictest(plan.limit.per_second, list->queries_per_second);
    }
    if (const auto* configured = configured_limit(settings, owner)) {
        plan.limit.per_day = configured->per_day.value_or(plan.limit.per_day);
        plan.limit.per_second = configured->per_second.value_or(plan.limit.per_second);
    }
    if (plan.limit == QueryBudget::Limit{}) return plan;
    const bool domains =
        std::any_of(lists.begin(), lists.end(), [](const List* list) { return is_domain_list(list->kind); });
    const auto counts = count_subjects(settings, domains);
    for (const auto* list : lists) {
        const auto accepted = accepted_subjects(*list, counts);
        const auto configured = std::max(settings.dnsbl.interval, list->interval_floor);
        plan.lists.push_back({list, configured, configured, round_questions(*list, accepted),
                              most_round_questions(*list, accepted)});
        // All of them at a start, and once more after a restart.
        if (!never_fits(plan, plan.lists.back())) plan.limit.at_once += 2 * plan.lists.back().most_round;
    }
    plan.limit.at_once = std::min(plan.limit.at_once, plan.limit.per_day);
    stretch(plan);
    return plan;
}

std::string grouped(std::uint64_t number) {
    auto text = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), ",");
    return text;
}

std::string interval_text(seconds interval) {
    if (interval % 24h == 0s) return std::to_string(interval / day) + "d";
    if (interval % 1h == 0s) return std::to_string(interval / 1h) + "h";
    if (interval % 1min == 0s) return std::to_string(interval / 1min) + "m";
    return std::to_string(interval.count()) + "s";
}

std::string limit_text(const QueryBudget::Limit& limit) {
    const double paced = limit.per_second * static_cast<double>(day.count());
    if (limit.per_day > 0 && (limit.per_second <= 0 || static_cast<double>(limit.per_day) <= paced))
        return grouped(limit.per_day) + " questions a day";
    auto rate = std::to_string(limit.per_second);
    rate.erase(rate.find_last_not_of('0') + 1);
    if (rate.back() == '.') rate.pop_back();
    return rate + " questions a second";
}

std::string advice(const std::string& owner) {
    return "agree on more with the operator and write it under [budgets] as \"" + owner +
           "\", or watch fewer addresses";
}

void add_remarks(const OwnerPlan& plan, std::vector<std::string>& remarks) {
    for (const auto& planned : plan.lists)
        if (never_fits(plan, planned))
            remarks.push_back(plan.owner + " allows " + limit_text(plan.limit) + ", and one round of " +
                              planned.list->name + " may take " + grouped(planned.most_round) +
                              ": it is not asked; " + advice(plan.owner));
    if (!plan.stretched()) return;
    seconds shortest = longest_interval;
    seconds fitting{0};
    for (const auto& planned : plan.lists) {
        shortest = std::min(shortest, planned.configured);
        if (planned.interval > planned.configured) fitting = std::max(fitting, planned.interval);
    }
    const bool one = plan.lists.size() == 1;
    remarks.push_back(
        plan.owner + " allows " + limit_text(plan.limit) + ", but with an interval of " +
        interval_text(shortest) + " " +
        (one ? plan.lists.front().list->name : "its " + std::to_string(plan.lists.size()) + " lists") +
        " would be asked " + grouped(plan.a_day(&OwnerPlan::Planned::configured)) +
        " a day: " + (one ? "it is" : "they are") + " asked every " + interval_text(fitting) +
        " instead, which fits; to ask more often, " + advice(plan.owner));
}

}  // namespace

SubjectCounts count_subjects(const Settings& settings, bool domains) {
    SubjectCounts counts;
    constexpr auto most = std::uint64_t{1} << 40;  // so that no sum overflows
    for (const auto& sender : settings.senders)
        for (const auto& network : sender.networks)
            (network.first().family() == Family::v4 ? counts.v4 : counts.v6) +=
                std::min(network.size(), most);
    if (domains)
        counts.domains =
            known_domains(settings).size() + std::min<std::uint64_t>(counts.v4 + counts.v6, most_ptr_names);
    return counts;
}

std::uint64_t accepted_subjects(const List& list, const SubjectCounts& counts) {
    if (is_domain_list(list.kind)) return counts.domains;
    return (list.ipv4 ? counts.v4 : 0) + (list.ipv6 ? counts.v6 : 0);
}

std::uint64_t round_questions(const List& list, std::uint64_t accepted) {
    return probes(list, 0).size() + accepted;
}

std::uint64_t most_round_questions(const List& list, std::uint64_t accepted) {
    return round_questions(list, accepted) + probes(list, 0).size() + std::min(accepted, reasons_reserved);
}

bool OwnerPlan::stretched() const {
    return std::any_of(lists.begin(), lists.end(),
                       [](const Planned& planned) { return planned.interval > planned.configured; });
}

std::uint64_t OwnerPlan::a_day(seconds Planned::*interval) const {
    double sum = 0;
    for (const auto& planned : lists)
        sum += static_cast<double>(planned.round) * static_cast<double>(day.count()) /
               static_cast<double>((planned.*interval).count());
    return static_cast<std::uint64_t>(sum);
}

std::vector<OwnerPlan> plan_budgets(const Settings& settings, const ActiveLists& lists) {
    std::map<std::string, std::vector<const List*>> owners;
    for (const auto& list : lists.lists)
        owners[budget_owner(list)].push_back(&list);
    std::vector<OwnerPlan> plans;
    for (const auto& [owner, its_lists] : owners) {
        auto plan = plan_of(owner, its_lists, settings);
        if (!plan.lists.empty()) plans.push_back(std::move(plan));
    }
    return plans;
}

seconds planned_interval(const Settings& settings, const ActiveLists& lists, const List& list) {
    const auto owner = budget_owner(list);
    std::vector<const List*> same;
    for (const auto& other : lists.lists)
        if (budget_owner(other) == owner) same.push_back(&other);
    for (const auto& planned : plan_of(owner, same, settings).lists)
        if (planned.list == &list) return planned.interval;
    return std::max(settings.dnsbl.interval, list.interval_floor);
}

std::vector<std::string> budget_remarks(const std::vector<OwnerPlan>& plans) {
    std::vector<std::string> remarks;
    for (const auto& plan : plans)
        add_remarks(plan, remarks);
    return remarks;
}

std::map<std::string, QueryBudget::Limit, std::less<>> budget_limits(const Settings& settings,
                                                                     const ActiveLists& lists) {
    std::map<std::string, QueryBudget::Limit, std::less<>> limits;
    for (const auto& budget : settings.budgets)
        limits[budget.owner] = {budget.per_day.value_or(0), budget.per_second.value_or(0), 0};
    for (const auto& plan : plan_budgets(settings, lists))
        limits[plan.owner] = plan.limit;
    std::erase_if(limits, [](const auto& limit) { return limit.second == QueryBudget::Limit{}; });
    return limits;
}

std::map<std::string, double> turns(const Settings& settings, const ActiveLists& lists) {
    std::map<std::string, double> out;
    for (const auto& plan : plan_budgets(settings, lists))
        for (std::size_t i = 0; i < plan.lists.size(); ++i)
            out[plan.lists[i].list->name] = static_cast<double>(i) / static_cast<double>(plan.lists.size());
    return out;
}

}  // namespace reputed::dnsbl
