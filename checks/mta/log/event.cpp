#include "checks/mta/log/event.hpp"

namespace reputed::mta {

std::string_view to_string(DeliveryStatus status) {
    switch (status) {
        case DeliveryStatus::sent:
            return "sent";
        case DeliveryStatus::deferred:
            return "deferred";
        case DeliveryStatus::bounced:
            return "bounced";
        case DeliveryStatus::expired:
            return "expired";
    }
    return "";
}

}  // namespace reputed::mta
