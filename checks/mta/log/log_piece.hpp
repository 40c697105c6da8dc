#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "checks/mta/file_handle.hpp"
#include "checks/mta/line_splitter.hpp"
#include "checks/mta/log/log_file.hpp"
#include "checks/mta/log/log_source.hpp"

struct stat;

namespace reputed::mta {

struct FileId {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    bool operator==(const FileId&) const = default;

    static FileId of(const struct stat& status);
};

// One file of a log that is rotated: the one that is written to, or an older one, which may be compressed. Offsets are
// those of the (decompressed) text.
class LogPiece {
  public:
    // The alternative says why not, with the errno of open() or 0 when it is no regular file.
    struct Failure {
        int error = 0;
        std::string sentence;
    };
    static std::variant<LogPiece, Failure> open(const std::string& path);

    const FileId& id() const { return id_; }
    bool compressed() const { return file_.has_value(); }
    int fd() const { return fd_.get(); }
    std::uint64_t size() const;    // of the file, now
    std::uint64_t behind() const;  // bytes of the file still to be read
    // After the last whole line that was handed over.
    std::uint64_t offset() const { return offset_; }
    std::string_view head() const { return head_; }  // of the text; "" = it has none yet
    LogCursor place(const std::string& path) const;
    // This is the text whose place `cursor` is, as far as its first bytes tell; never when the cursor has none.
    bool has_head_of(const LogCursor& cursor) const;

    // Where reading begins; once, before read(). false: the text is shorter, and nothing is left to be read of it.
    bool start_at(std::uint64_t offset);
    void start_at_last_line();  // of a plain one: after its last line end, as it is now
    void start_at_end();

    enum class Step : std::uint8_t {
        read,
        end,      // nothing more, now
        changed,  // it was truncated: what comes is no longer the text that was read
        failed,   // error() says why
    };
    // Hands over whole lines of the next bytes, at most buffer.size() of them (more of compressed ones).
    Step read(std::span<char> buffer, const LogSource::LineSink& line);
    // The last line, which has no end, when nothing will follow it.
    void finish(const LogSource::LineSink& line);
    std::uint64_t position() const { return read_; }
    const std::string& error() const { return error_; }

  private:
    LogPiece() : splitter_(longest_log_line) {}
    bool unchanged(std::uint64_t up_to);
    bool skip_hole();
    Step take(std::string_view bytes, const LogSource::LineSink& line);

    FileHandle fd_;
    std::string path_;
    FileId id_;
    std::optional<LogFile> file_;  // of a compressed one
    std::string head_;
    std::string rest_;  // of a compressed one: text that was read while looking for the start
    LineSplitter splitter_;
    std::uint64_t offset_ = 0;
    std::uint64_t read_ = 0;  // the end of what was read
    std::string error_;
};

}  // namespace reputed::mta
