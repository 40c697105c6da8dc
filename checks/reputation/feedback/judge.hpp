#pragma once

#include <set>
#include <string>
#include <vector>

#include "checks/check.hpp"
#include "checks/reputation/feedback/kept_feedback.hpp"

// What the numbers of a source mean: ratings, and what cannot be told.
namespace reputed::feedback {

// One reading and what is known beside it.
struct Judged {
    const FeedbackSettings& settings;
    const Source& source;
    const KeptFeedback& kept;
    const std::vector<std::string>& subjects;  // ours, each once
    const std::set<std::pair<std::string, std::string>>&
        confirmed;               // subject and metric: this run told of them
    bool all_confirmed = false;  // this run told of everything that there is
    WallTime now;
};

// "Microsoft SNDS", or the name where the source has no title.
std::string title_of(const FeedbackSettings& settings, const Source& source);

// How the metrics are judged: by the source, or as configured.
std::vector<Judgement> judgements_of(const FeedbackSettings& settings, const Source& source);

// Of each subject and code one rating, of the metric that is worst; a hold where nothing is known that is new enough,
// or where this run did not tell. Beside them feedback.stale.
void judge(const Judged& judged, Report& report);

}  // namespace reputed::feedback
