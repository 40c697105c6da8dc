#include "checks/mta/reply/provider_table.hpp"

#include <algorithm>
#include <bit>

namespace reputed::mta {
namespace {

constexpr char lower_case(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

constexpr std::uint64_t hash_begin = 0xcbf29ce484222325;

constexpr std::uint64_t hash_step(std::uint64_t hash, char c) {
    return (hash ^ static_cast<std::uint8_t>(lower_case(c))) * 0x100000001b3;
}

std::uint64_t hash_of(std::string_view name) {
    auto hash = hash_begin;
    for (std::size_t i = name.size(); i > 0; --i)
        hash = hash_step(hash, name[i - 1]);
    return hash;
}

std::string_view without_dot(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    return name;
}

std::size_t slots_for(std::size_t names) {
    return std::bit_ceil(names * 4 + 1);
}

}  // namespace

ProviderTable::ProviderTable(const std::vector<Provider>& providers) {
    std::size_t host_count = 0;
    std::size_t domain_count = 0;
    for (const auto& provider : providers) {
        host_count += provider.hosts.size();
        domain_count += provider.domains.size();
    }
    hosts_.resize(slots_for(host_count));
    domains_.resize(slots_for(domain_count));
    std::uint16_t number = 0;
    for (const auto& provider : providers) {
        ++number;
        for (const auto& host : provider.hosts) {
            add(hosts_, host, number);
            const auto labels = static_cast<std::size_t>(std::count(host.begin(), host.end(), '.')) + 1;
            most_labels_ = std::max(most_labels_, labels);
        }
        for (const auto& domain : provider.domains)
            add(domains_, domain, number);
    }
}

// The first that claims a name has it.
void ProviderTable::add(Slots& slots, const std::string& name, std::uint16_t provider) {
    const auto hash = hash_of(name);
    auto i = hash & (slots.size() - 1);
    for (; slots[i].provider != 0; i = (i + 1) & (slots.size() - 1))
        if (slots[i].name == name) return;
    slots[i] = {hash, name, provider};
}

const ProviderTable::Slot* ProviderTable::find(const Slots& slots, std::uint64_t hash,
                                               std::string_view name) {
    for (auto i = hash & (slots.size() - 1); slots[i].provider != 0; i = (i + 1) & (slots.size() - 1)) {
        const auto& slot = slots[i];
        if (slot.hash == hash && std::equal(name.begin(), name.end(), slot.name.begin(), slot.name.end(),
                                            [](char a, char b) { return lower_case(a) == b; }))
            return &slot;
    }
    return nullptr;
}

std::uint16_t ProviderTable::by_host(std::string_view host) const {
    host = without_dot(host);
    std::uint16_t provider = 0;
    auto hash = hash_begin;
    std::size_t labels = 1;
    for (std::size_t i = host.size(); i > 0; --i) {
        const char c = host[i - 1];
        if (c == '.') {
            if (const auto* const slot = find(hosts_, hash, host.substr(i))) provider = slot->provider;
            if (++labels > most_labels_) return provider;
        }
        hash = hash_step(hash, c);
    }
    if (const auto* const slot = find(hosts_, hash, host)) provider = slot->provider;
    return provider;
}

std::uint16_t ProviderTable::by_domain(std::string_view domain) const {
    domain = without_dot(domain);
    const auto* const slot = find(domains_, hash_of(domain), domain);
    return slot == nullptr ? 0 : slot->provider;
}

}  // namespace reputed::mta
