#include "agent/check_output.hpp"

#include <algorithm>
#include <iostream>
#include <string_view>
#include <utility>

#include "agent/exit_codes.hpp"
#include "agent/finding_json.hpp"
#include "agent/json_text.hpp"
#include "agent/survey_text.hpp"

namespace reputed {
namespace {

constexpr std::size_t most_subjects_shown = 50;

Json json_of(const SubjectRow& row) {
    Json json = {{"subject", row.subject},
                 {"kind", row.is_domain ? "domain" : "ip"},
                 {"verdict", to_string(row.verdict)},
                 {"findings", row.findings}};
    if (!row.is_domain) json["reputation"] = row.reputation ? reputation_json(*row.reputation) : Json();
    if (row.survey) add_survey(json, row);
    return json;
}

constexpr std::size_t most_parts_shown = 4;

// Of an address or a domain; the latter has no reputation of its own here.
std::vector<Table::Cell> cells_of(const SubjectRow& row) {
    std::vector<Table::Cell> cells = {{row.subject},
                                      {std::string(to_string(row.verdict)), colour_of(row.verdict)}};
    if (row.is_domain) return cells;
    if (!row.reputation) {
        cells.push_back({"?"});
        return cells;
    }
    const auto& level = row.reputation->judged();
    cells.push_back({std::to_string(row.reputation->score) + ' ' + level.name, colour_of(level.severity)});
    cells.push_back({parts_text(row.reputation->parts, most_parts_shown)});
    return cells;
}

std::string text_of(const Finding& finding) {
    std::string out = coloured(to_string(finding.severity), colour_of(finding.severity)) + "  " +
                      finding.code + "  " + plain_text(finding.message) + '\n';
    if (!finding.evidence.empty()) {
        std::string evidence = plain_text(finding.evidence, 1000);
        for (std::size_t at = 0; (at = evidence.find('\n', at)) != std::string::npos; at += 10)
            evidence.replace(at, 1, "\n         ");
        out += coloured("    seen ", Colour::grey) + evidence + '\n';
    }
    if (!finding.remedy.empty())
        out += coloured("    do   ", Colour::grey) + plain_text(finding.remedy) + '\n';
    if (!finding.link.empty()) out += coloured("    at   ", Colour::grey) + plain_text(finding.link) + '\n';
    return out;
}

}  // namespace

CheckOutput::CheckOutput(Format format, Findings findings)
    : format_(format),
      shown_(findings),
      survey_(survey_header()),
      subjects_({"SUBJECT", "VERDICT", "REPUTATION", "WHAT TAKES IT"}) {
    if (format_ == Format::json) std::cout << "{\"findings\":[";
    if (format_ == Format::csv) std::cout << csv_line(csv_header());
}

void CheckOutput::add(const Snapshot& snapshot, std::vector<SubjectRow>&& rows) {
    verdict_ = std::max(verdict_, snapshot.verdict());
    for (const auto& job : snapshot.jobs)
        if (job.failures > 0) verdict_ = std::max(verdict_, Severity::unknown);
    std::set<std::string_view> subjects;
    std::set<std::string_view> surveyed;
    for (const auto& row : rows) {
        subjects.insert(row.subject);
        if (row.survey) surveyed.insert(row.subject);
    }
    for (const auto& open : snapshot.findings) {
        const auto& finding = open.finding;
        if (!subjects.contains(finding.subject) &&
            !common_.insert(finding.code + ' ' + finding.subject + ' ' + finding.object).second)
            continue;
        add_finding(open, surveyed);
    }
    for (const auto& row : rows)
        add_row(row);
}

void CheckOutput::add_finding(const OpenFinding& open, const std::set<std::string_view>& surveyed) {
    const auto& finding = open.finding;
    ++counts_[finding.severity];
    listed_ += finding.code == "dnsbl.listed" ? 1 : 0;
    if (finding.severity > first_severity_) {
        first_severity_ = finding.severity;
        first_message_ = finding.message;
    }
    switch (format_) {
        case Format::table:
            if (shown_ == Findings::not_of_surveyed_domains && surveyed.contains(finding.subject))
                ++findings_left_out_;
            else
                findings_text_ += text_of(finding);
            break;
        case Format::json:
            std::cout << (wrote_finding_ ? ",\n" : "\n") << json_text(finding_json(open));
            wrote_finding_ = true;
            break;
        case Format::csv:
        case Format::nagios:
            break;
    }
}

void CheckOutput::add_row(const SubjectRow& row) {
    if (row.survey) survey_counts_.add(*row.survey);
    if (row.reputation) lowest_ = std::min(lowest_.value_or(100), row.reputation->score);
    switch (format_) {
        case Format::table:
            if (row.survey)
                survey_.add(survey_cells(row));
            else if (++subject_count_ <= most_subjects_shown)
                subjects_.add(cells_of(row));
            break;
        case Format::json:
            json_subjects_.push_back(json_text(json_of(row)));
            break;
        case Format::csv:
            std::cout << csv_line(csv_cells(row));
            break;
        case Format::nagios:
            break;
    }
}

void CheckOutput::finish_table() {
    if (!survey_.empty()) {
        std::cout << survey_.to_string() << counts_text(survey_counts_) << '\n';
        if (findings_left_out_ > 0)
            std::cout << findings_left_out_
                      << " findings about these domains are left out: --findings shows them\n";
        std::cout << '\n';
    }
    if (!findings_text_.empty()) std::cout << findings_text_ << '\n';
    if (!subjects_.empty()) std::cout << subjects_.to_string();
    if (subject_count_ > most_subjects_shown)
        std::cout << "and " << subject_count_ - most_subjects_shown << " more\n";
    std::cout << coloured(to_string(verdict_), colour_of(verdict_)) << ": " << counts_[Severity::critical]
              << " critical, " << counts_[Severity::warning] << " warnings, " << counts_[Severity::unknown]
              << " unknown, " << counts_[Severity::info] << " remarks\n";
    if (!findings_text_.empty())
        std::cout << coloured("reputed explain CODE tells more", Colour::grey) << '\n';
}

void CheckOutput::finish_json() {
    std::cout << "],\n\"subjects\":[";
    for (std::size_t i = 0; i < json_subjects_.size(); ++i)
        std::cout << (i == 0 ? "\n" : ",\n") << json_subjects_[i];
    std::cout << "],\n";
    if (survey_counts_.domains > 0)
        std::cout << "\"survey\":" << json_text(counts_json(survey_counts_)) << ",\n";
    std::cout << "\"verdict\":\"" << to_string(verdict_) << "\"}\n";
}

// The plugin's one line with performance data (Monitoring Plugins Development Guidelines).
void CheckOutput::finish_nagios() {
    static constexpr const char* words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
    std::string text = "nothing is wrong";
    if (verdict_ >= Severity::unknown && !first_message_.empty()) text = plain_text(first_message_, 300);
    std::replace(text.begin(), text.end(), '\n', ' ');
    std::replace(text.begin(), text.end(), '|', '/');  // '|' begins the performance data
    std::cout << "REPUTED " << words[exit_code_of(verdict_)] << " - " << text
              << " | critical=" << counts_[Severity::critical] << " warning=" << counts_[Severity::warning]
              << " unknown=" << counts_[Severity::unknown] << " info=" << counts_[Severity::info]
              << " listed=" << listed_;
    if (lowest_) std::cout << " reputation=" << *lowest_;
    std::cout << '\n';
}

Severity CheckOutput::finish() {
    switch (format_) {
        case Format::table:
            finish_table();
            break;
        case Format::json:
            finish_json();
            break;
        case Format::nagios:
            finish_nagios();
            break;
        case Format::csv:
            break;
    }
    return verdict_;
}

}  // namespace reputed
