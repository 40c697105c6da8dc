#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "checks/mta/queue/listing.hpp"
#include "checks/mta/queue/queue_tally.hpp"

// What `mailq` of a Sendmail prints, also with -v, -Ac and -qQ:
//     MSP Queue status...
//     /var/spool/mqueue-client is empty
//                     Total requests: 0
//     MTA Queue status...
//                     /var/spool/mqueue (1 request)
//     -----Q-ID----- --Size-- -----Q-Time----- ------------Sender/Recipient-----------
//     xAIK3D9S000453*      36 Mon Nov 18 20:03 <alice@example.com>
//           8BITMIME   (Deferred: Connection refused by mx.example.net.)
//                                              <bob@example.net>
//                     Total requests: 1
// Behind the id: "*" it is being sent, "X" the load is too high for it, "?" it is lost, "-" it is too young to be
// tried, "+" (-v) its sender was warned. A reason before the recipients is the message's, one behind a recipient
// (-v) is that recipient's.
namespace reputed::mta {

class SendmailMailqParser {
  public:
    static constexpr std::string_view title = "Sendmail";
    static constexpr std::string_view command = "mailq";

    explicit SendmailMailqParser(const QueueContext& context);

    ListingLine line(std::string_view text);
    void finish();
    // Queues are named after their directories: "mqueue", "clientmqueue"; quarantined mail counts as "quarantine"
    // and is the only mail that is frozen, known only where some was shown.
    QueueReport report() const;

    // A line that nothing but Sendmail prints.
    static bool is_signature(std::string_view text);

  private:
    struct Message {
        std::optional<std::uint64_t> bytes;
        std::optional<std::int64_t> arrival;
    };
    bool heading(std::string_view content);
    bool header(std::string_view text);
    void detail(std::string_view content);
    void begin_message();
    void flush_recipient(std::string_view reason);

    std::time_t now_;
    QueueTally tally_;
    std::string queue_ = "mqueue";
    std::optional<Message> pending_;
    bool in_message_ = false;
    bool quarantined_ = false;
    std::string reason_;          // of the message
    bool has_recipient_ = false;  // seen, not counted
    std::string recipient_;
    std::uint64_t announced_ = 0;
    bool complete_ = false;
    std::uint64_t quarantine_ = 0;
    std::uint64_t gone_ = 0;  // "(job completed)": it left while the list was printed
};

// The queue that a directory holds: the part of its path with "mqueue" in it ("clientmqueue" for
// "mqueue-client"), else "mqueue".
std::string sendmail_queue_name(std::string_view directory);

}  // namespace reputed::mta
