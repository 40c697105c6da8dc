#include "checks/dnsbl/dnsbl_check.hpp"

#include <algorithm>
#include <limits>
#include <random>
#include <set>
#include <unordered_set>

#include "checks/dnsbl/budget_plan.hpp"
#include "checks/dnsbl/findings.hpp"
#include "checks/mta/log/list_blame.hpp"
#include "config/public_suffix.hpp"

namespace reputed::dnsbl {
namespace {

constexpr std::size_t most_names_of_one = 4;

using std::chrono::system_clock;

const MetricInfo listed{"reputed_listed",
                        SampleType::gauge,
                        "1 if the address is on the blocklist, 0 if not, by the last good answer",
                        {"ip", "list"}};
const MetricInfo last_answer{"reputed_dnsbl_last_answer_timestamp_seconds",
                             SampleType::gauge,
                             "When the list last gave a good answer about the address; 0 = never",
                             {"ip", "list"},
                             0};
const MetricInfo domain_listed{"reputed_domain_listed",
                               SampleType::gauge,
                               "1 if the domain is on the blocklist, 0 if not, by the last good answer",
                               {"domain", "list"}};
const MetricInfo domain_last_answer{"reputed_dnsbl_domain_last_answer_timestamp_seconds",
                                    SampleType::gauge,
                                    "When the list last gave a good answer about the domain; 0 = never",
                                    {"domain", "list"},
                                    0};
const MetricInfo allowed{"reputed_allowed",
                         SampleType::gauge,
                         "1 if the address is on the allowlist, 0 if not, by the last good answer",
                         {"ip", "list"}};
const MetricInfo domain_allowed{"reputed_domain_allowed",
                                SampleType::gauge,
                                "1 if the domain is on the allowlist, 0 if not, by the last good answer",
                                {"domain", "list"}};
const MetricInfo score{"reputed_score",
                       SampleType::gauge,
                       "The score that the list gives the address, on the list's own scale",
                       {"ip", "list"}};
const MetricInfo targets{"reputed_dnsbl_targets",
                         SampleType::gauge,
                         "Addresses or domains by what the list last answered about them",
                         {"list", "state"}};
const MetricInfo list_health{"reputed_list_health",
                             SampleType::gauge,
                             "1 for the state of the list in its last round, by its own test points",
                             {"list", "health"}};

const MetricInfo& state_metric(const List& list) {
    switch (list.kind) {
        case ListKind::ip_blocklist:
            return listed;
        case ListKind::ip_allowlist:
            return allowed;
        case ListKind::ip_score:
            return score;
        case ListKind::domain_blocklist:
            return domain_listed;
        case ListKind::domain_allowlist:
            return domain_allowed;
    }
    return listed;
}

const MetricInfo& time_metric(const List& list) {
    return is_domain_list(list.kind) ? domain_last_answer : last_answer;
}

constexpr Health every_health[] = {Health::usable, Health::refused, Health::broken, Health::silent,
                                   Health::servfail};

// The last good value stays.
constexpr double not_told = std::numeric_limits<double>::quiet_NaN();

double state_value(const List& list, State state, const Entry* entry) {
    if (list.kind == ListKind::ip_score && state == State::score && entry != nullptr)
        return entry->what.score;
    return state == State::clean ? 0 : 1;
}

double unix_seconds(system_clock::time_point time) {
    return static_cast<double>(
        std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

void add_samples(const List& list, const std::vector<Subject>& subjects, const Results& results,
                 system_clock::time_point now, std::vector<Sample>& out) {
    std::vector<std::size_t> counts(state_count, 0);
    const MetricInfo& value_metric = state_metric(list);
    for (std::size_t i = 0; i < subjects.size(); ++i) {
        if (!results.asked(0, i)) continue;
        const State state = results.state(0, i);
        ++counts[static_cast<std::size_t>(state)];
        const bool told = is_definite(state) && !results.kept(0, i);
        const std::vector<std::string> labels = {subjects[i].text, list.name};
        // A score list without an entry about the address has no score to show, and a score of 0 would be a
        // bad one.
        if (list.kind != ListKind::ip_score || state != State::clean)
            out.push_back(
                {&value_metric, labels, told ? state_value(list, state, results.find(0, i)) : not_told});
        const double time = told ? unix_seconds(now) : not_told;
        out.push_back({&time_metric(list), labels, time});
    }
    for (std::size_t i = 0; i < state_count; ++i)
        out.push_back({&targets,
                       {list.name, std::string(to_string(static_cast<State>(i)))},
                       static_cast<double>(counts[i])});
    for (const auto health : every_health)
        out.push_back({&list_health,
                       {list.name, std::string(to_string(health))},
                       results.health[0].health == health ? 1.0 : 0.0});
}

const List* find_list(const ActiveLists& lists, const std::string& name) {
    const auto found = std::find_if(lists.lists.begin(), lists.lists.end(),
                                    [&](const List& list) { return list.name == name; });
    return found == lists.lists.end() ? nullptr : &*found;
}

std::vector<Subject> address_subjects(const Settings& settings) {
    std::vector<Subject> subjects;
    std::set<IpAddress> seen;
    for (const auto& sender : settings.senders)
        for (const auto& address : sender.addresses())
            if (seen.insert(address).second) subjects.push_back(Subject::of(address));
    return subjects;
}

// False when a look-up could not tell.
bool add_ptr_names(const Settings& settings, const Services& services, std::vector<std::string>& names) {
    std::vector<Question> questions;
    for (const auto& subject : address_subjects(settings)) {
        if (questions.size() == most_ptr_names) break;
        questions.push_back({reverse_name(*subject.address), RecordType::ptr});
    }
    bool complete = true;
    for (const auto& answer : services.resolver.lookup(questions, services.stop)) {
        complete = complete && answer.definite();
        // Servers rotate several records; sorted, the same ones are taken every time.
        std::set<std::string> found;
        for (const auto& record : answer.records)
            found.insert(record.text);
        std::size_t taken = 0;
        for (auto name = found.begin(); name != found.end() && taken < most_names_of_one; ++name, ++taken)
            names.push_back(*name);
    }
    return complete;
}

struct Subjects {
    std::vector<Subject> all;
    bool complete = true;  // false: some could not be found out
};

Subjects domain_subjects(const Settings& settings, const Services& services) {
    std::vector<std::string> names = known_domains(settings);
    Subjects out;
    out.complete = add_ptr_names(settings, services, names);
    std::set<std::string> seen;
    for (const auto& name : names) {
        auto subject = Subject::of_domain(name);
        if (subject && seen.insert(subject->text).second) out.all.push_back(std::move(*subject));
    }
    return out;
}

std::vector<std::string> list_names(const Settings& settings, const ActiveLists& lists) {
    std::vector<std::string> names;
    if (settings.senders.empty()) return names;
    for (const auto& list : lists.lists)
        names.push_back(list.name);
    return names;
}

std::chrono::seconds interval(const Settings& settings, const ActiveLists& lists,
                              const std::string& subject) {
    const List* list = find_list(lists, subject);
    return list == nullptr ? settings.dnsbl.interval : planned_interval(settings, lists, *list);
}

// A list that breaks between its test points and its targets would list everybody: what it says counts only when the
// test points are in order afterwards as well.
Results sweep_twice_checked(const List& list, const std::vector<Subject>& subjects, Resolver& resolver,
                            SweepOptions options) {
    Results results = sweep({list}, subjects, resolver, options);
    const auto is_statement = [](const Entry& entry) { return is_definite(entry.what.state); };
    if (std::none_of(results.entries.begin(), results.entries.end(), is_statement)) return results;
    ++options.seed;
    options.prepaid = true;
    const Results after = sweep({list}, {}, resolver, options);
    results.questions += after.questions;
    if (results.rations[0]) results.rations[0]->asked(after.questions);
    if (after.health[0].health == Health::usable) return results;
    if (options.budget != nullptr) options.budget->answers().erase(list.name);
    results.health = after.health;
    results.entries.clear();
    for (std::size_t i = 0; i < subjects.size(); ++i)
        if (results.asked(0, i)) results.set(0, i, state_of(after.health[0].health));
    return results;
}

// Nothing was asked: everything stays as it was.
Report exhausted_report(const List& list, const std::vector<Subject>& subjects, const Results& results) {
    Report report;
    report.findings.push_back(exhausted_finding(list, results.health[0]));
    report.holds.push_back({"", "", ""});
    for (const auto& subject : subjects) {
        if (!accepts(list, subject)) continue;
        report.samples.push_back({&state_metric(list), {subject.text, list.name}, not_told});
        report.samples.push_back({&time_metric(list), {subject.text, list.name}, not_told});
        if (list.scale) report.ratings.push_back({list.scale, subject.text, list.name, not_told, "", "", ""});
    }
    for (std::size_t i = 0; i < state_count; ++i)
        report.samples.push_back(
            {&targets, {list.name, std::string(to_string(static_cast<State>(i)))}, not_told});
    for (const auto health : every_health)
        report.samples.push_back({&list_health, {list.name, std::string(to_string(health))}, not_told});
    return report;
}

// A listing that receivers act on, or one that none of them minds.
void add_blame(const List& list, const Services& services, Report& report) {
    const auto listed_here = [](const Finding& finding) {
        return finding.code == "dnsbl.listed" || finding.code == "neighbourhood.listed";
    };
    if (std::none_of(report.findings.begin(), report.findings.end(), listed_here)) return;
    const auto blame = mta::list_blame(services, list.name);
    for (auto& finding : report.findings)
        if (listed_here(finding) && !blame.empty()) finding.evidence += "; " + blame;
}

Report run(const std::string& subject, const Services& services) {
    const List* list = find_list(services.lists, subject);
    if (list == nullptr) return {};
    const Subjects subjects = is_domain_list(list->kind) ? domain_subjects(services.settings, services)
                                                         : Subjects{address_subjects(services.settings)};
    SweepOptions options;
    options.seed = std::random_device{}();
    options.stop = services.stop;
    options.budget = services.budget;
    options.now = services.now;
    const Results results = sweep_twice_checked(*list, subjects.all, services.resolver, options);
    if (results.exhausted[0]) return exhausted_report(*list, subjects.all, results);
    Report report = report_of(*list, subjects.all, results, services.now);
    if (!subjects.complete) report.holds.push_back({"", "", list->name});
    add_blame(*list, services, report);
    return report;
}

}  // namespace

std::vector<std::string> known_domains(const Settings& settings) {
    std::vector<std::string> names;
    std::unordered_set<std::string> seen;
    const auto add = [&](const std::string& name) {
        if (!name.empty() && seen.insert(name).second) names.push_back(name);
    };
    for (const auto& sender : settings.senders) {
        for (const auto& domain : sender.domains) {
            add(domain);
            add(organizational_domain(domain));
        }
        add(sender.hostname);
        add(organizational_domain(sender.hostname));
    }
    return names;
}

Report report_of(const List& list, const std::vector<Subject>& subjects, const Results& results,
                 system_clock::time_point now) {
    Report report;
    add_findings(list, subjects, results, report);
    add_samples(list, subjects, results, now, report.samples);
    return report;
}

Check dnsbl_check() {
    return {"dnsbl",
            "Asks DNS blocklists, allowlists and score lists about every sending address and domain.",
            list_names,
            interval,
            run,
            {&listed, &last_answer, &domain_listed, &domain_last_answer, &allowed, &domain_allowed, &score,
             &targets, &list_health}};
}

}  // namespace reputed::dnsbl
