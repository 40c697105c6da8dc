#include "checks/mta/queue/qmail.hpp"

#include "checks/mta/queue/places.hpp"

namespace reputed::mta {

bool qmail_present(const MtaSettings& settings, const QmailPlaces& places) {
    if (settings.kind != MtaKind::automatic) return settings.kind == MtaKind::qmail;
    return !first_program(places.programs).empty() && !first_directory(places.queues).empty();
}

std::string locate_qmail_queue(const MtaSettings& settings, const QmailPlaces& places) {
    if (!settings.queue_directory.empty()) return settings.queue_directory;
    const auto found = first_directory(places.queues);
    return found.empty() ? places.queues.front() : found;
}

}  // namespace reputed::mta
