#include "agent/picture.hpp"

#include <algorithm>
#include <utility>

#include "agent/alert_rules.hpp"
#include "agent/own_jobs.hpp"
#include "agent/rating.hpp"
#include "agent/reputation_memory.hpp"
#include "config/public_suffix.hpp"

namespace reputed {

const MetricInfo reputation_score{"reputed_reputation_score",
                                  SampleType::gauge,
                                  "The weighted reputation of the address, 0 to 100.",
                                  {"ip"}};
const MetricInfo reputation_level{"reputed_reputation_level",
                                  SampleType::gauge,
                                  "The level of the reputation: 0 good, 1 fair, 2 poor, 3 bad.",
                                  {"ip"}};
const MetricInfo reputation_deduction{"reputed_reputation_deduction",
                                      SampleType::gauge,
                                      "What this part takes off the reputation of the address.",
                                      {"ip", "part"}};

namespace {

using reputation::Deduction;

constexpr std::string_view level_code = "reputation.level";
// So many times [alerts] confirm_after a new address may take to become known.
constexpr int settle_rounds = 5;

constexpr std::size_t most_parts_shown = 20;
constexpr std::string_view remedy =
    "See to what takes most first: each part is a finding of its own, which says what to do, and reputed "
    "check with the "
    "address shows them all.";

std::string evidence_of(int score, const std::vector<Deduction>& parts) {
    return std::to_string(score) +
           " of 100 now: " + (parts.empty() ? "nothing is taken off" : parts_text(parts, most_parts_shown));
}

std::size_t family_of(const IpAddress& address) {
    return address.family() == Family::v4 ? 0 : 1;
}

}  // namespace

Picture::Input Picture::gather(const Ledger& ledger, const Series& series,
                               std::shared_ptr<const Settings> settings,
                               std::shared_ptr<const ActiveLists> lists) const {
    Input input;
    input.settings = std::move(settings);
    input.lists = std::move(lists);
    for (const auto& list : input.lists->lists)
        input.listed.push_back(list.kind == ListKind::ip_blocklist ? series.of({"dnsbl", list.name})
                                                                   : nullptr);
    input.revision = ledger.revision();
    input.other_findings =
        input.revision != revision_ || input.settings != settings_ || input.lists != lists_;
    if (!input.other_findings) return input;
    ledger.visit_open([&](const LedgerEntry& entry) {
        if (entry.drill) return;
        if (entry.code == level_code) {
            auto& standing = input.standing[entry.subject];
            standing.severity = entry.severity;
            for (const auto& observation : entry.observations)
                if (observation.job == reputation_job) standing.message = observation.finding.message;
        } else if (reputation::counts(entry.code)) {
            auto& finding = input.findings.emplace_back();
            finding.code = entry.code;
            finding.subject = entry.subject;
            finding.object = entry.object;
            finding.severity = entry.severity;
        }
    });
    return input;
}

// The addresses and senders of another configuration. Those that stay keep their course.
void Picture::take_up(const Input& input, const std::string& memory, WallTime now) {
    const bool first = settings_ == nullptr;
    settings_ = input.settings;
    lists_ = input.lists;
    const auto settle = settings_->alerts.confirm_after * settle_rounds;
    const RememberedReputations remembered(first ? memory : "", settle, now);
    std::map<IpAddress, Address> before;
    for (auto& address : addresses_)
        before.emplace(address.ip, std::move(address));
    std::map<IpAddress, std::vector<std::size_t>> senders;
    parties_.clear();
    for (std::size_t i = 0; i < settings_->senders.size(); ++i) {
        const auto& sender = settings_->senders[i];
        for (const auto& address : sender.addresses())
            senders[address].push_back(i);
        std::vector<std::string> names = sender.domains;
        if (!sender.hostname.empty()) names.push_back(sender.hostname);
        for (std::size_t own = names.size(), n = 0; n < own; ++n)
            names.push_back(organizational_domain(names[n]));
        for (const auto& name : names)
            if (auto& party = parties_[name]; party.empty() || party.back() != i) party.push_back(i);
    }
    addresses_.clear();
    places_.clear();
    for (auto& [ip, of] : senders) {
        const auto known = before.find(ip);
        places_.emplace(ip.to_string(), addresses_.size());
        addresses_.push_back({ip,
                              ip.to_string(),
                              std::move(of),
                              0,
                              {},
                              known == before.end() ? remembered.of(ip) : std::move(known->second.course)});
    }
    told_.clear();
    news_ = true;
}

void Picture::read_series(Input& input) {
    told_.resize(input.listed.size());
    bool others = false;
    for (std::size_t i = 0; i < told_.size(); ++i) {
        auto& told = told_[i];
        if (told.samples == input.listed[i] && told.about.size() == addresses_.size()) continue;
        others = true;
        told.samples = std::move(input.listed[i]);
        told.about.assign(addresses_.size(), false);
        if (told.samples == nullptr) continue;
        for (const auto& sample : *told.samples) {
            if (sample.metric->name != "reputed_listed") continue;
            const auto place = places_.find(sample.values.front());
            if (place != places_.end()) told.about[place->second] = true;
        }
    }
    if (!others) return;
    asked_ = {};
    for (auto& address : addresses_)
        address.known = 0;
    for (std::size_t i = 0; i < told_.size(); ++i) {
        const auto& list = lists_->lists[i];
        if (list.kind != ListKind::ip_blocklist) continue;
        if (list.ipv4) asked_[0] += list.weight;
        if (list.ipv6) asked_[1] += list.weight;
        for (std::size_t place = 0; place < addresses_.size(); ++place)
            if (told_[i].about[place]) addresses_[place].known += list.weight;
    }
}

// Each finding is looked at once, and what concerns a sender once for that sender: neither addresses nor findings are
// gone through for each of the other.
void Picture::weigh(const std::vector<Finding>& findings) {
    std::vector<std::vector<Deduction>> of_senders(settings_->senders.size());
    for (auto& address : addresses_)
        address.parts.clear();
    for (const auto& finding : findings) {
        auto deduction = reputation::deduction_of(finding, *lists_, *settings_);
        if (!deduction) continue;
        if (const auto place = places_.find(finding.subject); place != places_.end()) {
            addresses_[place->second].parts.push_back(std::move(*deduction));
        } else if (const auto party = parties_.find(finding.subject); party != parties_.end()) {
            for (const auto sender : party->second)
                of_senders[sender].push_back(*deduction);
        } else if (addresses_.size() == 1 && !IpAddress::parse(finding.subject) &&
                   deduction->part != reputation::Part::lists) {
            addresses_[0].parts.push_back(std::move(*deduction));
        }
    }
    for (auto& parts : of_senders)
        parts = reputation::counted(std::move(parts));
    for (auto& address : addresses_) {
        for (const auto sender : address.senders)
            address.parts.insert(address.parts.end(), of_senders[sender].begin(), of_senders[sender].end());
        if (address.parts.size() > 1) address.parts = reputation::counted(std::move(address.parts));
    }
}

bool Picture::is_known(const Address& address) const {
    const int asked = asked_[family_of(address.ip)];
    return asked > 0 && 2 * address.known >= asked;
}

void Picture::judge(Address& address, WallTime now, Report& report) {
    if (!is_known(address)) {
        report.holds.push_back({std::string(level_code), address.text, ""});
        return;
    }
    static const Standing none;
    const auto found = standing_.find(address.text);
    const auto& standing = found == standing_.end() ? none : found->second;
    const auto& levels = reputation::scale().levels;
    auto& course = address.course;
    std::optional<std::size_t> before;
    if (standing.severity != Severity::ok) before = level_with(reputation::scale(), standing.severity);
    const int score = reputation::score_of(address.parts);
    news_ = course.add(score, address.parts, before, now) || news_;
    const bool good = course.level() == 0;
    if (good && course.told() == 0 && standing.severity == Severity::ok) return;
    Finding finding;
    finding.code = "reputation.level";
    finding.subject = address.text;
    finding.severity = levels[course.level()].severity;
    const bool taken = standing.severity == severity_here(finding, *settings_);
    news_ = course.word(address.text, taken, standing.message, now) || news_;
    finding.message = course.text();
    finding.evidence = evidence_of(score, address.parts);
    finding.remedy = std::string(remedy);
    if (!good || standing.severity != Severity::ok) report.findings.push_back(std::move(finding));
}

void Picture::add_samples(const Address& address, Report& report) const {
    report.samples.push_back(
        {&reputation_score, {address.text}, static_cast<double>(reputation::score_of(address.parts))});
    report.samples.push_back(
        {&reputation_level, {address.text}, static_cast<double>(address.course.level())});
    std::array<int, reputation::part_count> taken{};
    for (const auto& part : address.parts)
        taken[static_cast<std::size_t>(part.part)] += part.points;
    for (std::size_t part = 0; part < taken.size(); ++part)
        if (taken[part] > 0)
            report.samples.push_back({&reputation_deduction,
                                      {address.text, std::string(reputation::part_names[part])},
                                      static_cast<double>(taken[part])});
}

void Picture::show() {
    auto shown = std::make_shared<Reputations>();
    for (const auto& address : addresses_)
        if (is_known(address))
            shown->emplace(address.text, Reputation{reputation::score_of(address.parts),
                                                    address.course.level(), address.parts});
    reputations_ = std::move(shown);
}

void Picture::remember(WallTime now, Report& report) {
    if (!news_ && !(less_by_ && now >= *less_by_)) return;
    std::vector<std::pair<IpAddress, const ReputationCourse*>> courses;
    less_by_.reset();
    for (const auto& address : addresses_) {
        courses.emplace_back(address.ip, &address.course);
        const auto plain = address.course.plain_at();
        if (plain && *plain > now && (!less_by_ || *plain < *less_by_)) less_by_ = plain;
    }
    report.memory = reputation_memory(courses, now);
    news_ = false;
}

Report Picture::draw(Input&& input, const std::string& memory, WallTime now) {
    if (input.settings != settings_ || input.lists != lists_) take_up(input, memory, now);
    read_series(input);
    if (input.other_findings) {
        standing_ = std::move(input.standing);
        weigh(input.findings);
        revision_ = input.revision;
    }
    Report report;
    for (auto& address : addresses_) {
        judge(address, now, report);
        if (is_known(address)) add_samples(address, report);
    }
    for (const auto& [text, standing] : standing_) {
        if (places_.contains(text)) continue;
        Finding finding;
        finding.code = std::string(level_code);
        finding.subject = text;
        finding.severity = Severity::ok;
        finding.message = "The reputation of " + text + " is no longer watched: no sender has the address";
        report.findings.push_back(std::move(finding));
    }
    show();
    remember(now, report);
    return report;
}

}  // namespace reputed
