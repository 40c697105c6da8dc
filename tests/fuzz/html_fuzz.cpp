#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "agent/html.hpp"
#include "agent/plain_text.hpp"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

bool has_any(std::string_view text, std::string_view characters) {
    return text.find_first_of(characters) != std::string_view::npos;
}

}  // namespace

// Whatever comes in: plain text is plain (and stays as it is when made plain again), escaped text cannot
// leave its element or attribute, and a link is one anchor to the web or no markup at all.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view foreign(reinterpret_cast<const char*>(data), size);

    const auto plain = reputed::plain_text(foreign);
    require(reputed::plain_text(plain) == plain);
    for (const char c : plain)
        require((static_cast<unsigned char>(c) >= ' ' && c != 0x7f) || c == '\n' || c == '\t');

    const std::size_t limit = size > 0 ? data[0] : 0;
    const auto cut = reputed::plain_text(foreign, limit);
    require(reputed::plain_text(cut) == cut);
    require(size > limit || cut == plain);

    require(!has_any(reputed::html::text(foreign), "<>\"'`"));

    const std::string link = reputed::html::link(foreign);
    if (!has_any(link, "<>\"'`")) return 0;
    const std::string_view begin = "<a href=\"";
    const std::string_view middle = "\" rel=\"noopener noreferrer\">";
    const std::string_view end = "</a>";
    require(link.starts_with(begin) && link.ends_with(end));
    const auto url_end = link.find(middle);
    require(url_end != std::string::npos);
    const auto url = std::string_view(link).substr(begin.size(), url_end - begin.size());
    const auto label_begin = url_end + middle.size();
    const auto label = std::string_view(link).substr(label_begin, link.size() - end.size() - label_begin);
    require(!has_any(url, "<>\"'` \n\t") && !has_any(label, "<>\"'`"));
    require((url[0] == 'h' || url[0] == 'H') && url.find("://") <= 5);
    return 0;
}
