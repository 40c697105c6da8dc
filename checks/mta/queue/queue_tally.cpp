#include "checks/mta/queue/queue_tally.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>

#include "checks/mta/reply/classifier.hpp"

namespace reputed::mta {
namespace {

constexpr std::size_t max_reason_length = 200;
constexpr std::size_t max_queues = 16;
constexpr std::size_t most_classified = 1024;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// What an address, a host name or an id can be made of. Brackets, quotes and most punctuation end a word.
constexpr auto word_table = [] {
    std::array<bool, 256> table{};
    for (const char c : std::string_view("@._%+-=/~#$&!*^|0123456789abcdefghijklmnopqrstuvwxyz"
                                         "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        table[static_cast<unsigned char>(c)] = true;
    return table;
}();
bool is_word(char c) {
    return word_table[static_cast<unsigned char>(c)];
}

// An id that no human wrote: long, and letters mixed with several digits.
bool is_id(std::string_view piece) {
    const auto digits = std::count_if(piece.begin(), piece.end(), is_digit);
    const auto letters = std::count_if(piece.begin(), piece.end(), is_letter);
    return piece.size() >= 10 && digits >= 3 && letters >= 3;
}

// Ids are looked for between dots and slashes, so that they go out of longer words too (Gmail's
// "a1b2c3...-4d.12").
void append_word(std::string& out, std::string_view word) {
    if (word.find('@') != std::string_view::npos && word.size() > 1) {
        out += "<address>";
        return;
    }
    std::size_t begin = 0;
    while (begin <= word.size()) {
        const auto end = std::min(word.find_first_of("./=", begin), word.size());
        const auto piece = word.substr(begin, end - begin);
        out += is_id(piece) ? std::string_view("*") : piece;
        if (end < word.size()) out += word[end];
        begin = end + 1;
    }
}

// The length of "[192.0.2.1]" or "[2001:db8::1]" at the start of `text`; 0 when something else stands there.
std::size_t bracketed_address(std::string_view text) {
    const auto close = text.find(']');
    if (close == std::string_view::npos || close < 3 || close > 50) return 0;
    auto inside = text.substr(1, close - 1);
    if (inside.starts_with("IPv6:")) inside.remove_prefix(5);
    const bool numeric = inside.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
    const bool separated = inside.find_first_of(":.") != std::string_view::npos;
    return numeric && separated ? close + 1 : 0;
}

// Removes "<>" around a replaced address: "<<address>>" reads badly.
void unwrap(std::string& text) {
    constexpr std::string_view wrapped = "<<address>>";
    for (auto at = text.find(wrapped); at != std::string::npos; at = text.find(wrapped, at))
        text.replace(at, wrapped.size(), "<address>");
}

}  // namespace

void bound_waiting(WaitingRecipients& waiting) {
    if (waiting.size() <= max_waiting) return;
    std::vector<std::uint64_t> counts;
    for (const auto& [key, count] : waiting)
        counts.push_back(count);
    std::sort(counts.begin(), counts.end(), std::greater<>());
    const auto limit = counts[max_waiting - 1];
    std::uint64_t rest = 0;
    for (auto entry = waiting.begin(); entry != waiting.end();) {
        if (entry->second > limit) {
            ++entry;
            continue;
        }
        rest += entry->second;
        entry = waiting.erase(entry);
    }
    waiting[{"other", "other"}] += rest;
}

std::string normalise_reason(std::string_view reason) {
    // A bound on the work; the rest would be cut off below anyway, but for what the replacements save.
    reason = reason.substr(0, 4 * max_reason_length);
    std::string out;
    for (std::size_t i = 0; i < reason.size();) {
        const char c = reason[i];
        if (is_word(c)) {
            auto end = i;
            while (end < reason.size() && is_word(reason[end]))
                ++end;
            append_word(out, reason.substr(i, end - i));
            i = end;
            continue;
        }
        if (c == '[') {
            if (const auto length = bracketed_address(reason.substr(i)); length > 0) {
                // "host[address]" keeps the host; an address that stands alone keeps its place.
                if (out.empty() || out.back() == ' ') out += "[*]";
                i += length;
                continue;
            }
        }
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= ' ' || byte == 0x7f) {
            if (!out.empty() && out.back() != ' ') out += ' ';
        } else {
            out += byte < 0x7f ? c : '?';
        }
        ++i;
    }
    unwrap(out);
    if (out.size() > max_reason_length) {
        out.resize(max_reason_length - 3);
        out += "...";
    }
    while (!out.empty() && out.back() == ' ')
        out.pop_back();
    return out;
}

void ReasonTally::add(std::string_view reason, std::uint64_t count) {
    add_normalised(normalise_reason(reason), count);
}

void ReasonTally::add_normalised(std::string text, std::uint64_t count) {
    if (text.empty()) return;
    counts_[std::move(text)] += count;
    if (counts_.size() > capacity_) forget_rare();
}

void ReasonTally::forget_rare() {
    std::vector<std::uint64_t> sizes;
    for (const auto& [text, count] : counts_)
        sizes.push_back(count);
    const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
    std::nth_element(sizes.begin(), middle, sizes.end());
    const auto limit = *middle;
    auto to_forget = counts_.size() / 2;
    for (auto entry = counts_.begin(); entry != counts_.end() && to_forget > 0;) {
        if (entry->second > limit) {
            ++entry;
            continue;
        }
        forgotten_ += entry->second;
        entry = counts_.erase(entry);
        --to_forget;
    }
}

std::vector<QueueReason> ReasonTally::top(std::size_t limit) const {
    std::vector<QueueReason> all;
    for (const auto& [text, count] : counts_)
        all.push_back({text, count});
    std::stable_sort(all.begin(), all.end(),
                     [](const QueueReason& a, const QueueReason& b) { return a.count > b.count; });
    auto rest = forgotten_;
    if (limit > 0 && (all.size() > limit || (rest > 0 && all.size() == limit))) {
        for (std::size_t i = limit - 1; i < all.size(); ++i)
            rest += all[i].count;
        all.resize(limit - 1);
    }
    if (rest > 0) all.push_back({"(other reasons)", rest});
    return all;
}

QueueTally::QueueTally(std::initializer_list<std::string_view> queues, const QueueContext& context)
    : context_(context) {
    for (const auto queue : queues)
        queues_.try_emplace(std::string(queue));
}

void QueueTally::message(std::string_view queue, std::optional<std::uint64_t> bytes,
                         std::optional<std::int64_t> arrival) {
    auto found = queues_.find(queue);
    if (found == queues_.end())
        found = queues_.try_emplace(queues_.size() < max_queues ? std::string(queue) : "other").first;
    Sum one;
    one.messages = 1;
    one.bytes = bytes.value_or(0);
    one.bytes_known = bytes.has_value();
    one.arrivals_known = arrival.has_value();
    one.oldest = arrival;
    if (arrival) one.ages.add(context_.now - *arrival);
    found->second.add(one);
    if (arrival)
        found->second.shape.ages.add(static_cast<double>(std::max<std::int64_t>(context_.now - *arrival, 0)));
    if (bytes) found->second.shape.sizes.add(static_cast<double>(*bytes));
    current_ = &found->second;
    ++messages_;
}

void QueueTally::resume(std::string_view queue) {
    const auto found = queues_.find(queue);
    if (found != queues_.end()) current_ = &found->second;
}

void QueueTally::recipients(std::uint64_t count, std::string_view reason, std::string_view address) {
    if (current_ == nullptr) return;
    current_->recipients += count;
    if (reason.empty()) return;
    auto text = normalise_reason(reason);
    if (context_.classifier != nullptr) classify(count, reason, text, address);
    reasons_.add_normalised(std::move(text), count);
}

// The relay that the reason names tells the provider, else the recipient's domain.
void QueueTally::classify(std::uint64_t count, std::string_view reason, const std::string& text,
                          std::string_view address) {
    const auto& rules = *context_.classifier;
    while (!address.empty() && (address.back() == '>' || address.back() == ' '))
        address.remove_suffix(1);
    const auto at = address.rfind('@');
    const auto by_domain =
        at == std::string_view::npos ? other_provider : rules.provider({}, address.substr(at + 1));
    if (classified_.size() >= most_classified) classified_.clear();
    auto& place = classified_[{by_domain, text}];
    if (place == nullptr) {
        auto provider = rules.guess_provider(reason);
        if (provider == other_provider) provider = by_domain;
        const auto found = rules.classify(reason, provider);
        place = &waiting_[{std::string(rules.provider_name(provider)),
                           std::string(to_string(found.reply_class))}];
    }
    *place += count;
}

void QueueTally::Sum::add(const Sum& other) {
    messages += other.messages;
    recipients += other.recipients;
    bytes_known =
        bytes_known && other.bytes_known && bytes <= std::numeric_limits<std::uint64_t>::max() - other.bytes;
    bytes = bytes_known ? bytes + other.bytes : 0;
    arrivals_known = arrivals_known && other.arrivals_known;
    ages.add(other.ages);
    if (other.oldest && (!oldest || *other.oldest < *oldest)) oldest = other.oldest;
}

QueueFigures QueueTally::Sum::figures() const {
    QueueFigures figures{.messages = messages, .recipients = recipients, .bytes = {}, .oldest_arrival = {}};
    if (bytes_known) figures.bytes = bytes;
    if (arrivals_known) figures.oldest_arrival = oldest;
    return figures;
}

QueueReport QueueTally::report() const {
    QueueReport report;
    Sum total;
    for (const auto& [name, sum] : queues_) {
        report.by_queue.emplace(name, sum.figures());
        if (context_.now != 0 && sum.arrivals_known) report.ages.emplace(name, sum.ages);
        if (context_.now != 0 && sum.arrivals_known && sum.bytes_known)
            report.shapes.emplace(name, sum.shape);
        total.add(sum);
    }
    report.total = total.figures();
    if (context_.now != 0 && total.arrivals_known) report.total_ages = total.ages;
    report.reasons = reasons_.top();
    if (context_.classifier != nullptr) {
        report.waiting = waiting_;
        bound_waiting(*report.waiting);
    }
    return report;
}

}  // namespace reputed::mta
