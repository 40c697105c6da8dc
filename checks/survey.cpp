#include "checks/survey.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "checks/auth/dkim_check.hpp"
#include "checks/auth/dkim_record.hpp"
#include "checks/auth/dmarc_discovery.hpp"
#include "checks/auth/mta_sts_record.hpp"
#include "checks/auth/tls_rpt_record.hpp"
#include "checks/identity/mx.hpp"

namespace reputed::survey {
namespace {

constexpr std::size_t longest_record = 4000;

// Whether DNS said something about the name. One that is too long to be asked holds nothing.
bool is_told(const Answer& answer) {
    return answer.definite() || answer.outcome == Outcome::invalid;
}

// The answers to one batch, by their question.
class Answers {
  public:
    Answers(std::vector<Question> questions, Resolver& resolver, const std::stop_token& stop) {
        auto answers = resolver.lookup(questions, stop);
        for (std::size_t i = 0; i < questions.size(); ++i)
            known_[{std::move(questions[i].name), questions[i].type}] = std::move(answers[i]);
    }
    const Answer& operator()(const std::string& name, RecordType type = RecordType::txt) const {
        return known_.at({name, type});
    }

  private:
    std::map<std::pair<std::string, RecordType>, Answer> known_;
};

Mx mx_of(const Answer& answer) {
    Mx mx;
    if (!is_told(answer)) return mx;
    const auto targets = identity::mx_targets(answer).targets;
    mx.null = targets.size() == 1 && targets.front().is_null();
    mx.hosts = mx.null ? 0 : targets.size();
    mx.state = targets.empty() ? State::none : State::found;
    return mx;
}

Spf spf_of(const std::string& domain, Resolver& resolver, const Options& options) {
    Spf out;
    spf::Answers answers(resolver);
    const Answer& txt = answers.get(domain, RecordType::txt, options.stop);
    if (!is_told(txt)) return out;
    const auto records = spf::select_records(txt);
    if (records.empty()) {
        out.state = State::none;
        out.result = spf::Result::none;
        return out;
    }
    spf::Options how;
    how.explain = false;
    how.trace = false;
    how.stop = options.stop;
    how.unix_time = std::chrono::duration_cast<std::chrono::seconds>(options.now.time_since_epoch()).count();
    // Class E (RFC 1112 section 4): nobody sends from there.
    auto said = check_host({IpAddress::v4(0xf0000001), "postmaster@" + domain, domain}, answers, how);
    out.state = said.result == spf::Result::permerror ? State::invalid : State::found;
    out.result = said.result;
    out.mechanism = std::move(said.mechanism);
    out.reason = std::move(said.reason);
    out.record = records.front().substr(0, longest_record);
    return out;
}

enum class Key : std::uint8_t { absent, broken, revoked, usable };  // the better, the higher

Key key_of(std::string_view text) {
    if (record::find(record::parse_tag_list(text).tags, "p") == nullptr) return Key::absent;
    const auto key = dkim::parse_record(text);
    if (key.revoked) return Key::revoked;
    return key.valid() && key.key ? Key::usable : Key::broken;
}

// The best of the name's records that are not among `others`.
Key key_of(const Answer& answer, const std::set<std::string_view>& others) {
    Key best = Key::absent;
    for (const auto& record : answer.records)
        if (!others.contains(record.text)) best = std::max(best, key_of(record.text));
    return best;
}

void add_key(Dkim& dkim, Key key, const std::string& selector) {
    switch (key) {
        case Key::absent:
            break;
        case Key::broken:
            dkim.broken.push_back(selector);
            break;
        case Key::revoked:
            dkim.revoked.push_back(selector);
            break;
        case Key::usable:
            dkim.selectors.push_back(selector);
            break;
    }
}

Dkim dkim_of(const std::string& domain, const Answers& answers, const Options& options) {
    Dkim dkim;
    const Answer& of_any = answers(dkim::record_name(domain, options.random_selector));
    std::set<std::string_view> everywhere;
    for (const auto& record : of_any.records)
        everywhere.insert(record.text);
    add_key(dkim, key_of(of_any, {}), "*");
    for (const auto& selector : options.selectors) {
        const Answer& answer = answers(dkim::record_name(domain, selector));
        ++dkim.asked;
        if (is_told(answer))
            add_key(dkim, key_of(answer, everywhere), selector);
        else
            ++dkim.unanswered;
    }
    if (!dkim.selectors.empty())
        dkim.state = State::found;
    else if (dkim.unanswered > 0 || !is_told(of_any))
        dkim.state = State::unknown;
    else if (!dkim.revoked.empty() || !dkim.broken.empty())
        dkim.state = State::invalid;
    else  // RFC 8020: below a name that does not exist there is nothing
        dkim.state =
            answers("_domainkey." + domain).outcome == Outcome::nxdomain ? State::none : State::not_found;
    return dkim;
}

// In the order in which the DMARC check judges. `exists`: whether there is such a name (RFC 9989 section 4.7, np=).
Dmarc dmarc_of(const std::string& domain, bool exists, Resolver& resolver, const Options& options) {
    Dmarc out;
    const auto found = dmarc::discover(domain, resolver, options.stop);
    const auto& own = found.places.front();
    if (!own.policy && !found.complete) return out;
    const bool misspelt =
        std::any_of(own.answer.records.begin(), own.answer.records.end(),
                    [](const Record& record) { return dmarc::looks_like_dmarc(record.text); });
    const bool is_own = own.policy.has_value();
    out.state = State::invalid;
    if (!is_own && misspelt) return out;
    const auto* place = is_own ? &own : found.applied;
    if (place == nullptr) {
        out.state = State::none;
        return out;
    }
    const auto& policy = *place->policy;
    if (!policy.valid()) return out;
    out.state = State::found;
    out.domain = place->domain;
    out.policy = is_own ? policy.policy : exists ? policy.for_subdomains() : policy.for_non_existent();
    out.percent = policy.percent;
    out.testing = policy.testing;
    return out;
}

// Of the TXT records at a name those count whose version is right; there must be one (RFC 8461 section 3.1,
// RFC 8460 section 3). `prefix` tells one that was meant.
template <typename Parse>
State single_record(const Answer& answer, Parse parse, std::string_view bad_version,
                    std::string_view prefix) {
    if (!is_told(answer)) return State::unknown;
    std::size_t versions = 0;
    bool valid = false;
    bool meant = false;
    for (const auto& record : answer.records) {
        meant = meant || record.text.starts_with(prefix);
        const auto parsed = parse(record.text);
        if (record::has_code(parsed.remarks, bad_version)) continue;
        ++versions;
        valid = parsed.valid();
    }
    if (versions == 0) return meant ? State::invalid : State::none;
    return versions == 1 && valid ? State::found : State::invalid;
}

}  // namespace

std::string_view to_string(State state) {
    static constexpr std::string_view names[] = {"unknown", "none", "not_found", "invalid", "found"};
    return names[static_cast<std::size_t>(state)];
}

const std::vector<std::string>& common_selectors() {
    static const std::vector<std::string> names = {
        "default", "dkim", "mail", "smtp",     "email",   "selector1", "selector2", "google",
        "k1",      "k2",   "k3",   "s1",       "s2",      "key1",      "mx",        "dk",
        "fm1",     "pm",   "zoho", "mandrill", "mailjet", "sig1",      "protonmail"};
    return names;
}

Row look_at(const std::string& domain, Resolver& resolver, const Options& options) {
    const std::string sts = "_mta-sts." + domain;
    const std::string rpt = "_smtp._tls." + domain;
    std::vector<Question> questions = {{domain, RecordType::mx},
                                       {domain, RecordType::txt},
                                       {sts, RecordType::txt},
                                       {rpt, RecordType::txt},
                                       {"_domainkey." + domain, RecordType::txt},
                                       {dkim::record_name(domain, options.random_selector), RecordType::txt}};
    for (const auto& selector : options.selectors)
        questions.push_back({dkim::record_name(domain, selector), RecordType::txt});
    const Answers answers(std::move(questions), resolver, options.stop);

    Row row;
    row.domain = domain;
    const Answer& mx = answers(domain, RecordType::mx);
    row.mx = mx_of(mx);
    row.spf = spf_of(domain, resolver, options);
    row.dkim = dkim_of(domain, answers, options);
    row.dmarc = dmarc_of(domain, mx.outcome != Outcome::nxdomain, resolver, options);
    row.mta_sts = single_record(answers(sts), mta_sts::parse_record, "mta_sts.version", "v=STS");
    row.tls_rpt = single_record(answers(rpt), tls_rpt::parse_record, "tls_rpt.version", "v=TLSRPT");
    return row;
}

void Counts::add(const Row& row) {
    const auto is = [](State state, State wanted) {
        return state == wanted ? std::size_t{1} : std::size_t{0};
    };
    const bool with_spf = row.spf.state == State::found;
    const bool with_dkim = row.dkim.state == State::found;
    const bool with_dmarc = row.dmarc.state == State::found;
    const bool told = row.dkim.state != State::unknown && row.dmarc.state != State::unknown;
    ++domains;
    spf += with_spf ? 1 : 0;
    dkim += with_dkim ? 1 : 0;
    dmarc += with_dmarc ? 1 : 0;
    all_three += with_spf && with_dkim && with_dmarc ? 1 : 0;
    spf_alone += with_spf && told && !with_dkim && !with_dmarc ? 1 : 0;
    spf_unknown += is(row.spf.state, State::unknown);
    dkim_unknown += is(row.dkim.state, State::unknown);
    dmarc_unknown += is(row.dmarc.state, State::unknown);
}

}  // namespace reputed::survey
