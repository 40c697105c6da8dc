#include "checks/mta/log/log_piece.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checks/mta/log/decompressor.hpp"

namespace reputed::mta {
namespace {

// Bytes at `offset`, up to the end of the file; fewer only there or after an error (errno).
std::optional<std::size_t> read_at(int fd, std::span<char> buffer, std::uint64_t offset) {
    std::size_t size = 0;
    while (size < buffer.size()) {
        const auto got =
            pread(fd, buffer.data() + size, buffer.size() - size, static_cast<off_t>(offset + size));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return {};
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    return size;
}

std::string head_of(int fd) {
    std::string head(LogCursor::longest_head, '\0');
    head.resize(read_at(fd, head, 0).value_or(0));
    return head;
}

LogPiece::Failure no_regular_file(const std::string& path, mode_t mode) {
    const char* what = S_ISDIR(mode)    ? "a directory"
                       : S_ISFIFO(mode) ? "a pipe"
                       : S_ISSOCK(mode) ? "a socket"
                                        : "a device";
    return {0, path + ": is " + what + " and no log file; name the file that the MTA or syslog writes"};
}

}  // namespace

FileId FileId::of(const struct stat& status) {
    return {status.st_dev, status.st_ino};
}

std::variant<LogPiece, LogPiece::Failure> LogPiece::open(const std::string& path) {
    // A pipe or device must not be opened at all, and is not waited for where it comes between.
    struct stat status {};
    if (stat(path.c_str(), &status) != 0) return Failure{errno, cannot_read(path, errno)};
    if (!S_ISREG(status.st_mode)) return no_regular_file(path, status.st_mode);
    LogPiece piece;
    piece.fd_ = FileHandle(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!piece.fd_) return Failure{errno, cannot_read(path, errno)};
    if (fstat(piece.fd(), &status) != 0) return Failure{errno, cannot_read(path, errno)};
    if (!S_ISREG(status.st_mode)) return no_regular_file(path, status.st_mode);
    piece.path_ = path;
    piece.id_ = FileId::of(status);
    piece.head_ = head_of(piece.fd());
    if (compression_of(piece.head_) == Compression::none) return piece;

    auto opened = LogFile::read_from(FileHandle(fcntl(piece.fd(), F_DUPFD_CLOEXEC, 3)), path);
    if (auto* why = std::get_if<std::string>(&opened)) return Failure{EIO, std::move(*why)};
    piece.file_ = std::move(std::get<LogFile>(opened));
    while (piece.rest_.size() < LogCursor::longest_head) {
        const auto text = piece.file_->next();
        if (text.empty()) break;
        piece.rest_ += text;
    }
    piece.head_ = piece.rest_.substr(0, LogCursor::longest_head);
    return piece;
}

std::uint64_t LogPiece::size() const {
    struct stat status {};
    return fstat(fd(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

std::uint64_t LogPiece::behind() const {
    const auto done = file_ ? file_->position() : offset_;
    const auto all = size();
    return all > done ? all - done : 0;
}

LogCursor LogPiece::place(const std::string& path) const {
    LogCursor cursor;
    cursor.path = path;
    cursor.device = id_.device;
    cursor.inode = id_.inode;
    cursor.offset = offset_;
    cursor.head_size = static_cast<std::uint32_t>(head_.size());
    cursor.head_hash = LogCursor::hash_of(head_);
    return cursor;
}

bool LogPiece::has_head_of(const LogCursor& cursor) const {
    return cursor.head_size > 0 && head_.size() >= cursor.head_size &&
           LogCursor::hash_of(std::string_view(head_).substr(0, cursor.head_size)) == cursor.head_hash;
}

bool LogPiece::start_at(std::uint64_t offset) {
    if (!file_) {
        const auto end = size();
        offset_ = read_ = std::min(offset, end);
        return offset <= end;
    }
    while (read_ + rest_.size() < offset) {
        read_ += rest_.size();
        rest_ = file_->next();
        if (rest_.empty()) break;
    }
    const bool there = read_ + rest_.size() >= offset;
    rest_.erase(0, static_cast<std::size_t>(std::min<std::uint64_t>(offset - read_, rest_.size())));
    offset_ = read_ = offset;
    return there;
}

void LogPiece::start_at_last_line() {
    std::string tail(longest_log_line, '\0');
    const auto end = size();
    const auto begin = end > tail.size() ? end - tail.size() : 0;
    tail.resize(std::min<std::size_t>(read_at(fd(), tail, begin).value_or(0), end - begin));
    const auto last = tail.rfind('\n');
    offset_ = read_ = last != tail.npos ? begin + last + 1 : begin == 0 ? 0 : end;
}

void LogPiece::start_at_end() {
    if (!file_) {
        offset_ = read_ = size();
        return;
    }
    for (read_ = rest_.size(), rest_.clear();;) {
        const auto text = file_->next();
        if (text.empty()) break;
        read_ += text.size();
    }
    offset_ = read_;
}

// A writer that does not append goes on at its old offset after a truncation: the file then begins with a hole as large
// as what was there.
bool LogPiece::skip_hole() {
    const auto data = lseek(fd(), 0, SEEK_DATA);
    if (data <= 0) return false;
    offset_ = read_ = static_cast<std::uint64_t>(data);
    return true;
}

// Its first bytes are what they were, and it reaches at least as far as it was read. Looked at after reading: what was
// read before that is the old text.
bool LogPiece::unchanged(std::uint64_t up_to) {
    if (size() < up_to) return false;
    auto head = head_of(fd());
    if (!std::string_view(head).starts_with(head_)) return false;
    head_ = std::move(head);
    return true;
}

LogPiece::Step LogPiece::read(std::span<char> buffer, const LogSource::LineSink& line) {
    if (file_) {
        if (!rest_.empty()) {
            const auto rest = std::exchange(rest_, {});
            return take(rest, line);
        }
        const auto text = file_->next();
        if (!text.empty()) return take(text, line);
        error_ = file_->error();
        return error_.empty() ? Step::end : Step::failed;
    }
    const auto got = read_at(fd(), buffer, read_);
    if (!got) {
        error_ = cannot_read(path_, errno);
        return Step::failed;
    }
    if (!unchanged(read_ + *got)) return Step::changed;
    if (read_ == 0 && *got > 0 && buffer.front() == '\0' && skip_hole()) return read(buffer, line);
    return *got == 0 ? Step::end : take({buffer.data(), *got}, line);
}

LogPiece::Step LogPiece::take(std::string_view bytes, const LogSource::LineSink& line) {
    splitter_.feed(bytes, [&](std::string_view text, bool) {
        while (!text.empty() && text.front() == '\0')  // what is left of a hole
            text.remove_prefix(1);
        line(text);
    });
    if (const auto last = bytes.rfind('\n'); last != bytes.npos) offset_ = read_ + last + 1;
    read_ += bytes.size();
    return Step::read;
}

void LogPiece::finish(const LogSource::LineSink& line) {
    splitter_.finish([&](std::string_view text, bool) { line(text); });
    offset_ = read_;
}

}  // namespace reputed::mta
