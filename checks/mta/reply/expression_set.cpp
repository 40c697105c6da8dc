#include "checks/mta/reply/expression_set.hpp"

#include <algorithm>

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include "checks/mta/reply/literal_finder.hpp"

namespace reputed::mta {
namespace {

RE2::Options options() {
    RE2::Options out;
    out.set_encoding(RE2::Options::EncodingLatin1);
    out.set_case_sensitive(false);
    out.set_log_errors(false);
    out.set_max_mem(1 << 18);
    out.set_never_capture(true);
    return out;
}

re2::StringPiece piece(std::string_view text) {
    return {text.data(), text.size()};
}

constexpr int shortest_literal = 3;

}  // namespace

struct ExpressionSet::Impl {
    explicit Impl(const std::vector<std::string>& expressions) : filter(shortest_literal) {
        for (std::size_t i = 0; i < expressions.size(); ++i) {
            int number = 0;
            if (filter.Add(piece(expressions[i]), options(), &number) == RE2::NoError)
                index.push_back(static_cast<int>(i));
        }
        number_of.assign(expressions.size(), -1);
        for (std::size_t number = 0; number < index.size(); ++number)
            number_of[static_cast<std::size_t>(index[number])] = static_cast<int>(number);
        std::vector<std::string> atoms;
        if (!index.empty()) filter.Compile(&atoms);
        literals = LiteralFinder(atoms);
    }

    re2::FilteredRE2 filter;
    std::vector<int> index;      // number in the filter -> number of the expression
    std::vector<int> number_of;  // and back; -1 = does not parse
    LiteralFinder literals{{}};
};

ExpressionSet::ExpressionSet(std::vector<std::string> expressions)
    : impl_(std::make_unique<Impl>(std::move(expressions))) {}
ExpressionSet::~ExpressionSet() = default;
ExpressionSet::ExpressionSet(ExpressionSet&&) noexcept = default;
ExpressionSet& ExpressionSet::operator=(ExpressionSet&&) noexcept = default;

void ExpressionSet::candidates(std::string_view text, std::vector<int>& found) const {
    found.clear();
    if (impl_->index.empty()) return;
    static thread_local std::vector<int> atoms;
    impl_->literals.find(text, atoms);
    impl_->filter.AllPotentials(atoms, &found);
    for (auto& number : found)
        number = impl_->index[static_cast<std::size_t>(number)];
    std::sort(found.begin(), found.end());
}

bool ExpressionSet::matches(int expression, std::string_view text) const {
    const int number = impl_->number_of[static_cast<std::size_t>(expression)];
    return number >= 0 && RE2::PartialMatch(piece(text), impl_->filter.GetRE2(number));
}

int ExpressionSet::first(std::string_view text) const {
    static thread_local std::vector<int> found;
    candidates(text, found);
    const auto hit = std::find_if(found.begin(), found.end(), [&](int one) { return matches(one, text); });
    return hit == found.end() ? -1 : *hit;
}

std::string ExpressionSet::fault(const std::string& expression) {
    const RE2 compiled(expression, options());
    return compiled.ok() ? "" : compiled.error();
}

}  // namespace reputed::mta
