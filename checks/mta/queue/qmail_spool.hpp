#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "checks/mta/queue/queue.hpp"
#include "checks/mta/queue/spool_walk.hpp"

// qmail's queue as files, all of one message under the same number: mess/S/N is the message, todo/[S/]N and
// intd/[S/]N stand beside it until qmail-send has preprocessed it, then info/S/N, and local/S/N and remote/S/N while
// recipients of that kind wait; bounce/[S/]N holds what is going to be returned. S is the number modulo 23.
// Only root and qmail's own users may read it.
namespace reputed::mta {

// The queues are "todo", "intd", "local", "remote" and "bounce"; a message may be in several, the total counts it
// once. The numbers of messages are exact; ages, recipients and sizes come from at most `sample` of them, spread
// evenly. What the receivers said stands in the log only: there are no reasons.
QueueResult read_qmail_spool(const std::string& queue_directory, const SpoolLimits& limits);

// local/N, remote/N or todo/N: records that end in NUL; those that begin with T are recipients who wait.
std::uint64_t count_qmail_recipients(std::string_view file);

}  // namespace reputed::mta
