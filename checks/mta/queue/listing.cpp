#include "checks/mta/queue/listing.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace reputed::mta {
namespace {

constexpr std::size_t piece_size = std::size_t{64} << 10;

}  // namespace

std::string plural(std::uint64_t count, std::string_view noun) {
    return std::to_string(count) + ' ' + std::string(noun) + (count == 1 ? "" : "s");
}

ListingFile::ListingFile(const std::string& path) : name_(path == "-" ? "standard input" : path) {
    if (path == "-") {
        fd_ = STDIN_FILENO;
        return;
    }
    opened_ = FileHandle(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    fd_ = opened_.get();
    if (fd_ < 0) error_ = std::strerror(errno);
}

// A pipe gives what it has: read on until the piece is full.
void ListingFile::fill() {
    buffer_.resize(piece_size);
    std::size_t size = 0;
    while (size < piece_size && !ended_ && error_.empty()) {
        const auto got = read(fd_, buffer_.data() + size, piece_size - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) error_ = std::strerror(errno);
        if (got == 0) ended_ = true;
        if (got > 0) size += static_cast<std::size_t>(got);
    }
    buffer_.resize(size);
    given_ = false;
}

std::string_view ListingFile::head() {
    if (buffer_.empty()) fill();
    return buffer_;
}

std::string_view ListingFile::next() {
    if (given_ || buffer_.empty()) fill();
    given_ = true;
    return buffer_;
}

}  // namespace reputed::mta
