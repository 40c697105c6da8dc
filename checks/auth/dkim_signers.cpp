#include "checks/auth/dkim_signers.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "checks/auth/tag_list.hpp"
#include "config/file_text.hpp"
#include "config/text.hpp"

namespace reputed::dkim {
namespace {

constexpr std::size_t most_octets = 4 << 20;  // a hoster's KeyTable has a line a domain
constexpr std::size_t most_files = 200;
constexpr std::size_t most_keys = 50;  // of one domain

// Words of a line, comments (#) left out.
std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    line = line.substr(0, line.find('#'));
    while (!(line = record::trimmed(line)).empty()) {
        const auto end = std::min(line.find_first_of(" \t"), line.size());
        words.emplace_back(line.substr(0, end));
        line.remove_prefix(end);
    }
    return words;
}

template <class Each>
void for_each_line(std::string_view text, const Each& each) {
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        each(text.substr(begin, end - begin));
        begin = end + 1;
    }
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
        text.replace(at, what.size(), with);
    return text;
}

bool is_domain_of(std::string_view pattern, std::string_view domain) {
    const auto at = pattern.rfind('@');
    const std::string name = lower(at == std::string_view::npos ? pattern : pattern.substr(at + 1));
    return name == domain || name == "*" ||
           (name.size() > 2 && name.starts_with("*.") && domain.ends_with(std::string_view(name).substr(1)));
}

bool matches(const std::string& text, std::string_view domain) {
    bool found = false;
    for (const auto& item : record::split(lower(text), ','))
        found = found || item == domain || item == "*";
    return found;
}

// A UCL text as words, strings and single marks; `;`, `,` and line ends separate and are left out.
std::vector<std::string> ucl_tokens(std::string_view text) {
    std::vector<std::string> tokens;
    for (std::size_t i = 0; i < text.size() && tokens.size() < 100'000;) {
        const char c = text[i];
        if (c == '#') {
            i = std::min(text.find('\n', i), text.size());
        } else if (text.substr(i, 2) == "/*") {
            i = std::min(text.find("*/", i + 2), text.size() - 2) + 2;
        } else if (c == '"' || c == '\'') {
            const auto end = std::min(text.find(c, i + 1), text.size());
            tokens.emplace_back(text.substr(i + 1, end - i - 1));
            i = end + 1;
        } else if (c == '{' || c == '}' || c == '[' || c == ']') {
            tokens.emplace_back(1, c);
            ++i;
        } else if (std::string_view(" \t\r\n;,=:").find(c) != std::string_view::npos) {
            ++i;
        } else {
            const auto end = std::min(text.find_first_of(" \t\r\n;,=:{}[]#", i), text.size());
            tokens.emplace_back(text.substr(i, end - i));
            i = end;
        }
    }
    return tokens;
}

std::string text_at(const std::string& path) {
    return read_file(path, most_octets).text;
}

}  // namespace

std::string opendkim_setting(std::string_view configuration, std::string_view name) {
    std::string value;
    for_each_line(configuration, [&](std::string_view line) {
        const auto words = words_of(line);
        if (words.size() >= 2 && lower(words[0]) == lower(name)) value = words[1];
    });
    for (const std::string_view prefix : {"refile:", "file:"})
        if (value.starts_with(prefix)) value.erase(0, prefix.size());
    return value;
}

std::vector<SigningKey> opendkim_keys(const OpenDkimText& text, std::string_view domain) {
    std::vector<SigningKey> keys;
    const auto add = [&](std::string signing, std::string selector, std::string path) {
        if (keys.size() < most_keys && !selector.empty())
            keys.push_back({lower(signing), lower(selector), std::move(path), ""});
    };
    if (text.key_table.empty()) {
        if (matches(opendkim_setting(text.configuration, "Domain"), domain))
            add(std::string(domain), opendkim_setting(text.configuration, "Selector"),
                opendkim_setting(text.configuration, "KeyFile"));
        return keys;
    }
    std::set<std::string> named;
    for_each_line(text.signing_table, [&](std::string_view line) {
        const auto words = words_of(line);
        if (words.size() >= 2 && is_domain_of(words[0], domain)) named.insert(words[1]);
    });
    for_each_line(text.key_table, [&](std::string_view line) {
        const auto words = words_of(line);
        if (words.size() < 2) return;
        auto parts = record::split(words[1], ':');
        if (parts.size() < 3) return;
        const bool any_domain = parts[0] == "%";
        // Without a SigningTable the key's own domain is signed for.
        const bool used = text.signing_table.empty() ? any_domain || lower(parts[0]) == domain
                                                     : named.find(words[0]) != named.end();
        if (used)
            add(any_domain ? std::string(domain) : parts[0], parts[1],
                replaced(std::move(parts[2]), "%", domain));
    });
    return keys;
}

// domain { example.com { selectors [ { path = ...; selector = ... } ] } }, or path and selector right in the
// domain's block, or for all domains at the top.
std::vector<SigningKey> rspamd_keys(std::string_view dkim_signing, std::string_view domain) {
    std::vector<SigningKey> keys;
    std::vector<std::string> blocks;  // names of the open blocks, "" where they have none
    std::string path;
    std::string selector;
    const auto tokens = ucl_tokens(dkim_signing);
    const auto ours = [&] {
        return blocks.size() >= 2 && blocks[0] == "domain" && lower(blocks[1]) == domain;
    };
    const auto close = [&] {
        if (ours() && !selector.empty() && keys.size() < most_keys)
            keys.push_back(
                {std::string(domain), lower(std::exchange(selector, "")), std::exchange(path, ""), ""});
    };
    std::string general_path = "/var/lib/rspamd/dkim/$domain.$selector.key";
    std::string general_selector = "dkim";
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const auto& token = tokens[i];
        if (token == "{" || token == "[") {
            blocks.emplace_back();
        } else if (token == "}" || token == "]") {
            close();
            if (!blocks.empty()) blocks.pop_back();
        } else if (i + 1 < tokens.size() && (tokens[i + 1] == "{" || tokens[i + 1] == "[")) {
            blocks.push_back(token);
            ++i;
        } else if (i + 1 < tokens.size() && (token == "path" || token == "selector")) {
            std::string& value = ours()           ? (token == "path" ? path : selector)
                                 : blocks.empty() ? (token == "path" ? general_path : general_selector)
                                                  : (token == "path" ? path : selector);
            value = tokens[++i];
            if (!ours() && !blocks.empty()) value.clear();
        }
    }
    if (keys.empty()) keys.push_back({std::string(domain), lower(general_selector), "", "", true});
    for (auto& key : keys)
        key.path = replaced(replaced(key.path.empty() ? general_path : key.path, "$domain", domain),
                            "$selector", key.selector);
    return keys;
}

std::vector<SigningKey> exim_keys(std::string_view text, std::string_view domain) {
    std::string domains;
    std::string selector;
    std::string path;
    for_each_line(text, [&](std::string_view line) {
        line = record::trimmed(line);
        const auto equals = line.find('=');
        if (line.starts_with('#') || equals == std::string_view::npos) return;
        const std::string name = lower(record::trimmed(line.substr(0, equals)));
        const std::string value(record::trimmed(line.substr(equals + 1)));
        if (name == "dkim_domain" && value != "DKIM_DOMAIN") domains = value;
        if (name == "dkim_selector" && value != "DKIM_SELECTOR") selector = value;
        if (name == "dkim_private_key" && value != "DKIM_PRIVATE_KEY") path = value;
    });
    const bool any_domain = domains.find('$') != std::string::npos;  // that of the From field, as a rule
    const auto listed = record::split(lower(domains), ':');
    if (!any_domain && std::find(listed.begin(), listed.end(), domain) == listed.end()) return {};
    for (const auto* name : {"${dkim_domain}", "$dkim_domain"})
        path = replaced(path, name, domain);
    for (const auto* name : {"${dkim_selector}", "$dkim_selector"})
        path = replaced(path, name, selector);
    if (selector.empty() || selector.find('$') != std::string::npos) return {};
    if (path.find('$') != std::string::npos) path.clear();
    std::vector<SigningKey> keys;
    for (const auto& item : record::split(lower(selector), ':'))
        keys.push_back({std::string(domain), item, path, ""});
    return keys;
}

namespace {

std::vector<std::string> files_in(const std::string& folder) {
    std::vector<std::string> files;
    std::error_code error;
    std::filesystem::directory_iterator entry(folder, error);
    for (; !error && entry != std::filesystem::directory_iterator() && files.size() < most_files;
         entry.increment(error))
        files.push_back(entry->path().string());
    std::sort(files.begin(), files.end());
    return files;
}

void read_opendkim(Signers& signers) {
    auto& text = signers.opendkim;
    text.configuration = text_at(signers.root + "/etc/opendkim.conf");
    if (text.configuration.empty()) return;
    const auto table = opendkim_setting(text.configuration, "KeyTable");
    const auto signing = opendkim_setting(text.configuration, "SigningTable");
    if (table.starts_with('/')) text.key_table = text_at(signers.root + table);
    if (signing.starts_with('/')) text.signing_table = text_at(signers.root + signing);
    signers.key_table = table;
}

// What override.d says replaces local.d.
void read_rspamd(Signers& signers) {
    for (const std::string file :
         {"/etc/rspamd/override.d/dkim_signing.conf", "/etc/rspamd/local.d/dkim_signing.conf"}) {
        signers.rspamd = text_at(signers.root + file);
        signers.rspamd_file = file;
        if (!signers.rspamd.empty()) return;
    }
}

void read_exim(Signers& signers) {
    auto& text = signers.exim;
    const std::string folder = signers.root + "/etc/exim4/";
    text = text_at(signers.root + "/etc/exim.conf");
    for (const auto* name : {"exim4.conf.template", "exim4.conf", "exim4.conf.localmacros"})
        text += text_at(folder + name) + '\n';
    for (const auto* name : {"conf.d/main", "conf.d/transport"})
        for (const auto& file : files_in(folder + name))
            if (text.size() < most_octets) text += text_at(file) + '\n';
}

}  // namespace

Signers read_signers(const std::string& root) {
    Signers signers;
    signers.root = root;
    read_opendkim(signers);
    read_rspamd(signers);
    read_exim(signers);
    return signers;
}

std::vector<SigningKey> signing_keys(const Signers& signers, std::string_view domain) {
    std::vector<SigningKey> keys;
    const auto add = [&](std::vector<SigningKey> found, const std::string& source) {
        for (auto& key : found) {
            std::error_code error;
            if (!key.path.empty()) key.path = signers.root + key.path;
            if (key.assumed && !std::filesystem::exists(key.path, error)) continue;
            key.source = source;
            keys.push_back(std::move(key));
        }
    };
    if (!signers.opendkim.configuration.empty())
        add(opendkim_keys(signers.opendkim, domain),
            signers.opendkim.key_table.empty() ? "/etc/opendkim.conf" : signers.key_table);
    if (!signers.rspamd.empty()) add(rspamd_keys(signers.rspamd, domain), signers.rspamd_file);
    if (!signers.exim.empty()) add(exim_keys(signers.exim, domain), "/etc/exim4");
    return keys;
}

}  // namespace reputed::dkim
