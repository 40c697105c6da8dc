#pragma once

#include <cstdint>
#include <ctime>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "checks/mta/queue/queue.hpp"

// Adds up a listing, message by message, in memory that does not grow with the queue.
namespace reputed::mta {

// A reply of a receiver with what differs from message to message taken out: mail addresses, IP addresses in
// brackets, session and queue ids. Printable ASCII only, blanks collapsed, at most 200 characters. Two
// refusals for the same cause get the same text; nobody's address is in it.
std::string normalise_reason(std::string_view reason);

// Leaves max_waiting pairs: the rarest become ("other", "other").
void bound_waiting(WaitingRecipients& waiting);

// Counts normalised texts. Past `capacity` distinct ones the rarer half is forgotten and only counted
// together.
class ReasonTally {
  public:
    explicit ReasonTally(std::size_t capacity = 512) : capacity_(capacity) {}

    void add(std::string_view reason, std::uint64_t count = 1);
    void add_normalised(std::string text, std::uint64_t count);
    // Most frequent first, then by text; "(other reasons)" last, if any were left out.
    std::vector<QueueReason> top(std::size_t limit = max_reasons) const;

  private:
    void forget_rare();

    std::size_t capacity_;
    std::map<std::string, std::uint64_t, std::less<>> counts_;
    std::uint64_t forgotten_ = 0;
};

class Classifier;

// What a tally needs to know besides the listing.
struct QueueContext {
    QueueContext(std::time_t time, const Classifier* rules = nullptr) : now(time), classifier(rules) {}

    std::time_t now;                         // wall clock; 0: ages are not told
    const Classifier* classifier = nullptr;  // null: `waiting` is not told
};

class QueueTally {
  public:
    // `queues` are reported even when nothing is in them.
    explicit QueueTally(std::initializer_list<std::string_view> queues, const QueueContext& context = 0);

    // Begins a message; nullopt where the listing did not say. Unknown queue names are taken in up to 16 in
    // all, beyond that under "other".
    void message(std::string_view queue, std::optional<std::uint64_t> bytes,
                 std::optional<std::int64_t> arrival);
    // Goes back to a queue that has a message: further recipients belong to one of its messages.
    void resume(std::string_view queue);
    // Recipients of the message that began last. `address` is one of them, where known: its domain tells the
    // provider when the reason does not.
    void recipients(std::uint64_t count, std::string_view reason = {}, std::string_view address = {});

    std::uint64_t messages() const { return messages_; }
    QueueReport report() const;  // mta and source are left to the caller

  private:
    struct Sum {
        std::uint64_t messages = 0;
        std::uint64_t recipients = 0;
        std::uint64_t bytes = 0;
        bool bytes_known = true;
        bool arrivals_known = true;
        std::optional<std::int64_t> oldest;
        AgeHistogram ages;
        QueueShape shape;

        void add(const Sum& other);
        QueueFigures figures() const;
    };

    void classify(std::uint64_t count, std::string_view reason, const std::string& text,
                  std::string_view address);

    QueueContext context_;
    std::map<std::string, Sum, std::less<>> queues_;
    Sum* current_ = nullptr;
    std::uint64_t messages_ = 0;
    ReasonTally reasons_;
    WaitingRecipients waiting_;
    // By the domain's provider and the normalised text, so that a reason is classified once.
    std::map<std::pair<std::uint16_t, std::string>, std::uint64_t*> classified_;
};

}  // namespace reputed::mta
