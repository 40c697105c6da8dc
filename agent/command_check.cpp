#include <algorithm>
#include <chrono>
#include <ctime>
#include <iostream>
#include <map>
#include <set>

#include "agent/agent.hpp"
#include "agent/command_support.hpp"
#include "agent/exit_codes.hpp"
#include "agent/json_text.hpp"
#include "agent/logging.hpp"
#include "agent/terminal.hpp"

namespace reputed {
namespace {

// They wait for the network: as many as there are lists, so that a dead resolver costs one time limit and not ten.
constexpr unsigned workers = 128;

std::string time_text(WallTime time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

// Senders that are nothing but what the command line names.
std::vector<Sender> senders_of(const std::vector<NamedSubject>& subjects) {
    std::vector<Sender> senders;
    for (const auto& subject : subjects) {
        Sender& sender = senders.emplace_back();
        sender.name = subject.text;
        if (subject.network)
            sender.networks.push_back(*subject.network);
        else
            sender.domains.push_back(subject.domain);
    }
    return senders;
}

struct SubjectRow {
    std::string subject;
    std::string kind;  // "ip" or "domain"
    Severity verdict = Severity::ok;
};

std::vector<SubjectRow> subject_rows(const Snapshot& snapshot) {
    std::vector<SubjectRow> rows;
    // Once over the findings: a hoster has thousands of them, and of subjects.
    std::map<std::string_view, Severity> worst;
    for (const auto& open : snapshot.findings)
        for (const std::string* named : {&open.finding.subject, &open.finding.object})
            worst[*named] = std::max(worst[*named], open.finding.severity);
    std::set<std::string> seen;
    const auto add = [&](const std::string& subject, const char* kind) {
        if (!seen.insert(subject).second) return;
        const auto found = worst.find(subject);
        rows.push_back({subject, kind, found == worst.end() ? Severity::ok : found->second});
    };
    for (const auto& sender : snapshot.settings->senders) {
        for (const auto& address : sender.addresses())
            add(address.to_string(), "ip");
        for (const auto& domain : sender.domains)
            add(domain, "domain");
    }
    return rows;
}

// The findings', and `unknown` where a job could not be run at all.
Severity overall(const Snapshot& snapshot) {
    Severity worst = snapshot.verdict();
    for (const auto& job : snapshot.jobs)
        if (job.failures > 0) worst = std::max(worst, Severity::unknown);
    return worst;
}

void print_json(const Snapshot& snapshot) {
    Json findings = Json::array();
    for (const auto& open : snapshot.findings) {
        const auto& finding = open.finding;
        findings.push_back({{"code", finding.code},
                            {"check", open.check},
                            {"subject", plain_text(finding.subject)},
                            {"object", plain_text(finding.object)},
                            {"severity", to_string(finding.severity)},
                            {"message", plain_text(finding.message)},
                            {"evidence", plain_text(finding.evidence)},
                            {"remedy", plain_text(finding.remedy)},
                            {"link", plain_text(finding.link)},
                            {"since", time_text(open.since)}});
    }
    Json subjects = Json::array();
    for (const auto& row : subject_rows(snapshot))
        subjects.push_back(
            {{"subject", row.subject}, {"kind", row.kind}, {"verdict", to_string(row.verdict)}});
    const Json out = {{"verdict", to_string(overall(snapshot))},
                      {"findings", std::move(findings)},
                      {"subjects", std::move(subjects)}};
    std::cout << json_text(out) << '\n';
}

std::map<Severity, std::size_t> counts_of(const Snapshot& snapshot) {
    std::map<Severity, std::size_t> counts;
    for (const auto& open : snapshot.findings)
        ++counts[open.finding.severity];
    return counts;
}

void print_table(const Snapshot& snapshot) {
    for (const auto& open : snapshot.findings) {
        const auto& finding = open.finding;
        std::cout << coloured(to_string(finding.severity), colour_of(finding.severity)) << "  "
                  << finding.code << "  " << plain_text(finding.message) << '\n';
        if (!finding.evidence.empty()) {
            std::string evidence = plain_text(finding.evidence, 1000);
            for (std::size_t at = 0; (at = evidence.find('\n', at)) != std::string::npos; at += 10)
                evidence.replace(at, 1, "\n         ");
            std::cout << coloured("    seen ", Colour::grey) << evidence << '\n';
        }
        if (!finding.remedy.empty())
            std::cout << coloured("    do   ", Colour::grey) << plain_text(finding.remedy) << '\n';
        if (!finding.link.empty())
            std::cout << coloured("    at   ", Colour::grey) << plain_text(finding.link) << '\n';
    }
    if (!snapshot.findings.empty()) std::cout << '\n';
    Table table({"SUBJECT", "VERDICT"});
    const auto rows = subject_rows(snapshot);
    constexpr std::size_t most_rows = 50;
    for (std::size_t i = 0; i < rows.size() && i < most_rows; ++i)
        table.add({{rows[i].subject}, {std::string(to_string(rows[i].verdict)), colour_of(rows[i].verdict)}});
    if (!table.empty()) std::cout << table.to_string();
    if (rows.size() > most_rows) std::cout << "and " << rows.size() - most_rows << " more\n";
    auto counts = counts_of(snapshot);
    const Severity verdict = overall(snapshot);
    std::cout << coloured(to_string(verdict), colour_of(verdict)) << ": " << counts[Severity::critical]
              << " critical, " << counts[Severity::warning] << " warnings, " << counts[Severity::unknown]
              << " unknown, " << counts[Severity::info] << " remarks\n";
    if (!snapshot.findings.empty())
        std::cout << coloured("reputed explain CODE tells more", Colour::grey) << '\n';
}

// The plugin's one line with performance data (Monitoring Plugins Development Guidelines).
void print_nagios(const Snapshot& snapshot) {
    const Severity verdict = overall(snapshot);
    static constexpr const char* words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
    auto counts = counts_of(snapshot);
    std::size_t listed = 0;
    for (const auto& open : snapshot.findings)
        listed += open.finding.code == "dnsbl.listed" ? 1 : 0;
    std::string text = "nothing is wrong";
    if (verdict >= Severity::unknown && !snapshot.findings.empty())
        text = plain_text(snapshot.findings.front().finding.message, 300);
    std::replace(text.begin(), text.end(), '\n', ' ');
    std::replace(text.begin(), text.end(), '|', '/');  // '|' begins the performance data
    std::cout << "REPUTED " << words[exit_code_of(verdict)] << " - " << text
              << " | critical=" << counts[Severity::critical] << " warning=" << counts[Severity::warning]
              << " unknown=" << counts[Severity::unknown] << " info=" << counts[Severity::info]
              << " listed=" << listed << '\n';
}

}  // namespace

int check_command(const CommonOptions& common, const std::vector<std::string>& subjects) {
    auto settings = command_settings(common, subjects.empty());
    if (!settings) return exit_config;
    if (!subjects.empty()) {
        const auto named = read_subjects(subjects);
        if (!named) return exit_usage;
        settings->senders = senders_of(*named);
        settings->mta.kind = MtaKind::none;  // the question is about these subjects, not about this machine
    }
    if (settings->senders.empty()) {
        print_error(
            "no sender is configured and none was found on this machine: add a [[sender]] or name an IP or a "
            "domain");
        return exit_usage;
    }
    settings->alerts = AlertSettings::immediate();
    set_up_logging({.level = "off", .format = "plain", .levels = {}});
    ProgressBar bar("checking");
    Agent agent(make_runtime(std::move(*settings)), all_checks(), {});
    agent.run_all(workers, [&](std::uint64_t done, std::uint64_t total) { bar.update(done, total); });
    const auto snapshot = agent.snapshot(std::chrono::system_clock::now());
    switch (common.format) {
        case Format::json:
            print_json(*snapshot);
            break;
        case Format::nagios:
            print_nagios(*snapshot);
            break;
        case Format::table:
            print_table(*snapshot);
            break;
    }
    return exit_code_of(overall(*snapshot));
}

}  // namespace reputed
