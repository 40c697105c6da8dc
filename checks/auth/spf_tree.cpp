#include "checks/auth/spf_tree.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "checks/auth/spf.hpp"
#include "checks/auth/spf_evaluator.hpp"

namespace reputed::spf {
namespace {

constexpr std::size_t most_nodes = 500;
constexpr std::size_t most_records = 50;
constexpr std::size_t most_octets = 100'000;  // of records, so that parsed ones stay small too
constexpr std::size_t shown_text = 200;

// Whether every message asks for the same name.
bool is_fixed(const MacroString& macro) {
    return std::none_of(macro.parts.begin(), macro.parts.end(), [](const MacroPart& part) {
        return part.kind == MacroPart::Kind::letter && part.letter != 'd';
    });
}

std::string target_of(const Term& term, const std::string& domain) {
    if (term.domain.empty()) return domain;
    if (!is_fixed(term.domain)) return term.domain.to_string().substr(0, shown_text);
    MacroValues values;
    values.domain = domain;
    return normalized_name(presentation_name(expand_domain(term.domain, values)));
}

bool names_record(TermKind kind) {
    return kind == TermKind::include || kind == TermKind::redirect;
}

// The terms that a receiver comes to when nothing matches.
std::vector<const Term*> asked_terms(const Record& record) {
    std::vector<const Term*> terms;
    for (const auto& term : record.terms) {
        if (term.kind == TermKind::all) return terms;
        if (!is_modifier(term.kind) && queries_dns(term.kind)) terms.push_back(&term);
    }
    if (const Term* redirect = record.find(TermKind::redirect)) terms.push_back(redirect);
    return terms;
}

class Builder {
  public:
    Builder(Answers& answers, const TreeOptions& options)
        : answers_(answers),
          options_(options),
          deadline_(std::chrono::steady_clock::now() + options.time_limit) {}

    LookupTree run(const std::string& domain) {
        LookupNode root;
        root.domain = normalized_name(domain);
        look(root, {"", true, true});
        out_.root = std::move(root);
        return std::move(out_);
    }

  private:
    // How a record is come to.
    struct Way {
        std::string through;
        bool passes;
        bool policy;
    };

    void look(LookupNode& node, const Way& way) {
        const auto stop_here = [&](LookupNode::Fault fault, std::string note) {
            node.fault = fault;
            node.note = std::move(note);
        };
        if (std::find(path_.begin(), path_.end(), node.domain) != path_.end())
            return stop_here(LookupNode::Fault::loop, "loops back to " + node.domain);
        const bool known = fetched_.contains(node.domain);
        if ((!known && fetched_.size() >= most_records) || octets_ > most_octets || expired()) {
            out_.bounded = true;
            out_.answered = out_.answered && !expired();
            return stop_here(LookupNode::Fault::bounded, "not looked at");
        }
        fetched_.insert(node.domain);
        const Publication& published = answers_.publication(node.domain, options_.stop);
        if (published.outcome == Outcome::nxdomain || published.outcome == Outcome::invalid)
            return stop_here(LookupNode::Fault::no_record, node.domain + " does not exist");
        if (published.outcome != Outcome::ok && published.outcome != Outcome::nodata) {
            out_.answered = false;
            return stop_here(LookupNode::Fault::unanswered, "TXT query for " + node.domain + ": " +
                                                                std::string(to_string(published.outcome)));
        }
        if (published.records == 0)
            return stop_here(LookupNode::Fault::no_record, node.domain + " has no SPF record");
        if (published.records > 1)
            return stop_here(LookupNode::Fault::broken,
                             node.domain + " has " + std::to_string(published.records) + " SPF records");
        if (const auto* error = std::get_if<SyntaxError>(published.parsed.get()))
            return stop_here(LookupNode::Fault::broken,
                             "syntax error in the record of " + node.domain + ": " + error->to_string());
        descend(node, std::get<Record>(*published.parsed), way);
    }

    void descend(LookupNode& node, const Record& record, const Way& way) {
        if (way.passes && reached_.insert(node.domain).second)
            out_.records.push_back({node.domain, record, way.through, way.policy});
        octets_ += record.text.size();
        const auto terms = asked_terms(record);
        prefetch(terms, node.domain);
        path_.push_back(node.domain);
        for (const Term* term : terms) {
            ++node.lookups;
            if (++nodes_ > most_nodes) {
                out_.bounded = true;
                continue;
            }
            LookupNode child;
            child.term = record.written(*term).substr(0, shown_text);
            child.domain = target_of(*term, node.domain);
            if (names_record(term->kind)) {
                if (is_fixed(term->domain)) {
                    look(child, {way.through.empty() ? child.term : way.through,
                                 way.passes && term->qualifier == Qualifier::pass,
                                 way.policy && term->kind == TermKind::redirect});
                } else {
                    child.fault = LookupNode::Fault::varies;
                    child.note = "depends on the message";
                }
            }
            node.lookups += child.lookups;
            ++child.lookups;
            node.children.push_back(std::move(child));
        }
        path_.pop_back();
    }

    void prefetch(const std::vector<const Term*>& terms, const std::string& domain) {
        std::vector<Question> questions;
        for (const Term* term : terms) {
            if (!names_record(term->kind) || !is_fixed(term->domain)) continue;
            auto target = target_of(*term, domain);
            if (fetched_.size() < most_records && is_valid_name(target) && fetched_.insert(target).second)
                questions.push_back({std::move(target), RecordType::txt});
        }
        if (questions.size() > 1 && !expired()) answers_.prefetch(questions, options_.stop);
    }

    bool expired() const {
        return options_.stop.stop_requested() || std::chrono::steady_clock::now() >= deadline_;
    }

    Answers& answers_;
    const TreeOptions& options_;
    std::chrono::steady_clock::time_point deadline_;
    LookupTree out_;
    std::vector<std::string> path_;  // the records above
    std::set<std::string> fetched_;  // asked for, or about to be
    std::set<std::string> reached_;
    std::size_t nodes_ = 0;
    std::size_t octets_ = 0;
};

const LookupNode* find_below(const LookupNode& node, const std::string& domain) {
    for (const auto& child : node.children) {
        if (child.domain == domain) return &child;
        if (const auto* found = find_below(child, domain)) return found;
    }
    return nullptr;
}

void add_lines(std::vector<std::string>& lines, const LookupNode& node, std::size_t depth) {
    for (const auto& child : node.children) {
        lines.push_back(std::string(2 * depth, ' ') + child.term + "  " + std::to_string(child.lookups) +
                        (child.note.empty() ? "" : "  (" + child.note + ')'));
        add_lines(lines, child, depth + 1);
    }
}

}  // namespace

std::string_view to_string(LookupNode::Fault fault) {
    static constexpr std::string_view names[] = {"",           "loop",   "no_record", "broken",
                                                 "unanswered", "varies", "bounded"};
    return names[static_cast<std::size_t>(fault)];
}

const LookupNode* LookupTree::find(const std::string& domain) const {
    return find_below(root, normalized_name(domain));
}

LookupTree lookup_tree(const std::string& domain, Answers& answers, const TreeOptions& options) {
    return Builder(answers, options).run(domain);
}

std::vector<std::string> lines_of(const LookupTree& tree) {
    std::vector<std::string> lines;
    add_lines(lines, tree.root, 0);
    return lines;
}

}  // namespace reputed::spf
