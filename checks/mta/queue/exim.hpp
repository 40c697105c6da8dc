#pragma once

#include <string>
#include <variant>
#include <vector>

#include "checks/mta/queue/queue.hpp"
#include "config/settings.hpp"

// Where an Exim keeps its queue.
namespace reputed::mta {

// Where an Exim is looked for when the settings say nothing. Tests name their own.
struct EximPlaces {
    std::vector<std::string> programs{"/usr/sbin/exim4", "/usr/sbin/exim", "/usr/local/sbin/exim",
                                      "/usr/exim/bin/exim"};
    std::vector<std::string> spools{"/var/spool/exim4", "/var/spool/exim", "/var/spool/exim5"};
};

// The settings name it; or the kind is automatic, and both a program and a spool directory are there. Starts
// nothing.
bool exim_present(const MtaSettings& settings, const EximPlaces& places = {});

// queue_directory of the settings; else what `exim -bP spool_directory` says, which is remembered for ten minutes;
// else the first usual place that exists.
std::variant<std::string, QueueError> locate_exim_spool(const MtaSettings& settings,
                                                        const EximPlaces& places = {});

}  // namespace reputed::mta
