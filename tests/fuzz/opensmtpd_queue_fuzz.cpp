#include <cstddef>
#include <cstdint>

#include "checks/mta/queue/opensmtpd_spool.hpp"
#include "checks/mta/queue/smtpctl_queue.hpp"
#include "tests/fuzz/queue_report.hpp"

// Saved listings and envelope files of OpenSMTPD.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace reputed::mta;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check_listing<Listing<SmtpctlParser>, SmtpctlParser>(bytes, size == 0 ? 0 : data[0] % size);
    parse_smtpd_envelope(bytes);
    return 0;
}
