#include "checks/net/shared_answers.hpp"

#include <utility>

namespace reputed {

std::vector<Answer> SharedAnswers::lookup(std::span<const Question> questions, std::stop_token stop) {
    std::vector<std::shared_future<Answer>> wanted;
    std::vector<Question> fresh;
    std::vector<std::promise<Answer>> promises;
    wanted.reserve(questions.size());
    {
        const std::lock_guard lock(mutex_);
        for (const auto& question : questions) {
            const std::string key =
                normalized_name(question.name) + '/' + std::string(to_string(question.type));
            const auto [entry, is_fresh] = answers_.try_emplace(key);
            if (is_fresh) {
                entry->second = promises.emplace_back().get_future().share();
                fresh.push_back(question);
            }
            wanted.push_back(entry->second);
        }
    }
    // Its own first, then a wait for those of others: so two calls never wait for each other.
    if (!fresh.empty()) {
        auto answers = resolver_->lookup(fresh, std::move(stop));
        for (std::size_t i = 0; i < fresh.size(); ++i)
            promises[i].set_value(std::move(answers[i]));
    }
    std::vector<Answer> out;
    out.reserve(wanted.size());
    for (const auto& answer : wanted)
        out.push_back(answer.get());
    return out;
}

void SharedAnswers::stream(QuestionStream& questions, std::stop_token stop) {
    resolver_->stream(questions, std::move(stop));
}

}  // namespace reputed
