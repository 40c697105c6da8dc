#include "checks/auth/spf_proposal.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "checks/auth/spf_remedy.hpp"

namespace reputed::spf {
namespace {

constexpr std::size_t longest_flattened = 450;  // RFC 7208 section 3.4
constexpr std::size_t shown_term = 200;         // octets of LookupNode::term

// DNS as it is known, but for the SPF record of one name.
class Republished : public Resolver {
  public:
    Republished(Answers& answers, std::string name, std::string record)
        : answers_(answers), name_(normalized_name(name)), record_(std::move(record)) {}

    std::vector<Answer> lookup(std::span<const Question> questions, std::stop_token stop) override {
        answers_.prefetch(questions, stop);
        std::vector<Answer> out;
        for (const auto& question : questions) {
            out.push_back(answers_.get(question.name, question.type, stop));
            if (question.type != RecordType::txt || normalized_name(question.name) != name_) continue;
            reputed::Record record;
            record.text = record_;
            out.back().outcome = Outcome::ok;
            out.back().records = {std::move(record)};
        }
        return out;
    }
    void stream(QuestionStream&, std::stop_token) override {}

  private:
    Answers& answers_;
    std::string name_;
    std::string record_;
};

// The terms of the record itself that lead to a permanent error.
std::vector<Term> fatal_terms(const LookupTree& tree, const Record& record) {
    std::vector<Term> terms;
    for (const auto& node : tree.root.children) {
        const bool fatal = node.fault == LookupNode::Fault::loop ||
                           node.fault == LookupNode::Fault::no_record ||
                           node.fault == LookupNode::Fault::broken;
        if (!fatal) continue;
        for (const auto& term : record.terms)
            if (record.written(term).substr(0, node.term.size()) == node.term &&
                (record.written(term).size() == node.term.size() || node.term.size() == shown_term))
                terms.push_back(term);
    }
    return terms;
}

std::string without_fatal(const Run& run, Answers& answers, const std::string& text) {
    Republished resolver(answers, run.domain, text);
    Answers changed(resolver);
    const auto tree =
        lookup_tree(run.domain, changed, {std::min(run.left(), most_tree_time), run.services.stop});
    const auto parsed = parse_record(text);
    const auto terms = fatal_terms(tree, std::get<Record>(parsed));
    return terms.empty() ? text : corrected(without_terms(text, terms));
}

// The terms that this record needs so that it covers every sender.
std::vector<std::string> missing_terms(const LookupTree& tree, const std::vector<JudgedSender>& senders) {
    std::vector<std::string> terms;
    for (const auto& judged : senders) {
        const std::string& via = judged.sender->via;
        if (!via.empty()) {
            // A relay's addresses vary: only its own record can name them.
            if (!names_relay(tree, via)) terms.push_back("include:" + via);
            continue;
        }
        const auto family = uncovered_family(judged);
        std::vector<const Judged*> uncovered;
        for (const auto& address : judged.addresses) {
            const bool other = std::find(family.begin(), family.end(), &address) != family.end();
            if (is_uncovered(address.evaluation.result) && (other || !address.from_hostname))
                uncovered.push_back(&address);
        }
        for (auto& term : terms_for(judged, uncovered))
            terms.push_back(std::move(term));
    }
    std::vector<std::string> once;
    for (auto& term : terms)
        if (std::find(once.begin(), once.end(), term) == once.end()) once.push_back(std::move(term));
    return once;
}

std::string covering(const Run& run, Answers& answers, const Audit& audit, const std::string& text) {
    if (audit.records.size() == 1 && text == audit.records.front())
        return with_terms(text, missing_terms(audit.tree, audit.senders));
    Republished resolver(answers, run.domain, text);
    Answers changed(resolver);
    std::vector<JudgedSender> senders;
    std::vector<Hold> holds;
    for (const auto& judged : audit.senders)
        senders.push_back(judge(run, changed, *judged.sender, holds));
    const auto tree =
        lookup_tree(run.domain, changed, {std::min(run.left(), most_tree_time), run.services.stop});
    return with_terms(text, missing_terms(tree, senders));
}

// Addresses in place of the record's own a and mx; "" when one of them cannot be told.
std::string flat(const Run& run, Answers& answers, const std::string& text) {
    const auto parsed = parse_record(text);
    const auto& record = std::get<Record>(parsed);
    std::string out = "v=spf1";
    for (const auto& term : record.terms) {
        if (term.kind != TermKind::a && term.kind != TermKind::mx) {
            out += ' ' + std::string(record.written(term));
            continue;
        }
        const auto networks = networks_of(run, answers, run.domain, term);
        if (!networks || term.qualifier != Qualifier::pass) return "";
        for (const auto& network : *networks)
            out += ' ' + address_term(network);
    }
    return out.size() > longest_flattened ? "" : corrected(out);
}

void flatten(const Run& run, Answers& answers, Audit& audit) {
    if (audit.tree.lookups() < most_lookups - 1) return;
    const std::string text = flat(run, answers, audit.proposal);
    if (text.empty()) return;
    Republished resolver(answers, run.domain, text);
    Answers changed(resolver);
    const auto tree =
        lookup_tree(run.domain, changed, {std::min(run.left(), most_tree_time), run.services.stop});
    if (tree.lookups() >= audit.tree.lookups()) return;
    audit.flattened = text;
    audit.flattened_lookups = tree.lookups();
}

}  // namespace

void propose(const Run& run, Answers& answers, Audit& audit) {
    if (audit.records.empty() || run.services.stop.stop_requested()) return;
    std::string text = audit.records.front();
    if (audit.records.size() > 1) text = merged({audit.records.begin(), audit.records.end()});
    // As it is written while nothing is wrong with it: its blanks and order are the owner's.
    const std::string better = corrected(text);
    const auto as_it_is = parse_record(text);
    const auto changed = parse_record(better);
    if (!std::holds_alternative<Record>(changed)) return;
    if (!std::holds_alternative<Record>(as_it_is) ||
        !(std::get<Record>(as_it_is) == std::get<Record>(changed)))
        text = better;
    text = without_fatal(run, answers, text);
    audit.proposal = covering(run, answers, audit, text);
    flatten(run, answers, audit);
}

}  // namespace reputed::spf
