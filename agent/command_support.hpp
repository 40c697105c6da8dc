#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/commands.hpp"
#include "checks/mta/reply/classifier.hpp"
#include "config/settings.hpp"

namespace reputed {

// One line on standard error: "reputed: MESSAGE".
void print_error(std::string_view message);

// ADDRESS, ADDRESS:PORT or [IPV6]:PORT, the port not 0.
bool is_dns_server(std::string_view text);

// The settings that a command works with; nullopt after printing every problem (exit 78). With `senders` false the
// machine is not looked at: the command brings its own subjects.
std::optional<Settings> command_settings(const CommonOptions& common, bool senders);

// The rules on what replies mean, with those of the operator; nullopt after printing every problem (exit 78).
std::optional<mta::Classifier> command_classifier(const Settings& settings);

struct InputLine {
    std::size_t number = 0;  // from 1
    std::string text;

    bool operator==(const InputLine&) const = default;
};

// Non-empty lines of standard input without surrounding blanks and without comments (#), at most 1,000,000 of at most
// 1,024 bytes; nullopt after printing an error.
std::optional<std::vector<InputLine>> read_subject_lines();

// What a command is asked about: one address or a network of at most 65,536, or a domain.
struct NamedSubject {
    std::string text;                  // as it was written
    std::optional<IpNetwork> network;  // nullopt: a domain
    std::string domain;                // lower case, no trailing dot; "" for a network
};

// The arguments in order, each "-" replaced by read_subject_lines(); nullopt after printing what is wrong with the first
// bad one, and on which line it stands.
std::optional<std::vector<NamedSubject>> read_subjects(const std::vector<std::string>& arguments);

}  // namespace reputed
