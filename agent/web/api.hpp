#pragma once

#include <string>

#include "agent/snapshot.hpp"
#include "agent/web/query_parameters.hpp"

// The JSON API: GET /api/v1/findings, /senders, /lists and /transitions. Each answers {"NAME":[...],"next":CURSOR}, where
// the cursor is null at the end, else what `after` takes for the next page. Parameters: `limit` (1 to 1000, default 100),
// `after`, and those named below; any other, a repeated or an empty one is an error (400, {"error":"..."}). Fields may be
// added, never renamed. Times are RFC 3339 in UTC.
namespace reputed::api {

struct Answer {
    unsigned status = 200;
    std::string json;
};

// Worst first. severity (the least), code, check, subject, object.
Answer findings(const Snapshot& snapshot, const QueryParameters& parameters);

// By name, with the worst severity of what is open about its addresses, domains and host name.
Answer senders(const Snapshot& snapshot, const QueryParameters& parameters);

// By name: those that are asked, with their health and their targets by state.
Answer lists(const Snapshot& snapshot, const QueryParameters& parameters);

// Latest first, from the store at `path`; 503 where there is none. severity, code, check, subject (an IP or domain, also
// as object), list, sender, since and until (as `reputed history` takes them).
Answer transitions(const std::string& path, const QueryParameters& parameters, WallTime now);

}  // namespace reputed::api
