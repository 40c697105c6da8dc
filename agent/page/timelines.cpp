#include <algorithm>
#include <array>

#include "agent/page/chart.hpp"
#include "agent/page/timeline.hpp"
#include "config/utc.hpp"

// The last 90 days at a glance: of everything together, and of each sender.
namespace reputed::page {
namespace {

constexpr std::size_t most_senders = 20;
constexpr std::size_t most_networks = 5000;  // of one sender that are looked through for each day

struct Row {
    const Sender* sender = nullptr;
    std::vector<Happening> happenings;
    Severity worst = Severity::ok;  // of what is open
};

// Whom a name of a finding concerns; nobody: the agent or its surroundings.
class Parties {
  public:
    Parties(const View& view, std::vector<Row>& rows) : view_(view) {
        for (auto& row : rows) {
            senders_.emplace(row.sender, &row);
            for (const auto& domain : row.sender->domains)
                by_name_.emplace(domain, &row);
            for (const auto& network : row.sender->networks)
                by_name_.emplace(network.to_string(), &row);
            by_name_.emplace(row.sender->hostname, &row);
            by_name_.emplace(row.sender->name, &row);
        }
    }
    void add(const Happening& one) {
        if (hides_all(one.code)) {
            for (const auto& [sender, row] : senders_)
                row->happenings.push_back(one);
            return;
        }
        std::array<Row*, 2> told{};
        std::size_t n = 0;
        for (const auto name : {one.subject, one.object}) {
            auto* row = of(name);
            if (row == nullptr || (n > 0 && told[0] == row)) continue;
            told[n++] = row;
            row->happenings.push_back(one);
            if (one.open) row->worst = std::max(row->worst, one.severity);
        }
    }

  private:
    Row* of(std::string_view name) const {
        if (name.empty()) return nullptr;
        if (const auto address = IpAddress::parse(name)) {
            const auto found = senders_.find(view_.names.sender_of(*address));
            return found == senders_.end() ? nullptr : found->second;
        }
        const auto found = by_name_.find(name);
        return found == by_name_.end() ? nullptr : found->second;
    }

    const View& view_;
    std::map<const Sender*, Row*> senders_;
    std::map<std::string, Row*, std::less<>> by_name_;  // the first of those who share it
};

Watch watch_of(const View& view, const std::vector<IpNetwork>& networks, DayNumber day) {
    const auto& watched = view.snapshot.watched;
    if (networks.empty() || networks.size() > most_networks || !watched) return Watch::no;
    const auto known = static_cast<std::size_t>(
        std::count_if(networks.begin(), networks.end(),
                      [&](const IpNetwork& network) { return watched->watched(network, day); }));
    return known == 0 ? Watch::no : known < networks.size() ? Watch::partly : Watch::yes;
}

std::vector<Happening> all_happenings(const View& view) {
    const auto now = view.snapshot.made;
    std::vector<Happening> out;
    for (const auto& open : view.snapshot.findings)
        out.push_back({open.finding.severity, open.finding.code, open.finding.subject, open.finding.object,
                       "", open.since, now, true, true});
    if (view.chronicle != nullptr)
        for (const auto& episode : view.chronicle->episodes())
            if (episode.end != Episode::End::open)
                out.push_back({episode.severity, episode.code, episode.subject, episode.object, "",
                               episode.opened,
                               episode.end == Episode::End::cleared ? episode.cleared : episode.opened, false,
                               episode.end == Episode::End::cleared});
    return out;
}

std::string row_html(const View& view, std::string_view head, std::string_view label,
                     const std::vector<Happening>& happenings, const std::vector<IpNetwork>& networks) {
    const auto days = days_of(
        view, happenings, [&](DayNumber day) { return watch_of(view, networks, day); }, "");
    return "<tr><th scope=\"row\">" + std::string(head) + "</th><td>" + day_strip(days, label) +
           "</td></tr>\n";
}

// Findings that opened on each day: as the store counts them, also after the findings themselves are gone, and as it
// tells them.
std::string figures(const View& view, const std::vector<IpNetwork>& networks) {
    if (view.chronicle == nullptr || !view.chronicle->problem.empty()) return "";
    std::map<DayNumber, std::uint64_t> opened;
    for (const auto& episode : view.chronicle->episodes())
        ++opened[day_of(episode.opened)];
    for (const auto& day : view.chronicle->days())
        opened[day.day] = std::max(opened[day.day], day.opened);
    const auto today = day_of(view.snapshot.made);
    Chart chart{"New findings a day, the last 90 days", "finding", "findings", {{"warning", "new"}}, {}};
    for (auto day = today - days_shown + 1; day <= today; ++day) {
        const auto found = opened.find(day);
        Column column;
        column.when = utc_text(day * 86'400, "%Y-%m-%d");
        if (found != opened.end())
            column.values = std::vector<double>{static_cast<double>(found->second)};
        else if (watch_of(view, networks, day) == Watch::yes)
            column.values = std::vector<double>{0};
        chart.columns.push_back(std::move(column));
    }
    return "<h3>New findings a day</h3>\n" + chart_html(chart);
}

std::string legend() {
    std::string out = "<p class=\"legend small\">";
    for (const auto& [css, words] :
         {std::pair("critical", "critical"), std::pair("warning", "warning"), std::pair("unknown", "unknown"),
          std::pair("info", "info"), std::pair("ok", "nothing found"), std::pair("none", "not watched")})
        out += std::string("<span><span class=\"key ") + css + "\"></span> " + words + "</span> ";
    return out + "</p>\n";
}

}  // namespace

std::string timelines_section(const View& view) {
    if (!view.snapshot.settings || view.snapshot.settings->senders.empty()) return "";
    std::vector<Row> rows;
    std::vector<IpNetwork> networks;
    for (const auto& sender : view.snapshot.settings->senders) {
        rows.emplace_back().sender = &sender;
        networks.insert(networks.end(), sender.networks.begin(), sender.networks.end());
    }
    const auto happenings = all_happenings(view);
    Parties parties(view, rows);
    for (const auto& one : happenings)
        parties.add(one);
    std::vector<const Row*> order;
    order.reserve(rows.size());
    for (const auto& row : rows)
        order.push_back(&row);
    if (order.size() > most_senders)
        std::stable_sort(order.begin(), order.end(),
                         [](const Row* a, const Row* b) { return a->worst > b->worst; });
    const auto shown = std::min(order.size(), most_senders);
    const std::array<std::string_view, 2> headers = {"Sender", "Day by day until today (UTC)"};
    std::string out = legend() + table_begin("The last 90 days", headers);
    out += row_html(view, "All together", "All together", happenings, networks);
    for (std::size_t i = 0; i < shown; ++i)
        out += row_html(view, name(order[i]->sender->name), order[i]->sender->name, order[i]->happenings,
                        order[i]->sender->networks);
    out += table_end();
    if (shown < order.size())
        out +=
            "<p>" + count(order.size() - shown, "sender", "senders") + " in no worse state not shown.</p>\n";
    return section("timeline", "The last 90 days", out + history_remark(view) + figures(view, networks));
}

}  // namespace reputed::page
