#pragma once

#include <optional>
#include <vector>

#include "checks/mta/log/file_watch.hpp"
#include "checks/mta/log/log_piece.hpp"
#include "checks/mta/log/log_source.hpp"
#include "checks/mta/log/rotated_logs.hpp"

namespace reputed::mta {

// Follows a log file over its rotations: by rename, by copy and truncation, compressed or not, several between two
// looks. Every whole line is handed over once, in the order in which it was written. What cannot be had:
//   - lines that are written between copy and truncation (copytruncate): they are gone for everybody;
//   - lines of a piece that was deleted, or moved to another folder, before it was read to its end, where the agent did
//     not have it open;
//   - lines that a writer puts into an old piece after others have written to the new one and the agent was restarted.
// A line without end at the end of an older piece is handed over as it is.
class FileFollower final : public LogSource {
  public:
    // Goes on at `cursor`; without one, or with one of another path, begins at the end of the log as it is now, or at its beginning when it is
    // created later.
    FileFollower(std::string path, const std::optional<LogCursor>& cursor);

    std::size_t read(std::size_t max_bytes, const LineSink& line) override;
    LogCursor cursor() const override;  // without path: not begun, since it could not be read yet
    int wait_fd() const override { return watch_.fd(); }
    std::chrono::milliseconds look_after() const override;
    std::string problem() const override { return problem_; }
    std::uint64_t behind() const override;

  private:
    enum class Begin : std::uint8_t {
        at_cursor,
        at_end,
        at_beginning,  // there is nothing yet: all that comes is new
    };
    bool open_log();
    bool begin_without_text(const std::vector<RotatedLog>& rotated);
    bool advance(const LineSink& line);
    void begin_again();
    bool wait_for_compressor();
    std::size_t read_late_lines(const LineSink& line);
    void go_on_with(LogPiece piece, const LineSink& line);
    void set_current(LogPiece piece);
    FileId log_id() const;  // of what has the log's name now

    std::string path_;
    FileWatch watch_;
    std::vector<char> buffer_;
    Begin begin_ = Begin::at_end;
    LogCursor wanted_;  // where begin_ is at_cursor
    std::optional<LogPiece> current_;
    std::optional<LogPiece> previous_;  // may still get a line from a slow writer
    std::chrono::steady_clock::time_point late_until_;
    FileId awaited_;           // the empty log that comes after current_, watched too
    bool at_its_end_ = false;  // of current_, and a newer piece was there when it was looked at
    std::string problem_;
};

}  // namespace reputed::mta
