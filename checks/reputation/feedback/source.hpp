#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "checks/net/http.hpp"
#include "config/feedback_settings.hpp"
#include "config/ip_address.hpp"

// A service that tells what it thinks of us. A source asks it and reads its answer into numbers; what they mean for the
// operator is judged behind it, the same way for all.
namespace reputed::feedback {

using WallTime = std::chrono::system_clock::time_point;

// One number that the service tells.
struct Point {
    std::string subject;  // one of our addresses or domains; the source's name where it speaks of neither
    std::string metric;   // one of a closed set a source: "complaint_ratio"
    double value = 0;     // finite; ratios 0 to 1
    WallTime
        time;  // what the data is of: for the figures of a day its begin, UTC unless the service says other
    std::string detail{};  // what it said in words, foreign text of at most 300 bytes; "" = nothing more
};

// Why a source could not be read.
enum class Fault : std::uint8_t {
    none,
    unreachable,  // no complete answer, or the server failed
    refused,      // key, token or rights are not good: the operator has to act
    quota,        // too many questions
    malformed,    // an answer that is not what the service documents
};

struct Reading {
    std::vector<Point> points;
    Fault fault = Fault::none;  // what was read before it counts all the same
    std::string message;        // of the fault: a sentence without a stop, origin of the URL only, no secret
    std::optional<std::chrono::seconds> retry_after;
    std::string link;    // where the operator mends it
    std::string memory;  // to be given to the next reading: ETags and what belongs to them; never a secret
};

// What a source may use.
struct Context {
    const FeedbackSettings& settings;
    std::vector<IpAddress> addresses;  // ours, each once
    std::vector<std::string> domains;  // ours, each once
    WallTime now;
    std::stop_token stop;
    // Sends a request: limits, certificates and counting are taken care of.
    std::function<http::Response(http::Request&&)> fetch;
    std::string memory;  // of the reading before; any bytes
};

// How one metric of a source is judged.
struct Judgement {
    std::string_view metric;
    std::shared_ptr<const LevelScale> scale;
    std::string_view remedy;
};

struct Source {
    FeedbackSettings::Kind kind;
    std::string_view title;  // "Microsoft SNDS"
    // Data that is older than this is not judged any more.
    std::chrono::hours fresh_for;
    Reading (*read)(const Context& context);
    std::vector<Judgement> judgements;
};

// The visible table: checks/reputation/feedback/sources.cpp.
const Source& source_of(FeedbackSettings::Kind kind);

}  // namespace reputed::feedback
