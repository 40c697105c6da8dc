#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/mta/log/delivery_view.hpp"

namespace reputed::mta {

// What is remembered of a log that is followed: counts ever, by ten minutes for a day, and by day for five weeks.
// Its memory is bounded whatever the log holds. It can be written down in parts, of which few change at a time.
class DeliveryWindows {
  public:
    static constexpr std::int64_t bucket_seconds = 600;
    static constexpr std::int64_t day_seconds = 86'400;
    static constexpr std::int64_t days_kept = 35;

    struct Part {
        std::string name;                 // "totals", "bucket-1763718000"
        std::optional<std::string> text;  // nullopt: it is gone
    };

    explicit DeliveryWindows(std::shared_ptr<const Classifier> classifier);

    // `now`: the wall clock. Events that are older than a day count only in the totals and in the volume of their day,
    // those of the future only in the totals.
    void attempt(const Attempt& attempt, std::int64_t now);
    void reject(const RejectEvent& event);
    void unknown(std::string_view program);
    void lines(std::uint64_t count);

    // The parts of the view that are counted here.
    void fill(DeliveryView& view, std::int64_t now) const;

    // What is not as it was written last, and drops what is too old.
    std::vector<Part> take_changes(std::int64_t now);
    std::vector<Part> all_parts() const;
    // Takes up one part. What a damaged store holds is refused line by line.
    void restore(std::string_view name, std::string_view text);

  private:
    // Provider, class and status in one number.
    using CellKey = std::uint32_t;
    static CellKey key_of(ProviderId provider, ReplyClass reply_class, DeliveryStatus status);
    using Cells = std::map<CellKey, std::uint64_t>;
    using Names = std::map<std::string, std::uint64_t, std::less<>>;

    struct Bucket {
        Cells cells;
        Names sources;
        std::map<std::pair<std::string, ProviderId>, std::uint64_t> lists;
        std::map<ProviderId, DelayTally> delays;
        bool changed = false;
    };
    struct Day {
        Names sources;  // attempts
        // Messages by the address that they left from; where it is not named, by the word of the receiver's family.
        Names volumes;
        bool changed = false;
    };
    using RefusalKey = std::pair<ProviderId, ReplyClass>;

    CellKey bounded_key(const Attempt& attempt);
    void refuse(const Attempt& attempt);
    void count_volume(const DeliveryEvent& event, std::int64_t now);
    void fill_volumes(DeliveryView& view) const;
    std::string totals_text() const;
    std::string bucket_text(const Bucket& bucket) const;
    std::string refusals_text() const;
    static std::string day_text(const Day& day);
    static void restore_day(Day& day, const std::vector<std::string_view>& words);
    void restore_total(const std::vector<std::string_view>& words);
    void restore_bucket(Bucket& bucket, const std::vector<std::string_view>& words);
    void restore_refusal(std::string_view line);
    std::string cells_text(const Cells& cells) const;
    bool restore_cell(Cells& cells, const std::vector<std::string_view>& words) const;
    std::optional<ProviderId> provider_named(std::string_view name) const;

    std::shared_ptr<const Classifier> classifier_;
    Cells totals_;
    StatusCounts local_{};
    std::uint64_t rejected_ = 0;
    std::uint64_t lines_ = 0;
    std::uint64_t folded_ = 0;
    BoundedCounts unknown_{64};
    std::int64_t first_ = 0;
    std::int64_t last_ = 0;
    std::map<std::int64_t, Bucket> buckets_;  // by their beginning
    std::map<std::int64_t, Day> days_;        // by days since 1970
    std::map<RefusalKey, Refusal> refusals_;
    std::map<ProviderId, std::int64_t> accepted_;  // when each last took mail
    // The words for addresses that are not named, where a name would stand.
    static constexpr std::string_view unnamed = "-";
    static constexpr std::string_view unnamed_v4 = "-4";
    static constexpr std::string_view unnamed_v6 = "-6";

    bool totals_changed_ = false;
    bool refusals_changed_ = false;
};

// A reply fit to be kept and shown to others: mail addresses become "<address>"; at most 500 bytes.
std::string reply_sample(std::string_view reply);

}  // namespace reputed::mta
