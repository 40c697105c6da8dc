#pragma once

#include <chrono>
#include <stop_token>
#include <string>
#include <vector>

namespace reputed::smtp {

// A message and the server that takes it on (RFC 6409).
struct Submission {
    std::string server;    // "smtp://HOST[:PORT]", or "smtps://HOST[:PORT]": TLS from the start
    bool starttls = true;  // of smtp: required; otherwise not used
    std::string ehlo;      // the name that this machine gives itself
    std::string username;  // AUTH when not ""
    std::string password;
    std::string from;             // bare addresses, "ops@example.org"
    std::vector<std::string> to;  // at least one
    std::string message;          // RFC 5322, lines end in CRLF
    std::chrono::milliseconds timeout{15'000};
    std::string ca_file;  // PEM; "" = the system's
};

// "" when the server took the message for every recipient; otherwise one sentence without secrets:
// "smtp://mail.example.org answered 550 5.7.1 Relaying denied". Blocks for at most the timeout, and
// as long again where a server refuses and then does not answer QUIT; ends at once when stop is requested.
std::string submit(const Submission& submission, const std::stop_token& stop);

}  // namespace reputed::smtp
