#include "checks/auth/spf_evaluator.hpp"

#include <algorithm>
#include <utility>

namespace reputed::spf {
namespace {

constexpr std::size_t shown_text = 200;
constexpr std::size_t max_steps = 500;
constexpr std::size_t max_explanation = 8192;

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; });
}

std::string shown(const Record& record, const Term& term) {
    return std::string(record.written(term).substr(0, shown_text));
}

Result result_of(Qualifier qualifier) {
    switch (qualifier) {
        case Qualifier::pass:
            return Result::pass;
        case Qualifier::fail:
            return Result::fail;
        case Qualifier::softfail:
            return Result::softfail;
        case Qualifier::neutral:
            return Result::neutral;
    }
    return Result::neutral;
}

}  // namespace

Evaluator::Evaluator(const Query& query, Answers& answers, const Options& options)
    : answers_(answers),
      options_(options),
      ip_(query.ip.unmapped()),
      helo_(query.helo),
      deadline_(std::chrono::steady_clock::now() + options.time_limit) {
    expired_answer_.outcome = Outcome::cancelled;
    expired_publication_.outcome = Outcome::cancelled;
    std::string_view mailbox = query.mail_from;
    if (mailbox.starts_with('<') && mailbox.ends_with('>')) mailbox = mailbox.substr(1, mailbox.size() - 2);
    const auto at = mailbox.rfind('@');
    if (mailbox.empty())
        sender_domain_ = helo_;  // RFC 7208 section 2.4
    else
        sender_domain_ = at == std::string_view::npos ? mailbox : mailbox.substr(at + 1);
    if (at != std::string_view::npos) local_part_ = mailbox.substr(0, at);
    if (local_part_.empty()) local_part_ = "postmaster";  // RFC 7208 section 4.3
    if (!sender_domain_.empty() && sender_domain_.back() == '.') sender_domain_.pop_back();
    sender_ = local_part_ + '@' + sender_domain_;
}

Evaluation Evaluator::run() {
    Verdict verdict = evaluate(sender_domain_, 0);
    if (verdict.result == Result::fail && options_.explain) out_.explanation = explain(verdict);
    out_.result = verdict.result;
    out_.reason = std::move(verdict.reason);
    out_.mechanism = std::move(verdict.mechanism);
    return std::move(out_);
}

// RFC 7208 sections 4.3 to 4.6: the domain, the lookup, the selection, the syntax.
Evaluator::Verdict Evaluator::evaluate(const std::string& domain, int depth) {
    Verdict verdict;
    verdict.reason = domain_error(domain);
    if (!verdict.reason.empty()) return verdict;
    const Record nothing;
    const auto step = begin_step({nothing, domain, depth}, nullptr, "");
    const auto finish = [&](Result result, std::string reason) {
        end_step(step, reason);
        verdict.result = result;
        verdict.reason = std::move(reason);
        return verdict;
    };
    const std::string name = presentation_name(domain);
    const Publication& published =
        expired() ? expired_publication_ : answers_.publication(name, options_.stop);
    const Outcome outcome = published.outcome;
    if (outcome == Outcome::nxdomain) return finish(Result::none, domain + " does not exist");
    if (outcome == Outcome::invalid) return finish(Result::none, domain + " is not a domain name");
    if (outcome != Outcome::ok && outcome != Outcome::nodata)
        return finish(Result::temperror, temperror(name, RecordType::txt, outcome).detail);
    if (published.records == 0) return finish(Result::none, domain + " has no SPF record");
    if (published.records > 1)
        return finish(Result::permerror,
                      domain + " has " + std::to_string(published.records) + " SPF records");
    if (const auto* syntax = std::get_if<SyntaxError>(published.parsed.get()))
        return finish(Result::permerror,
                      "syntax error in the record of " + domain + ": " + syntax->to_string());
    const Record& record = std::get<Record>(*published.parsed);
    end_step(step, record.text);
    return evaluate_record({record, domain, depth});
}

Evaluator::Verdict Evaluator::evaluate_record(const Place& place) {
    bool prefetched = !options_.prefetch;
    for (std::size_t i = 0; i < place.record.terms.size(); ++i) {
        const Term& term = place.record.terms[i];
        if (is_modifier(term.kind)) continue;
        if (!prefetched && queries_dns(term.kind)) {
            prefetch_from(place, i);
            prefetched = true;
        }
        Match match = evaluate_term(term, place);
        if (match.kind == Match::Kind::no) continue;
        if (match.kind == Match::Kind::temperror) return error(Result::temperror, term, place, match.detail);
        if (match.kind == Match::Kind::permerror) return error(Result::permerror, term, place, match.detail);
        Verdict verdict;
        verdict.result = result_of(term.qualifier);
        if (includes_ != 0 && verdict.result != Result::pass) return verdict;  // nobody will read more of it
        verdict.mechanism = shown(place.record, term);
        verdict.reason = "matched " + verdict.mechanism + " in the record of " + place.domain;
        if (!match.detail.empty()) verdict.reason += ": " + match.detail;
        if (const Term* exp = place.record.find(TermKind::exp);
            exp != nullptr && verdict.result == Result::fail) {
            verdict.exp = exp->domain;
            verdict.exp_domain = place.domain;
        }
        return verdict;
    }
    if (const Term* redirect = place.record.find(TermKind::redirect))
        return evaluate_redirect(*redirect, place);
    Verdict verdict;  // RFC 7208 section 4.7
    verdict.result = Result::neutral;
    verdict.reason = "no term of the record of " + place.domain + " matched";
    return verdict;
}

// RFC 7208 section 6.1. The exp= of the redirecting record is dropped with it (section 6.2).
Evaluator::Verdict Evaluator::evaluate_redirect(const Term& term, const Place& place) {
    if (!count_lookup()) {
        const auto reason = "over " + std::to_string(options_.lookup_limit) + " terms that query DNS";
        end_step(begin_step(place, &term, ""), reason);
        return error(Result::permerror, term, place, reason);
    }
    const auto target = target_of(term, place.domain);
    end_step(begin_step(place, &term, target.value_or("")), "redirect");
    if (!target) return error(Result::permerror, term, place, "the local-part is not ASCII");
    Verdict verdict = evaluate(*target, place.depth + 1);
    if (verdict.result == Result::none || verdict.result == Result::temperror ||
        verdict.result == Result::permerror)
        return error(verdict.result == Result::none ? Result::permerror : verdict.result, term, place,
                     verdict.reason);
    return verdict;
}

Evaluator::Match Evaluator::evaluate_term(const Term& term, const Place& place) {
    Match match;
    std::size_t step = std::string::npos;
    if (term.kind == TermKind::all) {
        match.kind = Match::Kind::yes;
        step = begin_step(place, &term, "");
    } else if (term.kind == TermKind::ip4 || term.kind == TermKind::ip6) {
        if (term.network.contains(ip_)) match.kind = Match::Kind::yes;
        step = begin_step(place, &term, "");
    } else if (!count_lookup()) {
        match = {Match::Kind::permerror,
                 "over " + std::to_string(options_.lookup_limit) + " terms that query DNS"};
        step = begin_step(place, &term, "");
    } else if (const auto target = target_of(term, place.domain)) {
        step = begin_step(place, &term, *target);
        const std::string name = presentation_name(*target);
        if (term.kind == TermKind::include) match = evaluate_include(*target, place.depth + 1);
        if (term.kind == TermKind::a) match = match_addresses(name, term);
        if (term.kind == TermKind::mx) match = match_mx(name, term);
        if (term.kind == TermKind::ptr) match = match_ptr(name);
        if (term.kind == TermKind::exists) match = match_exists(name);
    } else {
        step = begin_step(place, &term, "");
    }
    if (step == std::string::npos) return match;
    const bool bare = match.kind == Match::Kind::no || match.kind == Match::Kind::yes;
    end_step(step, bare ? (match.kind == Match::Kind::yes ? "match" : "no match") : match.detail);
    return match;
}

// The table of RFC 7208 section 5.2.
Evaluator::Match Evaluator::evaluate_include(const std::string& target, int depth) {
    ++includes_;
    Verdict inner = evaluate(target, depth);
    --includes_;
    switch (inner.result) {
        case Result::pass:
            return {Match::Kind::yes, std::move(inner.reason)};
        case Result::fail:
        case Result::softfail:
        case Result::neutral:
            return {};
        case Result::temperror:
            return {Match::Kind::temperror, std::move(inner.reason)};
        case Result::permerror:
        case Result::none:
            return {Match::Kind::permerror, std::move(inner.reason)};
    }
    return {};
}

Evaluator::Verdict Evaluator::error(Result result, const Term& term, const Place& place,
                                    std::string_view reason) const {
    Verdict verdict;
    verdict.result = result;
    verdict.reason =
        shown(place.record, term) + " in the record of " + place.domain + ": " + std::string(reason);
    return verdict;
}

std::optional<std::string> Evaluator::target_of(const Term& term, const std::string& domain) {
    if (term.domain.empty()) return domain;
    if ((term.domain.uses('s') || term.domain.uses('l')) && !is_ascii(local_part_)) return {};
    return expand_domain(term.domain, values_for(term.domain, domain));
}

MacroValues Evaluator::values_for(const MacroString& macro, const std::string& domain) {
    MacroValues values;
    values.sender = sender_;
    values.local_part = local_part_;
    values.sender_domain = sender_domain_;
    values.domain = domain;
    values.ip = ip_;
    if (macro.uses('p')) values.validated_name = validated_name(domain);
    values.helo = helo_;
    values.receiver = options_.receiver;
    values.unix_time = options_.unix_time;
    return values;
}

// RFC 7208 section 6.2: whatever goes wrong here, there is just no explanation.
std::string Evaluator::explain(const Verdict& verdict) {
    if (!verdict.exp) return "";
    Term term;
    term.domain = *verdict.exp;
    const auto target = target_of(term, verdict.exp_domain);
    if (!target) return "";
    const Answer& answer = ask(presentation_name(*target), RecordType::txt);
    if (answer.outcome != Outcome::ok || answer.records.size() != 1) return "";
    MacroString text;
    if (!parse_macro(answer.records.front().text, MacroContext::explanation, text).empty()) return "";
    std::string explanation = expand(text, values_for(text, verdict.exp_domain));
    return explanation.size() <= max_explanation && is_printable(explanation) ? explanation : "";
}

bool Evaluator::expired() const {
    return options_.stop.stop_requested() || std::chrono::steady_clock::now() >= deadline_;
}

const Answer& Evaluator::ask(const std::string& name, RecordType type) {
    return expired() ? expired_answer_ : answers_.get(name, type, options_.stop);
}

void Evaluator::prefetch(const std::vector<Question>& questions) {
    if (questions.size() > 1 && !expired()) answers_.prefetch(questions, options_.stop);
}

// All that this record will ask for itself unless something matches first. Which answers count, and in which
// order, is decided later as if they had been asked one by one. A record within the limit of terms has them all
// asked ahead; records that include many, which include many, cost no more than twice the limit.
void Evaluator::prefetch_from(const Place& place, std::size_t index) {
    std::vector<Question> questions;
    const auto add = [&](const Term& term) {
        if (term.domain.uses('p')) return;
        const auto target = target_of(term, place.domain);
        if (!target) return;
        RecordType type = RecordType::txt;
        if (term.kind == TermKind::a) type = address_type();
        if (term.kind == TermKind::mx) type = RecordType::mx;
        if (term.kind == TermKind::exists) type = RecordType::a;
        if (term.kind == TermKind::ptr) type = RecordType::ptr;
        questions.push_back({type == RecordType::ptr ? reverse_name(ip_) : presentation_name(*target), type});
        if (!is_valid_name(questions.back().name)) questions.pop_back();
    };
    const int left = std::min(options_.lookup_limit - out_.lookups, options_.lookup_limit - prefetched_);
    int terms = 0;
    bool ends = false;
    for (; index < place.record.terms.size() && terms < left && !ends; ++index) {
        const Term& term = place.record.terms[index];
        ends = term.kind == TermKind::all ||
               ((term.kind == TermKind::ip4 || term.kind == TermKind::ip6) && term.network.contains(ip_));
        if (is_modifier(term.kind) || !queries_dns(term.kind)) continue;
        ++terms;
        add(term);
    }
    const Term* redirect = place.record.find(TermKind::redirect);
    if (redirect != nullptr && !ends && terms < left) {
        ++terms;
        add(*redirect);
    }
    prefetched_ += terms;
    prefetch(questions);
}

std::size_t Evaluator::begin_step(const Place& place, const Term* term, std::string_view target) {
    if (!options_.trace || out_.trace.size() == max_steps) return std::string::npos;
    Step step;
    step.depth = place.depth;
    step.domain = place.domain;
    if (term != nullptr) step.term = shown(place.record, *term);
    step.target = target.substr(0, 255);
    out_.trace.push_back(std::move(step));
    return out_.trace.size() - 1;
}

void Evaluator::end_step(std::size_t step, std::string_view outcome) {
    if (step != std::string::npos) out_.trace[step].outcome = outcome.substr(0, 4 * shown_text);
}

}  // namespace reputed::spf
