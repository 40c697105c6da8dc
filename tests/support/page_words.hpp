#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

// Pages as a reader sees them, and their tags as a browser does.
namespace reputed::test {

inline bool has(std::string_view page, std::string_view text) {
    return page.find(text) != std::string_view::npos;
}

// The visible words: tags out, a blank in their place (none for links and where a line may break), blanks as one.
inline std::string words_of(std::string_view html) {
    std::string out;
    for (std::size_t at = 0; at < html.size(); ++at) {
        char c = html[at];
        if (c == '<') {
            const auto end = std::min(html.find('>', at), html.size() - 1);
            const auto tag = html.substr(at, end - at + 1);
            at = end;
            if (tag == "<wbr>" || tag == "</a>" || tag.starts_with("<a ")) continue;
            c = ' ';
        }
        if (c == '\n') c = ' ';
        if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
    }
    return out;
}

// The section with this id, up to its end; "" where there is none.
inline std::string section_of(const std::string& page, const std::string& id) {
    const auto section = page.find("<h2 id=\"" + id + "\"");
    return section == std::string::npos ? ""
                                        : page.substr(section, page.find("</section>", section) - section);
}

// The words of the table row that begins with `first` in the section `id`.
inline std::string row_of(const std::string& page, const std::string& id, const std::string& first) {
    const auto text = section_of(page, id);
    if (text.empty()) return "no section " + id;
    constexpr std::string_view begin = "<tr><th scope=\"row\">";
    for (auto row = text.find(begin); row != std::string::npos; row = text.find(begin, row + 1))
        if (const auto words = words_of(std::string_view(text).substr(row, text.find("</tr>", row) - row));
            words.starts_with(first + " "))
            return words;
    return "no row " + first;
}

// Every tag of the page, as written; what is between them goes to `rest`.
inline std::vector<std::string> tags_of(const std::string& page, std::string& rest) {
    std::vector<std::string> tags;
    std::size_t at = 0;
    for (auto begin = page.find('<'); begin != std::string::npos; begin = page.find('<', at)) {
        rest += page.substr(at, begin - at);
        at = std::min(page.find('>', begin), page.size() - 1) + 1;
        tags.push_back(page.substr(begin, at - begin));
    }
    rest += page.substr(at);
    return tags;
}

// The attributes of a tag: what is left when the quoted values are out, "<a href= rel=>".
inline std::string skeleton_of(const std::string& tag) {
    std::string out;
    bool quoted = false;
    for (const char c : tag) {
        if (c == '"')
            quoted = !quoted;
        else if (!quoted)
            out += c;
    }
    return quoted ? "unbalanced " + tag : out;
}

}  // namespace reputed::test
