#include "agent/check_run.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <span>
#include <thread>
#include <utility>

#include "agent/agent.hpp"
#include "agent/log_watch.hpp"
#include "checks/auth/dkim_check.hpp"
#include "checks/dnsbl/subject.hpp"
#include "checks/net/shared_answers.hpp"

namespace reputed {
namespace {

// They wait for the network: as many as there are lists, so that a dead resolver costs one time limit and not ten.
constexpr unsigned workers = 128;

using Progress = std::function<void(std::uint64_t, std::uint64_t)>;

// The selectors and keys that the configuration has for the domain go along.
Sender sender_of(const NamedSubject& subject, const std::vector<Sender>& configured) {
    Sender sender;
    sender.name = subject.text;
    if (subject.network) {
        sender.networks.push_back(*subject.network);
        return sender;
    }
    sender.domains.push_back(subject.domain);
    for (const auto& other : configured) {
        if (std::find(other.domains.begin(), other.domains.end(), subject.domain) == other.domains.end())
            continue;
        sender.selectors.insert(sender.selectors.end(), other.selectors.begin(), other.selectors.end());
        sender.dkim_keys.insert(other.dkim_keys.begin(), other.dkim_keys.end());
    }
    return sender;
}

// The subjects up to the domain that fills a part.
std::size_t length_of_part(std::span<const NamedSubject> subjects) {
    std::size_t domains = 0;
    std::size_t length = 0;
    while (length < subjects.size() && domains < domains_of_a_part)
        domains += subjects[length++].network ? 0 : 1;
    return length;
}

std::string random_selector() {
    std::random_device random;
    std::string name = "reputed-";
    for (int i = 0; i < 16; ++i)
        name += static_cast<char>('a' + random() % 26);
    return name;
}

// The selectors that are named for the domain, then the common ones.
std::vector<std::string> selectors_to_ask(const std::vector<dkim::Selector>& named,
                                          const std::string& domain) {
    std::vector<std::string> selectors;
    const auto add = [&](const std::string& selector) {
        if (std::find(selectors.begin(), selectors.end(), selector) == selectors.end())
            selectors.push_back(selector);
    };
    for (const auto& selector : named)
        if (selector.domain == domain) add(selector.selector);
    for (const auto& selector : survey::common_selectors())
        add(selector);
    return selectors;
}

// Calls work(0) to work(count - 1) on as many threads as are worth it.
void in_parallel(std::size_t count, const std::function<void(std::size_t)>& work) {
    std::atomic<std::size_t> next = 0;
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < std::min<std::size_t>(workers, count); ++i)
        threads.emplace_back([&] {
            for (std::size_t index = 0; (index = next++) < count;)
                work(index);
        });
}

// The domains of the senders, each surveyed. Where nobody names a selector of a domain, what was found becomes its
// sender's when `teach` is set: then the DKIM check examines those keys.
std::map<std::string, survey::Row> survey_of(Settings& settings, Resolver& resolver, bool teach,
                                             const Progress& progress) {
    const auto signers = dkim::read_signers();
    const std::string random = random_selector();
    std::map<std::string, survey::Row> rows;
    for (const auto& sender : settings.senders)
        for (const auto& domain : sender.domains)
            rows.try_emplace(domain);
    std::vector<std::pair<const std::string, survey::Row>*> open;
    for (auto& row : rows)
        open.push_back(&row);
    std::set<std::string> named;
    std::mutex mutex;
    std::uint64_t done = 0;
    in_parallel(open.size(), [&](std::size_t i) {
        const auto& domain = open[i]->first;
        const auto selectors = dkim::selectors_of(settings, domain, signers);
        open[i]->second = survey::look_at(domain, resolver,
                                          {.selectors = selectors_to_ask(selectors, domain),
                                           .random_selector = random,
                                           .now = std::chrono::system_clock::now(),
                                           .stop = {}});
        const std::lock_guard lock(mutex);
        if (!selectors.empty()) named.insert(domain);
        progress(++done, open.size());
    });
    if (!teach) return rows;
    for (auto& sender : settings.senders)
        for (const auto& domain : sender.domains)
            if (!named.contains(domain))
                for (const auto* found : {&rows[domain].dkim.selectors, &rows[domain].dkim.broken})
                    for (const auto& selector : *found)
                        if (selector != "*") sender.selectors.push_back(selector);
    return rows;
}

// What the jobs of the domain blocklists told.
void add_listings(const Snapshot& snapshot, std::map<std::string_view, SubjectRow*>& rows) {
    for (const auto& list : snapshot.lists->lists) {
        if (list.kind != ListKind::domain_blocklist) continue;
        std::set<std::string_view> told;
        for (const auto& job : snapshot.jobs) {
            if (job.check != "dnsbl" || job.subject != list.name) continue;
            for (const auto& sample : *job.samples) {
                if (sample.metric->name != "reputed_domain_listed") continue;
                const auto row = rows.find(sample.values.front());
                if (row == rows.end()) continue;
                told.insert(row->first);
                if (sample.value == 0)
                    ++row->second->listings.clean;
                else
                    row->second->listings.listed.push_back(list.name);
            }
        }
        for (auto& [domain, row] : rows)
            if (!told.contains(domain)) row->listings.unknown.push_back(list.name);
    }
}

std::vector<SubjectRow> rows_of(const Snapshot& snapshot, std::map<std::string, survey::Row>&& surveyed) {
    std::vector<SubjectRow> rows;
    std::set<std::string> seen;
    const auto add = [&](std::string subject, bool is_domain) {
        if (!seen.insert(subject).second) return;
        auto& row = rows.emplace_back();
        row.subject = std::move(subject);
        row.is_domain = is_domain;
    };
    for (const auto& sender : snapshot.settings->senders) {
        for (const auto& address : sender.addresses())
            add(address.to_string(), false);
        for (const auto& domain : sender.domains)
            add(domain, true);
    }
    std::map<std::string_view, SubjectRow*> by_name;
    std::map<std::string_view, SubjectRow*> domains;
    for (auto& row : rows) {
        by_name[row.subject] = &row;
        if (!row.is_domain) continue;
        const auto found = surveyed.find(row.subject);
        if (found == surveyed.end()) continue;
        row.survey = std::move(found->second);
        domains[row.subject] = &row;
    }
    // Once over the findings: a hoster has thousands of them, and of subjects.
    for (const auto& open : snapshot.findings) {
        const auto& finding = open.finding;
        for (const std::string* named : {&finding.subject, &finding.object}) {
            if (named == &finding.object && finding.object == finding.subject) break;
            const auto row = by_name.find(*named);
            if (row == by_name.end()) continue;
            row->second->verdict = std::max(row->second->verdict, finding.severity);
            ++row->second->findings;
        }
    }
    for (const auto& [address, reputation] : *snapshot.reputations)
        if (const auto row = by_name.find(address); row != by_name.end())
            row->second->reputation = reputation;
    add_listings(snapshot, domains);
    return rows;
}

// Everything about these senders.
void run_part(Settings settings, const Runtime& common, bool survey, bool teach, const Progress& progress,
              const CheckPart& part) {
    Runtime runtime = common;
    runtime.resolver = std::make_shared<SharedAnswers>(common.resolver);
    // The survey and the checks after it count for half of the work each.
    std::map<std::string, survey::Row> surveyed;
    if (survey)
        surveyed = survey_of(settings, *runtime.resolver, teach,
                             [&](std::uint64_t done, std::uint64_t all) { progress(done, 2 * all); });
    runtime.settings = std::make_shared<const Settings>(std::move(settings));
    Agent agent(runtime, all_checks(), {});
    agent.run_all(workers, [&](std::uint64_t done, std::uint64_t all) {
        if (surveyed.empty())
            progress(done, all);
        else
            progress(all + done, 2 * all);
    });
    const auto snapshot = agent.snapshot(std::chrono::system_clock::now());
    part(*snapshot, rows_of(*snapshot, std::move(surveyed)));
}

}  // namespace

void run_check(CheckRequest request, const Progress& progress, const CheckPart& part) {
    const auto configured = request.settings.senders;
    if (request.subjects.empty()) {
        Runtime runtime = make_single_runtime(request.settings);
        runtime.logs = std::make_shared<LogWatch>(request.settings.mta, runtime.classifier);
        runtime.logs->catch_up();
        return run_part(std::move(request.settings), runtime, request.survey, false, progress, part);
    }
    request.settings.mta.kind =
        MtaKind::none;  // the question is about these subjects, not about this machine
    const Runtime runtime = make_single_runtime(request.settings);
    const std::span<const NamedSubject> subjects = request.subjects;
    const bool alone = length_of_part(subjects) == subjects.size();
    for (std::size_t begin = 0; begin < subjects.size();) {
        const auto some = subjects.subspan(begin, length_of_part(subjects.subspan(begin)));
        Settings settings = request.settings;
        settings.senders.clear();
        for (const auto& subject : some)
            settings.senders.push_back(sender_of(subject, configured));
        const auto shown = [&](std::uint64_t done, std::uint64_t all) {
            if (alone)
                progress(done, all);
            else
                progress(begin + done * some.size() / all, subjects.size());
        };
        run_part(std::move(settings), runtime, request.survey, true, shown, part);
        begin += some.size();
    }
}

}  // namespace reputed
