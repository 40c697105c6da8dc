#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "checks/mta/line_splitter.hpp"
#include "checks/mta/queue/listing.hpp"
#include "checks/mta/queue/postfix_mailq.hpp"
#include "checks/mta/queue/queue.hpp"
#include "checks/mta/queue/queue_tally.hpp"

// A saved listing of Postfix: what `postqueue -j` (one JSON object a line) or `postqueue -p` and `mailq`
// printed.
namespace reputed::mta {

// Fed with bytes as they come. Lines that are neither form are counted and otherwise ignored; so are lines
// longer than 16 MiB (a message with some 100,000 recipients).
class PostqueueParser {
  public:
    explicit PostqueueParser(const QueueContext& context)
        : json_({"maildrop", "incoming", "active", "deferred", "hold"}, context), mailq_(context) {}

    void feed(std::string_view bytes);
    // After the last byte. `what` names the input in the error. An empty input is an empty queue, since that
    // is what `postqueue -j` prints for one; an input of garbage only is an error. Garbage among messages,
    // and a listing that ends before its last line, are told in QueueReport::note.
    QueueResult finish(const std::string& what);

  private:
    void line(std::string_view text, bool whole);
    bool json_line(std::string_view text);

    LineSplitter lines_{std::size_t{16} << 20};
    QueueTally json_;
    MailqParser mailq_;
    std::uint64_t mailq_lines_ = 0;
    std::uint64_t garbage_ = 0;
};

QueueResult read_postqueue(ListingFile& file, const QueueContext& context);

}  // namespace reputed::mta
