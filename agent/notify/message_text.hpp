#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/notify/notifier.hpp"

// What a message says, in plain words; how each service wants it written is not known here. All text is fit to be
// shown: foreign parts are escaped, of one line, and bounded.
namespace reputed::notify {

struct Part {
    enum class Form {
        heading,  // of one event among several
        words,
        link,     // visible ASCII, begins with http:// or https://
        snippet,  // lines to be copied as they are
    };
    Form form = Form::words;
    std::string label;  // "What to do"; may be ""
    std::string text;
};

struct Text {
    std::string title;  // one line: the subject of a mail
    std::vector<Part> parts;
    Severity severity = Severity::info;  // the worst of what is open; ok when everything has cleared
    bool drill = false;                  // nothing real is in it
    std::string link;                    // the one to open first; "" when there is none
};

// At length, or, for a digest and with `brief`, the sum and a line each: the worst first, at most `most_lines`. The
// text is the same in each attempt.
Text compose(const Message& message, const Context& context, bool brief = false, std::size_t most_lines = 50);

// As plain text, a line each.
std::string plain(const Text& text);

// The event that a message is about first: the worst that is open, else the worst. Never null.
const Transition& foremost(const Message& message);

std::string utc_text(WallTime time);                  // "2026-11-21 19:30 UTC"
std::string iso_text(WallTime time);                  // "2026-11-21T19:30:52Z" (RFC 3339)
std::string lasting_text(std::chrono::seconds time);  // "2 h 5 min", the two largest units

// The link when it is one: visible ASCII, http or https, at most 500 bytes; else "".
std::string safe_link(std::string_view link);

}  // namespace reputed::notify
