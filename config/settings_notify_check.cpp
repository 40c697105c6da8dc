#include "config/notifier_kind.hpp"
#include "config/service_url.hpp"
#include "config/settings_keys.hpp"
#include "config/text.hpp"

// What one key of a [[notifier]] cannot see: which keys its kind needs and which it has no use for, what contradicts
// what, and notifiers among each other.
namespace reputed::schema {

namespace {

constexpr std::size_t most_notifiers = 50;
constexpr std::size_t most_recipients = 50;

// Keys that the kind has no use for: nobody is to believe that they do something.
void refuse_strangers(const toml::table& table, const NotifierSettings& settings, Reader& reader) {
    struct Use {
        std::string_view key;
        bool (*fits)(const NotifierSettings&);
        std::string_view of;
    };
    constexpr Use uses[] = {
        {"url", has_http, "alertmanager and webhook"},
        {"token", has_http, "alertmanager and webhook"},
        {"format", is_webhook, "webhook"},
        {"hmac_key", is_webhook, "webhook"},
        {"template_file", is_template, "webhook with format = \"template\""},
        {"chat_id", is_telegram, "webhook with format = \"telegram\""},
        {"resend", [](const NotifierSettings& one) { return one.kind == NotifierKind::alertmanager; },
         "alertmanager"},
        {"smtp", is_email, "email"},
        {"starttls", is_email, "email"},
        {"username", is_remote, "alertmanager, webhook and email"},
        {"password", is_remote, "alertmanager, webhook and email"},
        {"from", has_mail, "email and sendmail"},
        {"to", has_mail, "email and sendmail"},
        {"sendmail", is_sendmail, "sendmail"},
        {"ca_file", is_remote, "alertmanager, webhook and email"},
    };
    for (const auto& use : uses)
        if (const auto found = table.find(use.key); found != table.end() && !use.fits(settings))
            reader.problem(found->first.source(), in_quotes(use.key) + " is a key of the kind " +
                                                      std::string(use.of) + ", not of this one");
}

void require(const toml::table& table, const std::vector<std::string_view>& keys, Reader& reader) {
    for (const auto key : keys)
        if (!table.contains(key)) reader.problem(table.source(), "[[notifier]] needs a " + in_quotes(key));
}

void require_all(const toml::table& table, const NotifierSettings& settings, Reader& reader) {
    require(table, {"name", "kind"}, reader);
    if (!table.contains("kind")) return;
    if (has_http(settings)) require(table, {"url"}, reader);
    if (is_template(settings)) require(table, {"template_file"}, reader);
    if (is_telegram(settings)) require(table, {"chat_id"}, reader);
    if (is_email(settings)) require(table, {"smtp"}, reader);
    if (has_mail(settings)) require(table, {"from", "to"}, reader);
    if (has_mail(settings) && table.contains("to") &&
        (settings.to.empty() || settings.to.size() > most_recipients))
        reader.problem(table.find("to")->first.source(), R"("to" needs 1 to 50 addresses)");
}

// What one key cannot see.
void check_together(const toml::table& table, const NotifierSettings& settings, Reader& reader) {
    if (table.contains("username") != table.contains("password"))
        reader.problem(table.source(), R"("username" and "password" go together)");
    if (table.contains("username") && table.contains("token"))
        reader.problem(table.source(), R"("username" and "token" are two ways to log in: keep one)");
    if (!is_email(settings) || settings.smtp.empty()) return;
    const auto server = ServiceUrl::parse(settings.smtp, {"smtp", "smtps"});
    if (!server) return;
    if (server->scheme == "smtps" && table.contains("starttls"))
        reader.problem(table.find("starttls")->first.source(),
                       R"("starttls" is for smtp://; with smtps:// everything is TLS from the start)");
    if (server->scheme == "smtp" && settings.starttls == "off" && table.contains("password") &&
        !server->is_loopback())
        reader.problem(
            table.find("starttls")->first.source(),
            R"(without STARTTLS the password would cross the network for all to read: write "required")");
}

}  // namespace

void read_notifiers(const toml::node& node, std::vector<NotifierSettings>& notifiers, Reader& reader) {
    const auto* tables = node.as_array();
    if (node.is_table())
        return reader.problem(node.source(),
                              "there may be several notifiers: write [[notifier]], not [notifier]");
    if (!tables) return reader.wrong_type(node, "notifier", "a list of tables, written [[notifier]]");
    if (tables->size() > most_notifiers) return reader.problem(node.source(), "more than 50 notifiers");
    for (const auto& item : *tables) {
        const auto* table = item.as_table();
        if (!table) {
            reader.wrong_type(item, "notifier", "a list of tables, written [[notifier]]");
            continue;
        }
        NotifierSettings settings;
        read_table(*table, "[[notifier]]", notifier_keys(), settings, reader);
        require_all(*table, settings, reader);
        if (table->contains("kind")) refuse_strangers(*table, settings, reader);
        check_together(*table, settings, reader);
        for (const auto& other : notifiers)
            if (!settings.name.empty() && other.name == settings.name)
                reader.problem(table->source(), "two notifiers are called " + in_quotes(settings.name) +
                                                    ": give each a name of its own");
        notifiers.push_back(std::move(settings));
    }
}

void remark_notifiers(const Settings& settings, std::vector<std::string>& remarks) {
    for (const auto& notifier : settings.notifiers) {
        const std::string name = "notifier " + in_quotes(notifier.name) + ": ";
        for (const auto& sender : notifier.senders) {
            bool known = false;
            for (const auto& one : settings.senders)
                known = known || one.name == sender;
            if (!known) remarks.push_back(name + "no sender is called " + in_quotes(sender));
        }
        const auto server = ServiceUrl::parse(notifier.smtp, {"smtp", "smtps"});
        if (is_sendmail(notifier) || (is_email(notifier) && server && server->is_loopback()))
            remarks.push_back(
                name +
                "its mail leaves through this machine's own MTA: an address that is blocked should not be "
                "its own messenger, so have a second notifier that takes another way");
        const auto url = ServiceUrl::parse(notifier.url.value, {"http"});
        if (has_http(notifier) && url && !url->is_loopback() &&
            (notifier.token.is_set() || notifier.password.is_set()))
            remarks.push_back(name + "its login crosses the network for all to read: use https");
    }
}

}  // namespace reputed::schema
