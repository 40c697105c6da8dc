#include <set>

#include "config/endpoint.hpp"
#include "config/host_name.hpp"
#include "config/settings_keys.hpp"
#include "config/text.hpp"

// What is served to whom: [web], [metrics] and [[module]].
namespace reputed::schema {

namespace {

constexpr std::int64_t second = 1'000;
constexpr std::int64_t day = 24 * 60 * 60 * second;

std::string listen_rule(std::string& text) {
    if (text.empty()) return "";
    const auto endpoint = Endpoint::parse(text, {});
    if (!endpoint)
        return in_quotes(text) +
               R"( is nothing to listen on: write it like "127.0.0.1:15782" or "[::1]:15782", or "" for no web server)";
    text = endpoint->to_string();
    return "";
}

std::string url_rule(std::string& text) {
    if (text.empty() || text.starts_with("http://") || text.starts_with("https://")) return "";
    return in_quotes(text) + R"( is no address of a page: write it like "https://mail.example.org/reputed/")";
}

std::string path_rule(std::string& text) {
    if (text.empty() || text.front() == '/') return "";
    return in_quotes(text) + " must be an absolute path";
}

std::string alias_rule(std::string& text) {
    return one_of(text, "exporter whose names are known", {std::begin(alias_names), std::end(alias_names)});
}

std::string module_rule(std::string& text) {
    if (text.empty() || text.size() > 100) return R"("name" must have 1 to 100 bytes)";
    return "";
}

std::string domain_rule(std::string& text) {
    return normalize_name(text, NameUse::domain);
}

std::string via_rule(std::string& text) {
    return text.empty() ? "" : normalize_name(text, NameUse::host);
}

constexpr Key<WebSettings> web_rows[] = {
    text_key<&WebSettings::listen, listen_rule>(
        "listen", "HOST:PORT of the pages and of /metrics; port 0 takes any free one, \"\" none at all."),
    text_key<&WebSettings::public_url, url_rule>(
        "public_url", "How people reach the page, for the link in messages; \"\" means no link."),
    text_key<&WebSettings::config_file, path_rule>(
        "config_file",
        "TLS, users and passwords: a web configuration file as Prometheus and its exporters have them. \"\"\n"
        "means plain HTTP for everybody who reaches the address."),
    flag_key<&WebSettings::reload>(
        "reload", "Whether POST /-/reload reads the configuration again, as the signal HUP does."),
};

constexpr Key<MetricsSettings> metrics_rows[] = {
    texts_key<&MetricsSettings::aliases, alias_rule>(
        "aliases",
        "Other exporters under whose names the same is published as well, for dashboards that exist:\n"
        "\"dnsbl_exporter\" (luzilla_rbls_*), \"postfix_exporter\" (postfix_showq_* and others)."),
};

constexpr Key<ModuleSettings> module_rows[] = {
    text_key<&ModuleSettings::name, module_rule>("name", "What ?module= names.", R"("pool")"),
    texts_key<&ModuleSettings::domains, domain_rule>(
        "domains", "Envelope-from domains that each address must be allowed to send for.",
        R"(["example.org"])"),
    text_key<&ModuleSettings::via, via_rule>("via",
                                             "The relay that the mail leaves through; \"\" means none."),
    duration_key<&ModuleSettings::keep, 60 * second, 30 * day>(
        "keep", "How long an address stays watched that is probed no more, 1m to 30d."),
    integer_key<&ModuleSettings::most_targets, 1, 20'000>(
        "most_targets", "How many addresses it watches at most, 1 to 20000; those beyond are refused."),
};

}  // namespace

std::span<const Key<WebSettings>> web_keys() {
    return web_rows;
}
std::span<const Key<MetricsSettings>> metrics_keys() {
    return metrics_rows;
}
std::span<const Key<ModuleSettings>> module_keys() {
    return module_rows;
}

void read_modules(const toml::node& node, std::vector<ModuleSettings>& modules, Reader& reader) {
    read_items(node, "module", module_keys(), modules, reader, [&](const toml::table& table) -> std::string {
        if (!table.contains("name")) return R"(needs a "name")";
        const auto& added = modules.back();
        for (const auto& other : modules)
            if (&other != &added && other.name == added.name)
                return in_quotes(added.name) + " is there twice: give each a name of its own";
        return "";
    });
}

std::string sample_module() {
    return sample_table(
        "#[[module]]",
        "What is watched for a Prometheus that names the addresses: /probe?target=ADDRESS&module=NAME "
        "answers\nwith what is known of the address, and takes it up when it is new.",
        module_keys(), ModuleSettings{});
}

}  // namespace reputed::schema
