#include "checks/auth/dkim_signers.hpp"
#include "checks/auth/dmarc_record.hpp"
#include "checks/auth/dmarc_remedy.hpp"
#include "checks/auth/mta_sts_policy.hpp"
#include "checks/auth/record.hpp"
#include "tests/fuzz/fuzz.hpp"

// The first octet is the kind, the rest the record, a policy file and the files of signers.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace reputed;
    fuzz::Input input(data, size);
    const auto kind = static_cast<record::Kind>(input.octet() % std::size(record::kind_names));
    const auto text = fuzz::text_of(data, size).substr(size == 0 ? 0 : 1);
    const auto seen = record::examine(kind, text);
    fuzz::require(seen.valid || record::has_critical(seen.findings),
                  "what is not valid has a critical finding");
    fuzz::require(!seen.valid || !seen.text.empty(), "what is valid can be printed");
    const auto policy = mta_sts::parse_policy(text);
    if (policy.valid())
        fuzz::require(mta_sts::parse_policy(policy.to_string()) == policy, "a printed policy reads the same");
    const auto better = dmarc::repaired(text);
    fuzz::require(better.empty() || dmarc::parse_record(better).valid(), "what is repaired is valid");
    const std::string file(text);
    dkim::opendkim_keys({file, file, file}, "example.com");
    dkim::rspamd_keys(file, "example.com");
    dkim::exim_keys(file, "example.com");
    return 0;
}
