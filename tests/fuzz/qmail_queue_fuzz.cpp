#include <cstddef>
#include <cstdint>

#include "checks/mta/queue/qmail_listing.hpp"
#include "checks/mta/queue/qmail_spool.hpp"
#include "tests/fuzz/queue_report.hpp"

// Saved listings and recipient files of qmail, and the guess whose listing it is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace reputed::mta;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check_listing<Listing<QmailParser>, QmailParser>(bytes, size == 0 ? 0 : data[0] % size);
    if (count_qmail_recipients(bytes) > size) std::abort();
    listing_mta(bytes);
    return 0;
}
