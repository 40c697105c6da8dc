#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "checks/identity/ehlo.hpp"
#include "checks/identity/mx.hpp"
#include "checks/identity/ptr.hpp"
#include "config/mta_names.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace reputed;

void require_bounded(const std::vector<std::string>& names) {
    fuzz::require(names.size() <= 16, "at most 16 names");
    for (const auto& name : names)
        fuzz::require(!name.empty(), "no empty name");
}

}  // namespace

// Any bytes as what an MTA says of its own name, and as that name itself. A name that is found good is a host
// name that DNS can be asked for, and stays good when it is read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto half = text.substr(0, text.size() / 2);
    require_bounded(parse_postfix_names(half, text.substr(half.size())));
    require_bounded(parse_exim_transports(text, "mail.example").names);
    const auto smtpd = parse_smtpd_conf(text);
    for (const auto& name : smtpd.names)
        fuzz::require(!name.empty(), "no empty name");
    std::vector<std::string> names = smtpd.names;
    names.push_back(parse_exim_hostname(text));
    names.push_back(parse_sendmail_identity(text));
    names.emplace_back(text);
    for (const auto& name : names) {
        const auto judged = identity::ehlo_name(name);
        const bool good = judged.fault == identity::EhloFault::none;
        fuzz::require(good == judged.why.empty(), "a fault says why");
        if (!good) continue;
        fuzz::require(identity::is_host_name(judged.name), "a good name is a host name");
        fuzz::require(!identity::is_address_literal(judged.name), "and no address");
        fuzz::require(identity::ehlo_name(judged.name).name == judged.name, "and stays what it is");
    }
    return 0;
}
