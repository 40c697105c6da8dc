#include "checks/auth/spf_answers.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace reputed::spf {
namespace {

constexpr std::size_t most_octets = 256 * 1024;  // of the texts that are kept

void make_key(std::string& key, std::string_view name, RecordType type) {
    if (!name.empty() && name.back() == '.') name.remove_suffix(1);
    key.assign(name);
    for (char& c : key)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    key += '/';
    key += static_cast<char>(type);
}

}  // namespace

std::shared_ptr<const std::variant<Record, SyntaxError>> ParsedRecords::parse(std::string_view text) {
    const std::string key(text);
    if (const auto found = known_.find(key); found != known_.end()) return found->second;
    auto parsed = std::make_shared<const std::variant<Record, SyntaxError>>(parse_record(text));
    if (octets_ + text.size() <= most_octets) {
        octets_ += text.size();
        known_.emplace(key, parsed);
    }
    return parsed;
}

void Answers::prefetch(std::span<const Question> questions, const std::stop_token& stop) {
    std::vector<Question> missing;
    std::vector<std::string> keys;  // of `missing`; few enough to be searched
    for (const auto& question : questions) {
        make_key(key_, question.name, question.type);
        if (known_.contains(key_) || std::find(keys.begin(), keys.end(), key_) != keys.end()) continue;
        keys.push_back(key_);
        missing.push_back(question);
    }
    if (missing.empty()) return;
    auto answers = resolver_.lookup(missing, stop);
    for (std::size_t i = 0; i < missing.size(); ++i)
        if (answers[i].outcome != Outcome::cancelled) known_[keys[i]].answer = std::move(answers[i]);
}

void Answers::put(const Question& question, Answer&& answer) {
    if (answer.outcome == Outcome::cancelled) return;
    make_key(key_, question.name, question.type);
    if (const auto [known, is_new] = known_.try_emplace(key_); is_new)
        known->second.answer = std::move(answer);
}

Answers::Known& Answers::find(const std::string& name, RecordType type, const std::stop_token& stop) {
    make_key(key_, name, type);
    if (const auto found = known_.find(key_); found != known_.end()) return found->second;
    Answer answer = resolver_.lookup_one(name, type, stop);
    Known& known = answer.outcome == Outcome::cancelled ? cancelled_ : known_[key_];
    known.answer = std::move(answer);
    return known;
}

const Answer& Answers::get(const std::string& name, RecordType type, const std::stop_token& stop) {
    return find(name, type, stop).answer;
}

const Publication& Answers::publication(const std::string& name, const std::stop_token& stop) {
    Known& known = find(name, RecordType::txt, stop);
    if (known.publication == nullptr) {
        known.publication = std::make_unique<Publication>();
        known.publication->outcome = known.answer.outcome;
        const auto records = select_records(known.answer);
        known.publication->records = records.size();
        if (records.size() == 1)
            known.publication->parsed = parsed_ != nullptr
                                            ? parsed_->parse(records.front())
                                            : std::make_shared<const std::variant<Record, SyntaxError>>(
                                                  parse_record(records.front()));
    }
    return *known.publication;
}

std::vector<std::string_view> select_records(const Answer& answer) {
    std::vector<std::string_view> selected;
    for (const auto& record : answer.records)
        if (is_spf(record.text)) selected.push_back(record.text);
    return selected;
}

}  // namespace reputed::spf
