#pragma once

#include <string>
#include <vector>

#include "agent/check_run.hpp"
#include "agent/json_text.hpp"
#include "agent/terminal.hpp"

// A surveyed domain as a row of the table, of JSON and of CSV.
namespace reputed {

std::vector<std::string> survey_header();  // of survey_cells()
std::vector<Table::Cell> survey_cells(const SubjectRow& row);

// "9 domains: SPF 9, DKIM 4, DMARC 4, all three 1, SPF alone 2"; then, where there are any, of how many DNS did not
// say.
std::string counts_text(const survey::Counts& counts);
Json counts_json(const survey::Counts& counts);

// The keys mx, spf, dkim, dmarc, mta_sts, tls_rpt and listed.
void add_survey(Json& json, const SubjectRow& row);

// RFC 4180: a line of cells with its CRLF. A cell that a spreadsheet would take for a formula gets an apostrophe
// before it.
std::string csv_line(const std::vector<std::string>& cells);
std::vector<std::string> csv_header();
// Those of the survey are empty where there was none.
std::vector<std::string> csv_cells(const SubjectRow& row);

}  // namespace reputed
