#pragma once

#include <span>
#include <vector>

#include "checks/auth/spf.hpp"

namespace reputed::spf {

// check_host() for many messages on the caller's own thread: what they have to ask is asked together, so that none waits
// for another. The evaluations share no answers, only the
// work of parsing records of the same text. results[i] belongs to queries[i].
std::vector<Evaluation> check_hosts(std::span<const Query> queries, Resolver& resolver,
                                    const Options& options = {});

}  // namespace reputed::spf
