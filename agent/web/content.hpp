#pragma once

#include <cstdint>
#include <mutex>
#include <string>

namespace reputed {

// One text that is served many times: never changed, and compressed at most once, when the first reader asks
// for it. Threads may share it.
class Content {
  public:
    explicit Content(std::string text) : text_(std::move(text)) {}

    const std::string& text() const { return text_; }

    // The text as one gzip member (RFC 1952) with `preamble` in front of it; only the preamble is compressed
    // anew. Two parts, so that the large one is not copied: what to send first, and the end of a raw deflate
    // stream that stays valid as long as this object, with the trailer that belongs to both.
    struct Gzip {
        std::string head;
        const std::string* body;
        std::string trailer;
    };
    Gzip gzip(const std::string& preamble) const;

  private:
    std::string text_;
    mutable std::once_flag compressed_;
    mutable std::string deflated_;  // raw deflate stream (RFC 1951) that begins on a byte
    mutable std::uint32_t crc_ = 0;
};

}  // namespace reputed
