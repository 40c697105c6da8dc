#pragma once

#include <string>

namespace reputed {

struct DaemonOptions {
    std::string config_file;  // "" = defaults and discovery
    std::string dns;          // replaces [dns] servers when not empty
};

// `reputed run`: until SIGTERM or SIGINT. SIGHUP reads the configuration again, as a whole or not at all. Returns the
// exit code: 0 after a signal, 78 for a bad configuration, 69 when the web address cannot be bound.
int run_daemon(const DaemonOptions& options);

}  // namespace reputed
