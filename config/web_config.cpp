#include "config/web_config.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "config/file_text.hpp"
#include "config/text.hpp"
#include "config/tls_choice.hpp"
#include "config/web_config_reader.hpp"

namespace reputed {

namespace {

using web_config::Reader;
using web_config::Row;

constexpr int dearest_hash = 16;
constexpr std::size_t longest_header = 4096;
constexpr std::size_t longest_file = std::size_t{256} * 1024;

struct TlsKeys {
    TlsSettings settings;
    TlsChoice choice;
    const YamlNode* client_auth_type = nullptr;
    const YamlNode* client_ca = nullptr;
    const YamlNode* allowed_sans = nullptr;
    bool any = false;
};

void read_version(Reader& reader, const YamlNode& node, TlsVersion& version) {
    static const std::vector<std::string_view> names = {"TLS10", "TLS11", "TLS12", "TLS13"};
    if (const auto index = reader.one_of(node, "TLS version", names))
        version = static_cast<TlsVersion>(*index);
}

void read_client_auth(Reader& reader, const YamlNode& node, TlsKeys& tls) {
    static const std::vector<std::string_view> names = {
        "NoClientCert",
        "RequestClientCert",
        "RequireAnyClientCert",
        "VerifyClientCertIfGiven",
        "RequireAndVerifyClientCert",
        "RequireClientCert"};  // what RequireAnyClientCert was called before
    const auto index = reader.one_of(node, "client_auth_type", names);
    if (!index) return;
    tls.settings.client = *index == 5 ? ClientCertificate::any : static_cast<ClientCertificate>(*index);
    tls.client_auth_type = &node;
}

void read_names(Reader& reader, const YamlNode& node, std::string_view what,
                const std::vector<std::string_view>& known, std::vector<std::string>& names) {
    for (const auto* item : reader.list(node))
        if (reader.one_of(*item, what, known)) names.push_back(item->text);
}

// What is weak, and was asked for.
void remark_tls(const TlsKeys& tls, const std::string& file, std::vector<std::string>& remarks) {
    if (tls.choice.least < TlsVersion::tls12)
        remarks.push_back(
            file + ": min_version lets in TLS older than 1.2, which can be broken: TLS12 is the default");
    const auto client = tls.settings.client;
    if (client == ClientCertificate::any)
        remarks.push_back(file +
                          ": RequireAnyClientCert lets in every certificate, self-made ones, too: "
                          "RequireAndVerifyClientCert looks who signed it");
    if (client == ClientCertificate::requested || client == ClientCertificate::verified_if_given)
        remarks.push_back(
            file +
            ": client_auth_type lets in clients without a certificate: RequireAndVerifyClientCert "
            "does not");
}

std::string client_fault(const TlsKeys& tls) {
    const auto client = tls.settings.client;
    const bool verifies =
        client == ClientCertificate::verified || client == ClientCertificate::verified_if_given;
    if (verifies && !tls.settings.client_ca.given())
        return "needs client_ca_file: the authority whose certificates are let in";
    return "";
}

void check_tls(Reader& reader, const YamlNode& node, TlsKeys& tls) {
    const auto& settings = tls.settings;
    if (!settings.certificate.given() || !settings.key.given())
        reader.problem(node, "tls_server_config needs cert_file and key_file");
    for (const auto& [source, name] : {std::pair(&settings.certificate, "cert"),
                                       {&settings.key, "key"},
                                       {&settings.client_ca, "client_ca"}})
        if (!source->text.empty() && !source->file.empty())
            reader.problem(node, std::string(name) + " and " + name + "_file are both there: leave one out");
    if (tls.client_auth_type != nullptr)
        if (const auto fault = client_fault(tls); !fault.empty())
            reader.problem(*tls.client_auth_type, in_quotes(tls.client_auth_type->text) + " " + fault);
    if (settings.client_ca.given() && settings.client == ClientCertificate::none)
        reader.problem(
            tls.client_ca != nullptr ? *tls.client_ca : node,
            "an authority for certificates of clients, and client_auth_type asks for none: set it to "
            "RequireAndVerifyClientCert");
    if (tls.allowed_sans != nullptr && settings.client != ClientCertificate::verified &&
        settings.client != ClientCertificate::any)
        reader.problem(
            *tls.allowed_sans,
            "client_allowed_sans needs client_auth_type: RequireAndVerifyClientCert; others let in clients "
            "that show no name");
    std::string fault;
    tls.settings.priorities = tls_priorities(tls.choice, fault);
    if (!fault.empty()) reader.problem(node, fault);
}

void read_tls(Reader& reader, const YamlNode& node, WebConfig& config) {
    TlsKeys tls;
    const auto file_row = [&](std::string& file) {
        return [&](const YamlNode& value) { file = reader.file_name(value); };
    };
    const auto text_row = [&](std::string& text) {
        return [&](const YamlNode& value) { text = reader.text(value); };
    };
    const Row rows[] = {
        {"cert_file", file_row(tls.settings.certificate.file)},
        {"key_file", file_row(tls.settings.key.file)},
        {"cert", text_row(tls.settings.certificate.text)},
        {"key", text_row(tls.settings.key.text)},
        {"client_ca_file",
         [&](const YamlNode& value) {
             tls.settings.client_ca.file = reader.file_name(value);
             tls.client_ca = &value;
         }},
        {"client_ca",
         [&](const YamlNode& value) {
             tls.settings.client_ca.text = reader.text(value);
             tls.client_ca = &value;
         }},
        {"client_auth_type", [&](const YamlNode& value) { read_client_auth(reader, value, tls); }},
        {"client_allowed_sans",
         [&](const YamlNode& value) {
             for (const auto* item : reader.list(value))
                 tls.settings.client_allowed_sans.push_back(reader.text(*item));
             tls.allowed_sans = &value;
             if (tls.settings.client_allowed_sans.empty())
                 reader.problem(value, "client_allowed_sans is empty: nobody would be let in");
         }},
        {"min_version", [&](const YamlNode& value) { read_version(reader, value, tls.choice.least); }},
        {"max_version", [&](const YamlNode& value) { read_version(reader, value, tls.choice.most); }},
        {"cipher_suites",
         [&](const YamlNode& value) {
             read_names(reader, value, "cipher suite", cipher_suite_names(), tls.choice.cipher_suites);
         }},
        {"prefer_server_cipher_suites",
         [&](const YamlNode& value) { tls.choice.server_order = reader.boolean(value); }},
        {"curve_preferences",
         [&](const YamlNode& value) {
             read_names(reader, value, "curve", curve_names(), tls.choice.curves);
         }},
    };
    if (!reader.table(node, "tls_server_config", rows)) return;
    check_tls(reader, node, tls);
    remark_tls(tls, reader.file(), config.remarks);
    config.tls = std::move(tls.settings);
}

struct HeaderRule {
    std::string_view name;
    std::vector<std::string_view> values;  // {} = any
};

const std::vector<HeaderRule>& header_rules() {
    static const std::vector<HeaderRule> rules = {
        {"Content-Security-Policy", {}},
        {"Strict-Transport-Security", {}},
        {"X-Content-Type-Options", {"nosniff"}},
        {"X-Frame-Options", {"deny", "sameorigin"}},
        {"X-XSS-Protection", {}},
    };
    return rules;
}

void read_header(Reader& reader, const HeaderRule& rule, const YamlNode& node, WebConfig& config) {
    const std::string value = reader.text(node);
    if (value.empty()) return;  // as if it were not there: the agent's own stays
    if (!rule.values.empty() && !reader.one_of(node, "value of " + std::string(rule.name), rule.values))
        return;
    if (value.size() > longest_header ||
        std::any_of(value.begin(), value.end(), [](unsigned char c) { return c < 0x20 || c > 0x7e; }))
        return reader.problem(node, "a header is one line of at most 4096 printable ASCII characters");
    config.headers.emplace_back(rule.name, value);
}

void read_http(Reader& reader, const YamlNode& node, WebConfig& config) {
    const auto read_headers = [&](const YamlNode& value) {
        std::vector<Row> rows;
        for (const auto& rule : header_rules())
            rows.push_back(
                {rule.name, [&](const YamlNode& header) { read_header(reader, rule, header, config); }});
        reader.table(value, "headers", rows);
    };
    const Row rows[] = {
        {"http2", [&](const YamlNode& value) { (void)reader.boolean(value); }},  // HTTP/1.1 is what is spoken
        {"headers", read_headers},
    };
    reader.table(node, "http_server_config", rows);
}

// The cost of a bcrypt hash as crypt(5) writes it; nothing when it is none.
std::optional<int> bcrypt_cost(std::string_view hash) {
    static constexpr std::string_view letters =
        "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    if (hash.size() != 60 || !hash.starts_with("$2") || hash[3] != '$' || hash[6] != '$') return {};
    if (hash[2] != 'a' && hash[2] != 'b' && hash[2] != 'y') return {};
    if (hash.find_first_not_of(letters, 7) != std::string_view::npos) return {};
    int cost = 0;
    const auto [end, error] = std::from_chars(hash.data() + 4, hash.data() + 6, cost);
    if (error != std::errc{} || end != hash.data() + 6 || cost < 4 || cost > 31) return {};
    return cost;
}

void read_user(Reader& reader, const YamlNode& name, const YamlNode& value, WebConfig& config) {
    if (name.text.find(':') != std::string::npos)
        return reader.problem(name, "the name of a user cannot have a colon (RFC 7617)");
    const auto hash = reader.text(value);
    const auto cost = bcrypt_cost(hash);
    if (!cost)
        return reader.problem(
            value, "the password of " + in_quotes(name.text) +
                       " must be hashed with bcrypt (\"$2y$10$\" and 53 characters): htpasswd -nBC 10 \"\"");
    if (*cost > dearest_hash)
        return reader.problem(
            value, "the password of " + in_quotes(name.text) +
                       " is hashed with a cost above 16, which takes longer than Prometheus waits");
    config.users.emplace(name.text, hash);
}

std::optional<std::chrono::nanoseconds> parse_go_duration(std::string_view text) {
    if (text == "0") return std::chrono::nanoseconds(0);
    static constexpr std::pair<std::string_view, double> units[] = {{"ns", 1},  {"us", 1e3}, {"ms", 1e6},
                                                                    {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
    double sum = 0;
    while (!text.empty()) {
        double value = 0;
        const auto [end, error] =
            std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
        if (error != std::errc{} || text.front() == '-') return {};
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        const auto letters = std::min(text.find_first_not_of("numsh"), text.size());
        const auto unit = std::find_if(std::begin(units), std::end(units),
                                       [&](const auto& one) { return one.first == text.substr(0, letters); });
        if (unit == std::end(units)) return {};
        sum += value * unit->second;
        text.remove_prefix(letters);
        if (!(sum <= 86400e9)) return {};
    }
    return sum > 0 ? std::optional(std::chrono::nanoseconds(static_cast<std::int64_t>(sum))) : std::nullopt;
}

void read_rate_limit(Reader& reader, const YamlNode& node, WebConfig& config) {
    auto& limit = config.rate_limit;
    const Row rows[] = {
        {"interval",
         [&](const YamlNode& value) {
             const auto text = reader.text(value);
             if (const auto interval = parse_go_duration(text))
                 limit.interval = *interval;
             else
                 reader.problem(value, in_quotes(text) +
                                           " is no time between two requests: write it like \"1s\" or "
                                           "\"500ms\", at most \"24h\", or 0 for no limit");
         }},
        {"burst",
         [&](const YamlNode& value) {
             const auto text = reader.text(value);
             const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit.burst);
             if (error != std::errc{} || end != text.data() + text.size() || limit.burst < 0)
                 reader.problem(value, in_quotes(text) + " is no number of requests");
         }},
    };
    const auto before = reader.problems();
    if (!reader.table(node, "rate_limit", rows) || reader.problems() != before) return;
    if (limit.interval.count() > 0 && limit.burst == 0)
        reader.problem(node, "rate_limit needs a burst of at least 1: without it every request is refused");
}

void remark_reach(const std::string& file, bool secret, std::vector<std::string>& remarks) {
    std::error_code error;
    const auto status = std::filesystem::status(file, error);
    if (secret && !error &&
        (status.permissions() & std::filesystem::perms::others_read) != std::filesystem::perms::none)
        remarks.push_back(file + " holds a secret and everybody on this machine may read it: chmod 640");
}

bool is_loopback(std::string_view listen) {
    const auto host = listen.substr(0, listen.rfind(':'));
    return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

}  // namespace

WebConfig parse_web_config(std::string_view yaml, const std::string& file, Problems& problems) {
    WebConfig config;
    const auto root = parse_yaml(yaml, file, problems);
    if (!root) return config;
    Reader reader(file, problems);
    const Row rows[] = {
        {"tls_server_config", [&](const YamlNode& value) { read_tls(reader, value, config); }},
        {"http_server_config", [&](const YamlNode& value) { read_http(reader, value, config); }},
        {"basic_auth_users",
         [&](const YamlNode& value) {
             reader.pairs(value, "basic_auth_users", [&](const YamlNode& name, const YamlNode& hash) {
                 read_user(reader, name, hash, config);
             });
         }},
        {"rate_limit", [&](const YamlNode& value) { read_rate_limit(reader, value, config); }},
    };
    reader.table(*root, "", rows);
    return config;
}

WebConfig load_web_config(const std::string& file, Problems& problems) {
    const auto text = read_file(file, longest_file);
    if (!text.error.empty()) {
        problems.push_back({file, 0, 0, "the web configuration of [web] config_file: " + text.error});
        return {};
    }
    auto config = parse_web_config(text.text, file, problems);
    remark_reach(file, !config.users.empty() || (config.tls && !config.tls->key.text.empty()),
                 config.remarks);
    if (config.tls && !config.tls->key.file.empty()) remark_reach(config.tls->key.file, true, config.remarks);
    return config;
}

std::vector<std::string> web_remarks(const std::string& listen, const WebConfig* config) {
    auto remarks = config != nullptr ? config->remarks : std::vector<std::string>{};
    if (listen.empty() || is_loopback(listen)) return remarks;
    if (config == nullptr || !config->knows_who_asks())
        remarks.push_back(
            "[web] listen = \"" + listen +
            "\": everybody who reaches this address reads the pages, the metrics and the API: set [web] "
            "config_file to a file with basic_auth_users or client certificates, or listen on 127.0.0.1");
    else if (!config->tls)
        remarks.push_back(
            "[web] listen = \"" + listen +
            "\": passwords cross the network for all to read: add tls_server_config to the file of [web] "
            "config_file");
    return remarks;
}

}  // namespace reputed
