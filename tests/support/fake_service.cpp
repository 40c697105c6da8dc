#include "tests/support/fake_service.hpp"

#include <algorithm>
#include <sstream>

#include "config/utc.hpp"

namespace reputed::feedback {

std::vector<std::string> shown(const std::vector<Point>& points) {
    std::vector<std::string> lines;
    for (const auto& point : points) {
        std::ostringstream line;
        line << point.subject << ' ' << point.metric << ' ' << point.value << ' '
             << utc_text(point.time, "%m-%d");
        lines.push_back(line.str());
    }
    std::sort(lines.begin(), lines.end());
    return lines;
}

const Point* point_of(const std::vector<Point>& points, std::string_view subject, std::string_view metric) {
    for (const auto& point : points)
        if (point.subject == subject && point.metric == metric) return &point;
    return nullptr;
}

std::string all_text(const Reading& reading) {
    std::string text = reading.message + "\n" + reading.link + "\n" + reading.memory + "\n";
    for (const auto& point : reading.points)
        text += point.subject + "\n" + point.metric + "\n" + point.detail + "\n";
    return text;
}

}  // namespace reputed::feedback
