#include "agent/page/chart.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "agent/html.hpp"
#include "agent/page/parts.hpp"

namespace reputed::page {
namespace {

constexpr double height = 40;

std::string decimal(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    return text;
}

std::string amount(double value, const Chart& chart) {
    char text[32];
    std::snprintf(text, sizeof text, "%.0f", value);
    return std::string(text) + " " + std::string(value == 1 ? chart.one : chart.many);
}

double sum(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0);
}

std::string words_of(const Column& column, const Chart& chart) {
    std::string out = column.when + ": ";
    if (!column.values) return out + "not watched";
    if (chart.parts.size() == 1) return out + amount(column.values->front(), chart);
    for (std::size_t i = 0; i < chart.parts.size(); ++i) {
        char text[32];
        std::snprintf(text, sizeof text, "%.0f ", (*column.values)[i]);
        out += (i > 0 ? ", " : "") + std::string(text) + std::string(chart.parts[i].word);
    }
    return out;
}

// What the picture says: of one part the newest and the most, of several what they come to.
std::string sentence(const Chart& chart) {
    const Column* newest = nullptr;
    const Column* most = nullptr;
    std::vector<double> totals(chart.parts.size(), 0);
    std::size_t unwatched = 0;
    for (const auto& column : chart.columns) {
        if (!column.values) {
            ++unwatched;
            continue;
        }
        newest = &column;
        if (most == nullptr || sum(*column.values) > sum(*most->values)) most = &column;
        for (std::size_t i = 0; i < totals.size(); ++i)
            totals[i] += (*column.values)[i];
    }
    if (newest == nullptr) return "Nothing was watched in this time.";
    std::string out;
    if (chart.parts.size() == 1) {
        out = "Newest " + amount(newest->values->front(), chart) + ", most " +
              amount(most->values->front(), chart) + " (" + most->when + ")";
    } else {
        for (std::size_t i = 0; i < totals.size(); ++i) {
            char text[32];
            std::snprintf(text, sizeof text, "%.0f ", totals[i]);
            out += (i > 0 ? ", " : "") + std::string(text) + std::string(chart.parts[i].word);
        }
    }
    if (unwatched > 0)
        out += "; " + std::to_string(unwatched) + " of " + std::to_string(chart.columns.size()) +
               " columns not watched";
    return out + ".";
}

}  // namespace

std::string chart_html(const Chart& chart) {
    double top = 1;
    for (const auto& column : chart.columns)
        if (column.values) top = std::max(top, sum(*column.values));
    const auto words = sentence(chart);
    const auto width = std::to_string(chart.columns.size() * 10);
    std::string out = "<svg class=\"chart\" viewBox=\"0 0 " + width +
                      " 40\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"" +
                      html::text(chart.label, longest_name) + ": " + words + "\">";
    for (std::size_t i = 0; i < chart.columns.size(); ++i) {
        const auto& column = chart.columns[i];
        out += "<g><title>" + words_of(column, chart) + "</title>";
        const auto rect = [&](std::string_view css, double y, double h) {
            out += "<rect class=\"" + std::string(css) + "\" x=\"" + std::to_string(i * 10) + "\" y=\"" +
                   decimal(y) + "\" width=\"8\" height=\"" + decimal(h) + "\"></rect>";
        };
        double below = height;
        if (!column.values)
            rect("none", height - 2, 2);
        else
            for (std::size_t part = 0; part < chart.parts.size(); ++part) {
                const double value = (*column.values)[part];
                if (value <= 0) continue;
                const double h = std::max(4.0, value / top * height);
                rect(chart.parts[part].css, std::max(0.0, below - h), h);
                below -= h;
            }
        out += "</g>";
    }
    return out + "</svg>\n<p class=\"small\">" + words + "</p>\n";
}

}  // namespace reputed::page
