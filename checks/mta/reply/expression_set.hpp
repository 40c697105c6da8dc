#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace reputed::mta {

// Many RE2 expressions, looked for in one pass, letter case ignored; bytes are Latin-1, so that no text is malformed.
// Immutable after it is made, so safe from any thread.
class ExpressionSet {
  public:
    // An expression that does not parse is never found: see fault().
    explicit ExpressionSet(std::vector<std::string> expressions);
    ~ExpressionSet();
    ExpressionSet(ExpressionSet&&) noexcept;
    ExpressionSet& operator=(ExpressionSet&&) noexcept;

    // The indexes of those that are found anywhere in `text`, in no order.
    void find(std::string_view text, std::vector<int>& found) const;

    // What is wrong with an expression; "" = nothing.
    static std::string fault(const std::string& expression);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace reputed::mta
