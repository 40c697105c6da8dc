#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Small charts: stacked columns drawn on the server, with a sentence that says the same.
namespace reputed::page {

struct Column {
    std::string when;                           // "10:15 UTC"
    std::optional<std::vector<double>> values;  // one a part, from below; nothing: nobody looked
};

struct Part {
    std::string_view css;   // ok, info, unknown, warning, critical
    std::string_view word;  // "accepted"
};

struct Chart {
    std::string label;  // what it shows; foreign text may be in it
    std::string_view one;
    std::string_view many;  // "message", "messages"
    std::vector<Part> parts;
    std::vector<Column> columns;  // in time
};

std::string chart_html(const Chart& chart);

}  // namespace reputed::page
