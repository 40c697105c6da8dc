#include "checks/reputation/feedback/snds_report.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "checks/reputation/feedback/csv_rows.hpp"
#include "checks/reputation/feedback/fetch.hpp"
#include "config/text.hpp"

namespace reputed::feedback::snds {
namespace {

using Fields = std::vector<std::string>;

std::optional<std::uint64_t> whole(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return {};
    return value;
}

// Takes numbers and what stands between them from the front of a text.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    int number(std::size_t most_digits) {
        std::size_t digits = 0;
        while (digits < rest_.size() && digits < most_digits && rest_[digits] >= '0' && rest_[digits] <= '9')
            ++digits;
        const auto value = whole(rest_.substr(0, digits));
        good_ = good_ && value.has_value();
        rest_.remove_prefix(digits);
        return static_cast<int>(value.value_or(0));
    }
    bool take(std::string_view text) {
        if (lower(rest_.substr(0, text.size())) != text) return false;
        rest_.remove_prefix(text.size());
        return true;
    }
    void expect(std::string_view text) { good_ = take(text) && good_; }
    bool ended() const { return rest_.empty(); }
    bool good() const { return good_; }

  private:
    std::string_view rest_;
    bool good_ = true;
};

// "11/20/2026 12:00 AM"; also with seconds, of 24 hours, or without a time, and "2026-11-20 00:00:00".
std::optional<WallTime> parse_time(std::string_view text) {
    using namespace std::chrono;
    Scanner scanner(text);
    int month = 0;
    int day_of_month = 0;
    int year_number = 0;
    if (text.size() > 4 && text[4] == '-') {
        year_number = scanner.number(4);
        scanner.expect("-");
        month = scanner.number(2);
        scanner.expect("-");
        day_of_month = scanner.number(2);
    } else {
        month = scanner.number(2);
        scanner.expect("/");
        day_of_month = scanner.number(2);
        scanner.expect("/");
        year_number = scanner.number(4);
    }
    const auto date = possible_day(year_number, month, day_of_month);
    if (!scanner.good() || !date) return {};
    WallTime time = *date;
    if (!scanner.ended()) {
        if (!scanner.take("t")) scanner.expect(" ");
        int hour = scanner.number(2);
        scanner.expect(":");
        const int minute = scanner.number(2);
        const int second = scanner.take(":") ? scanner.number(2) : 0;
        scanner.take(" ");
        const bool afternoon = scanner.take("pm");
        if (afternoon || scanner.take("am")) {
            if (hour < 1 || hour > 12) return {};
            hour = hour % 12 + (afternoon ? 12 : 0);
        }
        scanner.take("z");
        if (hour > 23 || minute > 59 || second > 60) return {};
        time += hours(hour) + minutes(minute) + seconds(second);
    }
    if (!scanner.good() || !scanner.ended() || !is_possible(time)) return {};
    return time;
}

// "< 0.1%", "0.3 %", "2%"
std::optional<double> parse_ratio(std::string_view text) {
    if (!text.ends_with('%')) return {};
    text.remove_suffix(1);
    if (text.starts_with('<')) text.remove_prefix(1);
    while (text.starts_with(' '))
        text.remove_prefix(1);
    while (text.ends_with(' '))
        text.remove_suffix(1);
    double percent = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), percent, std::chars_format::fixed);
    if (error != std::errc() || end != text.data() + text.size() || !(percent >= 0 && percent <= 100))
        return {};
    return percent / 100;
}

std::optional<Filter> parse_filter(std::string_view text) {
    const auto colour = lower(text);
    if (colour == "green") return Filter::green;
    if (colour == "yellow") return Filter::yellow;
    if (colour == "red") return Filter::red;
    return {};
}

std::optional<IpAddress> parse_v4(std::string_view text) {
    auto address = IpAddress::parse(text);
    if (address && address->family() != Family::v4) address.reset();
    return address;
}

// Pages for people: of the service's own trouble, or that the key is none.
Fault page_fault(std::string_view text) {
    const auto head = lower(text.substr(0, 4096));
    for (const std::string_view word : {"not authorized", "unauthorized", "not authorised", "access denied",
                                        "sign in", "invalid key", "expired", "login"})
        if (head.find(word) != std::string::npos) return Fault::refused;
    return Fault::malformed;
}

// True where the text is no CSV at all; says so in `rows`.
template <class Row>
bool is_page(std::string_view text, Rows<Row>& rows) {
    const auto begin = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    if (begin == std::string_view::npos) return false;
    text.remove_prefix(begin);
    const bool html = text.front() == '<';
    const auto fault = page_fault(text);
    // A reason or a comment may hold such a word as well: only of what does not begin with an address it says something.
    const bool begins_with_address = parse_v4(text.substr(0, text.find_first_of(",\r\n\""))).has_value();
    if (!html && (fault == Fault::malformed || begins_with_address)) return false;
    rows.fault = fault;
    rows.message = fault == Fault::refused ? "the key is not accepted"
                                           : "the answer is a page for people where CSV is expected";
    return true;
}

std::string letters_of(std::string_view text) {
    std::string out;
    for (const char c : lower(text))
        if (c >= 'a' && c <= 'z') out += c;
    return out;
}

// Which column is where. Today there is no header line; where one comes, it counts.
template <std::size_t Count>
class Columns {
  public:
    using Names = std::array<std::vector<std::string_view>, Count>;
    explicit Columns(const std::array<std::size_t, Count>& usual) : places_(usual) {}

    // Whether the row is a header line with at least the columns up to `needed`.
    bool take_header(const Fields& row, const Names& names, std::size_t needed) {
        std::array<std::size_t, Count> found;
        found.fill(row.size() + 64);
        for (std::size_t column = 0; column < Count; ++column)
            for (std::size_t i = 0; i < row.size(); ++i)
                for (const auto name : names[column])
                    if (letters_of(row[i]) == name) found[column] = std::min(found[column], i);
        for (std::size_t column = 0; column < needed; ++column)
            if (found[column] >= row.size()) return false;
        places_ = found;
        return true;
    }
    std::string_view of(const Fields& row, std::size_t column) const {
        return places_[column] < row.size() ? std::string_view(row[places_[column]]) : std::string_view();
    }

  private:
    std::array<std::size_t, Count> places_;
};

template <class Row>
void complain(Rows<Row>& rows, std::size_t line, std::string_view expected) {
    if (rows.fault != Fault::none) return;
    rows.fault = Fault::malformed;
    rows.message =
        "line " + std::to_string(line) + " of the CSV is not as expected: " + std::string(expected);
}

enum Data : std::size_t { ip, begin, filter, rcpt, data, recipients, complaints, traps, data_columns };

// The first thing that is wrong with the row, or "".
std::string_view read_activity(const Columns<data_columns>& columns, const Fields& row, Activity& activity) {
    const auto address = parse_v4(columns.of(row, Data::ip));
    if (!address) return "an IPv4 address";
    if (row.size() <= data_columns - 1) return "14 fields";
    const auto time = parse_time(columns.of(row, Data::begin));
    if (!time) return "a time such as 11/20/2026 12:00 AM";
    activity.ip = *address;
    activity.begin = *time;
    const auto count = [&](Data column, std::optional<std::uint64_t>& value) {
        const auto text = columns.of(row, column);
        value = whole(text);
        return text.empty() || value.has_value();
    };
    if (!count(Data::rcpt, activity.rcpt_commands) || !count(Data::data, activity.data_commands) ||
        !count(Data::recipients, activity.message_recipients) || !count(Data::traps, activity.trap_hits))
        return "a whole number";
    const auto colour = columns.of(row, Data::filter);
    activity.filter = parse_filter(colour);
    if (!colour.empty() && !activity.filter) return "GREEN, YELLOW or RED";
    const auto ratio = columns.of(row, Data::complaints);
    activity.complaint_rate = std::string(ratio.substr(0, 20));
    activity.complaint_ratio = parse_ratio(ratio);
    if (!ratio.empty() && !activity.complaint_ratio && letters_of(ratio) != "na")
        return "a complaint rate such as < 0.1%";
    return "";
}

enum Status : std::size_t { first, last, blocked, reason, status_columns };

std::string_view read_range(const Columns<status_columns>& columns, const Fields& row, Range& range) {
    const auto first_address = parse_v4(columns.of(row, Status::first));
    const auto last_address = parse_v4(columns.of(row, Status::last));
    if (!first_address || !last_address || *last_address < *first_address)
        return "two IPv4 addresses in order";
    const auto answer = lower(columns.of(row, Status::blocked));
    range.blocked = answer == "yes" || answer == "true";
    if (!range.blocked && answer != "no" && answer != "false") return "Yes or No";
    range.first = *first_address;
    range.last = *last_address;
    range.reason = std::string(columns.of(row, Status::reason).substr(0, 300));
    return "";
}

template <class Row, std::size_t Count, class Read>
Rows<Row> parse(std::string_view text, Columns<Count> columns, const typename Columns<Count>::Names& names,
                std::size_t needed, Read read) {
    Rows<Row> rows;
    if (is_page(text, rows)) return rows;
    CsvReader csv(text);
    bool is_first = true;
    while (const auto fields = csv.next()) {
        if (std::exchange(is_first, false) && columns.take_header(*fields, names, needed)) continue;
        Row row;
        if (const auto expected = read(columns, *fields, row); !expected.empty())
            complain(rows, csv.line(), expected);
        else
            rows.rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace

Rows<Activity> parse_data(std::string_view text) {
    // Column 2 is the end of the period; 8 and 9 are that of the traps; 11 to 13 sample HELO, MAIL FROM, and comments.
    static const Columns<data_columns> usual({0, 1, 6, 3, 4, 5, 7, 10});
    static const Columns<data_columns>::Names names = {
        {{"ip", "ipaddress", "beginningipaddress"},
         {"activitystart", "activityperiodstart", "activityperiod"},
         {"filterresult", "overallstatus"},
         {"rcptcommands"},
         {"datacommands", "data"},
         {"messagerecipients"},
         {"complaintrate"},
         {"traphits"}}};
    return parse<Activity>(text, usual, names, 3, read_activity);
}

Rows<Range> parse_status(std::string_view text) {
    static const Columns<status_columns> usual({0, 1, 2, 3});
    static const Columns<status_columns>::Names names = {
        {{"firstip", "firstipaddress", "startip", "beginningipaddress"},
         {"lastip", "lastipaddress", "endip", "endingipaddress"},
         {"blocked", "isblocked"},
         {"reason", "details", "description"}}};
    return parse<Range>(text, usual, names, 3, read_range);
}

}  // namespace reputed::feedback::snds
