#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/problem.hpp"
#include "config/settings.hpp"
#include "config/web_config.hpp"

namespace reputed::web {

// What TLS sessions are made with, read once.
class TlsIdentity;

// Certificate, key and authorities, read again when their files change: the next connection has the new ones. Files that
// do not fit together leave the old ones in use. Used by one thread.
class Tls {
  public:
    explicit Tls(TlsSettings settings);  // throws std::runtime_error with one line
    ~Tls();

    // Makes a session (gnutls_session_t) a server's by the settings. What it returns must outlive the session.
    std::shared_ptr<void> set_up(void* session);

  private:
    using Time = std::chrono::steady_clock::time_point;
    void look_again(Time now);

    TlsSettings settings_;
    std::shared_ptr<TlsIdentity> identity_;
    std::vector<std::string> state_;  // of the files, as they were when last read
    Time looked_;
};

}  // namespace reputed::web

namespace reputed {

// The file of [web] config_file with its certificates tried out; nothing when none is named.
std::optional<WebConfig> checked_web_config(const WebSettings& settings, Problems& problems);

}  // namespace reputed
