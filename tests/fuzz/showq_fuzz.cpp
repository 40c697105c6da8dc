#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "checks/mta/queue/postfix_showq.hpp"

// What showq sends, whole and in two pieces: both must end alike.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using reputed::mta::ShowqParser;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    constexpr std::time_t now = 1'795'300'000;
    ShowqParser whole(now);
    whole.feed(bytes);
    const bool good = whole.finish();
    if (good == !whole.problem().empty()) std::abort();

    const std::size_t cut = size == 0 ? 0 : data[0] % (size + 1);
    ShowqParser parts(now);
    if (parts.feed(bytes.substr(0, cut))) parts.feed(bytes.substr(cut));
    if (parts.finish() != good || parts.problem() != whole.problem()) std::abort();
    if (!good) return 0;
    const auto report = whole.report();
    if (report.total != parts.report().total || report.by_queue.size() > 20) std::abort();
    if (report.reasons.size() > reputed::mta::max_reasons) std::abort();
    return 0;
}
