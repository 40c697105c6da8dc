#include "checks/mta/queue/queue.hpp"

namespace reputed::mta {

QueueFigures QueueReport::queue(std::string_view name) const {
    const auto found = by_queue.find(name);
    return found == by_queue.end() ? QueueFigures{} : found->second;
}

void QueueReport::add_note(const std::string& text) {
    if (!note.empty()) note += "; ";
    note += text;
}

std::string QueueError::sentence() const {
    auto text = "cannot read " + what + ": " + why;
    if (!remedy.empty()) text += "; " + remedy;
    return text;
}

}  // namespace reputed::mta
