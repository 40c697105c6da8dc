#include <cstddef>
#include <cstdint>

#include "checks/mta/queue/exim_id.hpp"
#include "checks/mta/queue/exim_mailq.hpp"
#include "checks/mta/queue/exim_spool.hpp"
#include "tests/fuzz/queue_report.hpp"

// Saved listings, -H and -J files, message logs and ids of Exim.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace reputed::mta;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check_listing<Listing<EximMailqParser>, EximMailqParser>(bytes, size == 0 ? 0 : data[0] % size);
    const auto envelope = parse_exim_envelope(bytes.substr(size / 8), bytes.substr(0, size / 8));
    if (envelope.header_bytes > size) std::abort();
    parse_exim_message_log(bytes);
    if (exim_id_time(bytes) && !is_exim_id(bytes)) std::abort();
    return 0;
}
