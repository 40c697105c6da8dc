#include "config/import/ucl.hpp"

#include <algorithm>

namespace reputed::imports {
namespace {

constexpr std::size_t deepest = 32;
constexpr std::size_t most_entries = 100'000;

class Parser {
  public:
    explicit Parser(std::string_view text) : text_(text) {}

    UclText parse() {
        bool good = true;
        if (skip_blanks() && peek() == '{') {
            ++at_;
            good = object(true);
        } else {
            good = object(false);
        }
        if (!good || at_ < text_.size()) out_.broken_line = line_;
        return std::move(out_);
    }

  private:
    bool more() const { return at_ < text_.size(); }
    char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
    void step() {
        if (text_[at_] == '\n') ++line_;
        ++at_;
    }

    // Comments are blanks: # to the end of the line, /* */ nested. False at the end of the text.
    bool skip_blanks(bool separators = false) {
        while (more()) {
            const char c = peek();
            if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || (separators && (c == ';' || c == ','))) {
                step();
            } else if (c == '#') {
                while (more() && peek() != '\n')
                    step();
            } else if (c == '/' && peek(1) == '*') {
                std::size_t nesting = 0;
                do {
                    if (peek() == '/' && peek(1) == '*')
                        ++nesting, ++at_;
                    else if (peek() == '*' && peek(1) == '/')
                        --nesting, ++at_;
                    step();
                } while (more() && nesting > 0);
            } else {
                return true;
            }
        }
        return false;
    }

    void skip_spaces() {
        while (more() && (peek() == ' ' || peek() == '\t'))
            step();
    }

    bool object(bool braces) {
        while (skip_blanks(true)) {
            if (peek() == '}') {
                if (!braces) return false;
                ++at_;
                return true;
            }
            if (!(peek() == '.' ? macro() : member())) return false;
        }
        return !braces;
    }

    // .include(try=true,priority=1) "FILE"
    bool macro() {
        std::string name;
        while (more() && !is_blank(peek()) && peek() != '(' && peek() != '"') {
            name += peek();
            step();
        }
        skip_spaces();
        if (peek() == '(') {
            while (more() && peek() != ')')
                step();
            if (more()) step();
        }
        skip_spaces();
        const auto line = line_;
        std::string argument;
        if (peek() == '{') {
            ++at_;
            path_.push_back(name);
            const bool good = path_.size() <= deepest && object(true);
            path_.pop_back();
            return good;
        }
        if (!word(argument)) return false;
        path_.push_back(name);
        add(std::move(argument), line, true);
        path_.pop_back();
        return true;
    }

    // NAME = VALUE, NAME VALUE, NAME { }, NAME NAME { }.
    bool member() {
        std::string name;
        if (!word(name) || path_.size() >= deepest) return false;
        path_.push_back(std::move(name));
        bool good = skip_blanks();
        if (good && (peek() == '=' || peek() == ':')) {
            step();
            good = skip_blanks();
        }
        good = good && value();
        path_.pop_back();
        return good;
    }

    bool value() {
        if (peek() == '{') {
            ++at_;
            return object(true);
        }
        if (peek() == '[') return array();
        const auto line = line_;
        const bool bare = peek() != '"' && peek() != '\'' && peek() != '<';
        std::string text;
        if (!word(text)) return false;
        skip_spaces();
        // What is not in quotes ends with the line, or where a value ends.
        std::string next;
        while (bare && more() && std::string_view("\r\n;,#{}[]=").find(peek()) == std::string_view::npos &&
               word(next)) {
            (text += ' ') += next;
            next.clear();
            skip_spaces();
        }
        // A word and then a brace: a section with a name.
        if (peek() == '{') {
            if (path_.size() >= deepest) return false;
            ++at_;
            path_.push_back(std::move(text));
            const bool good = object(true);
            path_.pop_back();
            return good;
        }
        add(std::move(text), line, false);
        return true;
    }

    bool array() {
        if (++nested_arrays_ > deepest) return false;
        ++at_;
        while (skip_blanks(true)) {
            if (peek() == ']') {
                ++at_;
                --nested_arrays_;
                return true;
            }
            if (!value()) return false;
        }
        return false;
    }

    static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

    // A quoted or bare string, or the lines of a <<HERE text.
    bool word(std::string& out) {
        if (peek() == '"' || peek() == '\'') return quoted(out, peek());
        if (peek() == '<' && peek(1) == '<' && peek(2) >= 'A' && peek(2) <= 'Z') return here(out);
        // A variable's braces belong to the word.
        std::size_t braces = 0;
        while (more()) {
            const char c = peek();
            if (is_blank(c) || c == ';' || c == ',' || c == '#' || c == '"' || c == '[' || c == ']' ||
                c == '=')
                break;
            if (c == '{' && (out.empty() || out.back() != '$')) break;
            if (c == '{') ++braces;
            if (c == '}' && braces-- == 0) break;
            if (c == ':' && (is_blank(peek(1)) || peek(1) == '"' || peek(1) == '\'' || peek(1) == '[')) break;
            out += c;
            step();
        }
        return !out.empty();
    }

    bool quoted(std::string& out, char quote) {
        step();
        while (more()) {
            if (peek() == quote) {
                step();
                return true;
            }
            if (peek() == '\\' && quote == '"' && at_ + 1 < text_.size()) step();
            out += peek();
            step();
        }
        return false;
    }

    bool here(std::string& out) {
        at_ += 2;
        std::string mark;
        while (more() && peek() != '\n') {
            if (peek() != '\r') mark += peek();
            step();
        }
        if (more()) step();
        while (more()) {
            const auto end = std::min(text_.find('\n', at_), text_.size());
            auto line = text_.substr(at_, end - at_);
            if (line.ends_with('\r')) line.remove_suffix(1);
            at_ = end;
            if (line == mark) return true;
            (out += line) += '\n';
            if (more()) step();
        }
        return false;
    }

    void add(std::string text, unsigned line, bool macro) {
        if (out_.entries.size() < most_entries) out_.entries.push_back({path_, std::move(text), line, macro});
    }

    std::string_view text_;
    std::size_t at_ = 0;
    unsigned line_ = 1;
    std::vector<std::string> path_;
    std::size_t nested_arrays_ = 0;
    UclText out_;
};

}  // namespace

UclText read_ucl(std::string_view text) {
    return Parser(text).parse();
}

}  // namespace reputed::imports
