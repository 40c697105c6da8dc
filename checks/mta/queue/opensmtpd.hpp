#pragma once

#include <string>
#include <vector>

#include "checks/mta/queue/queue.hpp"
#include "checks/mta/queue/spool_walk.hpp"
#include "config/settings.hpp"

// Where an OpenSMTPD keeps its queue, and how to read it.
namespace reputed::mta {

// Where an OpenSMTPD is looked for when the settings say nothing. Tests name their own.
struct OpensmtpdPlaces {
    std::vector<std::string> smtpctl{"/usr/sbin/smtpctl", "/usr/local/sbin/smtpctl"};
    std::vector<std::string> spools{"/var/spool/smtpd", "/var/spool/opensmtpd"};
};

// The settings name it; or the kind is automatic, and both smtpctl and a spool directory are there.
bool opensmtpd_present(const MtaSettings& settings, const OpensmtpdPlaces& places = {});

// Reads queue_directory of the settings (the directory with queue/ in it), else the usual place; asks smtpctl where
// the files there cannot be understood.
QueueResult read_opensmtpd_queue(const MtaSettings& settings, const SpoolLimits& limits,
                                 const OpensmtpdPlaces& places = {});

}  // namespace reputed::mta
