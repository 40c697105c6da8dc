#include "config/providers.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include <toml++/toml.h>

#include "config/embedded.hpp"
#include "config/host_name.hpp"
#include "config/table_reader.hpp"
#include "config/text.hpp"

namespace reputed {
namespace {

constexpr std::size_t longest_name = 32;

bool is_label_value(std::string_view name) {
    return !name.empty() && name.size() <= longest_name && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

void read_name(const TableReader& reader, Provider& provider) {
    reader.require("name");
    if (!reader.text("name", provider.name)) return;
    if (provider.name == "other")
        reader.problem_at("name", "\"other\" is what all the rest is called: choose another name");
    else if (!is_label_value(provider.name))
        reader.problem_at("name", "\"name\" must be 1 to 32 lower case letters, digits and _, not " +
                                      in_quotes(provider.name));
}

void read_names(const TableReader& reader, std::string_view key, std::vector<std::string>& out) {
    reader.each<toml::value<std::string>>(key, "names", [&](const auto& value) {
        std::string name = *value;
        if (const auto fault = normalize_name(name, NameUse::zone); !fault.empty())
            return reader.problem(value, fault);
        if (std::find(out.begin(), out.end(), name) != out.end())
            return reader.problem(value, in_quotes(key) + " holds " + in_quotes(name) + " twice");
        out.push_back(std::move(name));
    });
}

std::optional<Provider> read_provider(const toml::table& table, const TableReader& reader) {
    reader.only({"name", "title", "hosts", "domains", "texts", "postmaster"});
    Provider provider;
    provider.line = static_cast<int>(table.source().begin.line);
    read_name(reader, provider);
    provider.title = provider.name;
    if (reader.text("title", provider.title) && (provider.title.empty() || provider.title.size() > 60))
        reader.problem_at("title", "\"title\" must have 1 to 60 bytes");
    read_names(reader, "hosts", provider.hosts);
    read_names(reader, "domains", provider.domains);
    reader.each<toml::value<std::string>>("texts", "expressions", [&](const auto& value) {
        if (value->empty()) return reader.problem(value, "\"texts\" holds an empty expression");
        provider.texts.push_back(*value);
    });
    if (reader.text("postmaster", provider.postmaster) && !provider.postmaster.starts_with("https://") &&
        !provider.postmaster.starts_with("http://"))
        reader.problem_at("postmaster", "\"postmaster\" must be an http or https address, not " +
                                            in_quotes(provider.postmaster));
    if (provider.hosts.empty() && provider.domains.empty() && reader.ok())
        reader.problem_at("name", "neither \"hosts\" nor \"domains\" says how to know it");
    if (!reader.ok()) return {};
    return provider;
}

// Who of `providers` has this name, this host suffix or this domain already; "" = nobody.
std::string taken_by(const std::vector<Provider>& providers, const Provider& added) {
    const auto both = [](const std::vector<std::string>& a, const std::vector<std::string>& b) {
        const auto found = std::find_first_of(a.begin(), a.end(), b.begin(), b.end());
        return found == a.end() ? std::string() : *found;
    };
    for (const auto& other : providers) {
        if (other.name == added.name) return "\"name\" is taken: " + in_quotes(added.name);
        if (const auto host = both(added.hosts, other.hosts); !host.empty())
            return in_quotes(host) + " is a host of " + in_quotes(other.name) + " already";
        if (const auto domain = both(added.domains, other.domains); !domain.empty())
            return in_quotes(domain) + " is a domain of " + in_quotes(other.name) + " already";
    }
    return "";
}

}  // namespace

std::vector<Provider> parse_providers(std::string_view toml_text, std::string_view file, Problems& problems) {
    std::vector<Provider> providers;
    const auto root = read_toml(toml_text, file, problems);
    if (!root) return providers;
    const TableReader reader(*root, file, problems);
    reader.only({"provider"});
    reader.each<toml::table>("provider", "tables", [&](const toml::table& table) {
        const auto inner = reader.inner(table);
        auto provider = read_provider(table, inner);
        if (!provider) return;
        if (auto fault = taken_by(providers, *provider); !fault.empty())
            return inner.problem_at("name", std::move(fault));
        if (providers.size() == most_providers)
            return inner.problem_at("name", "more than 100 providers: leave out those whom few write to");
        providers.push_back(std::move(*provider));
    });
    return providers;
}

const std::vector<Provider>& builtin_providers() {
    static const auto providers = [] {
        Problems problems;
        auto parsed = parse_providers(embedded_providers_toml(), "providers.toml", problems);
        if (!problems.empty()) throw std::logic_error(problems.front().to_string());
        return parsed;
    }();
    return providers;
}

std::vector<Provider> merge_providers(std::vector<Provider> own, const std::vector<Provider>& others) {
    const auto count = own.size();
    for (const auto& other : others) {
        const auto end = own.begin() + static_cast<std::ptrdiff_t>(count);
        if (std::none_of(own.begin(), end, [&](const Provider& one) { return one.name == other.name; }))
            own.push_back(other);
    }
    return own;
}

}  // namespace reputed
