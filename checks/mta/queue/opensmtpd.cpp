#include "checks/mta/queue/opensmtpd.hpp"

#include "checks/mta/queue/opensmtpd_spool.hpp"
#include "checks/mta/queue/places.hpp"
#include "checks/mta/queue/smtpctl_queue.hpp"
#include "config/run_command.hpp"

namespace reputed::mta {
namespace {

constexpr CommandLimits smtpctl_limits{std::chrono::milliseconds(10'000), std::size_t{16} << 20};

}  // namespace

bool opensmtpd_present(const MtaSettings& settings, const OpensmtpdPlaces& places) {
    if (settings.kind != MtaKind::automatic) return settings.kind == MtaKind::opensmtpd;
    return !first_program(places.smtpctl).empty() && !first_directory(places.spools).empty();
}

QueueResult read_opensmtpd_queue(const MtaSettings& settings, const SpoolLimits& limits,
                                 const OpensmtpdPlaces& places) {
    if (!settings.queue_directory.empty()) return read_opensmtpd_spool(settings.queue_directory, limits);
    const auto spool = first_directory(places.spools);
    auto tree = read_opensmtpd_spool(spool.empty() ? places.spools.front() : spool, limits);
    const auto smtpctl = first_program(places.smtpctl);
    if (std::holds_alternative<QueueReport>(tree) || smtpctl.empty()) return tree;
    const auto listing = run_command({smtpctl, "show", "queue"}, smtpctl_limits);
    if (!listing) return tree;
    Listing<SmtpctlParser> parser{SmtpctlParser(limits.context())};
    parser.feed(*listing);
    auto result = parser.finish("smtpctl show queue");
    // An empty answer is an empty queue: the program said that it succeeded.
    if (auto* report = std::get_if<QueueReport>(&result); report != nullptr && listing->empty())
        report->note.clear();
    return result;
}

}  // namespace reputed::mta
