#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "checks/mta/line_splitter.hpp"
#include "checks/mta/queue/postfix_mailq.hpp"
#include "checks/mta/queue/queue.hpp"
#include "checks/mta/queue/queue_tally.hpp"

// Postfix's showq service: a UNIX socket that tells the queue to whoever connects. It lists maildrop,
// incoming, active, deferred and hold; corrupt it does not.
//
// Since Postfix 3.2 it sends attributes, NAME NUL VALUE NUL, where an empty name (one NUL) ends a record and
// an empty record the whole. A record has queue_name, queue_id, time, size, forced_expire (newer ones),
// sender, and then for each recipient recipient and reason. Since 3.4 the first record is
// protocol=mail_queue_list_protocol. Before, it sent the text that mailq prints.
namespace reputed::mta {

// Fed with bytes as they come; tells the forms apart by itself. Memory: one value (64 KiB at most).
class ShowqParser {
  public:
    explicit ShowqParser(const QueueContext& context)
        : tally_({"maildrop", "incoming", "active", "deferred", "hold"}, context), mailq_(context) {}

    // False once the stream is not showq's; problem() says why, and nothing more is taken.
    bool feed(std::string_view bytes);
    // After the last byte. False when the stream was wrong or ended early.
    bool finish();
    const std::string& problem() const { return problem_; }

    // Only after finish() said true.
    QueueReport report() const;

  private:
    enum class Form : std::uint8_t { undecided, attributes, text };

    bool fail(std::string why);
    bool decide();
    bool feed_attributes(std::string_view bytes);
    bool feed_text(std::string_view bytes);
    bool token(std::string_view text);
    bool attribute(std::string_view value);
    bool end_of_record();
    bool begin_message();
    void flush_recipient();

    Form form_ = Form::undecided;
    bool done_ = false;
    std::string problem_;
    std::string pending_;  // undecided bytes, or the unfinished name or value

    bool expect_value_ = false;
    std::string name_;

    bool in_record_ = false;
    bool protocol_record_ = false;
    bool protocol_allowed_ = true;
    bool counted_ = false;  // this record's message went to the tally
    std::string queue_;
    bool has_id_ = false;
    std::optional<std::int64_t> time_;
    std::optional<std::uint64_t> size_;
    bool has_recipient_ = false;
    std::string recipient_;
    std::string reason_;
    QueueTally tally_;

    LineSplitter lines_{8192};
    MailqParser mailq_;
};

struct ShowqLimits {
    std::chrono::milliseconds deadline{30'000};  // for the whole conversation
    std::stop_token stop;
    std::time_t now = 0;  // wall clock
    const Classifier* classifier = nullptr;
};

// Asks QUEUE_DIRECTORY/public/showq. An answer that is not complete is an error, never a report.
QueueResult read_showq(const std::string& queue_directory, const ShowqLimits& limits);

}  // namespace reputed::mta
