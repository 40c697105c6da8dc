#include "agent/web/content.hpp"

#include <limits>
#include <stdexcept>

#include <zlib.h>

namespace reputed {
namespace {

constexpr int raw_deflate = -MAX_WBITS;
constexpr int fast_level = 3;  // metrics are so repetitive that more effort gains little

// `flush` Z_FINISH ends the stream; Z_FULL_FLUSH ends on a byte and forgets the window, so that any stream
// may follow.
std::string deflated(const std::string& text, int flush) {
    z_stream stream{};
    if (deflateInit2(&stream, fast_level, Z_DEFLATED, raw_deflate, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error("zlib: no memory to compress a page");
    std::string out;
    char buffer[16384];
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    do {
        stream.next_out = reinterpret_cast<Bytef*>(buffer);
        stream.avail_out = sizeof buffer;
        deflate(&stream, flush);
        out.append(buffer, sizeof buffer - stream.avail_out);
    } while (stream.avail_out == 0);
    deflateEnd(&stream);
    return out;
}

std::uint32_t crc_of(const std::string& text) {
    const auto* bytes = reinterpret_cast<const Bytef*>(text.data());
    return static_cast<std::uint32_t>(crc32_z(0, bytes, text.size()));
}

void append_little_endian(std::string& out, std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8)
        out += static_cast<char>((value >> shift) & 0xffU);
}

}  // namespace

Content::Gzip Content::gzip(const std::string& preamble) const {
    if (text_.size() > std::numeric_limits<uInt>::max())
        throw std::runtime_error("text too large to compress");
    std::call_once(compressed_, [this] {
        deflated_ = deflated(text_, Z_FINISH);
        crc_ = crc_of(text_);
    });

    // RFC 1952 section 2.3: magic, method 8, no flags, no time, no extra flags, system unknown.
    Gzip gzip{std::string("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10), &deflated_, ""};
    gzip.head += deflated(preamble, Z_FULL_FLUSH);
    const auto crc = crc32_combine(crc_of(preamble), crc_, static_cast<z_off_t>(text_.size()));
    append_little_endian(gzip.trailer, static_cast<std::uint32_t>(crc));
    append_little_endian(gzip.trailer, static_cast<std::uint32_t>(preamble.size() + text_.size()));
    return gzip;
}

}  // namespace reputed
