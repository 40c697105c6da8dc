#include "config/feedback_settings.hpp"

// [[feedback]]: which services are asked what they think of us.
namespace reputed {

std::string_view to_string(FeedbackSettings::Kind kind) {
    switch (kind) {
        case FeedbackSettings::Kind::snds:
            return "snds";
        case FeedbackSettings::Kind::postmaster:
            return "postmaster";
        case FeedbackSettings::Kind::abuseipdb:
            return "abuseipdb";
        case FeedbackSettings::Kind::json:
            break;
    }
    return "json";
}

}  // namespace reputed
