#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "checks/mta/queue/listing.hpp"
#include "checks/mta/queue/queue_tally.hpp"

// What `smtpctl show queue` (`mailq` of an OpenSMTPD) prints: a line for each envelope, which is one recipient of
// a message, with bars between the fields. Since 5.3:
//     ENVELOPE|SOURCE|AGENT|FLAGS|SENDER|RECIPIENT|DESTINATION|CREATED|EXPIRES|LAST TRY|TRIES|STATE|SECONDS|ERROR
// and before:
//     AGENT|ENVELOPE|SOURCE|FLAGS|SENDER|DESTINATION|LAST TRY|EXPIRES|TRIES[|ERROR]
// The first 8 of an envelope's 16 hexadecimal digits are its message.
namespace reputed::mta {

struct SmtpctlLine {
    std::uint32_t message = 0;
    std::string_view queue;  // by what delivers it: "mta", "mda", "bounce"
    bool suspended = false;
    std::optional<std::int64_t> created;
    std::string_view destination;
    std::string_view error;
};
std::optional<SmtpctlLine> parse_smtpctl_line(std::string_view text);

class SmtpctlParser {
  public:
    static constexpr std::string_view title = "OpenSMTPD";
    static constexpr std::string_view command = "smtpctl show queue";

    explicit SmtpctlParser(const QueueContext& context) : tally_({"mta", "mda", "bounce"}, context) {}

    ListingLine line(std::string_view text);
    void finish() {}
    // Messages count in the queue of their first envelope. Frozen are those of which an envelope is suspended.
    QueueReport report() const;

  private:
    struct Seen {
        std::string_view queue;
        bool suspended = false;
    };
    QueueTally tally_;
    std::unordered_map<std::uint32_t, Seen> messages_;  // at most so many as are worth their memory
    std::uint64_t frozen_ = 0;
    bool crowded_ = false;
};

}  // namespace reputed::mta
