#include "agent/reputation_memory.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <unordered_map>

// Lines:
//   + FIRST-LAST ...                    ranges of addresses that are plain
//   # PART CAUSE <tab> WORDS            what may take something off, numbered from 0
//   ADDRESS LEVEL TOLD POINT ...        one that is not plain; a point is SCORE/FROM/UNTIL/NUMBER:POINTS,NUMBER:POINTS
namespace reputed {
namespace {

using reputation::Deduction;

constexpr std::string_view first_line = "reputation 1\n";
constexpr std::size_t most_points = 16;    // of an address, as they are read
constexpr std::size_t most_parts = 1'000;  // of a point

bool follows(const IpAddress& before, const IpAddress& after) {
    if (before.family() != after.family()) return false;
    auto next = before.bytes();
    for (auto i = static_cast<std::size_t>(before.bits() / 8); i-- > 0;)
        if (++next[i] != 0) break;
    return next == after.bytes();
}

std::string plain_line(const std::vector<IpAddress>& addresses) {
    std::string line;
    for (std::size_t i = 0; i < addresses.size();) {
        std::size_t last = i;
        while (last + 1 < addresses.size() && follows(addresses[last], addresses[last + 1]))
            ++last;
        line += (line.empty() ? "+ " : " ") + addresses[i].to_string();
        if (last > i) line += '-' + addresses[last].to_string();
        i = last + 1;
    }
    return line.empty() ? line : line + '\n';
}

std::int64_t seconds_of(WallTime time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

// Each deduction's cause and words once.
class Dictionary {
  public:
    std::size_t number_of(const Deduction& part) {
        std::string line = "# " + std::string(to_string(part.part)) + ' ' + part.cause + '\t' + part.words;
        for (std::size_t i = 0; i < line.size(); ++i)
            if (const auto c = static_cast<unsigned char>(line[i]); c < 0x20 && c != '\t') line[i] = ' ';
        const auto [place, is_new] = numbers_.try_emplace(line, numbers_.size());
        if (is_new) lines_ += line + '\n';
        return place->second;
    }
    const std::string& lines() const { return lines_; }

  private:
    std::unordered_map<std::string, std::size_t> numbers_;
    std::string lines_;
};

std::string point_text(const ReputationCourse::Point& point, Dictionary& dictionary) {
    std::string text = ' ' + std::to_string(point.score) + '/' + std::to_string(seconds_of(point.from)) +
                       '/' + std::to_string(seconds_of(point.until)) + '/';
    for (std::size_t i = 0; i < point.parts.size(); ++i)
        text += (i == 0 ? "" : ",") + std::to_string(dictionary.number_of(point.parts[i])) + ':' +
                std::to_string(point.parts[i].points);
    return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> fields;
    while (!text.empty()) {
        const auto end = std::min(text.find(separator), text.size());
        fields.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return fields;
}

std::optional<std::int64_t> number(std::string_view text, std::int64_t least, std::int64_t most) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) return {};
    return value;
}

std::optional<WallTime> time_of(std::string_view text) {
    const auto seconds = number(text, 0, 9'000'000'000);  // to the year 2255
    if (!seconds) return {};
    return WallTime(std::chrono::seconds(*seconds));
}

std::optional<Deduction> entry_of(std::string_view line) {
    const auto space = line.find(' ', 2);
    const auto tab = line.find('\t');
    if (space == std::string_view::npos || tab == std::string_view::npos || tab < space) return {};
    const auto part = std::find(std::begin(reputation::part_names), std::end(reputation::part_names),
                                line.substr(2, space - 2));
    if (part == std::end(reputation::part_names)) return {};
    return Deduction{static_cast<reputation::Part>(part - std::begin(reputation::part_names)), 0,
                     std::string(line.substr(space + 1, tab - space - 1)), std::string(line.substr(tab + 1))};
}

std::optional<ReputationCourse::Point> point_of(std::string_view text,
                                                const std::vector<std::optional<Deduction>>& dictionary) {
    const auto fields = split(text, '/');
    if (fields.size() < 3 || fields.size() > 4) return {};
    const auto score = number(fields[0], 0, 100);
    const auto from = time_of(fields[1]);
    const auto until = time_of(fields[2]);
    if (!score || !from || !until) return {};
    ReputationCourse::Point point{static_cast<int>(*score), *from, *until, {}};
    if (fields.size() == 3) return point;
    for (const auto part : split(fields[3], ',')) {
        const auto colon = std::min(part.find(':'), part.size() - 1);
        const auto index = number(part.substr(0, colon), 0, static_cast<std::int64_t>(dictionary.size()) - 1);
        const auto points = number(part.substr(colon + 1), 1, 100);
        if (!index || !points || !dictionary[static_cast<std::size_t>(*index)] ||
            point.parts.size() == most_parts)
            return {};
        point.parts.push_back(*dictionary[static_cast<std::size_t>(*index)]);
        point.parts.back().points = static_cast<int>(*points);
    }
    return point;
}

}  // namespace

std::string reputation_memory(const std::vector<std::pair<IpAddress, const ReputationCourse*>>& courses,
                              WallTime now, std::size_t longest) {
    std::vector<IpAddress> plain;
    for (const auto& [address, course] : courses)
        if (course->is_plain(now)) plain.push_back(address);
    const auto ranges = plain_line(plain);
    for (const bool all_points : {true, false}) {
        Dictionary dictionary;
        std::string lines;
        std::size_t of_dictionary = 0;  // what `lines` need of it
        bool complete = true;
        for (const auto& [address, course] : courses) {
            if (course->is_plain(now) || !course->is_known()) continue;
            std::string line = address.to_string() + ' ' + std::to_string(course->level()) + ' ' +
                               std::to_string(course->told());
            const auto& points = course->points();
            for (std::size_t i = all_points ? 0 : points.size() - 1; i < points.size(); ++i)
                line += point_text(points[i], dictionary);
            line += '\n';
            complete =
                first_line.size() + ranges.size() + dictionary.lines().size() + lines.size() + line.size() <=
                longest;
            if (!complete) break;
            lines += line;
            of_dictionary = dictionary.lines().size();
        }
        if (complete || !all_points) {
            auto text =
                std::string(first_line) + ranges + dictionary.lines().substr(0, of_dictionary) + lines;
            return text.size() <= longest ? text : "";
        }
    }
    return "";
}

RememberedReputations::RememberedReputations(std::string_view memory, std::chrono::seconds settle,
                                             WallTime now)
    : settle_(settle), now_(now) {
    if (!memory.starts_with(first_line)) return;
    memory.remove_prefix(first_line.size());
    std::vector<std::optional<Deduction>> dictionary;
    const auto levels = static_cast<std::int64_t>(reputation::scale().levels.size());
    for (const auto line : split(memory, '\n')) {
        if (line.starts_with("# ")) {
            dictionary.push_back(entry_of(line));
            continue;
        }
        const auto words = split(line, ' ');
        if (line.starts_with("+ ")) {
            for (const auto range : std::span(words).subspan(1)) {
                const auto dash = std::min(range.find('-'), range.size());
                const auto first = IpAddress::parse(range.substr(0, dash));
                const auto last = dash == range.size() ? first : IpAddress::parse(range.substr(dash + 1));
                if (first && last && first->family() == last->family() && *first <= *last)
                    plain_.emplace_back(*first, *last);
            }
            continue;
        }
        if (words.size() < 4 || words.size() > 3 + most_points) continue;
        const auto address = IpAddress::parse(words[0]);
        const auto level = number(words[1], 0, levels - 1);
        const auto told = number(words[2], 0, levels - 1);
        std::vector<ReputationCourse::Point> points;
        for (const auto word : std::span(words).subspan(3))
            if (auto point = point_of(word, dictionary)) points.push_back(std::move(*point));
        if (!address || !level || !told || points.size() != words.size() - 3) continue;
        courses_.insert_or_assign(*address,
                                  ReputationCourse(settle, static_cast<std::size_t>(*level),
                                                   static_cast<std::size_t>(*told), std::move(points)));
    }
    std::sort(plain_.begin(), plain_.end());
}

ReputationCourse RememberedReputations::of(const IpAddress& address) const {
    if (const auto found = courses_.find(address); found != courses_.end()) return found->second;
    const auto next =
        std::upper_bound(plain_.begin(), plain_.end(), address,
                         [](const IpAddress& one, const auto& range) { return one < range.first; });
    const bool is_plain = next != plain_.begin() && address <= std::prev(next)->second;
    return is_plain ? ReputationCourse::plain(settle_, now_) : ReputationCourse(settle_);
}

}  // namespace reputed
