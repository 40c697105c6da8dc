#pragma once

#include <ctime>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "checks/mta/queue/queue.hpp"
#include "config/settings.hpp"

// One way into every MTA's queue. The table in the source has one line an MTA.
namespace reputed::mta {

class Classifier;

struct QueueQuery {
    std::string mta;   // "postfix", ...; "" or "auto" = as the settings say, or what is found
    std::string path;  // read this queue directory; "" = the MTA's own
    std::string file;  // read this saved output of the MTA's listing command; "-" = standard input; "" = none
    std::time_t now = 0;  // wall clock
    std::stop_token stop;
    const Classifier* classifier = nullptr;  // null: QueueReport::waiting is not told
};

// The MTAs that these settings name or that are found on this machine, by their `mta` name. Cheap: looks at
// files.
std::vector<std::string> present_mtas(const MtaSettings& settings);

// Whose file or directory it is, where the query does not say: the settings' MTA, else what the file or directory
// looks like. Without either, of several MTAs on the machine the first that has mail; the others are told in
// QueueReport::others.
QueueResult read_queue(const MtaSettings& settings, const QueueQuery& query);

// The names that QueueQuery::mta takes.
std::vector<std::string_view> known_mtas();

// The queues that this MTA always has, in the order in which mail passes through; empty for an unknown one.
std::span<const std::string_view> queue_names(std::string_view mta);

// Whose queue directory it looks like, by what is in it: "postfix", ...; "" where it is nobody's.
std::string_view directory_mta(const std::string& path);

}  // namespace reputed::mta
