#include "checks/mta/queue/smtpctl_queue.hpp"

#include <charconv>
#include <vector>

#include "checks/mta/queue/text_scan.hpp"

namespace reputed::mta {
namespace {

constexpr std::size_t most_fields = 64;
constexpr std::size_t most_messages = 500'000;

std::optional<std::uint32_t> message_of(std::string_view envelope) {
    if (envelope.size() != 16 ||
        envelope.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos)
        return {};
    std::uint32_t message = 0;
    std::from_chars(envelope.data(), envelope.data() + 8, message, 16);
    return message;
}

std::string_view queue_of(std::string_view agent) {
    if (agent == "mda") return "mda";
    if (agent == "bounce") return "bounce";
    return "mta";
}

bool is_agent(std::string_view word) {
    return word == "mta" || word == "mda" || word == "bounce" || word == "unknown";
}

bool is_state(std::string_view word) {
    return word == "pending" || word == "inflight" || word == "offline" || word == "invalid";
}

bool has_flag(std::string_view flags, std::string_view flag) {
    while (!flags.empty())
        if (next_field(flags, ',') == flag) return true;
    return false;
}

struct Field {
    std::string_view text;
    std::size_t behind;  // where the next one begins
};

std::vector<Field> split(std::string_view text) {
    std::vector<Field> fields;
    std::size_t at = 0;
    while (at <= text.size() && fields.size() < most_fields) {
        const auto end = std::min(text.find('|', at), text.size());
        fields.push_back({text.substr(at, end - at), end + 1});
        at = end + 1;
    }
    return fields;
}

// Addresses may hold bars, so the numbers and the state behind them are looked for.
std::optional<SmtpctlLine> parse_current(std::string_view text, const std::vector<Field>& fields,
                                         std::uint32_t message) {
    for (std::size_t i = 7; i + 4 < fields.size(); ++i) {
        const auto created = whole_number<std::int64_t>(fields[i].text);
        if (!created || !is_state(fields[i + 4].text)) continue;
        bool numbers = true;
        for (std::size_t k = 1; k < 4; ++k)
            numbers = numbers && whole_number<std::int64_t>(fields[i + k].text);
        if (!numbers) continue;
        SmtpctlLine line;
        line.message = message;
        line.queue = queue_of(fields[2].text);
        line.suspended = has_flag(fields[3].text, "suspend");
        if (*created > 0) line.created = created;
        line.destination = fields[i - 1].text;
        if (i + 6 < fields.size()) line.error = text.substr(std::min(fields[i + 5].behind, text.size()));
        return line;
    }
    return {};
}

std::optional<SmtpctlLine> parse_old(std::string_view text, const std::vector<Field>& fields,
                                     std::uint32_t message) {
    for (std::size_t i = 6; i + 2 < fields.size(); ++i) {
        bool numbers = true;
        for (std::size_t k = 0; k < 3; ++k)
            numbers = numbers && whole_number<std::int64_t>(fields[i + k].text);
        if (!numbers) continue;
        SmtpctlLine line;
        line.message = message;
        line.queue = queue_of(fields[0].text);
        line.destination = fields[i - 1].text;
        line.error = text.substr(std::min(fields[i + 2].behind, text.size()));
        return line;
    }
    return {};
}

}  // namespace

std::optional<SmtpctlLine> parse_smtpctl_line(std::string_view text) {
    const auto fields = split(text);
    if (fields.size() < 9) return {};
    if (const auto message = message_of(fields[0].text)) return parse_current(text, fields, *message);
    if (const auto message = message_of(fields[1].text); message && is_agent(fields[0].text))
        return parse_old(text, fields, *message);
    return {};
}

ListingLine SmtpctlParser::line(std::string_view text) {
    if (trimmed(text).empty()) return ListingLine::taken;
    const auto envelope = parse_smtpctl_line(trimmed(text));
    if (!envelope) return ListingLine::garbage;
    auto found = messages_.find(envelope->message);
    if (found == messages_.end()) {
        // The tool lists a message's envelopes together, so that old ones may be forgotten.
        if (messages_.size() >= most_messages) {
            messages_.clear();
            crowded_ = true;
        }
        found = messages_.emplace(envelope->message, Seen{envelope->queue}).first;
        tally_.message(envelope->queue, {}, envelope->created);
    } else {
        tally_.resume(found->second.queue);
    }
    if (envelope->suspended && !found->second.suspended) {
        found->second.suspended = true;
        ++frozen_;
    }
    tally_.recipients(1, envelope->error, envelope->destination);
    return ListingLine::taken;
}

QueueReport SmtpctlParser::report() const {
    auto report = tally_.report();
    report.mta = "opensmtpd";
    report.source = "smtpctl show queue";
    report.frozen = frozen_;
    report.by_queue["offline"] = {};
    report.by_queue["corrupt"] = {};
    // The size is not in the listing, unless there is nothing to be in it.
    return report;
}

}  // namespace reputed::mta
