#include <algorithm>
#include <array>
#include <cstdio>

#include "agent/page/parts.hpp"

// The agent's own work: its jobs by check, and those that want attention.
namespace reputed::page {
namespace {

struct CheckTotals {
    std::size_t jobs = 0;
    std::size_t waiting = 0;  // not run yet
    std::uint64_t runs = 0;
    std::uint64_t failures = 0;
    std::chrono::duration<double> longest{0};
    WallTime oldest_success = WallTime::max();
    WallTime next_run = WallTime::max();
};

std::string seconds_text(std::chrono::duration<double> duration) {
    char text[32];
    std::snprintf(text, sizeof text, duration.count() < 10 ? "%.2f s" : "%.0f s", duration.count());
    return text;
}

std::string check_table(const std::vector<JobState>& jobs) {
    std::map<std::string_view, CheckTotals> checks;
    for (const auto& job : jobs) {
        auto& totals = checks[job.check];
        ++totals.jobs;
        totals.waiting += job.runs == 0 ? 1 : 0;
        totals.runs += job.runs;
        totals.failures += job.failures;
        totals.longest = std::max(totals.longest, job.last_duration);
        totals.oldest_success = std::min(totals.oldest_success, job.last_success);
        totals.next_run = std::min(totals.next_run, job.next_run);
    }
    const std::array<std::string_view, 8> headers = {
        "Check",   "Jobs", "Not run yet", "Runs", "Failures", "Longest last run", "Oldest last success",
        "Next run"};
    std::string out = table_begin("Jobs by check", headers);
    const auto number = [](std::uint64_t n) { return "<td class=\"number\">" + std::to_string(n) + "</td>"; };
    for (const auto& [check, totals] : checks)
        out += "<tr><th scope=\"row\">" + name(check) + "</th>" + number(totals.jobs) +
               number(totals.waiting) + number(totals.runs) + number(totals.failures) +
               "<td class=\"number\">" + seconds_text(totals.longest) + "</td><td>" +
               time(totals.oldest_success) + "</td><td>" + time(totals.next_run) + "</td></tr>\n";
    return out + table_end();
}

// Its last run broke off, or it never came to an end.
bool wants_attention(const JobState& job) {
    return job.failures > 0 && job.last_success < job.last_run;
}

std::string failing_jobs(const std::vector<JobState>& jobs) {
    std::string rows;
    std::size_t failing = 0;
    for (const auto& job : jobs) {
        if (!wants_attention(job) || ++failing > most_jobs) continue;
        rows += "<tr><th scope=\"row\">" + name(job.check) + " " + name(job.subject) +
                "</th><td class=\"number\">" + std::to_string(job.failures) + "</td><td>" +
                time(job.last_run) + "</td><td>" + time(job.last_success) + "</td></tr>\n";
    }
    if (failing == 0) return "";
    const std::array<std::string_view, 4> headers = {"Job", "Failures", "Last run", "Last success"};
    std::string out =
        "<h3>Jobs that fail</h3>\n" + table_begin("Jobs that fail", headers) + rows + table_end();
    if (failing > most_jobs) out += "<p>" + std::to_string(failing - most_jobs) + " more not shown.</p>\n";
    return out;
}

// Of those whose limit is known, as the metrics have it.
std::string budget_table(const std::vector<Sample>& samples) {
    struct Budget {
        double used = 0;
        double limit = 0;
        double refused = 0;
    };
    std::map<std::string_view, Budget> budgets;
    for (const auto& sample : samples) {
        if (sample.metric->name == "reputed_budget_queries")
            budgets[sample.values.front()].used = sample.value;
        if (sample.metric->name == "reputed_budget_limit_queries")
            budgets[sample.values.front()].limit = sample.value;
        if (sample.metric->name == "reputed_budget_refusals_total")
            budgets[sample.values.front()].refused = sample.value;
    }
    std::erase_if(budgets, [](const auto& budget) { return budget.second.limit == 0; });
    if (budgets.empty()) return "";
    const std::array<std::string_view, 4> headers = {"Operator", "Asked in 24 h", "Allowed",
                                                     "Rounds put off"};
    std::string out = "<h3>Questions that operators ration</h3>\n" +
                      table_begin("Questions that operators ration", headers);
    const auto number = [](double n) {
        return "<td class=\"number\">" + std::to_string(static_cast<std::uint64_t>(n)) + "</td>";
    };
    for (const auto& [owner, budget] : budgets)
        out += "<tr><th scope=\"row\">" + name(owner) + "</th>" + number(budget.used) + number(budget.limit) +
               number(budget.refused) + "</tr>\n";
    return out + table_end();
}

std::string store_line(const Snapshot& snapshot) {
    if (!snapshot.store) return "";
    const auto& store = *snapshot.store;
    if (store.on_disk)
        return "<p>Memory: " + name(store.path) + ", " + std::to_string((store.size_bytes + 1023) / 1024) +
               " KiB.</p>\n";
    return "<p>Memory: " + badge(Severity::warning, "not on disk") + " since " + time(store.since) + ": " +
           name(store.reason) + "</p>\n";
}

}  // namespace

std::string notifiers_section(const Snapshot& snapshot) {
    if (snapshot.notifiers.empty()) return "";
    const std::array<std::string_view, 5> headers = {"Notifier", "Kind", "Waiting", "Last reached", "State"};
    std::string out = "<section aria-labelledby=\"notifiers\">\n<h2 id=\"notifiers\">Notifiers</h2>\n" +
                      table_begin("Notifiers", headers);
    for (const auto& notifier : snapshot.notifiers) {
        const bool fails = notifier.failing_since != WallTime{};
        out += "<tr><th scope=\"row\">" + name(notifier.name) + "</th><td>" + name(notifier.kind) +
               "</td><td class=\"number\">" + std::to_string(notifier.waiting) + "</td><td>" +
               time(notifier.last_success) + "</td><td>";
        out += fails ? badge(Severity::warning, "failing") + " since " + time(notifier.failing_since) + ": " +
                           name(notifier.last_error)
                     : badge(Severity::ok, "fine");
        out += "</td></tr>\n";
    }
    return out + table_end() + "</section>\n";
}

std::string agent_section(const Snapshot& snapshot) {
    std::string out = "<section aria-labelledby=\"agent\">\n<h2 id=\"agent\">The agent</h2>\n<p>Version " +
                      name(REPUTED_VERSION) + ". Configuration: ";
    const bool from_file = snapshot.settings && !snapshot.settings->file.empty();
    out += (from_file ? name(snapshot.settings->file) : "defaults only") + ", read " +
           time(snapshot.last_good_reload) +
           (snapshot.last_reload_ok ? "." : "; " + badge(Severity::warning, "the last reload failed")) +
           "</p>\n" + store_line(snapshot);
    if (snapshot.jobs.empty()) return out + "<p>There are no jobs.</p>\n</section>\n";
    return out + failing_jobs(snapshot.jobs) + check_table(snapshot.jobs) + budget_table(snapshot.own) +
           "</section>\n";
}

}  // namespace reputed::page
