#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

namespace reputed::fuzz {

// What must hold for every input. libFuzzer keeps the input that breaks it.
inline void require(bool holds, std::string_view what) {
    if (holds) return;
    std::cerr << "broken: " << what << '\n';
    std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

// Takes values from the front of the input; zeros when it is used up.
class Input {
  public:
    Input(const std::uint8_t* data, std::size_t size) : rest_(data), size_(size) {}

    std::uint8_t octet() {
        if (size_ == 0) return 0;
        --size_;
        return *rest_++;
    }
    std::uint32_t word() {
        std::uint32_t value = 0;
        for (int i = 0; i < 4; ++i)
            value = value << 8 | octet();
        return value;
    }
    bool empty() const { return size_ == 0; }

  private:
    const std::uint8_t* rest_;
    std::size_t size_;
};

}  // namespace reputed::fuzz
