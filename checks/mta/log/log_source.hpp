#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

// A log that is followed while it is written, wherever it comes from.
namespace reputed::mta {

inline constexpr std::size_t longest_log_line = 64UL * 1024;

// A place in a log: right after the last whole line that was handed over.
struct LogCursor {
    // Of files:
    std::string path;  // where the log is written now; the place may be in an older piece of it, rotated away
    std::uint64_t device = 0;
    std::uint64_t inode = 0;   // of the piece; 0 = there was no file yet: whatever comes is new
    std::uint64_t offset = 0;  // in its (decompressed) text
    // The piece's first bytes, as many as it had, so that a reused inode, a truncated file and a copy are told apart.
    std::uint32_t head_size = 0;  // at most longest_head
    std::uint64_t head_hash = 0;  // hash_of() them

    std::string journal;  // the cursor string of a journal; then nothing else is set

    static constexpr std::uint32_t longest_head = 1024;
    static std::uint64_t hash_of(std::string_view head);

    bool operator==(const LogCursor&) const = default;

    // One line of printable characters; "" when neither a path nor a journal is set: no place, so not to be kept.
    std::string to_text() const;
    // Only what to_text() writes; anything else is refused.
    static std::optional<LogCursor> parse(std::string_view text);
};

// Belongs to one thread.
class LogSource {
  public:
    // One line without its end; of one over longest_log_line its beginning. Any bytes. Valid during the call.
    using LineSink = std::function<void(std::string_view)>;

    virtual ~LogSource() = default;

    // Hands over the whole lines that are new. Stops after about `max_bytes` (at most a block of 256 KiB more); returns
    // how many were consumed, 0 = nothing new. Never waits.
    virtual std::size_t read(std::size_t max_bytes, const LineSink& line) = 0;

    // The place after what read() handed over: a source made from it goes on there.
    virtual LogCursor cursor() const = 0;

    // Readable when there may be more: then call read(), which makes it unreadable again. Each line may wake, so wait
    // for a moment between. -1 = there is none now; it may change with each read().
    virtual int wait_fd() const = 0;
    // Call read() after so long in any case: what happens where wait_fd() does not look is seen then.
    virtual std::chrono::milliseconds look_after() const = 0;

    // Why it cannot be read, as of the last read(): what, why and what to do, in one sentence. "" = nothing is wrong.
    virtual std::string problem() const = 0;

    // Bytes still to be read, as far as known; of a journal 0.
    virtual std::uint64_t behind() const = 0;
};

}  // namespace reputed::mta
