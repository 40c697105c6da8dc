#pragma once

#include <string>
#include <string_view>

#include "agent/json_text.hpp"
#include "checks/mta/log/log_reader.hpp"
#include "checks/mta/log/log_summary.hpp"

// What `reputed log` prints about a whole log.
namespace reputed {

struct LogReport {
    std::string_view mta;  // "" = it could not be told
    const mta::LineCounts& lines;
    const mta::LogSummary& summary;
    const mta::Classifier& classifier;
};

// Counts are recipients. Classes, providers and codes that did not occur are left out.
Json to_json(const LogReport& report);
std::string to_text(const LogReport& report);

// One attempt, as `reputed log --events` prints it. What the log does not tell is null.
Json to_json(const mta::Attempt& attempt, const mta::Classifier& classifier);

}  // namespace reputed
