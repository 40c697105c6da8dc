#include <algorithm>
#include <unordered_set>

#include "checks/mta/queue/exim_spool.hpp"
#include "checks/mta/queue/text_scan.hpp"

// The text files of Exim's spool.
namespace reputed::mta {
namespace {

constexpr std::size_t most_recipients = 100'000;
constexpr std::size_t most_deferrals = 256;

using Addresses = std::unordered_set<std::string_view>;

// The next line without its end; nullopt when no whole line is left.
std::optional<std::string_view> next_line(std::string_view& text) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    const auto line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

// "-name value" lines up to the first other one, which is left. False where they are cut off.
bool read_options(std::string_view& text, bool& frozen) {
    while (text.starts_with('-')) {
        auto line = next_line(text);
        if (!line) return false;
        line->remove_prefix(line->starts_with("--") ? 2 : 1);  // two: the value came from outside
        if (*line == "frozen" || line->starts_with("frozen ")) frozen = true;
        // The value of a variable stands on lines of its own, whatever is in it.
        if (line->starts_with("aclc ") || line->starts_with("aclm ") || line->starts_with("acl ")) {
            const auto length = whole_number<std::size_t>(line->substr(line->rfind(' ') + 1));
            if (!length || *length >= text.size()) return false;
            text.remove_prefix(*length + 1);
        }
    }
    return true;
}

// Who has got it: "XX", or a tree of lines "YN address" in which each letter says whether a branch follows.
bool read_delivered(std::string_view& text, Addresses& delivered) {
    std::uint64_t expected = 1;
    while (expected > 0) {
        const auto line = next_line(text);
        if (!line || line->size() < 2) return false;
        if (*line == "XX" && delivered.empty() && expected == 1) return true;
        if (line->size() < 4 || (*line)[2] != ' ') return false;
        for (const char c : line->substr(0, 2)) {
            if (c != 'Y' && c != 'N') return false;
            expected += c == 'Y' ? 1 : 0;
        }
        --expected;
        delivered.insert(line->substr(3));
        if (delivered.size() > most_recipients) return false;
    }
    return true;
}

std::string_view without_digits(std::string_view text, std::string_view also = "") {
    while (!text.empty() &&
           ((text.back() >= '0' && text.back() <= '9') || also.find(text.back()) != std::string_view::npos))
        text.remove_suffix(1);
    return text;
}

// Cuts " DATA LENGTH,NUMBER" off the end of `text`.
std::string_view without_data(std::string_view text) {
    const auto numbers = text.substr(without_digits(text, ",-").size());
    text.remove_suffix(numbers.size());
    const auto length = whole_number<std::size_t>(numbers.substr(0, numbers.find(','))).value_or(0);
    if (text.ends_with(' ')) text.remove_suffix(1);
    text.remove_suffix(std::min(length, text.size()));
    if (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

// An address, perhaps with data behind it: " NUMBER", " N,N,N" (Exim 3), or " DATA#FLAGS", where flag 1 stands
// for an errors address with a parent's number, and flag 2 for the original recipient of a DSN.
std::string_view recipient_address(std::string_view line) {
    const auto front = without_digits(line);
    if (front.size() == line.size() || front.empty()) return line;
    if (front.back() == ',') {
        const auto address = without_digits(front, ",");
        return address.ends_with(' ') ? address.substr(0, address.size() - 1) : line;
    }
    if (front.back() == ' ') return front.substr(0, front.size() - 1);
    if (front.back() != '#') return line;
    const auto flags = whole_number<unsigned>(line.substr(front.size())).value_or(0);
    auto text = front.substr(0, front.size() - 1);
    if ((flags & 1U) != 0) text = without_data(text);
    if ((flags & 2U) != 0) text = without_data(text);
    return text;
}

// Header lines, each "LENGTHx TEXT", where x is "*" for one that is not sent on.
bool read_header_lines(std::string_view text, std::uint64_t& bytes) {
    while (!text.empty()) {
        const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
        const auto length = whole_number<std::size_t>(text.substr(0, digits));
        if (!length || text.size() < digits + 2 || *length > text.size() - digits - 2) return false;
        if (text[digits] != '*') bytes += *length;
        text.remove_prefix(digits + 2 + *length);
    }
    return true;
}

}  // namespace

EximEnvelope parse_exim_envelope(std::string_view file, std::string_view journal) {
    EximEnvelope envelope;
    auto text = file;
    for (int skipped = 0; skipped < 3; ++skipped)  // the file's name; LOGIN UID GID; <SENDER>
        if (!next_line(text)) return envelope;
    auto times = next_line(text).value_or("");
    envelope.arrival = whole_number<std::int64_t>(next_word(times));
    Addresses delivered;
    if (!read_options(text, envelope.frozen) || !read_delivered(text, delivered)) return envelope;
    while (const auto address = next_line(journal))
        delivered.insert(*address);
    const auto count = whole_number<std::size_t>(trimmed(next_line(text).value_or("")));
    if (!count || *count > most_recipients) return envelope;
    for (std::size_t i = 0; i < *count; ++i) {
        const auto line = next_line(text);
        if (!line) return envelope;
        const auto address = recipient_address(*line);
        if (!delivered.contains(address)) envelope.recipients.emplace_back(address);
    }
    const auto blank = next_line(text);
    envelope.whole = blank && blank->empty() && read_header_lines(text, envelope.header_bytes);
    return envelope;
}

std::vector<EximDeferral> parse_exim_message_log(std::string_view text) {
    std::vector<EximDeferral> deferrals;
    while (const auto line = next_line(text)) {
        const auto defer = line->find(" defer (");
        if (defer == std::string_view::npos) continue;
        const auto number_end = line->find(')', defer);
        if (number_end == std::string_view::npos) continue;
        const auto colon = line->find(": ", number_end);
        if (colon == std::string_view::npos) continue;

        auto front = line->substr(0, defer);
        next_word(front);  // date
        next_word(front);  // time
        auto address = next_word(front);
        // A time zone may follow the time.
        if (address.size() == 5 && (address.front() == '+' || address.front() == '-'))
            address = next_word(front);
        if (auto parent = next_word(front); parent.starts_with('<') && parent.ends_with('>'))
            address = parent.substr(1, parent.size() - 2);
        const auto known = std::find_if(deferrals.begin(), deferrals.end(),
                                        [&](const EximDeferral& one) { return one.address == address; });
        const std::string reason(line->substr(colon + 2, 1024));
        if (known != deferrals.end())
            known->reason = reason;
        else if (deferrals.size() < most_deferrals)
            deferrals.push_back({std::string(address), reason});
    }
    return deferrals;
}

}  // namespace reputed::mta
