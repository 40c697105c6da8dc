#include "checks/reputation/feedback/kept_feedback.hpp"

#include <cmath>
#include <vector>

#include "checks/reputation/feedback/fetch.hpp"
#include "checks/reputation/feedback/json_document.hpp"

namespace reputed::feedback {
namespace {

constexpr std::size_t longest_name = 255;
constexpr std::size_t longest_text = 300;
constexpr std::size_t longest_source_memory = 500'000;
constexpr std::size_t short_source_memory = 1000;  // whose turn it is costs no room

constexpr std::string_view fault_names[] = {"none", "unreachable", "refused", "quota", "malformed"};

std::int64_t seconds_of(WallTime time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::optional<WallTime> time_of(const Json& value) {
    if (!value.is_number_integer()) return {};
    return possible_time(value.get<std::int64_t>());
}

// A short string, or nothing.
std::string text_of(const Json& object, const char* key, std::size_t longest) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string()) return "";
    const auto& text = found->get_ref<const std::string&>();
    return text.size() <= longest ? text : "";
}

std::string dumped(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Rows [subject, metric, value, time, detail, of_now] with subjects and metrics by number.
Json rows_of(const KeptPoints& points, bool with_details) {
    std::map<std::string_view, std::size_t> subjects;
    std::map<std::string_view, std::size_t> metrics;
    auto subject_names = Json::array();
    auto metric_names = Json::array();
    const auto number = [](auto& numbers, Json& names, const std::string& name) {
        const auto [place, is_new] = numbers.try_emplace(name, names.size());
        if (is_new) names.push_back(name);
        return place->second;
    };
    auto rows = Json::array();
    for (const auto& [key, point] : points) {
        auto row =
            Json::array({number(subjects, subject_names, key.first),
                         number(metrics, metric_names, key.second), point.value, seconds_of(point.time)});
        if (point.of_now || (with_details && !point.detail.empty()))
            row.push_back(with_details ? point.detail : "");
        if (point.of_now) row.push_back(true);
        rows.push_back(std::move(row));
    }
    return {{"subjects", std::move(subject_names)},
            {"metrics", std::move(metric_names)},
            {"points", std::move(rows)}};
}

std::vector<std::string> names_of(const Json& json, const char* key) {
    std::vector<std::string> names;
    const auto found = json.find(key);
    if (found == json.end() || !found->is_array()) return names;
    for (const auto& name : *found)
        names.push_back(name.is_string() && name.get_ref<const std::string&>().size() <= longest_name
                            ? name.get<std::string>()
                            : std::string());
    return names;
}

// The name with the number that stands there, or "".
std::string name_at(const std::vector<std::string>& names, const Json& number) {
    if (!number.is_number_unsigned() || number.get<std::uint64_t>() >= names.size()) return "";
    return names[number.get<std::size_t>()];
}

void read_points(const Json& json, KeptPoints& points) {
    const auto subjects = names_of(json, "subjects");
    const auto metrics = names_of(json, "metrics");
    const auto rows = json.find("points");
    if (rows == json.end() || !rows->is_array()) return;
    for (const auto& row : *rows) {
        if (points.size() >= most_points) return;
        if (!row.is_array() || row.size() < 4) continue;
        auto subject = name_at(subjects, row[0]);
        auto metric = name_at(metrics, row[1]);
        const auto time = time_of(row[3]);
        if (subject.empty() || metric.empty() || !row[2].is_number() || !time) continue;
        KeptPoint point{row[2].get<double>(), *time, "", false};
        if (!std::isfinite(point.value)) continue;
        if (row.size() > 4 && row[4].is_string() &&
            row[4].get_ref<const std::string&>().size() <= longest_text)
            point.detail = row[4].get<std::string>();
        point.of_now = row.size() > 5 && row[5].is_boolean() && row[5].get<bool>();
        points.insert_or_assign({std::move(subject), std::move(metric)}, std::move(point));
    }
}

}  // namespace

std::string write_kept(const KeptFeedback& kept) {
    const auto write = [&](bool with_details, bool with_memory, const KeptPoints& points) {
        auto json = rows_of(points, with_details);
        if (kept.source_memory.size() <= (with_memory ? longest_source_memory : short_source_memory))
            json["memory"] = kept.source_memory;
        if (!kept.link.empty()) json["link"] = kept.link;
        if (kept.not_before) {
            json["not_before"] = seconds_of(*kept.not_before);
            json["fault"] = fault_names[static_cast<std::size_t>(kept.fault)];
            json["message"] = kept.message;
        }
        return dumped(json);
    };
    auto text = write(true, true, kept.points);
    if (text.size() > longest_memory) text = write(false, true, kept.points);
    if (text.size() > longest_memory) text = write(false, false, kept.points);
    auto points = kept.points;
    while (text.size() > longest_memory) {
        auto middle = points.begin();
        std::advance(middle, static_cast<std::ptrdiff_t>(points.size() / 2));
        points.erase(middle, points.end());
        text = write(false, false, points);
    }
    return text;
}

KeptFeedback read_kept(std::string_view text) {
    KeptFeedback kept;
    if (text.size() > longest_memory) return kept;
    const auto json = parse_json(text);
    if (!json || !json->is_object()) return kept;
    read_points(*json, kept.points);
    kept.source_memory = text_of(*json, "memory", longest_source_memory);
    kept.link = text_of(*json, "link", longest_text);
    if (const auto found = json->find("not_before"); found != json->end()) kept.not_before = time_of(*found);
    const auto fault = text_of(*json, "fault", longest_name);
    for (std::size_t i = 0; i < std::size(fault_names); ++i)
        if (fault_names[i] == fault) kept.fault = static_cast<Fault>(i);
    kept.message = text_of(*json, "message", longest_text);
    if (!kept.not_before || kept.fault == Fault::none) {
        kept.not_before.reset();
        kept.fault = Fault::none;
        kept.message.clear();
    }
    return kept;
}

}  // namespace reputed::feedback
