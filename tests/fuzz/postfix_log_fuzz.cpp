#include "checks/mta/log/postfix_log.hpp"
#include "tests/fuzz/log_dialect.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto dialect = reputed::mta::make_postfix_log(1'795'284'600);
    reputed::fuzz::read_log(*dialect, reputed::mta::is_postfix_log_line, reputed::fuzz::text_of(data, size));
    return 0;
}
