#pragma once

#include <cstdlib>
#include <string_view>

#include "checks/mta/queue/queue.hpp"

// What every queue report must keep to, however hostile its source was.
inline void check_report(const reputed::mta::QueueReport& report) {
    using namespace reputed::mta;
    if (report.reasons.size() > max_reasons || report.by_queue.size() > 20) std::abort();
    if (report.waiting && report.waiting->size() > max_waiting) std::abort();
    for (const auto& reason : report.reasons)
        for (const char c : reason.text)
            if (c < ' ' || c > '~') std::abort();
    if (report.total_ages && report.total.messages && report.total_ages->all() != *report.total.messages)
        std::abort();
    // With no message there is nothing to be old.
    if (report.total.messages == 0U && report.total.oldest_arrival) std::abort();
}

// Fed in two pieces cut anywhere, a listing must say the same as in one.
template <class Listing, class Parser>
void check_listing(std::string_view bytes, std::size_t cut) {
    using namespace reputed::mta;
    constexpr std::time_t now = 1'795'300'000;
    Listing whole{Parser(now)};
    whole.feed(bytes);
    const auto result = whole.finish("input");
    Listing parts{Parser(now)};
    parts.feed(bytes.substr(0, cut));
    parts.feed(bytes.substr(cut));
    const auto again = parts.finish("input");
    if (result.index() != again.index()) std::abort();
    const auto* report = std::get_if<QueueReport>(&result);
    if (report == nullptr) return;
    if (report->total != std::get<QueueReport>(again).total) std::abort();
    check_report(*report);
}
