#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"

// Where the logs of the MTAs are.
namespace reputed::mta {

struct LogPlace {
    std::string mta;   // "postfix"
    std::string path;  // of a file; "journal"
};

// As [mta] says, or where the MTAs that are found usually write. Several MTAs may share one file.
std::vector<LogPlace> log_places(const MtaSettings& settings);

// Of a name such as "postfix"; none when it is not known.
MtaKind mta_kind(std::string_view mta);

// The MTAs among them, each once.
std::vector<std::string> logged_mtas(const MtaSettings& settings);

}  // namespace reputed::mta
