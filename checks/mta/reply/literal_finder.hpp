#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace reputed::mta {

// Finds which of many literals occur in a text, in one pass (Aho and Corasick, 1975): one table look-up a byte, whatever
// the text. ASCII letter case in the text is ignored; the literals are in lower case.
class LiteralFinder {
  public:
    explicit LiteralFinder(const std::vector<std::string>& literals);

    // Their numbers, each once, in no order.
    void find(std::string_view text, std::vector<int>& found) const;

  private:
    static constexpr std::uint32_t none = UINT32_MAX;
    struct Node {
        std::uint32_t shorter = 0;  // the longest proper suffix that is a node
        std::uint32_t literal = none;
    };

    std::uint32_t& next(std::uint32_t node, std::size_t kind) { return next_[node * kinds_ + kind]; }
    void number_bytes(const std::vector<std::string>& literals);
    void link();

    std::array<std::uint8_t, 256> kind_{};  // bytes that no literal holds are all of kind 0
    std::size_t kinds_ = 1;
    std::size_t literals_ = 0;
    std::vector<Node> nodes_;
    std::vector<std::uint32_t> ended_;  // by node: itself or the nearest suffix that ends a literal; 0 = none
    // By node and kind of byte.
    std::vector<std::uint32_t> next_;
};

}  // namespace reputed::mta
