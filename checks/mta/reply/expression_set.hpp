#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace reputed::mta {

// Many RE2 expressions, letter case ignored; bytes are Latin-1, so that no text is malformed. One pass over a text finds
// the literals that expressions cannot be found without, and only the few whose literals are all there are asked: one
// automaton of all expressions is faster on texts like those before, and a thousand times slower on new ones.
// Immutable after it is made, so safe from any thread.
class ExpressionSet {
  public:
    // An expression that does not parse is never found: see fault().
    explicit ExpressionSet(std::vector<std::string> expressions);
    ~ExpressionSet();
    ExpressionSet(ExpressionSet&&) noexcept;
    ExpressionSet& operator=(ExpressionSet&&) noexcept;

    // The indexes of those that may be found in `text`, rising.
    void candidates(std::string_view text, std::vector<int>& found) const;
    bool matches(int expression, std::string_view text) const;

    // The first that is found anywhere in `text`; -1 = none is.
    int first(std::string_view text) const;

    // What is wrong with an expression; "" = nothing.
    static std::string fault(const std::string& expression);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace reputed::mta
