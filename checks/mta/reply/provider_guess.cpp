#include "checks/mta/reply/provider_guess.hpp"

#include <algorithm>

#include "config/text.hpp"

namespace reputed::mta {
namespace {

bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

struct Name {
    std::string_view text;
    std::string_view left;  // what stands before it
};

// Calls `use` for each name with a dot in it, until it gives true.
template <class Use>
void each_name(std::string_view text, Use use) {
    for (std::size_t i = 0; i < text.size();) {
        if (!is_name(text[i])) {
            ++i;
            continue;
        }
        const auto begin = i;
        while (i < text.size() && is_name(text[i]))
            ++i;
        const auto name = text.substr(begin, i - begin);
        if (name.find('.') != std::string_view::npos && use(Name{name, text.substr(0, begin)})) return;
    }
}

// "MAIL FROM:<a@example.com>", "from=<...>", "ctladdr=...", and refusals that speak of the sender.
bool is_sender(std::string_view left) {
    const auto end = left.find_last_of(" \t,;");
    const auto word = lower(left.substr(end == std::string_view::npos ? 0 : end + 1));
    return word.find("from") != std::string::npos || word.find("ctladdr") != std::string::npos;
}

bool speaks_of_sender(std::string_view words) {
    for (const std::string_view word : {"sender", "spf", "dkim", "dmarc", "from"})
        if (words.find(word) != std::string_view::npos) return true;
    return false;
}

std::uint16_t host_named(std::string_view front, const ProviderTable& table) {
    std::uint16_t found = 0;
    each_name(front, [&](const Name& name) {
        if (!name.left.ends_with('@')) found = table.by_host(name.text);
        return found != 0;
    });
    return found;
}

std::uint16_t recipient_named(std::string_view text, const ProviderTable& table) {
    std::uint16_t found = 0;
    each_name(text, [&](const Name& name) {
        if (name.left.ends_with('@') && !is_sender(name.left)) found = table.by_domain(name.text);
        return found != 0;
    });
    return found;
}

std::vector<std::string> all_texts(const std::vector<Provider>& providers) {
    std::vector<std::string> texts;
    for (const auto& provider : providers)
        texts.insert(texts.end(), provider.texts.begin(), provider.texts.end());
    return texts;
}

}  // namespace

ProviderGuess::ProviderGuess(const std::vector<Provider>& providers) : texts_(all_texts(providers)) {
    std::uint16_t number = 0;
    for (const auto& provider : providers) {
        ++number;
        provider_of_text_.insert(provider_of_text_.end(), provider.texts.size(), number);
    }
}

std::uint16_t ProviderGuess::guess(std::string_view reply, std::size_t begin, std::string_view words,
                                   const ProviderTable& table) const {
    const auto front = reply.substr(0, begin);
    if (const auto by_host = host_named(front, table); by_host != 0) return by_host;
    if (const int first = texts_.first(words); first >= 0)
        return provider_of_text_[static_cast<std::size_t>(first)];
    if (const auto by_domain = recipient_named(front, table); by_domain != 0) return by_domain;
    return speaks_of_sender(words) ? std::uint16_t{0} : recipient_named(reply.substr(begin), table);
}

}  // namespace reputed::mta
