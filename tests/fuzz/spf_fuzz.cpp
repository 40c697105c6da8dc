// The input is lines of text. The first is a record, a macro string and a mailbox; all of them are what the
// resolver answers with, in turn, whatever it is asked.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>
#include <vector>

#include "checks/auth/spf.hpp"
#include "checks/auth/spf_critique.hpp"
#include "checks/auth/spf_remedy.hpp"
#include "checks/auth/spf_tree.hpp"

namespace {

using namespace reputed;

void require(bool condition) {
    if (!condition) std::abort();
}

class FuzzResolver : public Resolver {
  public:
    explicit FuzzResolver(std::vector<std::string_view> lines) : lines_(std::move(lines)) {}

    std::vector<Answer> lookup(std::span<const Question> questions, std::stop_token) override {
        std::vector<Answer> answers;
        for (const auto& question : questions)
            answers.push_back(reply(question));
        return answers;
    }

    void stream(QuestionStream&, std::stop_token) override {}

    std::size_t asked = 0;

  private:
    // A line may begin with how many records there are, or with what went wrong.
    Answer reply(const Question& question) {
        Answer answer;
        const std::string_view line = lines_[asked++ % lines_.size()];
        if (!is_valid_name(question.name)) {
            answer.outcome = Outcome::invalid;
            return answer;
        }
        const auto first = line.empty() ? 0U : static_cast<unsigned char>(line.front());
        if (first < 9 && first != 0) {
            answer.outcome = static_cast<Outcome>(first);
            return answer;
        }
        answer.outcome = Outcome::ok;
        const std::size_t count =
            question.type == RecordType::txt ? 1 + line.size() % 7 / 6 : line.size() % 13;
        for (std::size_t i = 0; i < count; ++i) {
            Record record;
            record.text = line;
            if (question.type == RecordType::aaaa) record.address = *IpAddress::parse("2001:db8::1");
            if (question.type == RecordType::a) record.address = IpAddress::v4(first * 0x01010101U);
            answer.records.push_back(std::move(record));
        }
        if (count == 0) answer.outcome = Outcome::nodata;
        return answer;
    }

    std::vector<std::string_view> lines_;
};

void parse_print_parse(std::string_view line) {
    const auto parsed = spf::parse_record(line);
    if (const auto* record = std::get_if<spf::Record>(&parsed)) {
        const auto again = spf::parse_record(record->to_string());
        require(std::holds_alternative<spf::Record>(again));
        require(std::get<spf::Record>(again) == *record);
        for (const auto& term : record->terms)
            require(!record->written(term).empty());
        const auto longer = spf::parse_record(spf::with_terms(std::string(line), {"ip4:192.0.2.1"}));
        require(std::holds_alternative<spf::Record>(longer));
    } else {
        const auto better = spf::repaired(line);
        require(better.empty() || std::holds_alternative<spf::Record>(spf::parse_record(better)));
    }
}

void correct_and_criticise(std::string_view line) {
    const auto better = spf::corrected(line);
    require(better.empty() || std::holds_alternative<spf::Record>(spf::parse_record(better)));
    require(better.empty() || spf::corrected(better) == better);
    for (const auto& remark : spf::criticise(better).remarks)
        for (const auto* code : {"spf.no_all", "spf.pass_all", "spf.neutral_all", "spf.after_all", "spf.ptr",
                                 "spf.duplicate", "spf.glued", "spf.redirect_ignored"})
            require(better.empty() || remark.code != code);
}

void expand_all(std::string_view line) {
    for (const auto context :
         {spf::MacroContext::domain_spec, spf::MacroContext::modifier, spf::MacroContext::explanation}) {
        spf::MacroString macro;
        if (!spf::parse_macro(line, context, macro).empty()) continue;
        spf::MacroString again;
        require(spf::parse_macro(macro.to_string(), context, again).empty());
        require(again == macro);
        spf::MacroValues values;
        values.sender = line;
        values.local_part = line;
        values.domain = "example.com";
        values.helo = line;
        const auto name = spf::expand_domain(macro, values);
        require(name.size() <= 253 || name.find('.') == std::string::npos);
        spf::expand(macro, values);
    }
}

void evaluate(const std::vector<std::string_view>& lines) {
    for (const auto* ip : {"192.0.2.1", "2001:db8::1"}) {
        FuzzResolver resolver(lines);
        const std::string mailbox(lines.back());
        const auto evaluation =
            spf::check_host({*IpAddress::parse(ip), mailbox, "mail.example.com"}, resolver);
        require(!evaluation.reason.empty());
        require(evaluation.lookups <= 11 && evaluation.void_lookups <= 3 && evaluation.trace.size() <= 500);
        require(resolver.asked <= 300);
        FuzzResolver endless(lines);
        spf::Answers answers(endless);
        require(spf::lines_of(spf::lookup_tree("example.com", answers)).size() <= 500);
        require(endless.asked <= 60);
        FuzzResolver fixed(lines);
        spf::check_host({*IpAddress::parse(ip), "user@example.com", mailbox}, fixed);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    std::vector<std::string_view> lines;
    for (;;) {
        const auto end = text.find('\n');
        lines.push_back(text.substr(0, end));
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    parse_print_parse(lines.front());
    correct_and_criticise(lines.front());
    expand_all(lines.front());
    evaluate(lines);
    return 0;
}
