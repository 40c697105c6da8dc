#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/mta/log/log_piece.hpp"
#include "checks/mta/log/log_source.hpp"

// The older pieces of a log, beside it: mail.log.1, mail.log.2.gz, mail.log-20261121.xz, mail-20261121.log, mainlog.01,
// @400000006741... beside current. Pieces that were moved to another folder are not found.
namespace reputed::mta {

// What is between the log's name and that of the older piece: "1", "20261121". nullopt: not a piece of this log. Endings
// of compressed files do not count.
std::optional<std::string> rotation_of(std::string_view log, std::string_view name);

struct RotatedLog {
    std::string path;
    std::string rotation;
    FileId id;
    std::int64_t modified = 0;  // nanoseconds
};

// Oldest first; each piece once, the plain one while it is being compressed. At most the newest 1,000. What is renamed
// meanwhile may be missing or there twice.
std::vector<RotatedLog> rotated_logs(const std::string& path);

bool same_files(const std::vector<RotatedLog>& a, const std::vector<RotatedLog>& b);

// The first of these pieces that has text.
std::optional<LogPiece> oldest_piece(const std::vector<RotatedLog>& pieces);
std::optional<LogPiece> newest_piece(const std::vector<RotatedLog>& pieces);

// The piece in which this place is, ready to be read from there: by device and inode and first bytes, else by its first
// bytes alone (a copy, a compressed one). nullopt: not there any more.
std::optional<LogPiece> find_piece(const std::string& path, const LogCursor& place);

// What was written after `piece`: the next older piece that is not empty, ready to be read from its beginning, or
// nullopt when there is none between it and the log itself, or that cannot be told now.
struct NextPiece {
    bool settled = false;  // false: files are being renamed right now; look again
    std::optional<LogPiece> piece;
};
NextPiece piece_after(const std::string& path, const LogPiece& piece);

}  // namespace reputed::mta
