#pragma once

#include <string>
#include <vector>

#include "config/settings.hpp"

// Where a qmail keeps its queue.
namespace reputed::mta {

// Where a qmail is looked for when the settings say nothing. Tests name their own.
struct QmailPlaces {
    std::vector<std::string> programs{"/var/qmail/bin/qmail-send", "/usr/sbin/qmail-send",
                                      "/usr/local/qmail/bin/qmail-send"};
    std::vector<std::string> queues{"/var/qmail/queue", "/var/lib/qmail/queue", "/usr/local/qmail/queue"};
};

// The settings name it; or the kind is automatic, and both qmail-send and a queue are there.
bool qmail_present(const MtaSettings& settings, const QmailPlaces& places = {});

// queue_directory of the settings, else the first usual place that exists, else the first.
std::string locate_qmail_queue(const MtaSettings& settings, const QmailPlaces& places = {});

}  // namespace reputed::mta
