#include <algorithm>

#include "checks/reputation/feedback/fetch.hpp"
#include "checks/reputation/feedback/snds.hpp"
#include "checks/reputation/feedback/snds_memory.hpp"
#include "tests/fuzz/fuzz.hpp"

// Any bytes as one of the two files of SNDS, and as what its last reading kept.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace reputed;
    using namespace reputed::feedback;
    if (size == 0) return 0;
    const std::string text(fuzz::text_of(data + 1, size - 1));
    const bool is_status = data[0] % 2 == 1;
    const auto now = WallTime() + std::chrono::seconds(1795176000);
    FeedbackSettings settings;
    settings.name = "snds";
    settings.key.value = "k3y-of-the-account";
    const Context context{
        settings,
        {*IpAddress::parse("192.0.2.1"), *IpAddress::parse("192.0.2.2"), *IpAddress::parse("2001:db8::1")},
        {},
        now,
        {},
        [&](http::Request&& request) {
            http::Response response;
            response.status = 200;
            if ((request.url.find("ipStatus") != std::string::npos) == is_status) response.body = text;
            return response;
        },
        text};
    const auto reading = read_snds(context);
    for (const auto& point : reading.points) {
        fuzz::require(point.subject == "192.0.2.1" || point.subject == "192.0.2.2",
                      "only what was asked about");
        fuzz::require(point.value >= 0 && is_possible(point.time), "a value of a time that can be");
        fuzz::require(point.detail.size() <= 300, "short details");
    }
    fuzz::require(reading.points.size() <= 18, "one point a metric");
    fuzz::require((reading.fault == Fault::none) == reading.message.empty(), "a fault has its sentence");
    const auto memory = write_snds_memory(read_snds_memory(text));
    fuzz::require(write_snds_memory(read_snds_memory(memory)) == memory, "what is kept comes back");
    return 0;
}
