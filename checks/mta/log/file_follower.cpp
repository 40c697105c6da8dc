#include "checks/mta/log/file_follower.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <utility>

#include <sys/stat.h>

namespace reputed::mta {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t block = 256UL * 1024;
constexpr int most_truncations = 8;  // handled in one read()
// A compressed file that ends too early may still be being written; after so long without a change it is damaged.
constexpr std::time_t compressor_limit = 60;
// A file that was deleted takes room on the disk as long as it is held.
constexpr auto late_limit = 60s;

std::string folder_of(const std::string& path) {
    auto folder = std::filesystem::path(path).parent_path().string();
    return folder.empty() ? "." : folder;
}

}  // namespace

FileFollower::FileFollower(std::string path, const std::optional<LogCursor>& cursor)
    : path_(std::move(path)), watch_(folder_of(path_)), buffer_(block) {
    if (cursor && cursor->path == path_) {
        begin_ = cursor->inode == 0 ? Begin::at_beginning : Begin::at_cursor;
        wanted_ = *cursor;
    }
    open_log();
}

// Finds where to begin. false: there is nothing to be read yet.
bool FileFollower::open_log() {
    if (begin_ == Begin::at_cursor) {
        if (auto piece = find_piece(path_, wanted_)) {
            set_current(std::move(*piece));
            return true;
        }
    }
    const auto rotated = rotated_logs(path_);
    auto opened = LogPiece::open(path_);
    if (const auto* failure = std::get_if<LogPiece::Failure>(&opened)) {
        problem_ = failure->sentence;
        const bool not_there = failure->error == ENOENT || failure->error == ENOTDIR || failure->error == 0;
        return not_there && begin_ != Begin::at_cursor && begin_without_text(rotated);
    }
    auto& piece = std::get<LogPiece>(opened);
    if (piece.head().empty()) {
        watch_.watch_next(piece.fd());
        awaited_ = piece.id();
        return begin_without_text(rotated);
    }
    if (begin_ == Begin::at_end) {
        if (!piece.compressed()) piece.start_at_last_line();
    } else if (!same_files(rotated, rotated_logs(path_))) {
        return false;  // what was written first may have another name by now
    } else if (begin_ == Begin::at_beginning) {
        if (auto oldest = oldest_piece(rotated)) piece = std::move(*oldest);
    }
    set_current(std::move(piece));
    return true;
}

// The log is not there or empty: nothing in it could tell later whether it is still the same. So the place is at the end
// of the newest older piece, or before everything where there is none.
bool FileFollower::begin_without_text(const std::vector<RotatedLog>& rotated) {
    auto piece = begin_ == Begin::at_beginning ? oldest_piece(rotated) : newest_piece(rotated);
    if (piece) {
        if (begin_ != Begin::at_beginning) piece->start_at_end();
        problem_.clear();
        set_current(std::move(*piece));
        return true;
    }
    begin_ = Begin::at_beginning;
    return false;
}

void FileFollower::set_current(LogPiece piece) {
    current_ = std::move(piece);
    begin_ = Begin::at_beginning;
    at_its_end_ = false;
    awaited_ = {};
    watch_.watch(current_->fd());
    watch_.drain();  // what was told up to now is seen by the reading that follows
}

FileId FileFollower::log_id() const {
    struct stat status {};
    return stat(path_.c_str(), &status) == 0 ? FileId::of(status) : FileId{};
}

std::size_t FileFollower::read(std::size_t max_bytes, const LineSink& line) {
    watch_.drain();
    problem_.clear();
    std::size_t total = read_late_lines(line);
    int truncations = 0;
    while (total < max_bytes) {
        if (!current_ && !open_log()) break;
        const auto before = current_->position();
        const auto room = std::min(buffer_.size(), max_bytes - total);
        switch (current_->read({buffer_.data(), room}, line)) {
            case LogPiece::Step::read:
                total += static_cast<std::size_t>(current_->position() - before);
                at_its_end_ = false;
                continue;
            case LogPiece::Step::changed:
                if (++truncations > most_truncations) return total;
                begin_again();
                continue;
            case LogPiece::Step::failed:
                problem_ = current_->error();
                if (!current_->compressed() || wait_for_compressor()) return total;
                break;
            case LogPiece::Step::end:
                break;
        }
        if (!advance(line)) break;
    }
    return total;
}

// The log was truncated: its rest is in a copy, or gone.
void FileFollower::begin_again() {
    wanted_ = current_->place(path_);
    begin_ = Begin::at_cursor;
    current_.reset();
}

// true: the compressed file is read again from here later.
bool FileFollower::wait_for_compressor() {
    struct stat status {};
    if (fstat(current_->fd(), &status) != 0 || std::time(nullptr) - status.st_mtime > compressor_limit)
        return false;
    begin_again();
    return true;
}

// The current piece is read to its end. true: there is more, in it or in the next one.
bool FileFollower::advance(const LineSink& line) {
    if (log_id() == current_->id()) return false;
    auto next = piece_after(path_, *current_);
    if (!next.settled) return false;
    if (!next.piece) {
        auto opened = LogPiece::open(path_);
        if (const auto* failure = std::get_if<LogPiece::Failure>(&opened)) {
            // After a rotation some create the new file with its first line.
            if (failure->error != ENOENT) problem_ = failure->sentence;
            return false;
        }
        auto& log = std::get<LogPiece>(opened);
        if (log.id() == current_->id()) return false;
        // Written elsewhere and put in its place: it goes on where the old one was.
        if (log.has_head_of(current_->place(path_)) && log.start_at(current_->offset())) {
            set_current(std::move(log));
            return true;
        }
        // Whoever writes has not gone over to it yet.
        if (log.head().empty()) {
            watch_.watch_next(log.fd());
            awaited_ = log.id();
            return false;
        }
        next.piece = std::move(log);
    }
    // What was written to the old one before the first byte of the new one is there by now.
    if (!std::exchange(at_its_end_, true)) return true;
    go_on_with(std::move(*next.piece), line);
    return true;
}

void FileFollower::go_on_with(LogPiece piece, const LineSink& line) {
    current_->finish(line);
    previous_.reset();
    if (!current_->compressed()) previous_ = std::move(current_);
    late_until_ = std::chrono::steady_clock::now() + late_limit;
    set_current(std::move(piece));
}

std::size_t FileFollower::read_late_lines(const LineSink& line) {
    if (!previous_) return 0;
    const auto before = previous_->position();
    LogPiece::Step step{};
    while ((step = previous_->read(buffer_, line)) == LogPiece::Step::read) {
    }
    const auto got = static_cast<std::size_t>(previous_->position() - before);
    if (step != LogPiece::Step::end || std::chrono::steady_clock::now() > late_until_) previous_.reset();
    return got;
}

LogCursor FileFollower::cursor() const {
    if (current_) return current_->place(path_);
    if (begin_ == Begin::at_cursor) return wanted_;
    LogCursor none;
    if (begin_ == Begin::at_beginning) none.path = path_;
    return none;
}

std::chrono::milliseconds FileFollower::look_after() const {
    const auto log = log_id();
    const bool watched = log != FileId{} && (log == awaited_ || (current_ && log == current_->id()));
    const bool sure = watch_.fd() >= 0 && watch_.watches_folder() && problem_.empty() && watched;
    return sure ? 30s : 1s;
}

std::uint64_t FileFollower::behind() const {
    if (!current_ && begin_ == Begin::at_end) return 0;
    std::uint64_t bytes = current_ ? current_->behind() : 0;
    struct stat status {};
    if (stat(path_.c_str(), &status) == 0 && (!current_ || FileId::of(status) != current_->id()))
        bytes += static_cast<std::uint64_t>(status.st_size);
    return bytes;
}

}  // namespace reputed::mta
