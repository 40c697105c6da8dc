#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "checks/mta/log/judge.hpp"
#include "checks/mta/queue/queue_tally.hpp"

// What a whole log comes to. Every part of it is bounded, whatever the log holds.
namespace reputed::mta {

using StatusCounts =
    std::array<std::uint64_t, delivery_status_count>;  // in the order of DeliveryStatus, recipients
using ClassCounts = std::array<std::uint64_t, reply_class_count>;  // in the order of ReplyClass, recipients

std::uint64_t total(const StatusCounts& counts);

// Delays in seconds, sorted into buckets, to tell quantiles without keeping each.
class DelayTally {
  public:
    void add(float seconds, std::uint64_t count);  // NaN is left out
    void add(const DelayTally& other);
    // "3:17 12:4": bucket and count of each that is not empty.
    std::string to_text() const;
    void restore(const std::vector<std::string_view>& words);  // what is not of that form is left out
    // The upper bound of the bucket in which this share of the attempts ends; NaN when there are none.
    double quantile(double share) const;

  private:
    static constexpr std::size_t bucket_count =
        64;  // from 0.01 s on, each half as long again as the one before
    std::array<std::uint64_t, bucket_count> buckets_{};
};

// Texts that are counted until there are too many different ones; those after that together, under "other".
class BoundedCounts {
  public:
    explicit BoundedCounts(std::size_t limit) : limit_(limit) {}
    void add(std::string_view text, std::uint64_t count = 1);
    const std::map<std::string, std::uint64_t, std::less<>>& counts() const { return counts_; }

  private:
    std::size_t limit_;
    std::map<std::string, std::uint64_t, std::less<>> counts_;
};

class LogSummary {
  public:
    struct Receiver {
        std::string domain;
        StatusCounts status{};
        std::uint64_t failures() const { return total(status) - status[0]; }
    };
    struct ProviderCounts {
        StatusCounts status{};
        ClassCounts classes{};
        DelayTally delays;
    };
    struct Hour {
        StatusCounts status{};
        std::uint64_t rejected = 0;
    };

    explicit LogSummary(std::size_t providers) : by_provider(providers) {}

    void attempt(const Attempt& attempt);
    void reject(const RejectEvent& event);
    // Why mail was not taken, most frequent first.
    std::vector<QueueReason> reasons() const;
    // Recipients' domains with most failures first.
    std::vector<Receiver> worst_receivers(std::size_t limit) const;

    StatusCounts status{};  // of outbound attempts
    StatusCounts local{};   // of deliveries on this machine
    ClassCounts by_class{};
    ClassCounts hard_by_class{};
    std::vector<ProviderCounts> by_provider;  // by ProviderId
    BoundedCounts dsn{256};
    BoundedCounts lists{256};
    BoundedCounts sources{1024};         // our own addresses
    std::array<std::uint64_t, 3> tls{};  // in the order of DeliveryEvent::Tls
    std::uint64_t rejected = 0;
    std::map<std::int64_t, Hour> timeline;  // by the Unix second at which `timeline_step` seconds begin
    std::int64_t timeline_step = 3600;
    std::int64_t first = 0;  // of all events; 0 = none
    std::int64_t last = 0;

  private:
    Hour& hour(std::int64_t time);
    void count_receiver(const DeliveryEvent& event);

    // Replies of one key are counted together, and made fit to be told only at the end.
    struct Reply {
        std::string text;
        std::uint64_t count = 0;
    };
    void count_reply(const Attempt& attempt);

    std::unordered_map<std::uint64_t, Reply> replies_;
    ReasonTally reasons_;  // of those that had no room any more
    std::unordered_map<std::string, StatusCounts> receivers_;
    std::string key_;  // kept, so that looking up costs no memory
    Hour* hour_ = nullptr;
    std::int64_t hour_begin_ = 0;
};

}  // namespace reputed::mta
