#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

// What several MTAs write alike.
namespace reputed::mta {

// Could be an IP address by its letters; brackets and the like are none of it.
bool is_ip_text(std::string_view text);

// "1d2h3m4s", "0.123s", "00:00:01", "1+02:03:04" in seconds; NaN for anything else.
float read_duration(std::string_view text);

// The enhanced code (RFC 3463) of a reply wherever the reply begins in the MTA's words ("... host mx [192.0.2.1]:
// 550-5.7.1 ..."), or that a qmail writes ("(#5.1.1)"); "" = none.
std::string_view enhanced_code_in(std::string_view words);

// Whether the text begins with, or has anywhere, one of the words of a list: "word|other word|...".
bool begins_with_any(std::string_view text, std::string_view list);
bool contains_any(std::string_view text, std::string_view list);
inline bool contains(std::string_view text, std::string_view words) {
    return text.find(words) != std::string_view::npos;
}

// The front of the text up to the first of the letters `ends`; all of it when there is none.
std::string_view front_until(std::string_view text, std::string_view ends);

// Remembers the latest of what is keyed by session, process or message: Size places, a newer one takes the place of an
// older one. So its memory is fixed whatever a log holds, and what was overwritten is merely not known any more.
template <class Value, std::size_t Size>
class RecentTable {
  public:
    // The place of this key, cleared unless it was its already.
    Value& put(std::uint64_t key) {
        auto& place = places_[key % Size];
        if (place.key != key) place = {key, Value{}};
        return place.value;
    }
    Value* find(std::uint64_t key) {
        auto& place = places_[key % Size];
        return place.key == key ? &place.value : nullptr;
    }
    void forget(std::uint64_t key) {
        auto& place = places_[key % Size];
        if (place.key == key) place = {};
    }

  private:
    struct Place {
        std::uint64_t key = 0;
        Value value{};
    };
    std::array<Place, Size> places_{};
};

inline std::uint64_t key_of(std::string_view text) {
    return std::hash<std::string_view>()(text) | 1;  // 0 is the key of an empty place
}
inline std::uint64_t key_of(std::string_view a, std::string_view b) {
    return (key_of(a) * 31 + key_of(b)) | 1;
}

// A short text kept beyond its line, cut to what fits.
template <std::size_t Size>
class ShortText {
  public:
    void operator=(std::string_view text) { length_ = text.copy(letters_.data(), Size); }
    std::string_view view() const { return {letters_.data(), length_}; }

  private:
    std::array<char, Size> letters_;
    std::size_t length_ = 0;
};

}  // namespace reputed::mta
