#include <algorithm>
#include <stdexcept>
#include <string>

#include "checks/reputation/feedback/abuseipdb.hpp"
#include "checks/reputation/feedback/json_source.hpp"
#include "checks/reputation/feedback/postmaster.hpp"
#include "checks/reputation/feedback/snds.hpp"
#include "checks/reputation/feedback/source.hpp"

namespace reputed::feedback {

const Source& source_of(FeedbackSettings::Kind kind) {
    using Kind = FeedbackSettings::Kind;
    using std::chrono::hours;
    static const Source sources[] = {
        // clang-format off: one line a source
        {Kind::snds, "Microsoft SNDS", hours(96), read_snds, snds_judgements()},
        {Kind::postmaster, "Google Postmaster Tools", hours(192), read_postmaster, postmaster_judgements()},
        {Kind::abuseipdb, "AbuseIPDB", hours(168), read_abuseipdb, abuseipdb_judgements()},
        {Kind::json, "", hours(72), read_json, {}},  // judged as configured
        // clang-format on
    };
    const auto* found = std::find_if(std::begin(sources), std::end(sources),
                                     [&](const Source& source) { return source.kind == kind; });
    if (found == std::end(sources))
        throw std::logic_error("no source of feedback is of the kind " + std::string(to_string(kind)));
    return *found;
}

}  // namespace reputed::feedback
