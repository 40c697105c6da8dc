#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

// What a line of an MTA's log says, whatever MTA wrote it. All views point into the line (or into the dialect's own
// memory) and live until the next line is read.
namespace reputed::mta {

enum class DeliveryStatus : std::uint8_t {
    sent,
    deferred,  // will be tried again
    bounced,   // refused for good
    expired,   // given up because it waited for too long
};
inline constexpr std::size_t delivery_status_count = 4;
std::string_view to_string(DeliveryStatus status);

inline constexpr float unknown_seconds = std::numeric_limits<float>::quiet_NaN();

// One attempt to deliver, for one recipient or for several that shared its fate.
struct DeliveryEvent {
    std::int64_t time = 0;  // Unix seconds
    DeliveryStatus status = DeliveryStatus::sent;
    // By a transport that does not leave the machine (local, virtual, lmtp, pipe and kin): apart from all figures on how
    // receivers treat us.
    bool local = false;
    std::uint32_t recipients = 1;
    std::string_view queue_id;          // as the MTA writes it
    std::string_view dsn;               // "5.7.26"; "" = not logged
    std::string_view relay_host;        // "" = none was reached
    std::string_view relay_ip;          // without brackets
    std::string_view recipient_domain;  // of the first recipient, as logged; "" = hidden
    std::string_view source_ip;         // our own address, where the MTA logs it
    std::string_view reply;             // the receiver's words, or the MTA's own on why; "" = not logged
    float delay = unknown_seconds;      // from arrival to this attempt's end
    // Postfix's split: before the queue manager, in the queue, connecting, sending.
    std::array<float, 4> delays{unknown_seconds, unknown_seconds, unknown_seconds, unknown_seconds};
    enum class Tls : std::uint8_t { unknown, no, yes };
    Tls tls = Tls::unknown;
};

// We refused mail of another host.
struct RejectEvent {
    std::int64_t time = 0;
    std::string_view client_ip;  // "" = not logged
    std::string_view reply;
};

// What a line was, for the account of lines.
enum class LineKind : std::uint8_t {
    foreign,  // another program's, or no line of a log at all
    plain,    // the MTA's, and nothing to count
    event,    // one or more events were handed over
    unknown,  // of a program that delivers mail, and not understood
};

class LogSink {
  public:
    virtual ~LogSink() = default;
    virtual void delivery(const DeliveryEvent& event) = 0;
    virtual void rejected(const RejectEvent& event) = 0;
    // Beside LineKind::unknown: the program, as its tag says ("postfix/smtp").
    virtual void unknown(std::string_view program) = 0;
};

}  // namespace reputed::mta
