#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/reputation/feedback/source.hpp"

// The two files of the automated data access of Microsoft SNDS, as CSV without a header line. Times stand in them
// without a zone; they are taken for UTC, which against days of data is near enough.
namespace reputed::feedback::snds {

enum class Filter : std::uint8_t { green, yellow, red };

// What one address did within one activity period, data.aspx. Empty fields are not there.
struct Activity {
    IpAddress ip;
    WallTime begin;
    std::optional<std::uint64_t> rcpt_commands;
    std::optional<std::uint64_t> data_commands;
    std::optional<std::uint64_t> message_recipients;
    std::optional<Filter> filter;
    std::optional<double> complaint_ratio;  // of "< 0.1%" the bound
    std::string complaint_rate;             // as it stands there
    std::optional<std::uint64_t> trap_hits;
};

// Addresses whose mail does not go where it should, ipStatus.aspx.
struct Range {
    IpAddress first;
    IpAddress last;
    bool blocked = false;  // else its mail is only treated as the reason says
    std::string reason;
};

template <class Row>
struct Rows {
    std::vector<Row> rows;
    Fault fault = Fault::none;  // the rows that are in order count all the same
    std::string message;        // "line 3 ..."
};

Rows<Activity> parse_data(std::string_view text);
Rows<Range> parse_status(std::string_view text);

}  // namespace reputed::feedback::snds
