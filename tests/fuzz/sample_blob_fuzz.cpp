#include <cstdint>

#include "agent/sample_blob.hpp"
#include "tests/fuzz/fuzz.hpp"

// Any bytes as the samples of a job, as a damaged file may hold them. What is accepted is the same after another way
// there and back.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace reputed;
    const auto samples = decode_samples(fuzz::text_of(data, size));
    if (!samples) return 0;
    const auto blob = encode_samples(*samples);
    const auto again = decode_samples(blob);
    fuzz::require(again.has_value(), "what was written is read");
    fuzz::require(again->size() == samples->size(), "as many samples");
    for (std::size_t i = 0; i < samples->size(); ++i) {
        fuzz::require((*again)[i].metric == (*samples)[i].metric, "of the same names");
        fuzz::require((*again)[i].values == (*samples)[i].values, "with the same labels");
    }
    fuzz::require(encode_samples(*again) == blob, "and of one form");
    return 0;
}
