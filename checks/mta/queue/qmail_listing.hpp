#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string_view>

#include "checks/mta/queue/listing.hpp"
#include "checks/mta/queue/queue_tally.hpp"

// What qmail's two listing programs print, alone or one after the other. `qmail-qread`:
//     26 Aug 2026 09:14:02 GMT  #2318921  1274  <alice@example.com>  bouncing
//     	remote	bob@example.net
//       done	local	carol
// and `qmail-qstat`:
//     messages in queue: 3
//     messages in queue but not yet preprocessed: 0
namespace reputed::mta {

class QmailParser {
  public:
    static constexpr std::string_view title = "qmail";
    static constexpr std::string_view command = "qmail-qread or qmail-qstat";

    explicit QmailParser(const QueueContext& context)
        : queues_({"local", "remote"}, context), all_({"all"}, context) {}

    ListingLine line(std::string_view text);
    void finish() { end_message(); }
    // A message counts in "local" and in "remote" while recipients of that kind wait, so in both, or in neither while
    // it bounces. qmail-qread is silent about mail that is not preprocessed ("todo"), qmail-qstat about all else.
    QueueReport report() const;

    static bool is_header(std::string_view text);
    static bool is_count(std::string_view text);

  private:
    struct Message {
        std::uint64_t bytes = 0;
        std::int64_t arrival = 0;
        std::uint64_t local = 0;  // recipients that wait
        std::uint64_t remote = 0;
        bool bouncing = false;
    };
    static std::optional<Message> parse_header(std::string_view text);
    void end_message();

    QueueTally queues_;
    QueueTally all_;
    std::optional<Message> message_;
    std::uint64_t bouncing_ = 0;
    std::uint64_t troubles_ = 0;
    bool listed_ = false;  // qmail-qread spoke
    std::optional<std::uint64_t> total_;
    std::optional<std::uint64_t> todo_;
};

}  // namespace reputed::mta
