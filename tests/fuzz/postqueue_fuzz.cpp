#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "checks/mta/queue/postfix_id.hpp"
#include "checks/mta/queue/postfix_spool.hpp"
#include "checks/mta/queue/postqueue_json.hpp"

// Saved listings, queue file heads, queue ids and reasons: all foreign bytes of the Postfix reader but the
// socket.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace reputed::mta;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    PostqueueParser parser(1'795'300'000);
    parser.feed(bytes.substr(0, size / 2));
    parser.feed(bytes.substr(size / 2));
    const auto result = parser.finish("input");
    if (const auto* report = std::get_if<QueueReport>(&result)) {
        if (report->reasons.size() > max_reasons || report->by_queue.size() > 20) std::abort();
        for (const auto& reason : report->reasons)
            for (const char c : reason.text)
                if (c < ' ' || c > '~') std::abort();
    }
    parse_queue_file_head(bytes);
    if (postfix_id_time(bytes) && !is_postfix_queue_id(bytes)) std::abort();
    const auto reason = normalise_reason(bytes);
    if (reason.size() > 200) std::abort();
    return 0;
}
