#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/severity.hpp"

// What the configuration says about remembering and telling: [alerts], [[severity]], [[mute]], [store], [[notifier]].
namespace reputed {

struct AlertSettings {  // [alerts]
    int confirm = 2;    // runs in a row that must see a finding before it opens
    int clear = 2;      // runs in a row that must not see it before it clears
    // How soon a check runs again to confirm what it saw; never later than its interval.
    std::chrono::seconds confirm_after{60};
    // "Could not tell" has to last for so long before it is a finding.
    std::chrono::seconds unknown_after{1800};
    // The opening that makes so many within the window makes the finding a flapping one.
    int flap_count = 3;
    std::chrono::seconds flap_window{86'400};
    std::chrono::seconds calm{21'600};     // a flapping finding clears after so long without being seen
    std::chrono::seconds forget{604'800};  // one about which no run could tell for so long is given up
    bool notify_initial = true;            // tell what the first run of a check finds

    // Believes everything at once: for a single run.
    static AlertSettings immediate();
};

// An empty field matches everything; the first rule that matches counts.
struct SeverityRule {  // [[severity]]
    std::string code;
    std::string subject;
    std::string object;  // the list, for findings about listings
    Severity severity = Severity::info;
};

struct MuteRule {  // [[mute]]
    std::string sender;
    std::string list;  // the finding's object, or its subject where it is about the list itself
    std::string code;
    std::optional<std::chrono::system_clock::time_point> until;  // nothing: for good
    std::string reason;
};

struct StoreSettings {  // [store]
    // "" = reputed.db in $STATE_DIRECTORY or /var/lib/reputed where that can be written to, else in memory only.
    std::string path;
    std::chrono::seconds retention{400LL * 86'400};  // of transitions and daily figures
    int max_size = 256;                              // MiB, 8..65536
};

// A secret and where it comes from. The value is never shown.
struct Secret {
    std::string file;
    std::string environment;
    std::string value;  // as read

    bool is_set() const { return !value.empty(); }
};

enum class NotifierKind : std::uint8_t { alertmanager, webhook, email, sendmail };
std::string_view to_string(NotifierKind kind);

struct QuietHours {
    std::chrono::minutes begin{0};  // since midnight, local time
    std::chrono::minutes end{0};    // smaller than begin: past midnight; equal: never quiet
    bool is_set() const { return begin != end; }
};

struct NotifierSettings {  // [[notifier]]
    std::string name;      // unique
    NotifierKind kind = NotifierKind::webhook;

    // Which transitions it is told.
    Severity min_severity = Severity::unknown;
    std::vector<std::string> senders;  // empty = all
    QuietHours quiet_hours;
    Severity quiet_below = Severity::critical;  // what is less severe waits until the quiet hours end

    // How they are put into messages.
    std::chrono::seconds group_wait{30};  // after the first transition of a message, for others to join it
    int digest_over = 10;                 // more than so many become a digest
    int rate_limit = 30;                  // messages within an hour; past it they become a digest
    std::chrono::seconds timeout{15};     // of one delivery
    std::chrono::seconds give_up{604'800};

    // alertmanager and webhook
    Secret url;                       // the path of a webhook is a secret: only scheme and host may be shown
    Secret token;                     // Authorization: Bearer
    Secret hmac_key;                  // webhook: signs the body
    std::string format = "json";      // webhook: json, slack, discord, teams, ntfy, telegram or template
    std::string template_file;        // format = "template": the body
    std::string template_text;        // as read from there
    std::string chat_id;              // telegram
    std::chrono::seconds resend{60};  // alertmanager: how often open alerts are repeated

    // email and sendmail
    std::string smtp;                   // "smtp://HOST[:PORT]" or "smtps://HOST[:PORT]"
    std::string starttls = "required";  // required or off; smtps is TLS from the start
    std::string username;               // also of alertmanager and webhook: basic authentication
    Secret password;
    std::string from;
    std::vector<std::string> to;
    std::string sendmail = "/usr/sbin/sendmail";

    std::string ca_file;  // "" = the system's
};

}  // namespace reputed
