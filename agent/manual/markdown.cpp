#include "agent/manual/markdown.hpp"

namespace reputed::manual {

std::string cell(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|' || c == '<' || c == '*' || c == '_') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

std::string code(std::string_view text) {
    const bool has_tick = text.find('`') != std::string_view::npos;
    std::string out;
    for (const char c : text) {
        if (c == '|') out += '\\';
        out += c;
    }
    return has_tick ? "`` " + out + " ``" : '`' + out + '`';
}

}  // namespace reputed::manual
