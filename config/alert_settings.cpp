#include "config/alert_settings.hpp"

namespace reputed {

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
