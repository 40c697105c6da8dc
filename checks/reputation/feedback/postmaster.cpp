#include "checks/reputation/feedback/postmaster.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "checks/reputation/feedback/fetch.hpp"
#include "checks/reputation/feedback/json_reader.hpp"
#include "checks/reputation/feedback/postmaster_answers.hpp"
#include "checks/reputation/feedback/postmaster_calls.hpp"
#include "checks/reputation/feedback/postmaster_session.hpp"
#include "config/text.hpp"

// Google has two versions of the API: only the first tells reputations, only the second tells compliance. Tokens may have
// the rights for one of them alone, and the first is to go. So each call may be without an answer; it is a fault where
// neither version answers for a domain.
namespace reputed::feedback {
namespace {

using namespace postmaster;
using std::chrono::days;

constexpr int most_pages = 20;
constexpr int remembered_days = 7;

// Asks for one page after the other. Whatever of an answer is not as documented is noted.
template <typename Ask, typename Take>
Outcome all_pages(Session& session, Ask ask, Take take) {
    std::string token;
    for (int page = 0; page < most_pages; ++page) {
        const auto outcome = ask(token);
        if (outcome != Outcome::answered) return outcome;
        session.note_problem(take(session.answer()));
        auto next = next_page(session.answer());
        if (next.empty()) return Outcome::answered;
        if (next == token) break;
        token = std::move(next);
    }
    session.note_problem("there is no end of pages");
    return Outcome::malformed;
}

std::string page_query(const std::string& token) {
    return token.empty() ? "" : "&pageToken=" + percent_encoded(token);
}

// What a version of the API did in this reading.
struct Version {
    bool open = true;  // to be asked further
    bool answered = false;
    bool denied = false;
    bool absent = false;
    bool scope = false;  // the token has no right to it

    Outcome take(Outcome outcome) {
        answered |= outcome == Outcome::answered;
        denied |= outcome == Outcome::denied;
        absent |= outcome == Outcome::absent;
        scope |= outcome == Outcome::scope;
        if (outcome == Outcome::unreachable) open = false;
        return outcome;
    }
};

struct Days {
    Day first;
    Day last;
};

std::string date_query(std::string_view name, Day day) {
    const std::chrono::year_month_day parts(day);
    const std::string prefix(name);
    return prefix + ".year=" + std::to_string(static_cast<int>(parts.year())) + '&' + prefix +
           ".month=" + std::to_string(static_cast<unsigned>(parts.month())) + '&' + prefix +
           ".day=" + std::to_string(static_cast<unsigned>(parts.day()));
}

Outcome ask_domain_stats(Session& session, const std::string& path, Days span, Figures& figures) {
    auto outcome = Outcome::rejected;
    for (const bool all :
         {true, false}) {  // a service that does not know the reasons may still tell the rest
        outcome = all_pages(
            session,
            [&](const std::string& token) {
                return session.post(path + "/domainStats:query",
                                    domain_stats_query(span.first, span.last, all, token));
            },
            [&](const JsonValue& answer) { return figures.read_domain_stats(answer); });
        if (outcome != Outcome::rejected) break;
    }
    return outcome;
}

Outcome ask_traffic_stats(Session& session, const std::string& path, Days span, Figures& figures) {
    const std::string query =
        "?" + date_query("startDate", span.first) + "&" + date_query("endDate", span.last + days(1));
    return all_pages(
        session,
        [&](const std::string& token) {
            return session.get(path + "/trafficStats" + query + page_query(token));
        },
        [&](const JsonValue& answer) { return figures.read_traffic_stats(answer); });
}

std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 3); ++i)
        text += (i == 0 ? "" : ", ") + printable(names[i], 253);
    if (names.size() > 3) text += " and " + std::to_string(names.size() - 3) + " more";
    return text;
}

class Round {
  public:
    Round(const Context& context, Reading& reading)
        : context_(context),
          session_(context, reading),
          ours_(context.addresses.begin(), context.addresses.end()) {
        const auto today = std::chrono::floor<days>(context.now);
        span_ = {today - days(remembered_days), today};
    }

    void run(const std::set<std::string>& domains);
    std::vector<Point> points() const;

  private:
    std::optional<Account> account();
    void ask(const std::string& domain);
    void keep(const Point& point);
    void conclude();

    const Context& context_;
    Session session_;
    std::set<IpAddress> ours_;
    Days span_;
    std::optional<Account> account_;
    Version first_;
    Version second_;
    std::vector<std::string> unverified_;
    bool any_answer_ = false;
    bool no_right_ = false;
    std::map<std::pair<std::string, std::string>, Point> points_;  // by subject and metric
};

void Round::run(const std::set<std::string>& domains) {
    if (!session_.refresh()) return;
    account_ = account();
    any_answer_ = account_.has_value();
    for (const auto& domain : domains) {
        if (session_.over() || (!first_.open && !second_.open)) break;
        if (account_ && !account_->readable.contains(domain))
            unverified_.push_back(domain);
        else
            ask(domain);
    }
    conclude();
}

std::optional<Account> Round::account() {
    for (auto* version : {&second_, &first_}) {
        Account account;
        bool whole = true;
        const std::string path =
            version == &second_ ? "/v2/domains?pageSize=200" : "/v1/domains?pageSize=200";
        const auto ask = [&](const std::string& token) { return session_.get(path + page_query(token)); };
        const auto take = [&](const JsonValue& answer) {
            auto problem = read_domains(answer, account);
            whole &= problem.empty();
            return problem;
        };
        if (version->take(all_pages(session_, ask, take)) == Outcome::answered && whole) return account;
        if (session_.over()) break;
    }
    return {};
}

void Round::ask(const std::string& domain) {
    Figures newer(domain, span_.first, span_.last + days(1), ours_);
    Figures older(domain, span_.first, span_.last + days(1), ours_);
    Version first;
    Version second;
    const std::string name = "/domains/" + percent_encoded(domain);
    if (second_.open) {
        second.take(ask_domain_stats(session_, "/v2" + name, span_, newer));
        if (second.open && !session_.over() &&
            second.take(session_.get("/v2" + name + "/complianceStatus")) == Outcome::answered)
            session_.note_problem(newer.read_compliance(session_.answer(), context_.now));
    }
    if (first_.open && !session_.over()) first.take(ask_traffic_stats(session_, "/v1" + name, span_, older));

    newer.add_missing(older);
    for (const auto& point : newer.points())
        keep(point);
    const bool answered = first.answered || second.answered;
    any_answer_ |= answered;
    // A domain that the account is known to read may have no data in the one version and no right to it in the other.
    const bool no_data = account_ && (first.absent || second.absent);
    if (!answered && !no_data && (first.denied || second.denied)) unverified_.push_back(domain);
    first_.open &= first.open;
    second_.open &= second.open;
    no_right_ |= !answered && (first.scope || second.scope);
}

void Round::keep(const Point& point) {
    const auto [entry, is_new] = points_.emplace(std::pair(point.subject, point.metric), point);
    auto& known = entry->second;
    // An address may send for several domains: the newest day counts, then the worse reputation.
    if (!is_new && (point.time > known.time || (point.time == known.time && point.value < known.value)))
        known = point;
}

void Round::conclude() {
    if (!unverified_.empty())
        session_.note(Fault::refused,
                      listed(unverified_) + (unverified_.size() == 1 ? " is" : " are") +
                          " not verified for this account in Postmaster Tools",
                      postmaster_page);
    if (no_right_)
        session_.note(Fault::refused,
                      "the refresh token was made without the right to read Postmaster Tools: give the "
                      "consent again with "
                      "the scopes postmaster.readonly and postmaster.traffic.readonly",
                      api_page);
    if (!any_answer_ && !context_.stop.stop_requested())
        session_.note(Fault::malformed, "no call of the Postmaster Tools API has an answer there");
}

std::vector<Point> Round::points() const {
    std::vector<Point> points;
    for (const auto& [key, point] : points_)
        points.push_back(point);
    return points;
}

}  // namespace

Reading read_postmaster(const Context& context) {
    Reading reading;
    reading.link = postmaster_page;
    const auto& configured = context.settings.domains;
    std::set<std::string> domains;
    for (const auto& domain : configured.empty() ? context.domains : configured) {
        auto name = lower(domain);
        if (name.ends_with('.')) name.pop_back();
        if (!name.empty()) domains.insert(std::move(name));
    }
    if (domains.empty()) {
        reading.fault = Fault::refused;
        reading.message = "there is no domain to ask for: give the senders domains, or this source";
        return reading;
    }
    Round round(context, reading);
    round.run(domains);
    reading.points = round.points();
    return reading;
}

}  // namespace reputed::feedback
