#include "config/alert_settings.hpp"

namespace reputed {

AlertSettings AlertSettings::immediate() {
    AlertSettings settings;
    settings.confirm = 1;
    settings.clear = 1;
    settings.unknown_after = std::chrono::seconds(0);
    settings.flap_count = 1'000'000;
    return settings;
}

std::string_view to_string(NotifierKind kind) {
    switch (kind) {
        case NotifierKind::alertmanager:
            return "alertmanager";
        case NotifierKind::webhook:
            return "webhook";
        case NotifierKind::email:
            return "email";
        case NotifierKind::sendmail:
            return "sendmail";
    }
    return "webhook";
}

}  // namespace reputed
