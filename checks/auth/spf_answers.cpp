#include "checks/auth/spf_answers.hpp"

#include <utility>
#include <vector>

namespace reputed::spf {
namespace {

void make_key(std::string& key, std::string_view name, RecordType type) {
    if (!name.empty() && name.back() == '.') name.remove_suffix(1);
    key.assign(name);
    for (char& c : key)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    key += '/';
    key += static_cast<char>(type);
}

}  // namespace

void Answers::prefetch(std::span<const Question> questions, const std::stop_token& stop) {
    std::vector<Question> missing;
    std::unordered_map<std::string, std::size_t> asked;  // key -> index in `missing`
    for (const auto& question : questions) {
        make_key(key_, question.name, question.type);
        if (!known_.contains(key_) && asked.try_emplace(key_, missing.size()).second)
            missing.push_back(question);
    }
    if (missing.empty()) return;
    auto answers = resolver_.lookup(missing, stop);
    for (auto& [key, index] : asked)
        if (answers[index].outcome != Outcome::cancelled) known_.emplace(key, std::move(answers[index]));
}

const Answer& Answers::get(const std::string& name, RecordType type, const std::stop_token& stop) {
    make_key(key_, name, type);
    if (const auto found = known_.find(key_); found != known_.end()) return found->second;
    Answer answer = resolver_.lookup_one(name, type, stop);
    if (answer.outcome != Outcome::cancelled) return known_.emplace(key_, std::move(answer)).first->second;
    cancelled_ = std::move(answer);
    return cancelled_;
}

}  // namespace reputed::spf
