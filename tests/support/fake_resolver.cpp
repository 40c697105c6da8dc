#include "tests/support/fake_resolver.hpp"

#include <algorithm>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace reputed::test {
namespace {

constexpr std::uint32_t default_ttl = 300;

std::optional<RecordType> parse_type(std::string_view word) {
    for (const auto type : {RecordType::a, RecordType::aaaa, RecordType::mx, RecordType::txt, RecordType::ptr,
                            RecordType::cname, RecordType::ns})
        if (to_string(type) == word) return type;
    return {};
}

std::optional<Outcome> parse_fault(std::string_view word) {
    if (word == "SERVFAIL") return Outcome::servfail;
    if (word == "REFUSED") return Outcome::refused;
    if (word == "TIMEOUT") return Outcome::timeout;
    if (word == "MALFORMED") return Outcome::malformed;
    return {};
}

// "a" "b" -> ab, two pieces; unquoted text is one piece. Backslash escapes as in zone files: \" \\ \DDD.
Record parse_txt(std::string_view value) {
    Record record;
    if (value.empty() || value.front() != '"') {
        record.text = value;
        return record;
    }
    record.pieces = 0;
    bool inside = false;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if (c == '"') {
            inside = !inside;
            if (inside) ++record.pieces;
        } else if (inside && c == '\\' && i + 3 < value.size() && value[i + 1] >= '0' &&
                   value[i + 1] <= '9') {
            record.text += static_cast<char>(std::stoi(std::string(value.substr(i + 1, 3))));
            i += 3;
        } else if (inside && c == '\\' && i + 1 < value.size()) {
            record.text += value[++i];
        } else if (inside) {
            record.text += c;
        }
    }
    return record;
}

Record parse_record(RecordType type, const std::string& value, const std::string& line) {
    Record record;
    if (type == RecordType::a || type == RecordType::aaaa) {
        const auto address = IpAddress::parse(value);
        if (!address || (address->family() == Family::v4) != (type == RecordType::a))
            throw std::invalid_argument("not an address: " + line);
        record.address = *address;
    } else if (type == RecordType::txt) {
        record = parse_txt(value);
    } else if (type == RecordType::mx) {
        std::istringstream words(value);
        if (!(words >> record.preference >> record.text)) throw std::invalid_argument("not an MX: " + line);
        record.text = normalized_name(record.text);
    } else {
        record.text = normalized_name(value);
    }
    return record;
}

bool is_below(std::string_view name, std::string_view suffix) {
    return name.size() > suffix.size() && name.ends_with(suffix) &&
           name[name.size() - suffix.size() - 1] == '.';
}

}  // namespace

void FakeResolver::add(std::string_view zone) {
    std::istringstream lines{std::string(zone)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string name;
        std::string word;
        if (!(words >> name) || name.front() == '#') continue;
        name = normalized_name(name);
        if (!(words >> word)) throw std::invalid_argument("no type: " + line);
        std::uint32_t ttl = default_ttl;
        if (word.find_first_not_of("0123456789") == std::string::npos) {
            ttl = static_cast<std::uint32_t>(std::stoul(word));
            words >> word;
        }
        if (const auto fault = parse_fault(word)) {
            std::string type_word;
            if (words >> type_word)
                broken_types_[{name, parse_type(type_word).value()}] = *fault;
            else
                broken_names_[name] = *fault;
            continue;
        }
        const auto type = parse_type(word);
        if (!type) throw std::invalid_argument("unknown type: " + line);
        std::string value;
        std::getline(words >> std::ws, value);
        while (!value.empty() && (value.back() == ' ' || value.back() == '\r'))
            value.pop_back();
        Answer& answer = records_[name][*type];
        answer.outcome = Outcome::ok;
        answer.ttl = ttl;
        answer.records.push_back(parse_record(*type, value, line));
    }
}

void FakeResolver::clear() {
    records_.clear();
    broken_names_.clear();
    broken_types_.clear();
    below_.clear();
}

void FakeResolver::answer_below(std::string suffix, std::function<Answer(const Question&)> reply) {
    below_.emplace_back(normalized_name(suffix), std::move(reply));
}

Answer FakeResolver::from_zone(std::string name, RecordType type) const {
    std::vector<std::string> aliases;
    for (int hops = 0; hops < 16; ++hops) {
        auto node = records_.find(name);
        for (std::size_t dot = name.find('.'); node == records_.end() && dot != std::string::npos;
             dot = name.find('.', dot + 1))
            node = records_.find("*" + name.substr(dot));
        if (node == records_.end()) {
            const bool has_below = std::any_of(records_.begin(), records_.end(), [&](const auto& entry) {
                return is_below(entry.first, name);
            });
            Answer answer;
            answer.outcome = has_below ? Outcome::nodata : Outcome::nxdomain;
            answer.aliases = aliases;
            return answer;
        }
        if (const auto found = node->second.find(type); found != node->second.end()) {
            Answer answer = found->second;
            answer.aliases = aliases;
            return answer;
        }
        const auto alias = node->second.find(RecordType::cname);
        if (alias == node->second.end()) {
            Answer answer;
            answer.outcome = Outcome::nodata;
            answer.aliases = aliases;
            return answer;
        }
        name = alias->second.records.front().text;
        aliases.push_back(name);
    }
    Answer loop;
    loop.outcome = Outcome::servfail;
    return loop;
}

Answer FakeResolver::reply(const Question& question) {
    const std::string name = normalized_name(question.name);
    asked_.push_back(name + ' ' + std::string(to_string(question.type)));
    Answer answer;
    if (!is_valid_name(name)) {
        answer.outcome = Outcome::invalid;
        return answer;
    }
    for (const auto& [suffix, reply] : below_)
        if (name == suffix || is_below(name, suffix)) return reply(question);
    if (const auto broken = broken_types_.find({name, question.type}); broken != broken_types_.end()) {
        answer.outcome = broken->second;
        return answer;
    }
    if (const auto broken = broken_names_.find(name); broken != broken_names_.end()) {
        answer.outcome = broken->second;
        return answer;
    }
    return from_zone(name, question.type);
}

std::vector<Answer> FakeResolver::lookup(std::span<const Question> questions, std::stop_token stop) {
    std::vector<Answer> answers;
    for (const auto& question : questions) {
        answers.push_back(reply(question));
        if (stop.stop_requested())
            answers.back() = Answer{.outcome = Outcome::cancelled, .records = {}, .aliases = {}};
    }
    return answers;
}

void FakeResolver::stream(QuestionStream& questions, std::stop_token stop) {
    std::vector<std::pair<std::uint64_t, Question>> waiting;
    for (;;) {
        Question question;
        std::uint64_t tag = 0;
        auto not_before = std::chrono::steady_clock::time_point::max();
        const auto next =
            stop.stop_requested() ? QuestionStream::Next::end : questions.next(question, tag, not_before);
        if (next == QuestionStream::Next::question) {
            waiting.emplace_back(tag, std::move(question));
            continue;
        }
        if (waiting.empty() && next == QuestionStream::Next::end) return;
        for (auto& [waiting_tag, waiting_question] : std::exchange(waiting, {}))
            questions.answer(waiting_tag, reply(waiting_question));
    }
}

}  // namespace reputed::test
