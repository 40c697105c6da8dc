#pragma once

#include <chrono>
#include <ctime>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "checks/mta/queue/queue.hpp"
#include "config/settings.hpp"

// Where a Postfix keeps its queue, and how to read it.
namespace reputed::mta {

class Classifier;

// Where a Postfix is looked for when the settings say nothing. Tests name their own.
struct PostfixPlaces {
    std::vector<std::string> config_directories{"/etc/postfix", "/usr/local/etc/postfix"};
    std::vector<std::string> postconf{"/usr/sbin/postconf", "/usr/local/sbin/postconf", "/usr/bin/postconf"};
    std::string queue_directory = "/var/spool/postfix";
};

struct PostfixInstance {
    std::string queue_directory;
};

// Postfix is there: the settings name it or one of its directories, or the kind is automatic and a main.cf
// and postconf exist. Only looks at files; starts nothing.
bool postfix_present(const MtaSettings& settings, const PostfixPlaces& places = {});

// queue_directory of the settings; else what `postconf -c CONFIG_DIRECTORY -h queue_directory` says within 2
// s, which is remembered until main.cf changes; else the default. An error when the configuration directory
// was set but postconf gives no answer for it: the default is then another instance's queue.
std::variant<PostfixInstance, QueueError> locate_postfix(const MtaSettings& settings,
                                                         const PostfixPlaces& places = {});

struct PostfixLimits {
    std::chrono::milliseconds showq_deadline{30'000};
    // From this many files on the tree alone is read: showq opens every file, at twenty times the cost of a
    // stat.
    std::uint64_t showq_messages = 5000;
    std::stop_token stop;
    std::time_t now = 0;  // wall clock
    const Classifier* classifier = nullptr;
};

// Reads the tree where it is readable, for the depth and for corrupt, which only it shows; asks showq for the
// rest (recipients, exact sizes and arrivals, reasons) unless the queue is long. One of the two suffices.
QueueResult read_postfix_queue(const PostfixInstance& instance, const PostfixLimits& limits);

}  // namespace reputed::mta
