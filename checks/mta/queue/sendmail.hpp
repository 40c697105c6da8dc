#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/mta/queue/sendmail_spool.hpp"
#include "config/settings.hpp"

// Where a Sendmail keeps its queues.
namespace reputed::mta {

// Where a Sendmail is looked for when the settings say nothing. Tests name their own.
struct SendmailPlaces {
    // Programs that are nobody else's. /usr/sbin/sendmail every MTA has: it is Sendmail's when it reads sendmail.cf.
    std::vector<std::string> programs{"/usr/libexec/sendmail/sendmail", "/usr/lib/sm.bin/sendmail",
                                      "/usr/sbin/sendmail.sendmail"};
    std::string shared_program = "/usr/sbin/sendmail";
    std::vector<std::string> configurations{"/etc/mail/sendmail.cf", "/etc/mail/submit.cf"};
    std::vector<SendmailQueueDirectory> directories{{"mqueue", "/var/spool/mqueue"},
                                                    {"clientmqueue", "/var/spool/clientmqueue"},
                                                    {"clientmqueue", "/var/spool/mqueue-client"}};
};

// The settings name it; or the kind is automatic, and both its program and a queue directory are there. Starts
// nothing.
bool sendmail_present(const MtaSettings& settings, const SendmailPlaces& places = {});

// queue_directory of the settings; else those that sendmail.cf and submit.cf name; else the usual ones.
std::vector<SendmailQueueDirectory> locate_sendmail_queues(const MtaSettings& settings,
                                                           const SendmailPlaces& places = {});

// "O QueueDirectory=PATH" of a sendmail.cf: the last one, "" where there is none. A "*" at its end stands for every
// directory whose name begins so.
std::string parse_queue_directory_option(std::string_view configuration);

}  // namespace reputed::mta
