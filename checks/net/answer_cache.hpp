#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace reputed {

// Which answers still hold, by their time to live, so that they are not asked for again where questions are rationed.
// Keeps what an answer said as the caller's own number, not its bytes. Safe to be called from several threads at once.
class AnswerCache {
  public:
    using WallTime = std::chrono::system_clock::time_point;

    // Beyond it nothing new is kept. An entry takes some 100 bytes for an IPv4 address, 180 for an IPv6 one.
    static constexpr std::size_t most_entries = 200'000;
    // RFC 2308 section 5: a negative answer is kept for hours at most, whatever its SOA says. Others for a day.
    static constexpr std::uint32_t longest_negative = 3 * 3600;
    static constexpr std::uint32_t longest = 86'400;

    // `group`: whom was asked; `name`: about what. A ttl of 0 keeps nothing.
    void put(std::string_view group, std::string_view name, std::uint8_t said, std::uint32_t ttl,
             bool negative, WallTime now);
    // What it said; nothing when it no longer holds, or the clock has gone back behind it.
    std::optional<std::uint8_t> find(std::string_view group, std::string_view name, WallTime now) const;
    void erase(std::string_view group, std::string_view name);
    void erase(std::string_view group);  // all of them

    std::size_t size() const;

  private:
    struct Entry {
        std::int64_t since = 0;  // Unix time
        std::uint32_t ttl = 0;   // seconds
        std::uint8_t said = 0;
        bool holds(std::int64_t now) const { return since <= now && now - since < ttl; }
    };
    using Names = std::unordered_map<std::string, Entry>;
    void forget_old(std::int64_t now);

    mutable std::mutex mutex_;
    std::map<std::string, Names, std::less<>> groups_;
    std::size_t size_ = 0;
    std::int64_t next_cleaning_ = 0;  // while it is full: not at every answer
};

}  // namespace reputed
