#include "checks/reputation/weighting.hpp"

#include <algorithm>
#include <cmath>

#include "checks/mta/log/delivery_findings.hpp"
#include "checks/reputation/feedback/source.hpp"
#include "config/reply_class.hpp"

namespace reputed::reputation {
namespace {

// Of a list's weight, by the severity of what it says.
constexpr double share_info = 0.2;
constexpr double share_warning = 0.5;
constexpr double share_critical = 0.75;
// A domain's name goes with its mail to any address: what it is listed for is half the address's.
constexpr double share_of_domains = 0.5;

double share_of(Severity severity) {
    switch (severity) {
        case Severity::info:
            return share_info;
        case Severity::warning:
            return share_warning;
        case Severity::critical:
            return share_critical;
        case Severity::ok:
        case Severity::unknown:
            return 0;
    }
    return 0;
}

// What a code takes by severity. The code stands in two halves: whoever finds it says it whole.
struct Row {
    std::string_view family;
    std::string_view word;
    Part part;
    int info;
    int warning;
    int critical;
};

constexpr Row rows[] = {
    {"neighbourhood", "listed", Part::neighbourhood, 2, 5, 5},
    {"delivery", "refused", Part::delivery, 0, 10, 20},
    {"delivery", "error_rate", Part::delivery, 0, 5, 15},
};

// What a service says, in short; what it takes stands in the scale that it is judged by.
struct Opinion {
    std::string_view word;  // behind "feedback."
    std::string_view info;
    std::string_view warning;
    std::string_view critical;
};

constexpr std::string_view family_of_feedback = "feedback";
constexpr std::string_view neighbours = "neighbours_blocked";
constexpr Opinion opinions[] = {
    {"filter", "", "yellow", "red"},
    {"blocked", "", "mail is junked", "blocked"},
    {neighbours, "", "neighbours blocked", "neighbours blocked"},
    {"complaints", "complaints", "complaints", "complaints"},
    {"traps", "trap hits", "trap hits", "trap hits"},
    {"spam_rate", "spam rate", "spam rate", "spam rate"},
    {"reputation", "medium reputation", "low reputation", "bad reputation"},
    {"abuse", "abuse reports", "abuse reports", "abuse reports"},
};

// Of findings whose points depend on the list.
constexpr std::string_view code_listed = "dnsbl.listed";
constexpr std::string_view family_of_lists = "dnsbl";
constexpr std::string_view word_score = "score";

bool is(std::string_view code, std::string_view family, std::string_view word) {
    return code.size() == family.size() + 1 + word.size() && code.starts_with(family) &&
           code[family.size()] == '.' && code.ends_with(word);
}

const Row* row_of(std::string_view code) {
    const auto found = std::find_if(std::begin(rows), std::end(rows),
                                    [&](const Row& row) { return is(code, row.family, row.word); });
    return found == std::end(rows) ? nullptr : found;
}

double points_of(const Row& row, Severity severity) {
    switch (severity) {
        case Severity::info:
            return row.info;
        case Severity::warning:
            return row.warning;
        case Severity::critical:
            return row.critical;
        case Severity::ok:
        case Severity::unknown:
            return 0;
    }
    return 0;
}

const List* find_list(const ActiveLists& lists, const std::string& name) {
    const auto found = std::find_if(lists.lists.begin(), lists.lists.end(),
                                    [&](const List& list) { return list.name == name; });
    return found == lists.lists.end() ? nullptr : &*found;
}

std::optional<Deduction> deduct(Part part, double points, std::string cause, std::string words) {
    const auto whole = std::clamp(std::lround(points), 0L, 100L);
    if (whole == 0) return {};
    return Deduction{part, static_cast<int>(whole), std::move(cause), std::move(words)};
}

std::optional<Deduction> of_listing(const Finding& finding, const ActiveLists& lists) {
    const auto* list = find_list(lists, finding.object);
    if (list == nullptr) return {};
    const bool domain = is_domain_list(list->kind);
    return deduct(Part::lists, list->weight * share_of(finding.severity) * (domain ? share_of_domains : 1),
                  finding.code + ' ' + list->name,
                  (domain ? finding.subject + " listed on " : "listed on ") + list->name);
}

std::optional<Deduction> of_score(const Finding& finding, const ActiveLists& lists) {
    const auto* list = find_list(lists, finding.object);
    if (list == nullptr || list->scale == nullptr) return {};
    for (const auto& level : list->scale->levels)
        if (level.severity == finding.severity && finding.severity != Severity::unknown)
            return deduct(Part::scores, level.takes, finding.code + ' ' + list->name,
                          list->name + ' ' + level.name);
    return {};
}

// By the name that everybody knows it by; one that is only configured, by that name.
std::string title_of(const FeedbackSettings& source) {
    switch (source.kind) {
        case FeedbackSettings::Kind::snds:
            return "SNDS";
        case FeedbackSettings::Kind::postmaster:
            return "Postmaster Tools";
        case FeedbackSettings::Kind::abuseipdb:
            return "AbuseIPDB";
        case FeedbackSettings::Kind::json:
            return source.name;
    }
    return source.name;
}

// Of the reasons for which a provider refuses, those that are its opinion of the address. `object`: provider/class.
std::optional<Deduction> of_refusal(const Finding& finding, double points) {
    const auto slash = finding.object.rfind('/');
    if (slash == std::string::npos) return {};
    const auto reason = parse_reply_class(std::string_view(finding.object).substr(slash + 1));
    if (reason != ReplyClass::reputation && reason != ReplyClass::blocklisted) return {};
    const auto provider = finding.object.substr(0, slash);
    return deduct(Part::delivery, points, finding.code + ' ' + provider,
                  (provider == "other" ? "other receivers refuse for " : provider + " refuses for ") +
                      std::string(mta::refusal_cause(*reason)));
}

std::optional<Deduction> of_row(const Finding& finding, const Row& row) {
    const double points = points_of(row, finding.severity);
    if (points == 0) return {};
    if (row.family == "neighbourhood")
        return deduct(row.part, points, finding.code + ' ' + finding.object,
                      "neighbours listed on " + finding.object);
    if (row.family == "delivery")
        return row.word == "refused" ? of_refusal(finding, points)
                                     : deduct(row.part, points, finding.code, "error rate");
    return {};
}

bool is_feedback(std::string_view code) {
    return code.starts_with(family_of_feedback) && code.substr(family_of_feedback.size()).starts_with('.');
}

// The level of a scale of this source that the finding speaks of; of several the one that takes most.
const LevelScale::Level* judged_level(const Finding& finding, const FeedbackSettings& source) {
    const LevelScale::Level* found = nullptr;
    const auto look = [&](const std::shared_ptr<const LevelScale>& scale) {
        if (scale == nullptr || scale->code != finding.code) return;
        for (const auto& level : scale->levels)
            if (level.severity == finding.severity && (found == nullptr || level.takes > found->takes))
                found = &level;
    };
    for (const auto& judgement : feedback::source_of(source.kind).judgements)
        look(judgement.scale);
    for (const auto& value : source.values)
        look(value.scale);
    return found;
}

std::string opinion_of(const Finding& finding, const LevelScale::Level& level) {
    for (const auto& opinion : opinions) {
        if (!is(finding.code, family_of_feedback, opinion.word)) continue;
        const auto words = finding.severity == Severity::info      ? opinion.info
                           : finding.severity == Severity::warning ? opinion.warning
                                                                   : opinion.critical;
        if (!words.empty()) return std::string(words);
    }
    return level.name;
}

std::optional<Deduction> of_feedback(const Finding& finding, const Settings& settings) {
    if (finding.severity == Severity::unknown || finding.severity == Severity::ok) return {};
    const auto source = std::find_if(settings.feedback.begin(), settings.feedback.end(),
                                     [&](const FeedbackSettings& one) { return one.name == finding.object; });
    if (source == settings.feedback.end()) return {};
    const auto* level = judged_level(finding, *source);
    if (level == nullptr) return {};
    const bool of_neighbours = is(finding.code, family_of_feedback, neighbours);
    return deduct(of_neighbours ? Part::neighbourhood : Part::feedback, level->takes,
                  finding.code + ' ' + finding.object, title_of(*source) + ' ' + opinion_of(finding, *level));
}

}  // namespace

std::string_view to_string(Part part) {
    return part_names[static_cast<std::size_t>(part)];
}

bool counts(std::string_view code) {
    return code == code_listed || is(code, family_of_lists, word_score) || is_feedback(code) ||
           row_of(code) != nullptr;
}

std::optional<Deduction> deduction_of(const Finding& finding, const ActiveLists& lists,
                                      const Settings& settings) {
    if (finding.drill) return {};
    if (finding.code == code_listed) return of_listing(finding, lists);
    if (is(finding.code, family_of_lists, word_score)) return of_score(finding, lists);
    if (is_feedback(finding.code)) return of_feedback(finding, settings);
    const auto* row = row_of(finding.code);
    return row == nullptr ? std::nullopt : of_row(finding, *row);
}

std::vector<Deduction> counted(std::vector<Deduction> deductions) {
    std::sort(deductions.begin(), deductions.end(), [](const Deduction& a, const Deduction& b) {
        return a.cause != b.cause     ? a.cause < b.cause
               : a.points != b.points ? a.points > b.points
                                      : a.words < b.words;
    });
    deductions.erase(std::unique(deductions.begin(), deductions.end(),
                                 [](const Deduction& a, const Deduction& b) { return a.cause == b.cause; }),
                     deductions.end());
    std::stable_sort(deductions.begin(), deductions.end(),
                     [](const Deduction& a, const Deduction& b) { return a.points > b.points; });
    return deductions;
}

int score_of(const std::vector<Deduction>& counted) {
    int score = 100;
    for (const auto& deduction : counted)
        score -= deduction.points;
    return std::max(score, 0);
}

const LevelScale& scale() {
    static const LevelScale scale{"reputation.level",
                                  "reputation",
                                  true,
                                  {{"good", Severity::ok, 80},
                                   {"fair", Severity::info, 60},
                                   {"poor", Severity::warning, 30},
                                   {"bad", Severity::critical, 0}},
                                  5};
    return scale;
}

}  // namespace reputed::reputation
