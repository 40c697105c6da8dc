#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "checks/identity/generic_name.hpp"
#include "checks/identity/ptr.hpp"

// Any bytes as the PTR target of an address made from the first seventeen. A reason always quotes no more
// than the name holds, the judgement does not depend on case or a trailing dot, and a name that carries the
// address is found.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace reputed;
    if (size < 17) return 0;
    std::array<std::uint8_t, 16> bytes{};
    std::copy_n(data + 1, 16, bytes.begin());
    const auto v4 = static_cast<std::uint32_t>(bytes[0] << 24U | bytes[1] << 16U | bytes[2] << 8U | bytes[3]);
    const IpAddress address = data[0] % 2 == 0 ? IpAddress::v4(v4) : IpAddress::v6(bytes);
    const std::string name(reinterpret_cast<const char*>(data) + 17, size - 17);

    const auto generic = identity::generic_name(name, address);
    if (generic && generic->reason.size() > name.size() + 100) std::abort();
    std::string shouted = name;
    std::transform(shouted.begin(), shouted.end(), shouted.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    if (generic.has_value() != identity::generic_name(shouted, address).has_value()) std::abort();

    const bool host_name = identity::is_host_name(name);
    if (host_name && !is_valid_name(name)) std::abort();
    const std::string with_address = reversed(address) + '.' + name;
    if (host_name && is_valid_name(with_address)) {
        const auto found = identity::generic_name(with_address, address);
        if (!found || found->sign != identity::GenericName::Sign::address) std::abort();
    }
    for (const auto& misplaced : identity::misplaced_ptr_names(address, name))
        if (!is_valid_name(misplaced) || !identity::is_within(misplaced, name)) std::abort();
    return 0;
}
