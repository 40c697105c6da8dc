#include "checks/mta/queue/sendmail_id.hpp"

namespace reputed::mta {
namespace {

constexpr std::int64_t day = 86'400;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

int value(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
    if (c >= 'a' && c <= 'x') return c - 'a' + 36;
    return -1;
}

bool all_digits(std::string_view text) {
    for (const char c : text)
        if (!is_digit(c)) return false;
    return !text.empty();
}

}  // namespace

bool is_sendmail_id(std::string_view text) {
    if (text.size() < 5 || text.size() > 20) return false;
    std::size_t front = 0;
    if (text.size() >= 12 && all_digits(text.substr(8)))
        front = 8;
    else if (all_digits(text.substr(3)))
        front = 3;
    else
        return false;
    for (const char c : text.substr(0, front))
        if (value(c) < 0 || (front == 3 && is_digit(c))) return false;
    return true;
}

std::optional<std::int64_t> sendmail_id_time(std::string_view id, std::time_t now) {
    if (id.size() < 12 || !is_sendmail_id(id)) return {};
    std::tm today{};
    const std::time_t latest = now + day;
    if (gmtime_r(&latest, &today) == nullptr) return {};
    std::tm moment{};
    moment.tm_year = today.tm_year - (today.tm_year - value(id[0]) % 60 + 60) % 60;
    moment.tm_mon = value(id[1]);
    moment.tm_mday = value(id[2]);
    moment.tm_hour = value(id[3]);
    moment.tm_min = value(id[4]);
    moment.tm_sec = value(id[5]);
    if (moment.tm_mon > 11 || moment.tm_mday < 1 || moment.tm_mday > 31 || moment.tm_hour > 23) return {};
    for (int tries = 0; tries < 2; ++tries) {
        auto copy = moment;
        const auto time = timegm(&copy);
        if (time >= 0 && time <= latest) return time;
        moment.tm_year -= 60;
        if (moment.tm_year < 70) break;
    }
    return {};
}

}  // namespace reputed::mta
