#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/alert_settings.hpp"
#include "config/level_scale.hpp"

// [[feedback]]: a service that tells over HTTP what it thinks of our addresses and domains.
namespace reputed {

// One number in the JSON that a service answers with.
struct FeedbackValue {
    std::string metric;   // label value: "complaint_ratio"
    std::string pointer;  // JSON Pointer (RFC 6901) to a number, a number in a string, or true or false
    double factor = 1;    // what it is multiplied with: 0.01 makes a ratio of percent
    // How it is judged; null: it is only shown.
    std::shared_ptr<const LevelScale> scale;
};

struct FeedbackSettings {
    enum class Kind : std::uint8_t {
        snds,        // Microsoft Smart Network Data Services, automated data access
        postmaster,  // Google Postmaster Tools
        abuseipdb,   // AbuseIPDB v2
        json,        // any other, as configured
    };
    std::string name;  // unique; metric label `source`, object of findings
    Kind kind = Kind::json;
    std::chrono::seconds interval{6 * 3600};
    std::chrono::milliseconds timeout{30'000};  // of one request as a whole
    // snds, postmaster, abuseipdb: "" = the service's own; another one for a proxy of one's own. json: {ip} or {domain}
    // stands for the subject, one request each; with neither there is one request, and the subject is the name.
    Secret url;
    Secret key;                             // snds, abuseipdb: the account's
    Secret client_id;                       // postmaster: OAuth 2.0 client
    Secret client_secret;                   // postmaster
    Secret refresh_token;                   // postmaster (RFC 6749 section 6)
    std::vector<std::string> domains;       // postmaster: {} = those of all senders
    std::map<std::string, Secret> headers;  // json
    std::vector<FeedbackValue> values;      // json
    std::string values_toml;                // the same tables as TOML text, for show_settings
    std::string day_pointer;                // json: to the day of the data; "" = it is of now
    std::string ca_file;                    // PEM; "" = the system's
};
std::string_view to_string(FeedbackSettings::Kind kind);

}  // namespace reputed
