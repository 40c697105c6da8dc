#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/check_run.hpp"
#include "agent/commands.hpp"
#include "agent/terminal.hpp"

namespace reputed {

// The result of `reputed check` on standard output, part by part. JSON and CSV are written as parts come; a table and
// the line for Nagios at the end.
class CheckOutput {
  public:
    // Which ones follow the table; the other formats have all, or none.
    enum class Findings { all, not_of_surveyed_domains };

    CheckOutput(Format format, Findings findings);

    void add(const Snapshot& snapshot, std::vector<SubjectRow>&& rows);
    // Writes the rest and returns the verdict: the worst of the findings, and `unknown` where a job failed.
    Severity finish();

  private:
    void add_finding(const OpenFinding& open, const std::set<std::string_view>& surveyed);
    void add_row(const SubjectRow& row);
    void finish_table();
    void finish_json();
    void finish_nagios();

    Format format_;
    Findings shown_;
    Severity verdict_ = Severity::ok;
    std::map<Severity, std::size_t> counts_;
    std::size_t listed_ = 0;
    std::optional<int> lowest_;  // reputation of an address
    std::set<std::string>
        common_;  // findings about no subject of a part (a list, the resolver): parts repeat them

    std::string first_message_;  // of the worst finding
    Severity first_severity_ = Severity::ok;

    Table survey_;
    survey::Counts survey_counts_;
    std::string findings_text_;
    std::size_t findings_left_out_ = 0;
    Table subjects_;
    std::size_t subject_count_ = 0;
    bool wrote_finding_ = false;
    std::vector<std::string> json_subjects_;
};

}  // namespace reputed
