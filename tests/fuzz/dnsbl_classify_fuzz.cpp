#include <algorithm>

#include "checks/dnsbl/health.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace reputed;
using namespace reputed::dnsbl;

namespace {

CodePattern read_pattern(fuzz::Input& input) {
    CodePattern pattern;
    if (input.octet() % 4 == 0) {
        pattern.bit = static_cast<std::uint8_t>(1U << (input.octet() % 8));
        return pattern;
    }
    for (std::size_t i = 0; i < 4; ++i) {
        const auto one = input.octet();
        const auto other = input.octet();
        pattern.low[i] = std::min(one, other);
        pattern.high[i] = std::max(one, other);
    }
    pattern.low[0] = pattern.high[0] = 127;
    return pattern;
}

List read_list(fuzz::Input& input) {
    List list;
    list.zone = list.name = "bl.example";
    list.kind = static_cast<ListKind>(input.octet() % 5);
    list.weight = input.octet() % 101;
    list.ipv6 = input.octet() % 2 == 0;
    if (list.kind == ListKind::ip_score) list.score_octet = input.octet() % 5;
    for (int i = input.octet() % 4; i > 0; --i) {
        list.codes.push_back(
            {read_pattern(input), "meaning", static_cast<Severity>(input.octet() % 5), false, {}});
        if (input.octet() % 2 == 0) list.codes.back().score = input.octet();
    }
    for (int i = input.octet() % 3; i > 0; --i)
        list.errors.push_back({read_pattern(input), "error", static_cast<ErrorCause>(input.octet() % 4)});
    if (input.octet() % 2 == 0) list.test_listed = {"127.0.0.2", "test.example"};
    if (input.octet() % 2 == 0) list.test_clean = {"127.0.0.1", "clean.example"};
    return list;
}

Answer read_answer(fuzz::Input& input) {
    Answer answer;
    answer.outcome = static_cast<Outcome>(input.octet() % 9);
    if (answer.outcome != Outcome::ok) return answer;
    for (int i = input.octet() % 4; i >= 0; --i) {
        const bool near = input.octet() % 2 == 0;
        const std::uint32_t code = near ? 0x7f000000U | input.octet() : input.word();
        answer.records.emplace_back().address = IpAddress::v4(code);
    }
    return answer;
}

bool is_verdict(State state) {
    return state == State::listed || state == State::allowed || state == State::score;
}

void check(const List& list, const Answer& answer) {
    const auto seen = classify(list, answer);
    fuzz::require(
        seen.state != State::listed || (!is_allowlist(list.kind) && list.kind != ListKind::ip_score),
        "only blocklists list");
    fuzz::require(seen.state == State::listed || seen.severity == Severity::ok, "only listings are severe");
    if (!is_verdict(seen.state)) return;
    fuzz::require(answer.outcome == Outcome::ok, "only an answer is a verdict");
    bool documented = false;
    for (const auto code : seen.codes) {
        fuzz::require(code >> 24 == 127, "a verdict holds no foreign address");
        fuzz::require(code >> 8 != 0x7fffff, "a verdict holds no error code");
        for (const auto& error : list.errors)
            fuzz::require(!error.pattern.matches(code), "a verdict holds no error code of the list");
        for (const auto& meaning : list.codes)
            documented = documented || meaning.pattern.matches(code);
        documented = documented || (list.codes.empty() && (code != 0x7f000001 || list.score_octet != 0));
    }
    fuzz::require(documented, "a verdict rests on a documented code");
}

}  // namespace

// A list, then the answers to its probes and about a subject.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const List list = read_list(input);
    const auto questions = probes(list, input.octet());
    std::vector<Answer> answers;
    for (std::size_t i = 0; i < questions.size(); ++i)
        answers.push_back(read_answer(input));
    const auto health = judge(list, questions, answers);
    fuzz::require(health.health == Health::usable || !health.detail.empty(), "trouble has a sentence");
    fuzz::require(health.health != Health::refused || health.cause, "a refusal has a cause");
    if (health.health == Health::usable) {
        for (std::size_t i = 0; i < answers.size(); ++i) {
            const bool must_be_heard =
                questions[i].kind == Probe::Kind::clean || questions[i].kind == Probe::Kind::random;
            fuzz::require(!must_be_heard || answers[i].definite(), "a usable list was heard");
        }
    }
    while (!input.empty())
        check(list, read_answer(input));
    return 0;
}
