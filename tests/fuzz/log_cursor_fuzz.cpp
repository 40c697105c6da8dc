#include "checks/mta/log/log_source.hpp"
#include "checks/mta/log/rotated_logs.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace reputed;

// Any bytes of a damaged database as a place in a log: what is taken is written again as it was, and is no more than a
// place can be. Any bytes as the name of a file beside a log.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    if (const auto cursor = mta::LogCursor::parse(text)) {
        fuzz::require(cursor->to_text() == text, "one text for each place");
        fuzz::require(cursor->head_size <= mta::LogCursor::longest_head, "no more of the head than is read");
        fuzz::require(cursor->path.empty() != cursor->journal.empty(), "either a file or a journal");
        fuzz::require(cursor->path.find('\0') == std::string::npos, "no path has a NUL");
    }
    const auto half = text.substr(0, text.size() / 2);
    if (const auto rotation = mta::rotation_of(half, text.substr(half.size())))
        fuzz::require(!rotation->empty(), "an older piece has a number or a date");
    return 0;
}
