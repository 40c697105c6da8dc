#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "checks/mta/reply/expression_set.hpp"
#include "checks/mta/reply/provider_table.hpp"

namespace reputed::mta {

// Whose reply this is, where nobody logged the relay beside it.
class ProviderGuess {
  public:
    explicit ProviderGuess(const std::vector<Provider>& providers);

    // `begin`: where the receiver's words begin; `words`: see plain_words(). 0 = none.
    std::uint16_t guess(std::string_view reply, std::size_t begin, std::string_view words,
                        const ProviderTable& table) const;

  private:
    std::vector<std::uint16_t> provider_of_text_;
    ExpressionSet texts_;
};

}  // namespace reputed::mta
