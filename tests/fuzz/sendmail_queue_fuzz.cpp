#include <cstddef>
#include <cstdint>

#include "checks/mta/queue/sendmail.hpp"
#include "checks/mta/queue/sendmail_id.hpp"
#include "checks/mta/queue/sendmail_mailq.hpp"
#include "tests/fuzz/queue_report.hpp"

// Saved listings, qf files, ids and the configuration of Sendmail.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace reputed::mta;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check_listing<Listing<SendmailMailqParser>, SendmailMailqParser>(bytes, size == 0 ? 0 : data[0] % size);
    parse_sendmail_envelope(bytes);
    if (sendmail_id_time(bytes, 1'795'300'000) && !is_sendmail_id(bytes)) std::abort();
    const auto directory = parse_queue_directory_option(bytes);
    if (!directory.empty() && directory.front() != '/') std::abort();
    if (sendmail_queue_name(bytes).size() > 32) std::abort();
    return 0;
}
