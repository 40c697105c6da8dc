#include <algorithm>
#include <set>

#include "config/settings_keys.hpp"

namespace reputed::schema {

// No table can have every key, since each kind has its own: one example a kind, each key explained where it comes
// first.
std::string sample_notifiers() {
    struct Shown {
        std::string_view key;
        std::string_view example = {};
    };
    const std::vector<std::vector<Shown>> examples = {
        {{"name"},
         {"kind"},
         {"min_severity"},
         {"senders"},
         {"quiet_hours"},
         {"quiet_below"},
         {"group_wait"},
         {"digest_over"},
         {"rate_limit"},
         {"timeout"},
         {"give_up"},
         {"url"},
         {"format"},
         {"token"},
         {"hmac_key"},
         {"ca_file"}},
        {{"name", R"("alertmanager")"},
         {"kind", R"("alertmanager")"},
         {"url", R"("http://127.0.0.1:9093")"},
         {"username"},
         {"password"},
         {"resend"}},
        {{"name", R"("telegram")"},
         {"kind", R"("webhook")"},
         {"format", R"("telegram")"},
         {"url", R"({ env = "OPS_URL" })"},
         {"chat_id"}},
        {{"name", R"("own")"},
         {"kind", R"("webhook")"},
         {"format", R"("template")"},
         {"template_file"},
         {"url", R"({ env = "OPS_URL" })"}},
        {{"name", R"("mail")"},
         {"kind", R"("email")"},
         {"smtp"},
         {"starttls"},
         {"username"},
         {"password"},
         {"from"},
         {"to"}},
        {{"name", R"("local")"}, {"kind", R"("sendmail")"}, {"sendmail"}, {"from"}, {"to"}},
    };
    const auto rows = notifier_keys();
    std::string out;
    std::set<std::string_view> explained;
    for (const auto& example : examples) {
        std::vector<Key<NotifierSettings>> keys;
        for (const auto& shown : example) {
            auto key = *std::find_if(rows.begin(), rows.end(),
                                     [&](const auto& row) { return row.name == shown.key; });
            if (!shown.example.empty()) key.example = shown.example;
            if (!explained.insert(key.name).second) key.help = {};
            keys.push_back(key);
        }
        out += sample_table<NotifierSettings>(
            "#[[notifier]]",
            out.empty() ? "Who is told when something opens, changes or clears; there may "
                          "be several, without any nobody is.\n"
                          "`reputed notify test` sends each a test message."
                        : "",
            keys, NotifierSettings{});
    }
    return out;
}

}  // namespace reputed::schema
