#include "checks/mta/reply/classifier.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "checks/mta/reply/expression_set.hpp"
#include "checks/mta/reply/provider_guess.hpp"
#include "checks/mta/reply/provider_table.hpp"
#include "checks/mta/reply/reply_text.hpp"
#include "config/text.hpp"

namespace reputed::mta {
namespace {

// "55" is 55 of 550: divide by 10 and compare.
struct SmtpPattern {
    int value = 0;
    int divisor = 1;
};

// A rule ready for asking, its provider names as numbers.
struct Conditions {
    std::vector<ProviderId> providers;
    std::vector<SmtpPattern> smtp;
    std::vector<DsnPattern> dsn;
};

SmtpPattern smtp_pattern(const std::string& text) {
    SmtpPattern out;
    std::from_chars(text.data(), text.data() + text.size(), out.value);
    for (std::size_t i = text.size(); i < 3; ++i)
        out.divisor *= 10;
    return out;
}

struct Facts {
    int smtp = 0;
    DsnPattern dsn;  // -1 where there is none
    ProviderId provider = other_provider;
};

bool fits(const DsnPattern& wanted, const DsnPattern& is) {
    return (wanted.code_class < 0 || wanted.code_class == is.code_class) &&
           (wanted.subject < 0 || wanted.subject == is.subject) &&
           (wanted.detail < 0 || wanted.detail == is.detail);
}

template <class List, class Holds>
bool any_or_empty(const List& list, Holds holds) {
    return list.empty() || std::any_of(list.begin(), list.end(), holds);
}

bool hold(const Conditions& conditions, const Facts& facts) {
    return any_or_empty(conditions.smtp,
                        [&](const SmtpPattern& code) { return facts.smtp / code.divisor == code.value; }) &&
           any_or_empty(
               conditions.dsn,
               [&](const DsnPattern& dsn) { return facts.dsn.subject >= 0 && fits(dsn, facts.dsn); }) &&
           any_or_empty(conditions.providers, [&](ProviderId one) { return one == facts.provider; });
}

// What a reply without any code says of the future.
bool is_hard_by_nature(ReplyClass reply_class) {
    switch (reply_class) {
        case ReplyClass::mailbox_unknown:
        case ReplyClass::mailbox_disabled:
        case ReplyClass::domain_unknown:
        case ReplyClass::auth_failed:
        case ReplyClass::dns_identity:
        case ReplyClass::blocklisted:
        case ReplyClass::content:
        case ReplyClass::policy:
        case ReplyClass::relay_denied:
        case ReplyClass::too_large:
        case ReplyClass::loop:
        case ReplyClass::expired:
            return true;
        case ReplyClass::delivered:
        case ReplyClass::mailbox_full:
        case ReplyClass::reputation:
        case ReplyClass::rate_limited:
        case ReplyClass::greylisted:
        case ReplyClass::tls:
        case ReplyClass::connection:
        case ReplyClass::dns:
        case ReplyClass::protocol:
        case ReplyClass::other:
            return false;
    }
    return false;
}

// A name of DNS as an expression for itself.
std::string literal(const std::string& name) {
    std::string out;
    for (const char c : name) {
        if (c == '.') out += '\\';
        out += c;
    }
    return out;
}

// False for nothing, an address, and words such as "none".
bool is_host_name(std::string_view host) {
    return host.find('.') != std::string_view::npos && host.find(':') == std::string_view::npos &&
           host.find_first_not_of("0123456789.[]") != std::string_view::npos;
}

bool is_below(std::string_view host, std::string_view domain) {
    if (host.ends_with('.')) host.remove_suffix(1);
    if (domain.ends_with('.')) domain.remove_suffix(1);
    if (domain.empty() || host.size() < domain.size()) return false;
    const auto tail = host.substr(host.size() - domain.size());
    return (host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.') &&
           std::equal(tail.begin(), tail.end(), domain.begin(), [](char a, char b) {
               return std::tolower(static_cast<unsigned char>(a)) ==
                      std::tolower(static_cast<unsigned char>(b));
           });
}

// How replies name lists: each zone by its name, the longer first ("xbl.spamhaus.org" is in "sbl-xbl.spamhaus.org"), and
// then by the words of the rules' files.
struct NamedLists {
    NamedLists(const std::vector<ListWords>& words, const Catalogue& catalogue) {
        for (const auto& list : catalogue.lists())
            names.push_back(list.name);
        for (const auto& dead : catalogue.dead())
            if (!dead.suffix) names.push_back(dead.zone);
        std::stable_sort(names.begin(), names.end(),
                         [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
        for (const auto& name : names)
            texts.push_back(literal(name));
        for (const auto& one : words) {
            names.push_back(one.name);
            texts.push_back(one.text);
        }
    }

    std::vector<std::string> names;
    std::vector<std::string> texts;
};

}  // namespace

struct Classifier::Impl {
    Impl(BounceRules bounces, std::vector<Provider> those, const Catalogue& catalogue)
        : Impl(std::move(bounces), std::move(those), NamedLists(bounces.lists, catalogue)) {}

    Impl(BounceRules bounces, std::vector<Provider> those, NamedLists named)
        : rules(std::move(bounces.rules)),
          providers(std::move(those)),
          hosts(providers),
          guess(providers),
          lists(std::move(named.names)),
          list_texts(std::move(named.texts)),
          rule_texts(texts_of_rules()) {
        for (const auto& rule : rules)
            conditions.push_back(conditions_of(rule));
    }

    std::vector<std::string> texts_of_rules() {
        std::vector<std::string> texts;
        for (std::size_t i = 0; i < rules.size(); ++i) {
            if (rules[i].text.empty()) {
                rules_of_codes.push_back(i);
            } else {
                texts.push_back(rules[i].text);
                rules_of_texts.push_back(i);
            }
        }
        return texts;
    }

    Conditions conditions_of(const BounceRule& rule) const {
        Conditions out;
        for (const auto& name : rule.provider)
            out.providers.push_back(number_of(name).value_or(most_providers + 1));
        for (const auto& code : rule.smtp)
            out.smtp.push_back(smtp_pattern(code));
        for (const auto& dsn : rule.dsn)
            if (const auto pattern = DsnPattern::parse(dsn)) out.dsn.push_back(*pattern);
        return out;
    }

    std::optional<ProviderId> number_of(std::string_view name) const {
        const auto wanted = lower(name);
        if (wanted == "other") return other_provider;
        for (std::size_t i = 0; i < providers.size(); ++i)
            if (providers[i].name == wanted) return static_cast<ProviderId>(i + 1);
        return {};
    }

    // Number of the first rule whose conditions hold; that of the rules when none does.
    std::size_t decide(std::string_view words, const Facts& facts) const {
        static thread_local std::vector<int> found;
        rule_texts.candidates(words, found);
        const auto fits_text = [&](int text) {
            return hold(conditions[rules_of_texts[static_cast<std::size_t>(text)]], facts) &&
                   rule_texts.matches(text, words);
        };
        const auto by_text = std::find_if(found.begin(), found.end(), fits_text);
        const auto last =
            by_text == found.end() ? rules.size() : rules_of_texts[static_cast<std::size_t>(*by_text)];
        for (const auto rule : rules_of_codes) {
            if (rule > last) break;
            if (hold(conditions[rule], facts)) return rule;
        }
        return last;
    }

    std::string_view blamed_list(std::string_view words) const {
        const int first = list_texts.first(words);
        return first < 0 ? std::string_view() : lists[static_cast<std::size_t>(first)];
    }

    std::vector<BounceRule> rules;
    std::vector<Conditions> conditions;
    std::vector<Provider> providers;
    ProviderTable hosts;
    ProviderGuess guess;
    std::vector<std::string> lists;
    ExpressionSet list_texts;
    std::vector<std::size_t> rules_of_codes;  // those without a text, in their order
    std::vector<std::size_t> rules_of_texts;  // by number of the expression
    ExpressionSet rule_texts;
};

Classifier::Classifier(BounceRules rules, std::vector<Provider> providers, const Catalogue& lists)
    : impl_(std::make_unique<const Impl>(std::move(rules), std::move(providers), lists)) {}
Classifier::~Classifier() = default;
Classifier::Classifier(Classifier&&) noexcept = default;
Classifier& Classifier::operator=(Classifier&&) noexcept = default;

const Classifier& Classifier::builtin() {
    static const Classifier classifier(builtin_bounces(), builtin_providers(), Catalogue::builtin());
    return classifier;
}

ProviderId Classifier::provider(std::string_view relay_host, std::string_view recipient_domain) const {
    if (const auto by_host = impl_->hosts.by_host(relay_host); by_host != other_provider) return by_host;
    // A relay of ours refuses by itself, whoever the recipient's provider is; a host below the recipient's own domain
    // is that provider's.
    if (!is_host_name(relay_host) || is_below(relay_host, recipient_domain))
        return impl_->hosts.by_domain(recipient_domain);
    return other_provider;
}

ProviderId Classifier::guess_provider(std::string_view reply) const {
    reply = reply.substr(0, longest_reply);
    const auto codes = find_codes(reply);
    std::array<char, longest_reply> buffer;
    return impl_->guess.guess(reply, codes.begin, plain_words(reply, codes, buffer), impl_->hosts);
}

std::optional<ProviderId> Classifier::find_provider(std::string_view name) const {
    return impl_->number_of(name);
}

std::string_view Classifier::provider_name(ProviderId id) const {
    if (id == other_provider || id > impl_->providers.size()) return "other";
    return impl_->providers[id - 1U].name;
}

std::string_view Classifier::provider_title(ProviderId id) const {
    if (id == other_provider || id > impl_->providers.size()) return "other receivers";
    return impl_->providers[id - 1U].title;
}

std::string_view Classifier::provider_page(ProviderId id) const {
    if (id == other_provider || id > impl_->providers.size()) return {};
    return impl_->providers[id - 1U].postmaster;
}

std::size_t Classifier::provider_count() const {
    return impl_->providers.size() + 1;
}

namespace {

Facts facts_of(const ReplyCodes& codes, std::string_view dsn, ProviderId provider) {
    return {codes.smtp, DsnPattern::parse(dsn).value_or(DsnPattern{}), provider};
}

bool is_delivered(const ReplyCodes& codes, std::string_view dsn) {
    return codes.smtp / 100 == 2 || (codes.smtp == 0 && dsn.starts_with("2."));
}

bool is_hard(const BounceRule* rule, ReplyClass reply_class, const Facts& facts) {
    if (rule != nullptr && rule->hard) return *rule->hard;
    if (facts.smtp != 0) return facts.smtp >= 500;
    if (facts.dsn.code_class > 0) return facts.dsn.code_class == 5;
    return is_hard_by_nature(reply_class);
}

}  // namespace

Classification Classifier::classify(std::string_view reply, ProviderId provider, std::string_view dsn) const {
    reply = reply.substr(0, longest_reply);
    const auto codes = find_codes(reply);
    if (!codes.dsn.empty()) dsn = codes.dsn;
    if (is_delivered(codes, dsn)) return {ReplyClass::delivered, false, codes.smtp, dsn, {}};
    std::array<char, longest_reply> buffer;
    const auto words = plain_words(reply, codes, buffer);
    const auto facts = facts_of(codes, dsn, provider);
    const auto decided = impl_->decide(words, facts);
    const auto* const rule = decided < impl_->rules.size() ? &impl_->rules[decided] : nullptr;
    const auto reply_class = rule != nullptr ? rule->reply_class : ReplyClass::other;
    Classification out{reply_class, is_hard(rule, reply_class, facts), codes.smtp, dsn, {}};
    if (reply_class == ReplyClass::blocklisted) out.list = impl_->blamed_list(words);
    return out;
}

const BounceRule* Classifier::deciding_rule(std::string_view reply, ProviderId provider,
                                            std::string_view dsn) const {
    reply = reply.substr(0, longest_reply);
    const auto codes = find_codes(reply);
    if (!codes.dsn.empty()) dsn = codes.dsn;
    if (is_delivered(codes, dsn)) return nullptr;
    std::array<char, longest_reply> buffer;
    const auto decided = impl_->decide(plain_words(reply, codes, buffer), facts_of(codes, dsn, provider));
    return decided < impl_->rules.size() ? &impl_->rules[decided] : nullptr;
}

}  // namespace reputed::mta
