#pragma once

#include <span>
#include <string>
#include <string_view>

#include "agent/chronicle.hpp"
#include "agent/day_course.hpp"
#include "agent/page/facts.hpp"
#include "agent/page/names.hpp"

// The pieces that the page is put together from. Everything foreign goes through agent/html.hpp in here.
namespace reputed::page {

// How much of everything is shown; what is beyond is counted.
inline constexpr std::size_t most_findings = 200;
inline constexpr std::size_t most_targets =
    200;  // addresses or domains; beyond: only those that are not all clean
inline constexpr std::size_t most_lists = 200;
inline constexpr std::size_t most_names = 3;      // names in a sentence
inline constexpr std::size_t most_jobs = 50;      // jobs that want attention
inline constexpr std::size_t longest_name = 300;  // bytes

// What a page is made of.
struct View {
    const Snapshot& snapshot;
    const Names& names;
    const Chronicle* chronicle = nullptr;  // null: no history is kept, or nothing was read yet
    const DayCourse* course = nullptr;
};

// "2026-11-21 18:09 UTC" in a <time>; "never" for 0.
std::string time(std::int64_t unix_seconds);
std::string time(WallTime when);

// A severity as coloured word.
std::string badge(Severity severity);
std::string badge(Severity severity, std::string_view word);

std::string name(std::string_view foreign);       // foreign text of a name's length, escaped
std::string breakable(std::string_view foreign);  // the same for a narrow cell: IPv6 addresses may break
                                                  // behind colons, names behind dots
std::string count(std::size_t n, std::string_view one, std::string_view many);  // "1 address", "3 addresses"
std::string joined(std::span<const std::string_view> names);  // "a, b, c and 4 more", escaped

// A table in a box of its own that scrolls, with its caption. `headers` are ours, not foreign.
std::string table_begin(std::string_view caption, std::span<const std::string_view> headers);
std::string table_end();

// A whole page. Everything in it is HTML already.
struct Frame {
    std::string title;    // of the window
    Severity verdict;     // colours the header
    std::string heading;  // h1
    std::string about;    // below it: paragraphs
    std::string body;     // of main
    std::string asked{};  // what the search field holds
};
std::string document(const Snapshot& snapshot, const Frame& frame);
std::string section(std::string_view id, std::string_view heading, std::string_view body);

// The sections, each a whole <section>, or "" where there is nothing to say.
std::string findings_section(const View& view);
std::string senders_section(const View& view, const Facts& facts);
std::string matrix_section(const View& view, const Matrix& matrix, std::string_view id,
                           std::string_view heading, std::string_view targets);
std::string lists_section(const View& view, const Facts& facts);
std::string queues_section(const View& view, const Facts& facts);
std::string notifiers_section(const Snapshot& snapshot);
std::string agent_section(const Snapshot& snapshot);

// Findings that speak of one subject, as a list; "" where there are none.
std::string finding_list(const View& view, std::span<const OpenFinding* const> findings);

// What one list says of one target, as the matrix shows it: a table cell.
std::string cell_html(const Cell& cell, bool with_word);
Severity severity_of_health(std::string_view health);

}  // namespace reputed::page
