#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "checks/mta/queue/queue_tally.hpp"

// The listing that `mailq` and `postqueue -p` print, and that showq itself sent before Postfix 3.2:
//     -Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------
//     5BFB1A7217C*     265 Sat Nov 21 18:10:00  sender@example.com
//                        (connect to mx.example.net[192.0.2.1]:25: Connection refused)
//                                              recipient@example.net
//     -- 1 Kbytes in 1 Request.
// "*" marks the active queue, "!" hold; the others are not named. A message with a reason was tried before
// and counts as deferred, one without as "unmarked" (maildrop, incoming or deferred).
namespace reputed::mta {

class MailqParser {
  public:
    // `now`: the dates carry no year. They are in local time, as is this process.
    explicit MailqParser(const QueueContext& context)
        : now_(context.now), tally_({"active", "deferred", "hold"}, context) {}

    enum class Line : std::uint8_t { taken, garbage };
    Line line(std::string_view text);  // without its end

    // The closing line was seen: nothing is missing. "Mail queue is empty" is one.
    bool complete() const { return complete_; }
    // How many messages the closing line speaks of.
    std::optional<std::uint64_t> announced() const { return announced_; }
    // Messages so far; complete after finish().
    std::uint64_t messages() const { return messages_; }
    void finish() { end_message(); }

    // Call finish() first. The figures of maildrop, incoming and corrupt stay unknown, as the listing does
    // not tell.
    QueueReport report() const;

  private:
    void begin_message(char mark, std::optional<std::uint64_t> bytes, std::optional<std::int64_t> arrival);
    void end_message();
    Line header(std::string_view text);
    Line closing(std::string_view text);

    std::time_t now_;
    QueueTally tally_;
    bool complete_ = false;
    std::optional<std::uint64_t> announced_;
    std::uint64_t messages_ = 0;

    bool in_message_ = false;
    bool counted_ = false;  // handed to the tally: as soon as its queue is known
    char mark_ = 0;
    std::optional<std::uint64_t> bytes_;
    std::optional<std::int64_t> arrival_;
    std::string reason_;
};

// "Sat Nov 21 18:10:00" in local time: the latest such moment up to a day after `now`, of this year or the
// eleven before it, that falls on that weekday.
std::optional<std::int64_t> parse_mailq_date(std::string_view text, std::time_t now);

}  // namespace reputed::mta
