#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/alert_settings.hpp"
#include "config/catalogue.hpp"
#include "config/feedback_settings.hpp"
#include "config/ip_address.hpp"
#include "config/problem.hpp"

// The configuration after reading: typed, complete (defaults filled in), free of contradictions.
namespace reputed {

// One sending identity.
struct Sender {
    std::string name;      // unique; defaults to hostname
    std::string hostname;  // the EHLO name; "" when unknown
    std::vector<IpNetwork> networks;
    // Envelope-from domains, lower case, A-labels, no trailing dot. Where the file does not say: the
    // organizational domain of hostname.
    std::vector<std::string> domains;
    std::vector<std::string> selectors;            // DKIM
    std::map<std::string, std::string> dkim_keys;  // selector -> private key file (PEM)
    std::string via;  // the relay whose SPF include is expected; "" = sends directly
    // The day on which its addresses began to send; from then on the volume is held against the plan.
    std::optional<std::chrono::sys_days> warmup;
    std::vector<std::uint64_t>
        warmup_plan;  // messages a day and address, from that day on; {} = the built-in one
    std::optional<std::uint64_t> volume;  // messages a day and address, where no log tells
    bool probed = false;                  // not of the file: its addresses are the targets of a module

    std::vector<IpAddress> addresses() const;  // all of networks, in order, each once
    bool operator==(const Sender&) const = default;
};

struct DnsSettings {
    // "ADDRESS", "ADDRESS:PORT" or "[V6]:PORT"; empty = the system's resolv.conf
    std::vector<std::string> servers;
    std::chrono::milliseconds timeout{2000};  // wait per try
    int tries = 2;                            // per question and server
    int max_in_flight = 4096;                 // 64..16384
};

// Where a list's secret comes from. The value itself is in `Keys`, never here, so that settings can be shown.
struct KeySource {
    std::string zone_suffix;  // serves every keyed list whose name ends in it, e.g. "dq.spamhaus.net"
    std::string file;         // either
    std::string environment;  // or
};

struct DnsblSettings {
    std::chrono::seconds interval{1800};
    std::vector<std::string> include;            // lists switched on beside the default ones
    std::vector<std::string> exclude;            // lists switched off
    std::vector<std::string> only;               // when not empty: exactly these
    std::vector<List> own;                       // [[dnsbl.list]]
    std::string own_toml;                        // the same tables as TOML text, for show_settings
    std::vector<KeySource> keys;                 // [dnsbl.keys]
    std::map<std::string, std::string> secrets;  // zone_suffix -> key, read from the sources; never shown
};

enum class MtaKind : std::uint8_t { automatic, postfix, exim, sendmail, opensmtpd, qmail, none };
std::string_view to_string(MtaKind kind);

struct MtaSettings {
    MtaKind kind = MtaKind::automatic;
    std::string queue_directory;   // Postfix: queue_directory; "" = ask the MTA
    std::string config_directory;  // Postfix: MAIL_CONFIG; "" = the default instance
    std::chrono::seconds interval{60};
    // Where its log is: files; "journal"; "none" = not read. Empty: where this kind of MTA usually writes.
    std::vector<std::string> log;
    std::string bounces;    // rules of the operator's own, before those of bounces.toml; "" = none
    std::string providers;  // providers of the operator's own, before those of providers.toml; "" = none
};

struct IntervalSettings {  // [checks]
    std::chrono::seconds ptr{900};
    std::chrono::seconds spf{900};
    std::chrono::seconds mx{900};
    std::chrono::seconds ehlo{900};
    std::chrono::seconds dkim{3600};
    std::chrono::seconds dmarc{3600};
};

// What an operator of lists, or a service, allows beside or against what the catalogue says. 0 = no limit.
struct BudgetLimit {
    std::string
        owner;  // the operator of lists, by the name that the catalogue has for it, or the name of a [[feedback]]
    std::optional<std::uint64_t> per_day;
    std::optional<double> per_second;
};

struct WebSettings {
    // HOST:PORT, [V6]:PORT; port 0 = any free one; "" = no web server
    std::string listen = "127.0.0.1:15782";
    // How people reach the page, for the link in messages: "https://mail.example.org/reputed/"; "" = no link
    std::string public_url;
    std::string config_file;  // TLS and users, in the format of the exporters' web configuration; "" = none
    bool reload = false;      // POST /-/reload is answered
};

// Exporters under whose names the agent can publish the same as well.
inline constexpr std::string_view alias_names[] = {"dnsbl_exporter", "postfix_exporter"};

struct MetricsSettings {
    std::vector<std::string> aliases;  // of alias_names
};

// What /probe?module=NAME does with the addresses that it is asked for.
struct ModuleSettings {
    std::string name;
    std::vector<std::string> domains;   // lower case, A-labels, no trailing dot
    std::string via;                    // as Sender::via
    std::chrono::seconds keep{86'400};  // an address that is not probed for so long is watched no more
    int most_targets = 10'000;
};

struct LogSettings {
    std::string level = "info";                 // trace, debug, info, warning, error, off
    std::string format = "plain";               // plain or json
    std::map<std::string, std::string> levels;  // per source file without its ending: {"scheduler": "debug"}
};

struct Settings {
    std::vector<Sender> senders;
    DnsSettings dns;
    DnsblSettings dnsbl;
    IntervalSettings checks;
    MtaSettings mta;
    std::vector<FeedbackSettings> feedback;
    std::vector<BudgetLimit> budgets;
    AlertSettings alerts;
    std::vector<SeverityRule> severities;
    std::vector<MuteRule> mutes;
    StoreSettings store;
    std::vector<NotifierSettings> notifiers;
    WebSettings web;
    MetricsSettings metrics;
    std::vector<ModuleSettings> modules;
    LogSettings log;
    std::string file;  // where it was read from; "" = defaults only

    // What is not wrong but has no effect or is left open, one sentence each, for the log and `config check`.
    std::vector<std::string> remarks;
};

struct Sources;  // config/sources.hpp

// Reads a file, or only fills in the defaults when `path` is empty. Every problem is reported, not the first;
// the settings are to be used only when `problems` stays empty. Senders that the file does not name are
// discovered from this machine (config/machine.hpp).
Settings load_settings(const std::string& path, Problems& problems);

// The same from text, for standard input. `file` is the name that problems carry; key files with a relative
// path are looked for in its folder.
Settings parse_settings(std::string_view toml, std::string_view file, Problems& problems);

// The same with every look outside the text (key files, environment, this machine) going through `sources`.
Settings parse_settings(std::string_view toml, std::string_view file, const Sources& sources,
                        Problems& problems);

// The effective values as TOML, secrets left out.
std::string show_settings(const Settings& settings);

// The documented sample: every key with its help and default, from the same table that reads them.
std::string sample_settings();

// A first configuration for this machine: what discovery found, each line with its reason as a comment.
std::string initial_settings();

// The lists that this configuration asks, in catalogue order: alive, no key needed or key present, not a
// subset of another active one, plus include, minus exclude, plus own. `skipped` says of each other list why
// not.
struct ActiveLists {
    struct Skipped {
        std::string name;
        // "needs a key: [dnsbl.keys] \"dq.spamhaus.net\"", "contained in zen.spamhaus.org", ...
        std::string reason;
    };
    std::vector<List> lists;  // zone with the key filled in
    std::vector<Skipped> skipped;
};
ActiveLists active_lists(const DnsblSettings& settings, const Catalogue& catalogue);
// The same over lists that are not in a catalogue.
ActiveLists active_lists(const DnsblSettings& settings, const std::vector<List>& known);

}  // namespace reputed
