#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checks/mta/log/log_summary.hpp"
#include "config/ip_address.hpp"

namespace reputed::mta {

// Recipients whose attempts ended alike.
struct OutcomeCounts {
    ProviderId provider = other_provider;
    ReplyClass reply_class = ReplyClass::other;
    DeliveryStatus status = DeliveryStatus::sent;
    std::uint64_t hour = 0;  // within the last hour
    std::uint64_t day = 0;   // within the last 24 hours
    std::uint64_t ever = 0;  // since the log was first read
};

// A provider does not take our mail for one reason: from the first refusal after a day without any.
struct Refusal {
    ProviderId provider = other_provider;
    ReplyClass reply_class = ReplyClass::other;
    std::int64_t since = 0;  // Unix seconds
    std::int64_t last = 0;
    std::uint64_t count = 0;    // recipients since then
    std::int64_t accepted = 0;  // when the provider last took mail; 0 = never
    std::string list;           // that the newest reply blames; "" = none
    std::string sample;         // the newest reply, mail addresses removed, at most 500 bytes
};

// One of our own addresses, as far as the MTA logs from where it sends.
struct Source {
    std::string ip;
    std::uint64_t day = 0;    // attempts within the last 24 hours
    std::uint64_t today = 0;  // since midnight UTC
};

// Messages of one day.
struct DayVolume {
    std::int64_t day = 0;  // days since 1970, UTC
    std::uint64_t messages = 0;
};

// What left from one of our own addresses. A message counts once for each recipient, when a receiver took it or refused
// it for good: so providers count what they limit, and so plans of warm-up count. What was put off will be counted when
// that ends. What went to this machine itself (a filter on loopback) has not left.
struct Volume {
    std::string ip;  // "" = the log does not name it
    // Of the receivers' addresses, which is that of ours as well; nullopt: that is not logged either.
    std::optional<Family> family;
    std::vector<DayVolume> days;  // those with traffic, rising; the last five weeks
};

struct NamedList {
    std::string list;  // name of the catalogue
    ProviderId provider = other_provider;
    std::uint64_t day = 0;  // refusals within the last 24 hours that blame it
};

struct ProviderDelay {
    ProviderId provider = other_provider;
    DelayTally day;
};

// What one MTA's log tells at one moment. Everything in it is bounded.
struct DeliveryView {
    std::string mta;
    std::string log;               // where it is read: a path, "journal"
    std::string problem;           // why it cannot be read, and what to do; "" = it can
    std::uint64_t behind = 0;      // bytes that are still to be read
    std::int64_t first_event = 0;  // Unix seconds; 0 = none yet
    std::int64_t last_event = 0;
    std::shared_ptr<const Classifier> classifier;

    std::vector<OutcomeCounts> outcomes;
    std::vector<Refusal> refusals;
    std::vector<Source> sources;
    std::vector<Volume> volumes;
    std::vector<NamedList> lists;
    std::vector<ProviderDelay> delays;
    StatusCounts local{};  // ever
    std::uint64_t rejected = 0;
    std::map<std::string, std::uint64_t, std::less<>> unknown_lines;  // by program
    std::uint64_t lines = 0;
    std::uint64_t folded = 0;  // attempts that were counted under "other" because there were too many kinds
};

}  // namespace reputed::mta
