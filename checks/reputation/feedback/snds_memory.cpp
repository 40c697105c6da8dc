#include "checks/reputation/feedback/snds_memory.hpp"

#include <algorithm>
#include <charconv>

#include "checks/reputation/feedback/fetch.hpp"

namespace reputed::feedback {
namespace {

constexpr std::size_t most_addresses = 10'000;
constexpr std::size_t longest_etag = 256;
constexpr auto kept_for = std::chrono::days(30);

}  // namespace

SndsMemory read_snds_memory(std::string_view text) {
    SndsMemory memory;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const auto space = line.find(' ');
        if (space == std::string_view::npos) continue;
        const auto name = line.substr(0, space);
        const auto value = line.substr(space + 1);
        if (name == "etag") {
            const bool visible =
                std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
            if (visible && value.size() <= longest_etag) memory.data_etag = value;
            continue;
        }
        std::int64_t seconds = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
        const auto address = IpAddress::parse(name);
        const auto told = possible_time(seconds);
        if (error != std::errc() || end != value.data() + value.size() || !told) continue;
        if (address && memory.known.size() < most_addresses) memory.known[*address] = *told;
    }
    return memory;
}

std::string write_snds_memory(const SndsMemory& memory) {
    std::string text;
    if (!memory.data_etag.empty()) text += "etag " + memory.data_etag + '\n';
    std::size_t written = 0;
    for (const auto& [address, told] : memory.known)
        if (++written <= most_addresses)
            text +=
                address.to_string() + ' ' +
                std::to_string(std::chrono::floor<std::chrono::seconds>(told).time_since_epoch().count()) +
                '\n';
    return text;
}

void forget_old(SndsMemory& memory, WallTime now) {
    std::erase_if(memory.known, [&](const auto& one) {
        return now - one.second > kept_for || one.second > now + kept_for;
    });
}

}  // namespace reputed::feedback
