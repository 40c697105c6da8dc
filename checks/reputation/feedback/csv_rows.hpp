#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reputed::feedback {

// Reads CSV (RFC 4180) a row at a time; line ends may be CRLF, LF or CR. Rows of nothing but blanks are passed over.
class CsvReader {
  public:
    // A byte order mark of UTF-8 is passed over.
    explicit CsvReader(std::string_view text);

    // Fields without blanks around; at most 64 of them, the rest is not kept. Nothing at the end.
    std::optional<std::vector<std::string>> next();
    std::size_t line() const { return line_; }  // that the last row begins in, from 1 on

  private:
    std::string field();
    void end_of_line();

    std::string_view rest_;
    std::size_t line_ = 0;
    std::size_t next_line_ = 1;
};

}  // namespace reputed::feedback
