#include "checks/mta/reply/reply_key.hpp"

#include <array>

namespace reputed::mta {
namespace {

enum : std::uint8_t { other, digit, letter };

constexpr std::array<std::uint8_t, 256> kinds = [] {
    std::array<std::uint8_t, 256> table{};
    for (int c = '0'; c <= '9'; ++c)
        table[static_cast<std::size_t>(c)] = digit;
    for (int c = 'a'; c <= 'z'; ++c)
        table[static_cast<std::size_t>(c)] = table[static_cast<std::size_t>(c - 'a' + 'A')] = letter;
    return table;
}();

constexpr std::uint64_t start = 14695981039346656037ULL;

// FNV-1a. Bit 5 is the case of a letter; of what is no letter it is kept.
std::uint64_t mixed(std::uint64_t hash, unsigned char byte, std::uint8_t kind) {
    return (hash ^ (kind == letter ? byte | 0x20U : byte)) * 1099511628211ULL;
}

}  // namespace

std::uint64_t reply_key(std::string_view reply) {
    std::uint64_t hash = start;
    for (std::size_t i = 0; i < reply.size();) {
        const auto before = hash;
        const auto begin = i;
        std::size_t digits = 0;
        std::size_t letters = 0;
        for (; i < reply.size(); ++i) {
            const auto byte = static_cast<unsigned char>(reply[i]);
            const auto kind = kinds[byte];
            if (kind == other) break;
            digits += kind == digit ? 1 : 0;
            letters += kind == letter ? 1 : 0;
            hash = mixed(hash, byte, kind);
        }
        if (i - begin >= 10 && digits >= 3 && letters >= 3) hash = mixed(before, 0, other);
        if (i < reply.size()) hash = mixed(hash, static_cast<unsigned char>(reply[i++]), other);
    }
    return hash == 0 ? 1 : hash;
}

}  // namespace reputed::mta
