#include "checks/mta/reply/expression_set.hpp"

#include <algorithm>
#include <mutex>
#include <optional>

#include <re2/re2.h>
#include <re2/set.h>

namespace reputed::mta {
namespace {

RE2::Options options() {
    RE2::Options out;
    out.set_encoding(RE2::Options::EncodingLatin1);
    out.set_case_sensitive(false);
    out.set_log_errors(false);
    out.set_max_mem(8 << 20);
    return out;
}

re2::StringPiece piece(std::string_view text) {
    return {text.data(), text.size()};
}

}  // namespace

struct ExpressionSet::Impl {
    explicit Impl(std::vector<std::string> texts)
        : expressions(std::move(texts)), set(options(), RE2::UNANCHORED) {
        for (std::size_t i = 0; i < expressions.size(); ++i)
            if (set.Add(piece(expressions[i]), nullptr) >= 0) index.push_back(static_cast<int>(i));
        compiled = !index.empty() && set.Compile();
    }

    // Where the set's memory does not do: one after the other, slow and right.
    void find_one_by_one(std::string_view text, std::vector<int>& found) {
        std::call_once(singles_made, [&] {
            for (const int i : index)
                singles.push_back(std::make_unique<RE2>(expressions[static_cast<std::size_t>(i)], options()));
        });
        found.clear();
        for (std::size_t i = 0; i < singles.size(); ++i)
            if (singles[i]->ok() && RE2::PartialMatch(piece(text), *singles[i])) found.push_back(index[i]);
    }

    std::vector<std::string> expressions;
    std::vector<int> index;  // number in the set -> number of the expression
    RE2::Set set;
    bool compiled = false;
    std::once_flag singles_made;
    std::vector<std::unique_ptr<RE2>> singles;
};

ExpressionSet::ExpressionSet(std::vector<std::string> expressions)
    : impl_(std::make_unique<Impl>(std::move(expressions))) {}
ExpressionSet::~ExpressionSet() = default;
ExpressionSet::ExpressionSet(ExpressionSet&&) noexcept = default;
ExpressionSet& ExpressionSet::operator=(ExpressionSet&&) noexcept = default;

void ExpressionSet::find(std::string_view text, std::vector<int>& found) const {
    found.clear();
    if (impl_->index.empty()) return;
    RE2::Set::ErrorInfo error{};
    if (!impl_->compiled) return impl_->find_one_by_one(text, found);
    if (impl_->set.Match(piece(text), &found, &error)) {
        for (auto& number : found)
            number = impl_->index[static_cast<std::size_t>(number)];
        return;
    }
    found.clear();
    if (error.kind != RE2::Set::kNoError) impl_->find_one_by_one(text, found);
}

std::string ExpressionSet::fault(const std::string& expression) {
    const RE2 compiled(expression, options());
    return compiled.ok() ? "" : compiled.error();
}

}  // namespace reputed::mta
