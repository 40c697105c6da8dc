#include "checks/net/message.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace reputed;

// The first octet chooses the type that was asked; the rest is the response.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static constexpr RecordType types[] = {RecordType::a,   RecordType::ns,  RecordType::cname,
                                           RecordType::soa, RecordType::ptr, RecordType::mx,
                                           RecordType::txt, RecordType::aaaa};
    if (size == 0) return 0;
    const Answer answer = decode_response({data + 1, size - 1}, types[data[0] % std::size(types)]);
    fuzz::require((answer.outcome == Outcome::ok) == !answer.records.empty(), "ok is to have records");
    fuzz::require(answer.definite() || (answer.aliases.empty() && answer.ttl == 0), "no answer says nothing");
    fuzz::require(answer.ttl <= 0x7fffffff, "a TTL is below 2^31");
    const bool response = size > 13 && (data[3] & 0x80) != 0 && (data[3] & 0x02) == 0;
    fuzz::require(response || !answer.definite(), "only a whole response is believed");
    for (const auto& alias : answer.aliases)
        fuzz::require(normalized_name(alias) == alias, "names are normalized");
    return 0;
}
