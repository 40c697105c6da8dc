#include "checks/auth/dkim_record.hpp"
#include "tests/fuzz/fuzz.hpp"

// What a receiver takes from the record is a record that says the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace reputed;
    const auto record = dkim::parse_record(fuzz::text_of(data, size));
    if (!record.valid()) return 0;
    const auto again = dkim::parse_record(record.to_string());
    fuzz::require(again.valid(), "what is printed is valid");
    fuzz::require(again == record, "what is printed reads the same");
    fuzz::require(again.to_string() == record.to_string(), "what is printed is canonical");
    return 0;
}
