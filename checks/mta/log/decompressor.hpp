#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace reputed::mta {

enum class Compression : std::uint8_t { none, gzip, xz, zstd, bzip2 };

// By the first bytes of a file.
inline constexpr std::size_t compression_magic = 10;  // so many are looked at
Compression compression_of(std::string_view head);

// Turns compressed bytes, as they come, into the text.
class Decompressor {
  public:
    // The next compressed bytes, valid until the next call; empty = the end.
    using Source = std::function<std::string_view()>;

    virtual ~Decompressor() = default;
    // Valid until the next call. Empty: the end, or error() says what is wrong with the input. All that could be
    // decompressed comes before.
    virtual std::string_view next() = 0;
    const std::string& error() const { return error_; }

    // `compression` is not none.
    static std::unique_ptr<Decompressor> make(Compression compression, Source source);

  protected:
    std::string error_;
};

}  // namespace reputed::mta
