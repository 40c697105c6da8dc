#include "checks/reputation/feedback/judge.hpp"

#include <algorithm>
#include <cstdio>

#include "config/utc.hpp"

namespace reputed::feedback {
namespace {

// Index of the level without regard to the one before: only to tell which of several metrics is worst.
std::size_t plain_level(const LevelScale& scale, double value) {
    std::size_t level = 0;
    for (; level + 1 < scale.levels.size(); ++level)
        if (scale.higher_is_better ? value >= scale.levels[level].bound : value <= scale.levels[level].bound)
            break;
    return level;
}

std::string shown(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

std::vector<std::string> codes_of(const std::vector<Judgement>& judgements) {
    std::vector<std::string> codes;
    for (const auto& judgement : judgements)
        if (std::find(codes.begin(), codes.end(), judgement.scale->code) == codes.end())
            codes.push_back(judgement.scale->code);
    return codes;
}

class Judging {
  public:
    Judging(const Judged& judged, Report& report)
        : judged_(judged),
          report_(report),
          title_(title_of(judged.settings, judged.source)),
          judgements_(judgements_of(judged.settings, judged.source)),
          codes_(codes_of(judgements_)) {}

    void all() {
        for (const auto& subject : judged_.subjects)
            for (const auto& code : codes_)
                one(subject, code);
        stale();
    }

  private:
    bool is_fresh(const KeptPoint& point) const {
        return judged_.now - point.time <= judged_.source.fresh_for;
    }

    void one(const std::string& subject, const std::string& code) {
        const Judgement* worst = nullptr;
        const KeptPoint* worst_point = nullptr;
        Severity severity = Severity::ok;
        bool is_open = false;  // something of the code could not be told
        for (const auto& judgement : judgements_) {
            if (judgement.scale->code != code) continue;
            const auto found = judged_.kept.points.find({subject, std::string(judgement.metric)});
            if (found == judged_.kept.points.end()) continue;
            const auto& point = found->second;
            if (!is_fresh(point)) stale_subjects_.insert(subject);
            newest_ = std::max(newest_, point.time);
            if (!is_fresh(point) || !(judged_.all_confirmed || judged_.confirmed.contains(found->first))) {
                is_open = true;
                continue;
            }
            const auto here = judgement.scale->levels[plain_level(*judgement.scale, point.value)].severity;
            if (worst != nullptr && here <= severity) continue;
            worst = &judgement;
            worst_point = &point;
            severity = here;
        }
        if (worst == nullptr || (severity == Severity::ok && is_open)) {
            report_.holds.push_back({code, subject, judged_.settings.name});
            return;
        }
        Rating rating;
        rating.scale = worst->scale;
        rating.subject = subject;
        rating.object = judged_.settings.name;
        rating.value = worst_point->value;
        rating.evidence =
            title_ + ", data of " + utc_text(worst_point->time, "%Y-%m-%d") + ": " +
            (worst_point->detail.empty() ? std::string(worst->metric) + ' ' + shown(worst_point->value)
                                         : worst_point->detail);
        rating.remedy = worst->remedy;
        rating.link = judged_.kept.link;
        report_.ratings.push_back(std::move(rating));
    }

    void stale() {
        if (stale_subjects_.empty()) return;
        Finding finding;
        finding.code = "feedback.stale";
        finding.subject = judged_.settings.name;
        finding.severity = Severity::info;
        finding.message =
            title_ + " has told nothing new for " + std::to_string(judged_.source.fresh_for.count() / 24) +
            " days about " + *stale_subjects_.begin() +
            (stale_subjects_.size() > 1 ? " and " + std::to_string(stale_subjects_.size() - 1) + " more"
                                        : std::string());
        finding.evidence = "newest data of " + utc_text(newest_, "%Y-%m-%d");
        finding.remedy =
            "What it told last is shown with its date and no longer judged. Little mail to that provider is "
            "a usual "
            "reason.";
        finding.link = judged_.kept.link;
        report_.findings.push_back(std::move(finding));
    }

    const Judged& judged_;
    Report& report_;
    std::string title_;
    std::vector<Judgement> judgements_;
    std::vector<std::string> codes_;
    std::set<std::string> stale_subjects_;
    WallTime newest_{};
};

}  // namespace

std::string title_of(const FeedbackSettings& settings, const Source& source) {
    return source.title.empty() ? settings.name : std::string(source.title);
}

std::vector<Judgement> judgements_of(const FeedbackSettings& settings, const Source& source) {
    auto judgements = source.judgements;
    for (const auto& value : settings.values) {
        if (!value.scale) continue;
        auto scale = std::make_shared<LevelScale>(*value.scale);
        scale->code = "feedback.value";
        judgements.push_back(
            {value.metric, std::move(scale), "See at the service what it thinks of the address, and why."});
    }
    return judgements;
}

void judge(const Judged& judged, Report& report) {
    Judging(judged, report).all();
}

}  // namespace reputed::feedback
