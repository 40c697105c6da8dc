#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "checks/mta/line_splitter.hpp"
#include "checks/mta/log/dialect.hpp"
#include "checks/mta/log/log_summary.hpp"

namespace reputed::mta {

// What came of each line.
struct LineCounts {
    std::uint64_t lines = 0;
    std::uint64_t foreign = 0;  // of other programs, or no lines of a log
    std::uint64_t cut = 0;      // longer than max_log_line
    BoundedCounts unknown{64};  // not understood, by program
};

inline constexpr std::size_t max_log_line = std::size_t{64} << 10;

// Bytes in, lines to the dialect, events to the sink. Without a dialect it finds out whose log it is: from the first
// part of it, else from the first line that can only be one MTA's.
class LogReader {
  public:
    LogReader(const LogDialectInfo* dialect, std::int64_t now, LogSink& sink);

    void feed(std::string_view bytes);
    void finish();  // after the last byte

    const LineCounts& counts() const { return counts_; }
    std::string_view mta() const;  // "" = it could not be told

  private:
    class Counting;
    void line(std::string_view text, bool whole);
    void guess(std::string_view bytes);

    const LogDialectInfo* info_;
    std::int64_t now_;
    LogSink& sink_;
    std::unique_ptr<LogDialect> dialect_;
    bool guessed_ = false;
    LineSplitter lines_{max_log_line};
    LineCounts counts_;
};

}  // namespace reputed::mta
