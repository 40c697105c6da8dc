#include <algorithm>
#include <map>

#include "config/mta_names.hpp"
#include "config/text.hpp"

// What each MTA prints or has written down about its own name.
namespace reputed {

namespace {

constexpr std::size_t most_names = 16;
constexpr std::string_view blank = " \t\r\n";

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(blank);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

// Takes the first line off `text`.
std::string_view take_line(std::string_view& text) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

// "KEY = VALUE"; an empty key where there is no such sign.
struct Pair {
    std::string_view key;
    std::string_view value;
};
Pair pair_of(std::string_view line) {
    const auto sign = line.find('=');
    if (sign == std::string_view::npos) return {};
    return {trimmed(line.substr(0, sign)), trimmed(line.substr(sign + 1))};
}

void add_name(std::vector<std::string>& names, std::string_view name) {
    name = trimmed(name);
    if (name.empty() || names.size() >= most_names) return;
    const bool known = std::any_of(names.begin(), names.end(),
                                   [&](const std::string& one) { return lower(one) == lower(name); });
    if (!known) names.emplace_back(name);
}

}  // namespace

std::vector<std::string> parse_postfix_names(std::string_view usual, std::string_view services) {
    std::vector<std::string> names;
    add_name(names, take_line(usual));
    while (!services.empty()) {
        const auto [key, value] = pair_of(take_line(services));
        if (key.ends_with("/unix/smtp_helo_name")) add_name(names, value);
    }
    return names;
}

std::string parse_exim_hostname(std::string_view text) {
    while (!text.empty()) {
        const auto [key, value] = pair_of(take_line(text));
        if (key == "primary_hostname") return std::string(value);
    }
    return "";
}

EximGreetings parse_exim_transports(std::string_view text, const std::string& primary_hostname) {
    EximGreetings found;
    std::string_view transport;
    std::string_view helo;
    bool is_smtp = false;
    const auto finish = [&] {
        if (!is_smtp) return;
        if (helo.empty() || helo == "$primary_hostname" || helo == "${primary_hostname}")
            add_name(found.names, primary_hostname);
        else if (helo.find('$') == std::string_view::npos)
            add_name(found.names, helo);
        else if (found.computed.empty())
            found.computed = "helo_data of the transport " + std::string(transport);
    };
    constexpr std::string_view heading = " transport:";
    while (!text.empty()) {
        const auto line = trimmed(take_line(text));
        if (line.ends_with(heading)) {
            finish();
            transport = line.substr(0, line.size() - heading.size());
            helo = {};
            is_smtp = false;
            continue;
        }
        const auto [key, value] = pair_of(line);
        if (key == "driver") is_smtp = value == "smtp";
        if (key == "helo_data") helo = value;
    }
    finish();
    return found;
}

std::string parse_sendmail_identity(std::string_view text) {
    std::map<char, std::string_view> macros;
    bool inside = false;
    while (!text.empty()) {
        const auto line = take_line(text);
        if (line.starts_with("====")) {
            inside = line.find("SYSTEM IDENTITY") != std::string_view::npos;
            continue;
        }
        const auto [key, value] = pair_of(line);
        if (inside && key.size() >= 2 && key[key.size() - 2] == '$' && value != "<null>")
            macros.emplace(key.back(), value);
    }
    std::string name;
    const std::string_view j = macros['j'];
    for (std::size_t i = 0; i < j.size(); ++i) {
        if (j[i] != '$' || i + 1 == j.size() ||
            std::string_view("wmk").find(j[i + 1]) == std::string_view::npos)
            name += j[i];
        else
            name += macros[j[++i]];
    }
    return name;
}

namespace {

// Words of one statement after another: newlines end it, except after a backslash and between braces.
class SmtpdConf {
  public:
    explicit SmtpdConf(std::string_view text) : rest_(text) {}

    bool at_end() const { return rest_.empty(); }

    std::vector<std::string> statement() {
        std::vector<std::string> words;
        int depth = 0;
        while (!rest_.empty()) {
            const char c = rest_.front();
            if (c == '\n' && depth <= 0) {
                rest_.remove_prefix(1);
                break;
            }
            if (c == '#') {
                rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
            } else if (c == '"') {
                words.push_back(quoted());
            } else if (std::string_view(" \t\r\n,{}\\=").find(c) != std::string_view::npos) {
                depth += c == '{' ? 1 : c == '}' ? -1 : 0;
                const bool joins_lines = c == '\\' && rest_.substr(1, 1) == "\n";
                rest_.remove_prefix(joins_lines ? 2 : 1);
                if (c == '=') words.emplace_back("=");
            } else {
                const auto end = std::min(rest_.find_first_of(" \t\r\n,{}\\=\"#"), rest_.size());
                words.emplace_back(rest_.substr(0, end));
                rest_.remove_prefix(end);
            }
        }
        return words;
    }

  private:
    std::string quoted() {
        rest_.remove_prefix(1);
        const auto end = std::min(rest_.find('"'), rest_.size());
        std::string word(rest_.substr(0, end));
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        return word;
    }

    std::string_view rest_;
};

}  // namespace

SmtpdGreetings parse_smtpd_conf(std::string_view text) {
    SmtpdGreetings found;
    std::map<std::string, std::string, std::less<>> macros;
    for (SmtpdConf conf(text); !conf.at_end();) {
        const auto words = conf.statement();
        if (words.size() >= 3 && words[1] == "=") macros[words[0]] = words[2];
        if (words.empty() || words.front() != "action") continue;
        const auto relay = std::find(words.begin(), words.end(), "relay");
        if (relay == words.end()) continue;
        const auto from_table = std::find(relay, words.end(), "helo-src");
        const auto helo = std::find(relay, words.end(), "helo");
        if (from_table != words.end()) {
            found.from_table = true;
        } else if (helo == words.end() || helo + 1 == words.end()) {
            found.own_name = true;
        } else {
            const auto& word = *(helo + 1);
            const auto macro =
                word.starts_with('$') ? macros.find(std::string_view(word).substr(1)) : macros.end();
            add_name(found.names, macro != macros.end() ? macro->second : word);
        }
    }
    return found;
}

}  // namespace reputed
