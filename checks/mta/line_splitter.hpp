#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace reputed::mta {

// Cuts a stream of bytes, as it comes, into lines. A line longer than `limit` is handed over once, cut to the
// limit, with `whole` false. Memory: one line.
class LineSplitter {
  public:
    explicit LineSplitter(std::size_t limit) : limit_(limit) {}

    // Calls sink(line, whole) for every line that ends in `bytes`.
    template <class Sink>
    void feed(std::string_view bytes, Sink&& sink) {
        while (!bytes.empty()) {
            const auto end = bytes.find('\n');
            const auto part = bytes.substr(0, end);
            const auto room = limit_ - pending_.size();
            whole_ = whole_ && part.size() <= room;
            if (end == std::string_view::npos) {
                pending_.append(part.substr(0, room));
                return;
            }
            if (pending_.empty()) {
                sink(part.substr(0, room), whole_);
            } else {
                pending_.append(part.substr(0, room));
                sink(std::string_view(pending_), whole_);
                pending_.clear();
            }
            whole_ = true;
            bytes.remove_prefix(end + 1);
        }
    }

    // The last line, when no line end follows it.
    template <class Sink>
    void finish(Sink&& sink) {
        if (!pending_.empty()) sink(std::string_view(pending_), whole_);
        pending_.clear();
        whole_ = true;
    }

  private:
    std::size_t limit_;
    std::string pending_;
    bool whole_ = true;
};

}  // namespace reputed::mta
