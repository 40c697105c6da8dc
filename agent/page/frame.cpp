#include "agent/html.hpp"
#include "agent/page/parts.hpp"

// What every page has around its content.
namespace reputed::page {

std::string document(const Snapshot& snapshot, const Frame& frame) {
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" + frame.title +
           " - reputed</title>\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
           "<meta name=\"color-scheme\" content=\"light dark\">\n"
           "<link rel=\"stylesheet\" href=\"/style.css\">\n"
           "<script src=\"/page.js\" defer></script>\n</head>\n<body>\n"
           "<a class=\"skip\" href=\"#main\">To the content</a>\n"
           "<div class=\"bar\">\n<nav aria-label=\"Pages\"><a href=\"/\">Overview</a> <a "
           "href=\"/explain/\">Findings "
           "explained</a> <a href=\"/metrics\">Metrics</a></nav>\n"
           "<form role=\"search\" action=\"/search\"><label for=\"q\">Search</label> <input type=\"search\" "
           "id=\"q\" name=\"q\" maxlength=\"200\" value=\"" +
           html::text(frame.asked, 200) +
           "\" placeholder=\"address, name, list or finding\"> <button>Find</button></form>\n</div>\n"
           "<header id=\"head\" class=\"" +
           std::string(to_string(frame.verdict)) + "\">\n<h1>" + frame.heading + "</h1>\n" + frame.about +
           "<p class=\"small\">As of <span id=\"made\">" + time(snapshot.made) + "</span>. Up since " +
           time(snapshot.started) +
           ".</p>\n</header>\n<p id=\"live\" role=\"status\"></p>\n<main id=\"main\" tabindex=\"-1\">\n" +
           frame.body + "</main>\n</body>\n</html>\n";
}

std::string section(std::string_view id, std::string_view heading, std::string_view body) {
    if (body.empty()) return "";
    const std::string name(id);
    return "<section aria-labelledby=\"" + name + "\">\n<h2 id=\"" + name + "\">" + std::string(heading) +
           "</h2>\n" + std::string(body) + "</section>\n";
}

}  // namespace reputed::page
