#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What each command does, apart from reading its arguments. Results go to standard output, errors to standard error
// in one line; every function returns the exit code (agent/exit_codes.hpp).
namespace reputed {

namespace manual {
struct Command;
}

enum class Format { table, json, csv, nagios };

struct CommonOptions {
    std::string config;  // "" = /etc/reputed/reputed.toml where it exists, else defaults
    std::string dns;     // replaces the configured servers; with it and no config no file is read
    Format format = Format::table;
};

struct CheckOptions {
    std::vector<std::string> subjects;  // none: the configured senders; "-": more of them from standard input
    bool findings = false;              // show all of them, however many domains there are
};
int check_command(const CommonOptions& common, const CheckOptions& options);

// `-` among the subjects reads more of them from standard input, one a line.
int dnsbl_command(const CommonOptions& common, const std::vector<std::string>& subjects,
                  std::vector<std::string> lists);

// What the lists say about the networks around addresses.
int neighbours_command(const CommonOptions& common, const std::vector<std::string>& addresses,
                       std::vector<std::string> lists);

int lists_command(const CommonOptions& common, bool verify);

struct SpfOptions {
    std::string ip;
    std::string from;
    std::string helo;
    bool batch = false;  // JSON lines from standard input
};
int spf_command(const CommonOptions& common, const SpfOptions& options);

struct RecordOptions {
    std::string kind;                 // dkim, dmarc, spf, mta-sts, tls-rpt or bimi
    std::optional<std::string> text;  // "-": standard input
    bool batch = false;               // JSON lines from standard input
};
int record_command(const CommonOptions& common, const RecordOptions& options);

struct QueueOptions {
    std::string mta;
    std::string path;
    std::string input;
};
int queue_command(const CommonOptions& common, const QueueOptions& options);

struct ClassifyOptions {
    std::string provider;  // of every reply; "" = by relay, domain, or what the reply says
    std::string relay;     // host that gave every reply, where a line does not say
    std::string domain;    // of the recipient, likewise
};
// Replies from standard input, one a line; answers line by line.
int classify_command(const CommonOptions& common, const ClassifyOptions& options);

struct LogOptions {
    std::string mta;                 // "" or "auto" = found out from the lines
    std::vector<std::string> files;  // plain or compressed; "-": standard input
    bool events = false;             // one JSON object an attempt instead of a report
    std::string since;               // a duration ago, or a date; "" = from the beginning
    std::string until;
};
int log_command(const CommonOptions& common, const LogOptions& options);

// "": every code; else a code, or the family before its dot.
int explain_command(const CommonOptions& common, const std::string& text);

// What "" or false matches: everything.
struct HistoryOptions {
    std::string store;  // the file; "" = as the configuration says
    std::string since;  // a duration ago, or a date
    std::string until;
    std::string ip;
    std::string domain;
    std::string list;
    std::string code;
    std::string check;
    std::string sender;
    std::string severity;  // the least
    bool open = false;
    bool drill = false;
    bool transitions = false;  // one by one, not as episodes
    std::int64_t limit = 1000;
    std::uint64_t before = 0;
};
int history_command(const CommonOptions& common, const HistoryOptions& options);

struct NotifyOptions {
    std::string notifier;  // "" = all
    bool dry_run = false;  // print what would go out
};
// A marked test message through every notifier; exit 1 when one fails.
int notify_test_command(const CommonOptions& common, const NotifyOptions& options);

struct DrillOptions {
    std::string list;
    std::string subject;         // an address or a domain
    std::string timeout = "5m";  // of the opening, and again of the clearing
    bool keep = false;           // leave it until its time is over
};
// A made-up listing through the running agent, and away again; exit 1 when a notifier was not told of both.
int drill_command(const CommonOptions& common, const DrillOptions& options);

int config_check_command(const CommonOptions& common);
int config_show_command(const CommonOptions& common);
int config_init_command(const std::string& output, bool sample);

struct ImportOptions {
    std::vector<std::string> files;  // "-": standard input
    std::string from;                // one of imports::kind_names; "" = found out from the text
    bool resolve = false;            // look the host names up that shall be watched
};
// Settings made of other tools' configurations to standard output; what is not taken to standard error.
int config_import_command(const CommonOptions& common, const ImportOptions& options);

// Prints a document that is made of the tables of commands, keys and codes: "reputed.8", "bash", "findings.md", ...
int docs_command(const manual::Command& root, const std::string& kind);

}  // namespace reputed
