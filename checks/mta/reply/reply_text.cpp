#include "checks/mta/reply/reply_text.hpp"

#include <algorithm>
#include <array>

namespace reputed::mta {
namespace {

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

constexpr char lower_case(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

constexpr bool is_letter(char c) {
    return lower_case(c) >= 'a' && lower_case(c) <= 'z';
}

constexpr bool is_name(char c) {
    return is_digit(c) || is_letter(c) || c == '.' || c == '-' || c == '_';
}

// Of the local part of an address (RFC 5321 section 4.1.2 atext), less what stands in links.
constexpr bool is_local_part(char c) {
    return is_name(c) || c == '+' || c == '*' || c == '!' || c == '~' || c == '$' || c == '^';
}

// Replies that receivers give; a number behind a colon must be one of these to be one.
constexpr bool is_known_code(int code) {
    constexpr std::array<std::int16_t, 61> known = {
        401, 402, 403, 421, 422, 431, 432, 441, 442, 446, 447, 449, 450, 451, 452, 453,
        454, 455, 458, 459, 471, 472, 473, 501, 502, 503, 504, 505, 510, 511, 512, 513,
        515, 517, 521, 523, 525, 530, 531, 533, 534, 535, 538, 541, 550, 551, 552, 553,
        554, 555, 556, 557, 559, 560, 563, 570, 571, 572, 573, 574, 577};
    return std::binary_search(known.begin(), known.end(), code);
}

constexpr bool is_success(int code) {
    return code == 200 || code == 211 || code == 214 || code == 220 || code == 221 || code == 235 ||
           (code >= 250 && code <= 253);
}

class CodeFinder {
  public:
    CodeFinder(std::string_view text, bool underscores) : text_(text), underscores_(underscores) {}

    ReplyCodes find() const {
        ReplyCodes out{0, {}, text_.size(), underscores_};
        for (std::size_t i = 0; i + 3 <= text_.size(); ++i) {
            const int code = number_at(i);
            if (code == 0 || !is_reply(i, code)) continue;
            out.smtp = static_cast<std::uint16_t>(code);
            out.begin = i;
            out.dsn = dsn_behind(i);
            break;
        }
        if (out.dsn.empty()) out.dsn = dsn_anywhere(out.smtp / 100);
        return out;
    }

  private:
    char at(std::size_t i) const { return i < text_.size() ? text_[i] : '\0'; }
    char before(std::size_t i) const { return i == 0 ? '\0' : text_[i - 1]; }
    bool is_blank(char c) const { return static_cast<unsigned char>(c) <= ' ' || (c == '_' && underscores_); }

    // The number of three digits that begins here and is no part of another; 0 = none.
    int number_at(std::size_t i) const {
        const char first = text_[i];
        if ((first != '5' && first != '4' && first != '2') || !is_digit(at(i + 1)) || !is_digit(at(i + 2)))
            return 0;
        const char left = before(i);
        if (is_digit(left) || left == '.' || left == '-' || left == '@') return 0;
        if (is_letter(left) && !is_escaped_end(i)) return 0;
        const char right = at(i + 3);
        if (is_digit(right) || is_letter(right) || right == '@' || right == '/') return 0;
        if ((right == '.' || right == ':' || right == ',') && is_digit(at(i + 4))) return 0;
        return (first - '0') * 100 + (text_[i + 1] - '0') * 10 + (text_[i + 2] - '0');
    }

    // Exim writes the end of a line as "\n".
    bool is_escaped_end(std::size_t i) const {
        return i >= 2 && (text_[i - 1] == 'n' || text_[i - 1] == 'r') && text_[i - 2] == '\\';
    }

    bool is_reply(std::size_t i, int code) const {
        std::size_t left = i;
        while (left > 0 && is_blank(text_[left - 1]))
            --left;
        const char mark = before(left);
        const bool near = left == i;
        const bool starts = left == 0;
        if (starts) return true;
        if (is_success(code) || code < 400) return is_success(code) && is_said(left, mark);
        if (is_said(left, mark)) return true;
        if (const auto dsn = dsn_behind(i); !dsn.empty() && dsn.front() == text_[i]) return true;
        if (!is_known_code(code) || at(i + 3) == ':') return false;
        if (mark == ':' || mark == ';' || mark == '|' || is_escaped_end(i)) return true;
        if (near && (mark == '(' || mark == '[' || mark == '"' || mark == '\'' || mark == '`' || mark == '='))
            return true;
        return is_word_of_code(word_before(left));
    }

    // Behind "said:", "]:", ">:", "reply=" and the like nothing else than a reply stands.
    bool is_said(std::size_t left, char mark) const {
        if (mark == '=') return word_before(left - 1) == "reply";
        if (mark == '\'' || mark == '"') return word_before(left - 1) != "" || before(left - 1) == '=';
        if (mark == '(') return ends_with_word(left - 1, "sent");
        if (mark != ':') return false;
        const char left_of_mark = before(left - 1);
        if (left_of_mark == ']' || left_of_mark == '>') return true;
        const auto word = word_before(left - 1);
        return same(word, "said") || same(word, "me") || same(word, "reply") || same(word, "response") ||
               same(word, "replied") || same(word, "was") || same(word, "responded");
    }

    static bool same(std::string_view a, std::string_view lower) {
        return std::equal(a.begin(), a.end(), lower.begin(), lower.end(),
                          [](char x, char y) { return lower_case(x) == y; });
    }

    bool ends_with_word(std::size_t end, std::string_view lower) const {
        while (end > 0 && is_blank(text_[end - 1]))
            --end;
        return same(word_before(end), lower);
    }

    std::string_view word_before(std::size_t end) const {
        std::size_t begin = end;
        while (begin > 0 && is_letter(text_[begin - 1]))
            --begin;
        return text_.substr(begin, end - begin);
    }

    static bool is_word_of_code(std::string_view word) {
        for (const std::string_view known : {"code", "error", "status", "reply", "got", "smtp", "returned",
                                             "with", "response", "esmtp", "deferred", "said"})
            if (same(word, known)) return true;
        return false;
    }

    // The enhanced code right behind the reply code at `i`.
    std::string_view dsn_behind(std::size_t i) const {
        const auto code = text_.substr(i, 3);
        std::size_t j = i + 3;
        const auto skip = [&] {
            while (j < text_.size() && (is_blank(text_[j]) || text_[j] == '-' || text_[j] == ':'))
                ++j;
        };
        skip();
        if (text_.substr(j, 3) == code) {  // some say it twice
            j += 3;
            skip();
        }
        if (at(j) == '#' || at(j) == '(' || at(j) == '[' || at(j) == '<') ++j;
        if (at(j) == '#') ++j;
        return dsn_at(j);
    }

    std::string_view dsn_at(std::size_t i) const {
        const char first = at(i);
        if ((first != '5' && first != '4' && first != '2') || at(i + 1) != '.') return {};
        std::size_t j = i + 2;
        const auto digits = [&] {
            const auto begin = j;
            while (is_digit(at(j)))
                ++j;
            return j - begin;
        };
        const auto subject = digits();
        if (subject == 0 || subject > 2 || at(j) != '.') return {};
        ++j;
        const auto detail = digits();
        if (detail == 0 || detail > 3 || is_letter(at(j))) return {};
        if (at(j) == '.' && is_digit(at(j + 1))) return {};
        return text_.substr(i, j - i);
    }

    // One that stands for itself, such as "(#5.1.1)", of this class; 0: of failures.
    std::string_view dsn_anywhere(int code_class) const {
        for (std::size_t i = text_.find('.'); i != std::string_view::npos; i = text_.find('.', i + 1)) {
            if (i == 0) continue;
            const std::size_t begin = i - 1;
            const char first = text_[begin];
            if (code_class == 0 ? (first != '4' && first != '5' && !(first == '2' && is_dsn_key(begin)))
                                : first != static_cast<char>('0' + code_class))
                continue;
            if (!stands_alone(begin)) continue;
            if (const auto dsn = dsn_at(begin); !dsn.empty()) return dsn;
        }
        return {};
    }

    bool is_dsn_key(std::size_t i) const {
        return i == 0 || (text_[i - 1] == '=' && same(word_before(i - 1), "dsn"));
    }

    bool stands_alone(std::size_t i) const {
        const char left = before(i);
        if (left == '#' || left == '(' || left == '[' || left == '<' || left == ':' || left == '\'')
            return true;
        if (is_dsn_key(i)) return true;
        if (!is_blank(left)) return is_escaped_end(i);
        const auto word = word_before(i - 1);
        return !same(word, "version") && !same(word, "v") && !same(word, "release") && !same(word, "exim") &&
               !same(word, "postfix") && !same(word, "sendmail");
    }

    std::string_view text_;
    bool underscores_;
};

// Nothing else writes a whole sentence without a blank.
bool is_of_qmail(std::string_view reply) {
    const auto head = reply.substr(0, 160);
    if (head.find(' ') != std::string_view::npos) return false;
    return std::count(head.begin(), head.end(), '_') >= 2;
}

enum CharacterKind : std::uint8_t { plain, blank, special };

struct CharacterTable {
    std::array<CharacterKind, 256> kind{};
    std::array<char, 256> lower{};
};

constexpr CharacterTable characters = [] {
    CharacterTable table;
    for (std::size_t i = 0; i < 256; ++i) {
        const char c = static_cast<char>(i);
        table.lower[i] = lower_case(c);
        table.kind[i] = i <= ' ' || i == 0x7f                                       ? blank
                        : c == '\\' || c == '@' || c == '[' || c == '_' || c == '/' ? special
                                                                                    : plain;
    }
    return table;
}();

class Writer {
  public:
    Writer(std::string_view text, const ReplyCodes& codes, char* buffer)
        : text_(text), codes_(codes), begin_(buffer), out_(buffer) {
        if (codes.smtp != 0) code_ = text.substr(codes.begin, 3);
    }

    std::string_view write() {
        skip_codes();
        while (i_ < text_.size()) {
            const auto c = static_cast<unsigned char>(text_[i_]);
            switch (characters.kind[c]) {
                case plain:
                    *out_++ = characters.lower[c];
                    ++i_;
                    break;
                case blank:
                    end_word(1);
                    break;
                case special:
                    write_special(static_cast<char>(c));
                    break;
            }
        }
        return {begin_, static_cast<std::size_t>(out_ - begin_)};
    }

  private:
    void end_word(std::size_t length) {
        i_ += length;
        if (out_ != begin_ && out_[-1] != ' ') *out_++ = ' ';
        skip_codes();
    }

    // "550-5.7.26 " at the beginning of a line.
    void skip_codes() {
        if (code_.empty() || text_.compare(i_, 3, code_) != 0) return;
        const std::size_t next = i_ + 3;
        if (next < text_.size() && text_[next] != ' ' && text_[next] != '-' && text_[next] != '_') return;
        i_ = std::min(next + 1, text_.size());
        if (codes_.dsn.empty() || text_.compare(i_, codes_.dsn.size(), codes_.dsn) != 0) return;
        const std::size_t end = i_ + codes_.dsn.size();
        if (end == text_.size() || !(is_digit(text_[end]) || text_[end] == '.')) i_ = end;
    }

    void write_special(char c) {
        if (c == '_' && codes_.underscores) return end_word(1);
        if (c == '\\' && i_ + 1 < text_.size() &&
            (text_[i_ + 1] == 'n' || text_[i_ + 1] == 'r' || text_[i_ + 1] == 't'))
            return end_word(2);
        if (c == '/' && codes_.underscores && ends_line()) return end_word(1);
        if (c == '@') return write_address();
        if (c == '[') drop_host();
        *out_++ = c;
        ++i_;
    }

    // qmail: "/" before the next line of a reply, "https://" is none.
    bool ends_line() const {
        if (i_ + 1 == text_.size()) return true;
        const char next = text_[i_ + 1];
        return !code_.empty() && text_.compare(i_ + 1, 3, code_) == 0 ? true : next == 'G' || next == 'R';
    }

    void write_address() {
        while (out_ != begin_ && is_local_part(out_[-1]))
            --out_;
        *out_++ = '@';
        ++i_;
        while (i_ < text_.size() && is_name(text_[i_]) && !(codes_.underscores && text_[i_] == '_'))
            ++i_;
    }

    // The name before "[192.0.2.1]"; of Exim also "host NAME [192.0.2.1]".
    void drop_host() {
        const char next = i_ + 1 < text_.size() ? text_[i_ + 1] : '\0';
        if (!is_digit(next) && next != ':' && !(lower_case(next) >= 'a' && lower_case(next) <= 'i')) return;
        char* name = out_;
        if (name != begin_ && name[-1] == ' ') {
            if (i_ > codes_.begin) return;
            --name;
        }
        while (name != begin_ && is_name(name[-1]))
            --name;
        const std::string_view left{begin_, static_cast<std::size_t>(name - begin_)};
        if (out_[-1] != ' ' || left.ends_with("host ") || left.ends_with("h=")) out_ = name;
    }

    std::string_view text_;
    const ReplyCodes& codes_;
    std::string_view code_;
    std::size_t i_ = 0;
    char* begin_;
    char* out_;
};

}  // namespace

ReplyCodes find_codes(std::string_view reply) {
    reply = reply.substr(0, longest_reply);
    return CodeFinder(reply, is_of_qmail(reply)).find();
}

std::string_view plain_words(std::string_view reply, const ReplyCodes& codes, std::span<char> buffer) {
    return Writer(reply.substr(0, std::min(longest_reply, buffer.size())), codes, buffer.data()).write();
}

}  // namespace reputed::mta
