#include "checks/mta/reply/load_classifier.hpp"

#include "checks/mta/reply/expression_set.hpp"
#include "config/text.hpp"

namespace reputed::mta {
namespace {

constexpr std::size_t largest_file = 1 << 20;
constexpr std::size_t most_own_rules = 1000;

class Checker {
  public:
    Checker(std::string_view file, Problems& problems) : file_(file), problems_(problems) {}

    void problem(int line, std::string message) {
        problems_.push_back({std::string(file_), static_cast<unsigned>(line), 1, std::move(message)});
    }

    void expression(int line, std::string_view key, const std::string& text) {
        if (text.empty()) return;
        if (const auto fault = ExpressionSet::fault(text); !fault.empty())
            problem(line, in_quotes(key) + " is no RE2 expression: " + printable(fault, 200));
    }

  private:
    std::string_view file_;
    Problems& problems_;
};

std::string unknown_provider(std::string_view name, const Classifier& classifier) {
    std::vector<std::string_view> known;
    for (std::size_t i = 0; i < classifier.provider_count(); ++i)
        known.push_back(classifier.provider_name(static_cast<ProviderId>(i)));
    const auto meant = nearest(name, known);
    return "there is no provider " + in_quotes(name) +
           (meant.empty() ? ": see providers.toml, or add it to your own"
                          : ": did you mean " + in_quotes(meant) + '?');
}

void check_providers_of(const BounceRule& rule, const Classifier& classifier, Checker& checker) {
    for (const auto& name : rule.provider)
        if (!classifier.find_provider(name)) checker.problem(rule.line, unknown_provider(name, classifier));
    if (!rule.example_provider.empty() && !classifier.find_provider(rule.example_provider))
        checker.problem(rule.line, unknown_provider(rule.example_provider, classifier));
}

void check_example(const BounceRule& rule, const Classifier& classifier, Checker& checker) {
    const auto provider = classifier.find_provider(rule.example_provider).value_or(other_provider);
    const auto* const decider = classifier.deciding_rule(rule.example, provider);
    // Rules are told apart by what they say: the classifier has copies.
    if (decider != nullptr && decider->line == rule.line && decider->example == rule.example) return;
    std::string message = "the example is not decided by this rule";
    message += decider == nullptr
                   ? ": no rule fits it"
                   : ": the rule with the example " + in_quotes(decider->example) + " decides it";
    checker.problem(rule.line, std::move(message));
}

std::string read_own(const std::string& path, const Sources& sources, Problems& problems) {
    if (path.empty()) return "";
    auto [text, error] = sources.file(path, largest_file);
    if (!error.empty()) problems.push_back({path, 0, 0, error});
    return std::move(text);
}

}  // namespace

void check_rules(const BounceRules& rules, std::size_t count, const Classifier& classifier,
                 std::string_view file, Problems& problems) {
    Checker checker(file, problems);
    const auto before = problems.size();
    for (std::size_t i = 0; i < count; ++i) {
        checker.expression(rules.rules[i].line, "text", rules.rules[i].text);
        check_providers_of(rules.rules[i], classifier, checker);
    }
    for (const auto& words : rules.lists)
        checker.expression(words.line, "text", words.text);
    if (problems.size() != before) return;
    for (std::size_t i = 0; i < count; ++i)
        check_example(rules.rules[i], classifier, checker);
}

std::optional<Classifier> make_classifier(const OwnFiles& own, Problems& problems) {
    const auto before = problems.size();
    const auto own_providers = parse_providers(own.providers, own.providers_file, problems);
    Checker checker(own.providers_file, problems);
    for (const auto& provider : own_providers)
        for (const auto& text : provider.texts)
            checker.expression(provider.line, "texts", text);
    auto providers = merge_providers(own_providers, builtin_providers());
    if (providers.size() > most_providers)
        checker.problem(0, "with the built-in ones these are more than " + std::to_string(most_providers) +
                               " providers: give some the name of a built-in one, which they replace");
    const auto own_bounces = parse_bounces(own.bounces, own.bounces_file, problems);
    if (own_bounces.rules.size() + own_bounces.lists.size() > most_own_rules)
        problems.push_back({own.bounces_file, 0, 0, "more than 1000 rules"});
    if (problems.size() != before) return {};
    Classifier classifier(merge_bounces(own_bounces, builtin_bounces()), std::move(providers),
                          Catalogue::builtin());
    check_rules(own_bounces, own_bounces.rules.size(), classifier, own.bounces_file, problems);
    if (problems.size() != before) return {};
    return classifier;
}

std::optional<Classifier> load_classifier(const MtaSettings& settings, const Sources& sources,
                                          Problems& problems) {
    const auto before = problems.size();
    const OwnFiles own{settings.bounces, read_own(settings.bounces, sources, problems), settings.providers,
                       read_own(settings.providers, sources, problems)};
    if (problems.size() != before) return {};
    return make_classifier(own, problems);
}

}  // namespace reputed::mta
