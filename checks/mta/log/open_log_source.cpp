#include "checks/mta/log/open_log_source.hpp"

#include <algorithm>
#include <array>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checks/mta/file_handle.hpp"
#include "checks/mta/log/usual_logs.hpp"

namespace reputed::mta {
namespace {

// The beginning of the first whole line in the last `bytes` of the file; nullopt where it cannot be read, is no plain
// file, or has no such line.
std::optional<LogCursor> before_end(const std::string& path, std::uint64_t bytes) {
    const FileHandle file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status {};
    if (!file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
    std::array<char, LogCursor::longest_head> head;
    const auto read = pread(file.get(), head.data(), head.size(), 0);
    if (read < 0) return {};
    LogCursor cursor;
    cursor.path = path;
    cursor.device = status.st_dev;
    cursor.inode = status.st_ino;
    cursor.head_size = static_cast<std::uint32_t>(read);
    cursor.head_hash = LogCursor::hash_of({head.data(), static_cast<std::size_t>(read)});
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size <= bytes) return cursor;
    std::array<char, longest_log_line> around;
    const auto begin = size - bytes;
    const auto seen = pread(file.get(), around.data(), around.size(), static_cast<off_t>(begin));
    if (seen <= 0) return {};
    const auto* const end = around.data() + seen;
    const auto* const line_end = std::find<const char*>(around.data(), end, '\n');
    if (line_end == end) return {};
    cursor.offset = begin + static_cast<std::uint64_t>(line_end - around.data()) + 1;
    return cursor;
}

}  // namespace

std::unique_ptr<LogSource> open_log_source(const LogPlace& place, const std::optional<LogCursor>& cursor,
                                           std::uint64_t first_look) {
    if (cursor || place.path == journal_log) return follow_log(place.path, mta_kind(place.mta), cursor);
    return follow_log(place.path, mta_kind(place.mta), before_end(place.path, first_look));
}

}  // namespace reputed::mta
