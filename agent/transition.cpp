#include "agent/transition.hpp"

namespace reputed {

std::string_view to_string(TransitionKind kind) {
    switch (kind) {
        case TransitionKind::opened:
            return "opened";
        case TransitionKind::changed:
            return "changed";
        case TransitionKind::cleared:
            return "cleared";
    }
    return "opened";
}

}  // namespace reputed
