#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checks/mta/log/delivery_view.hpp"
#include "config/ip_address.hpp"
#include "config/settings.hpp"

// How many messages left from which of our addresses, day by day, and what is usual.
namespace reputed::volume {

using Day = std::chrono::sys_days;                 // UTC
using DailyVolume = std::map<Day, std::uint64_t>;  // messages; days without are not in it

std::uint64_t on(const DailyVolume& volume, Day day);
void add(DailyVolume& volume, const DailyVolume& more);

struct Usual {
    std::size_t days = 0;  // with messages
    std::uint64_t busiest = 0;
    Day busiest_day{};
    std::uint64_t median = 0;  // of those days, the lower one of two
};
// Of the four weeks before `day`, from `whole_since` on. Nothing: fewer than 7 of the days had messages.
std::optional<Usual> usual(const DailyVolume& volume, Day day, Day whole_since);

// At least 500 messages, more than twice the busiest day and three times the median one. The busiest day of four weeks
// stands for the weekly newsletter and for the weekday. Only ever upwards: `sent` may be of a day that is not over.
bool is_sudden(std::uint64_t sent, const Usual& usual);

// What the MTAs' logs tell together about one sender.
struct Traffic {
    std::string mtas;  // "exim, postfix"; "" = no log is read
    std::string
        problem;  // why nothing may be judged by it: a log cannot be read, or is still to be read; "" = nothing
    // The first day that the logs tell from its begin: on the day before, reading began.
    Day whole_since{};
    std::map<IpAddress, DailyVolume> named;  // by the sender's addresses
    // Of all senders, where the logs do not name the address: of IPv4, of IPv6, of neither known. A private one that no
    // sender has is behind NAT, and so not named either.
    DailyVolume v4;
    DailyVolume v6;
    DailyVolume no_family;
};
Traffic gather(const Sender& sender, const Settings& settings,
               const std::vector<std::shared_ptr<const mta::DeliveryView>>& views);

// Whose the messages are of which no log names the address: of the only address of its family that is configured, of
// the only one at all. Not of one that stands beside `via`: that is the relay's, and it has others.
struct Owners {
    std::optional<IpAddress> v4;
    std::optional<IpAddress> v6;
    std::optional<IpAddress> only;
};
Owners owners_of(const Settings& settings);

// The sender that answers for an address that several have: the first one in its warm-up, else the first.
const Sender* sender_of(const IpAddress& ip, const Settings& settings);

}  // namespace reputed::volume
