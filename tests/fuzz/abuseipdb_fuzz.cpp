#include "checks/reputation/feedback/abuseipdb.hpp"
#include "checks/reputation/feedback/fetch.hpp"
#include "tests/fuzz/fuzz.hpp"

// What is read of an answer is within its bounds; on nothing there is a reason.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace reputed;
    using namespace reputed::feedback;
    const auto text = fuzz::text_of(data, size);
    std::string problem;
    const auto answer = abuseipdb::read_answer(text, IpAddress::v4(0xc0000201), problem);
    fuzz::require(answer.has_value() == problem.empty(), "an answer or a reason");
    if (answer) {
        fuzz::require(answer->score >= 0 && answer->score <= 100, "the score has its range");
        fuzz::require(answer->reports >= 0 && answer->reporters >= 0, "counts are none below zero");
    }
    if (const auto time = abuseipdb::parse_rfc3339(text))
        fuzz::require(is_possible(*time), "no time that cannot be");
    return 0;
}
