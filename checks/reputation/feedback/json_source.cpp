#include "checks/reputation/feedback/json_source.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "checks/reputation/feedback/fetch.hpp"
#include "checks/reputation/feedback/json_document.hpp"
#include "config/text.hpp"

namespace reputed::feedback {
namespace {

constexpr std::size_t largest_json = 1024 * 1024;
constexpr std::size_t largest_memory = 400'000;
constexpr std::size_t longest_etag = 256;
constexpr int most_redirects = 3;
constexpr int enough_failures = 3;  // in a row: then the rest is not tried

// What the pointer leads to (RFC 6901), or null.
const Json* find(const Json& document, const std::string& pointer) {
    const Json* place = &document;
    std::string_view rest = pointer;
    while (!rest.empty()) {
        rest.remove_prefix(1);
        const auto token = rest.substr(0, rest.find('/'));
        rest.remove_prefix(token.size());
        if (place->is_object()) {
            std::string name;
            for (std::size_t i = 0; i < token.size(); ++i) {
                const bool escaped = token[i] == '~' && i + 1 < token.size();
                name += escaped ? (token[++i] == '0' ? '~' : '/') : token[i];
            }
            const auto found = place->find(name);
            if (found == place->end()) return nullptr;
            place = &*found;
        } else if (place->is_array()) {
            std::size_t index = 0;
            const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
            const bool is_index = error == std::errc() && end == token.data() + token.size() &&
                                  (token.size() == 1 || token.front() != '0');
            if (!is_index || index >= place->size()) return nullptr;
            place = &(*place)[index];
        } else {
            return nullptr;
        }
    }
    return place;
}

std::optional<double> number_in(std::string_view text) {
    double value = 0;
    while (text.starts_with(' '))
        text.remove_prefix(1);
    while (text.ends_with(' '))
        text.remove_suffix(1);
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return {};
    return value;
}

std::optional<double> number_of(const Json& value) {
    std::optional<double> number;
    if (value.is_boolean()) number = value.get<bool>() ? 1 : 0;
    if (value.is_number()) number = value.get<double>();
    if (value.is_string()) number = number_in(value.get_ref<const std::string&>());
    if (number && !std::isfinite(*number)) number.reset();
    return number;
}

// "2026-11-20", also with a time behind it: "2026-11-20T10:00:00Z", "... +02:00".
std::optional<WallTime> iso_day(const std::string& text) {
    int year_number = 0;
    int month = 0;
    int day_of_month = 0;
    int length = 0;
    if (std::sscanf(text.c_str(), "%4d-%2d-%2d%n", &year_number, &month, &day_of_month, &length) != 3 ||
        length != 10)
        return {};
    const auto date = possible_day(year_number, month, day_of_month);
    if (!date) return {};
    WallTime time = *date;
    const auto rest = text.substr(10);
    if (rest.empty()) return time;
    int hour = 0;
    int minute = 0;
    int second = 0;
    if ((rest[0] != 'T' && rest[0] != 't' && rest[0] != ' ') ||
        std::sscanf(rest.c_str() + 1, "%2d:%2d:%2d", &hour, &minute, &second) < 2)
        return {};
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return {};
    time += std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
    const auto sign = rest.find_first_of("+-");
    int hours_off = 0;
    int minutes_off = 0;
    if (sign != std::string::npos &&
        std::sscanf(rest.c_str() + sign + 1, "%2d%*[:]%2d", &hours_off, &minutes_off) >= 1) {
        const auto offset = std::chrono::hours(hours_off) + std::chrono::minutes(minutes_off);
        time += rest[sign] == '-' ? offset : -offset;
    }
    return time;
}

std::optional<WallTime> day_of(const Json& value) {
    std::optional<WallTime> day;
    const bool is_iso =
        value.is_string() && value.get_ref<const std::string&>().find('-') != std::string::npos;
    if (is_iso) {
        day = iso_day(value.get<std::string>());
    } else if (!value.is_boolean()) {
        constexpr double milliseconds_from = 1e11;
        const auto number = number_of(value);
        if (number && *number >= 0 && *number < 1e14)
            day = possible_time(
                static_cast<std::int64_t>(*number < milliseconds_from ? *number : *number / 1000));
    }
    return day && is_possible(*day) ? day : std::nullopt;
}

std::string type_of(const Json& value) {
    if (value.is_object()) return "an object";
    if (value.is_array()) return "a list";
    return value.is_string() ? "a string that is none" : "something else";
}

// What is known of one subject: for the answer that nothing has changed.
struct Remembered {
    std::string etag;
    WallTime day;
    bool of_now = false;
    std::vector<JsonNumbers::Number> numbers;
};
using Memory = std::map<std::string, Remembered>;

Memory read_memory(const std::string& text, const FeedbackSettings& settings) {
    Memory memory;
    const auto json = parse_json(text.size() <= largest_memory ? text : "");
    if (!json || !json->is_object()) return memory;
    for (const auto& [subject, entry] : json->items()) {
        if (!entry.is_array() || entry.size() != 3 || !entry[0].is_string() ||
            !entry[1].is_number_integer() || !entry[2].is_object())
            continue;
        Remembered one;
        one.etag = entry[0].get<std::string>();
        const bool visible =
            std::all_of(one.etag.begin(), one.etag.end(), [](char c) { return c >= ' ' && c <= '~'; });
        if (!visible || one.etag.size() > longest_etag) continue;
        one.of_now = entry[1] == 0;
        const auto day = day_of(entry[1]);
        if (!one.of_now && !day) continue;
        one.day = day.value_or(WallTime());
        for (const auto& value : settings.values)
            if (const auto found = entry[2].find(value.metric); found != entry[2].end())
                if (const auto number = number_of(*found)) one.numbers.push_back({value.metric, *number});
        memory[subject] = std::move(one);
    }
    return memory;
}

std::string write_memory(const Memory& memory) {
    auto json = Json::object();
    for (const auto& [subject, one] : memory) {
        auto numbers = Json::object();
        for (const auto& number : one.numbers)
            numbers[number.metric] = number.value;
        const auto day = std::chrono::floor<std::chrono::seconds>(one.day).time_since_epoch().count();
        json[subject] = Json::array({one.etag, one.of_now ? 0 : day, std::move(numbers)});
    }
    auto text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    return text.size() <= largest_memory ? text : "";  // then every answer comes in full
}

std::vector<std::string> subjects_of(const Context& context) {
    const auto& url = context.settings.url.value;
    std::vector<std::string> subjects;
    if (url.find("{ip}") != std::string::npos)
        for (const auto& address : context.addresses)
            subjects.push_back(address.to_string());
    else if (url.find("{domain}") != std::string::npos)
        subjects = context.domains;
    else
        subjects.push_back(context.settings.name);
    return subjects;
}

std::string url_for(const Context& context, const std::string& subject) {
    std::string url = context.settings.url.value;
    const std::string encoded = percent_encoded(subject);
    for (const std::string_view mark : {"{ip}", "{domain}"})
        for (auto at = url.find(mark); at != std::string::npos; at = url.find(mark, at + encoded.size()))
            url.replace(at, mark.size(), encoded);
    return url;
}

http::Response fetch(const Context& context, const std::string& subject, const std::string& etag) {
    http::Request request;
    request.method = "GET";
    request.url = url_for(context, subject);
    request.if_none_match = etag;
    request.redirects = most_redirects;
    request.max_response = largest_json;
    bool accepts = false;
    for (const auto& [name, secret] : context.settings.headers) {
        request.headers.emplace_back(name, secret.value);
        accepts = accepts || lower(name) == "accept";
    }
    if (!accepts) request.headers.emplace_back("Accept", "application/json");
    return context.fetch(std::move(request));
}

void add_points(const std::string& subject, const Remembered& one, WallTime now, Reading& reading) {
    for (const auto& number : one.numbers)
        reading.points.push_back({subject, number.metric, number.value, one.of_now ? now : one.day, ""});
}

}  // namespace

JsonNumbers numbers_of(std::string_view text, const FeedbackSettings& settings) {
    JsonNumbers out;
    const auto json = parse_json(text);
    if (!json) {
        out.fault = "the answer is not JSON, or deeper than " + std::to_string(deepest_json) +
                    " levels, or of more than " + std::to_string(most_json_values) + " values";
        return out;
    }
    const auto misfit = [&](const std::string& pointer, const Json& value, const char* expected) {
        if (out.fault.empty())
            out.fault = "at " + in_quotes(pointer) + " stands " + type_of(value) + " where " + expected +
                        " is expected";
    };
    if (!settings.day_pointer.empty()) {
        const auto* value = find(*json, settings.day_pointer);
        if (value == nullptr || value->is_null()) return out;  // nobody knows what the numbers are of
        out.day = day_of(*value);
        if (!out.day) misfit(settings.day_pointer, *value, "a day");
        if (!out.day) return out;
    }
    for (const auto& value : settings.values) {
        const auto* found = find(*json, value.pointer);
        if (found == nullptr || found->is_null()) continue;
        auto number = number_of(*found);
        if (number) number = *number * value.factor;
        if (number && std::isfinite(*number))
            out.numbers.push_back({value.metric, *number});
        else
            misfit(value.pointer, *found, "a number");
    }
    return out;
}

Reading read_json(const Context& context) {
    Reading reading;
    const auto& settings = context.settings;
    const auto before = read_memory(context.memory, settings);
    Memory memory;
    const auto subjects = subjects_of(context);
    std::size_t absent = 0;
    int failures = 0;
    std::string gone;
    for (const auto& subject : subjects) {
        if (context.stop.stop_requested() || failures >= enough_failures) break;
        const auto known = before.find(subject);
        const auto response = fetch(context, subject, known != before.end() ? known->second.etag : "");
        if (response.status == 304 && response.error.empty() && known != before.end()) {
            failures = 0;
            add_points(subject, known->second, context.now, reading);
            memory[subject] = known->second;
            continue;
        }
        // Services that are asked about one subject say so when they know nothing about it.
        if (response.status == 404 && subject != settings.name) {
            ++absent;
            gone = response.error;
            continue;
        }
        if (!is_answer(response, reading)) {
            if (response.status == 0 || response.status >= 500)
                ++failures;
            else if (!response.body_cut)
                break;  // quota, or a key that is refused: the next question would be no better
            continue;
        }
        failures = 0;
        auto numbers = numbers_of(response.body, settings);
        if (!numbers.fault.empty()) set_fault(reading, Fault::malformed, numbers.fault);
        Remembered one{numbers.fault.empty() ? response.etag : "", numbers.day.value_or(context.now),
                       !numbers.day.has_value(), std::move(numbers.numbers)};
        add_points(subject, one, context.now, reading);
        if (!one.etag.empty()) memory[subject] = std::move(one);
    }
    if (absent > 0 && absent == subjects.size()) set_fault(reading, Fault::refused, gone);
    reading.memory = write_memory(memory);
    return reading;
}

}  // namespace reputed::feedback
