#include "checks/mta/queue/mta_traits.hpp"

#include <array>

namespace reputed::mta {
namespace {

constexpr std::chrono::seconds day{86'400};

constexpr std::array<MtaTraits, 5> table = {{
    {.mta = "postfix",
     .waiting = "deferred",
     .under_way = false,
     .handed_in = "maildrop",
     .damaged = "corrupt",
     .freezes = false,
     .lifetime = 5 * day,
     .handed_in_remedy =
         "See whether Postfix runs (postfix status) and whether its log speaks of pickup or cleanup.",
     .damaged_remedy = "See the log for the reason (a full or failing disk), look at each file in the queue "
                       "directory's corrupt/ with postcat, then move it to maildrop/ or delete it.",
     .frozen_remedy = "",
     .old_remedy = "Postfix returns mail after maximal_queue_lifetime, 5 days by default: see whether the "
                   "queue manager runs."},
    {.mta = "exim",
     .waiting = "input",
     .under_way = true,
     .handed_in = "",
     .damaged = "",
     .freezes = true,
     .lifetime = 4 * day,
     .handed_in_remedy = "",
     .damaged_remedy = "",
     .frozen_remedy =
         "See why with exim -Mvl ID; most often it is a bounce that nobody takes. Release with exim -Mt ID, "
         "delete with exim -Mrm ID; timeout_frozen_after and ignore_bounce_errors_after do it by "
         "themselves.",
     .old_remedy =
         "Exim gives mail up by its retry rules, after 4 days by default: see whether queue runners start "
         "(exiwhat) and what exim -Mvl ID says."},
    {.mta = "sendmail",
     .waiting = "mqueue",
     .under_way = true,
     .handed_in = "clientmqueue",
     .damaged = "lost",
     .freezes = true,
     .lifetime = 5 * day,
     .handed_in_remedy =
         "The submission queue is emptied by sendmail -Ac -q30m: see whether it runs, and whether the "
         "server answers on port 25 of localhost.",
     .damaged_remedy =
         "Sendmail set control files aside that it could not read (Qf): see them with mailq -qL, then mend "
         "or delete each.",
     .frozen_remedy = "See them with mailq -qQ; release with sendmail -qQ -Q -qIID, or delete the files.",
     .old_remedy =
         "Sendmail returns mail after Timeout.queuereturn, 5 days by default: see whether queue runners "
         "start."},
    {.mta = "opensmtpd",
     .waiting = "mta",
     .under_way = true,
     .handed_in = "offline",
     .damaged = "corrupt",
     .freezes = true,
     .lifetime = 4 * day,
     .handed_in_remedy =
         "It was handed in while smtpd did not run, which takes it in when it starts: see whether it "
         "runs (smtpctl show status).",
     .damaged_remedy =
         "See the log for the reason (a full or failing disk), then delete what lies in corrupt/ of the "
         "spool directory.",
     .frozen_remedy = "Somebody suspended them: smtpctl resume envelope ID, or smtpctl remove ID.",
     .old_remedy =
         "OpenSMTPD gives mail up after 4 days unless bounce or ttl say otherwise: see whether it is paused "
         "(smtpctl show status)."},
    {.mta = "qmail",
     .waiting = "remote",
     .under_way = true,
     .handed_in = "todo",
     .damaged = "",
     .freezes = false,
     .lifetime = 7 * day,
     .handed_in_remedy = "See whether qmail-send runs: it preprocesses what lies in todo/.",
     .damaged_remedy = "",
     .frozen_remedy = "",
     .old_remedy =
         "qmail returns mail after control/queuelifetime, 7 days by default: see whether qmail-send runs."},
}};

}  // namespace

const MtaTraits& mta_traits(std::string_view mta) {
    for (const auto& traits : table)
        if (traits.mta == mta) return traits;
    return table.front();
}

}  // namespace reputed::mta
