#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "checks/mta/queue/listing.hpp"
#include "checks/mta/queue/queue_tally.hpp"

// What `exim -bp` prints (`mailq` of an Exim), and its kin -bpr, -bpa, -bpu, -bpi and -bpc:
//     25m  2.9K 1rVpHg-0000c8-00 <alice@example.com> *** frozen ***
//             bob@example.net
//           D carol@example.net
// with an empty line behind each message. "D" marks recipients who have got it, "+D" addresses that were made of
// them. The listing has no end mark.
namespace reputed::mta {

class EximMailqParser {
  public:
    static constexpr std::string_view title = "Exim";
    static constexpr std::string_view command = "exim -bp";

    explicit EximMailqParser(const QueueContext& context)
        : now_(context.now), tally_({"input", "frozen"}, context) {}

    ListingLine line(std::string_view text);
    void finish() { begin_message(); }
    // Sizes above 1 KiB are rounded: `estimated`.
    QueueReport report() const;

    // The first line of a message.
    static bool is_header(std::string_view text);

  private:
    struct Header {
        std::optional<std::uint64_t> bytes;
        bool rounded = false;
        std::optional<std::int64_t> arrival;
        bool told = false;  // more than the id: recipients follow
        bool frozen = false;
    };
    static std::optional<Header> parse_header(std::string_view text, std::time_t now);
    void begin_message();

    std::time_t now_;
    QueueTally tally_;
    std::optional<Header> pending_;  // counted as soon as its next line has said whether it is frozen
    bool in_message_ = false;
    bool estimated_ = false;
    std::uint64_t frozen_ = 0;
    std::uint64_t without_recipients_ = 0;  // ids only
    std::uint64_t unreadable_ = 0;
    std::optional<std::uint64_t> count_;  // -bpc
    bool only_count_ = true;
};

}  // namespace reputed::mta
