#include "config/settings.hpp"

#include <algorithm>
#include <tuple>

#include "config/settings_keys.hpp"
#include "config/sources.hpp"
#include "config/text.hpp"

// The file as a whole: its tables in the order of the sample, and what is done with all of them.
namespace reputed {

namespace {

using schema::Reader;

constexpr std::size_t largest_file = 1024 * 1024;

struct Table {
    std::string_view name;
    std::string_view header;
    void (*read)(const toml::node& node, Settings& settings, Reader& reader);
    std::string (*show)(const Settings& settings);
    std::string (*sample)();
    std::vector<std::string_view> (*keys)();
};

template <class Section>
std::vector<std::string_view> names_of(std::span<const schema::Key<Section>> keys) {
    std::vector<std::string_view> names;
    for (const auto& key : keys)
        names.push_back(key.name);
    return names;
}

// The text of a header as a constant that lambdas without captures can name.
struct Header {
    char text[16]{};
    constexpr Header(const char* from) {
        for (std::size_t i = 0; i + 1 < sizeof text && from[i] != 0; ++i)
            text[i] = from[i];
    }
};

template <class Section>
using KeysOf = std::span<const schema::Key<Section>> (*)();

template <auto Member, auto Keys, Header header>
std::string show_section(const Settings& settings) {
    return schema::show_table(header.text, Keys(), settings.*Member);
}

template <auto Member, auto Keys, Header header>
std::string sample_section() {
    return schema::sample_table(header.text, "", Keys(), Settings{}.*Member);
}

const toml::table* table_or_problem(const toml::node& node, std::string_view header, Reader& reader) {
    if (!node.is_table())
        reader.wrong_type(node, header.substr(1, header.size() - 2),
                          "a table, written " + std::string(header));
    return node.as_table();
}

template <auto Member, auto Keys, Header header>
void read_section(const toml::node& node, Settings& settings, Reader& reader) {
    if (const auto* table = table_or_problem(node, header.text, reader))
        schema::read_table(*table, header.text, Keys(), settings.*Member, reader);
}

template <auto Member, auto Keys, Header header>
constexpr Table section(std::string_view name) {
    return {name,
            header.text,
            read_section<Member, Keys, header>,
            show_section<Member, Keys, header>,
            sample_section<Member, Keys, header>,
            [] { return names_of(Keys()); }};
}

void read_senders(const toml::node& node, Settings& settings, Reader& reader) {
    schema::read_senders(node, settings.senders, reader);
}

std::string show_senders(const Settings& settings) {
    std::string out;
    for (const auto& sender : settings.senders)
        out += schema::show_table("[[sender]]", schema::sender_keys(), sender);
    return out;
}

std::string sample_sender() {
    return schema::sample_table(
        "#[[sender]]",
        "One sending identity; there may be several. Without any, this machine describes "
        "itself:\nhost name from the MTA or the system, public addresses from the interfaces.",
        schema::sender_keys(), Sender{});
}

// A list of tables each of which stands for itself: how it is shown, and an example for the sample.
template <auto Member, auto Keys, Header header>
std::string show_items(const Settings& settings) {
    std::string out;
    for (const auto& item : settings.*Member)
        out += schema::show_table(header.text, Keys(), item);
    return out;
}

template <auto Member, auto Keys, Header header>
constexpr Table items(std::string_view name, void (*read)(const toml::node&, Settings&, Reader&),
                      std::string (*sample)()) {
    return {
        name, header.text, read, show_items<Member, Keys, header>, sample, [] { return names_of(Keys()); }};
}

std::string sample_severity() {
    return schema::sample_table(
        "#[[severity]]",
        "How much a finding matters here, where you know better. The first that fits counts.",
        schema::severity_keys(), SeverityRule{});
}

std::string sample_mute() {
    return schema::sample_table(
        "#[[mute]]",
        "What nobody is told about; it is shown all the same. Told after all when it is still so "
        "after the end.",
        schema::mute_keys(), MuteRule{});
}

void read_dnsbl(const toml::node& node, Settings& settings, Reader& reader) {
    if (const auto* table = table_or_problem(node, "[dnsbl]", reader))
        schema::read_dnsbl(*table, settings.dnsbl, settings.remarks, reader);
}

constexpr Table dnsbl_table() {
    auto table = section<&Settings::dnsbl, schema::dnsbl_keys, "[dnsbl]">("dnsbl");
    table.read = read_dnsbl;
    return table;
}

void read_budgets(const toml::node& node, Settings& settings, Reader& reader) {
    if (const auto* table = table_or_problem(node, "[budgets]", reader))
        schema::read_budgets(*table, settings.budgets, reader);
}

constexpr Table tables[] = {
    {"sender", "[[sender]]", read_senders, show_senders, sample_sender,
     [] { return names_of(schema::sender_keys()); }},
    section<&Settings::dns, schema::dns_keys, "[dns]">("dns"),
    dnsbl_table(),
    {"budgets", "[budgets]", read_budgets, schema::show_budgets, schema::sample_budgets,
     [] { return names_of(schema::budget_keys()); }},
    section<&Settings::checks, schema::check_keys, "[checks]">("checks"),
    section<&Settings::mta, schema::mta_keys, "[mta]">("mta"),
    items<&Settings::feedback, schema::feedback_keys, "[[feedback]]">(
        "feedback",
        [](const toml::node& node, Settings& settings, Reader& reader) {
            schema::read_feedback(node, settings.feedback, reader);
        },
        schema::sample_feedback),
    section<&Settings::alerts, schema::alert_keys, "[alerts]">("alerts"),
    items<&Settings::severities, schema::severity_keys, "[[severity]]">(
        "severity",
        [](const toml::node& node, Settings& settings, Reader& reader) {
            schema::read_severities(node, settings.severities, reader);
        },
        sample_severity),
    items<&Settings::mutes, schema::mute_keys, "[[mute]]">(
        "mute",
        [](const toml::node& node, Settings& settings, Reader& reader) {
            schema::read_mutes(node, settings.mutes, reader);
        },
        sample_mute),
    section<&Settings::store, schema::store_keys, "[store]">("store"),
    items<&Settings::notifiers, schema::notifier_keys, "[[notifier]]">(
        "notifier",
        [](const toml::node& node, Settings& settings, Reader& reader) {
            schema::read_notifiers(node, settings.notifiers, reader);
        },
        schema::sample_notifiers),
    section<&Settings::web, schema::web_keys, "[web]">("web"),
    section<&Settings::metrics, schema::metrics_keys, "[metrics]">("metrics"),
    items<&Settings::modules, schema::module_keys, "[[module]]">(
        "module",
        [](const toml::node& node, Settings& settings, Reader& reader) {
            schema::read_modules(node, settings.modules, reader);
        },
        schema::sample_module),
    section<&Settings::log, schema::log_keys, "[log]">("log"),
};

std::string written(const toml::key& key, const toml::node& node) {
    const std::string name = printable(key.str(), 80);
    if (node.is_table()) return "table [" + name + ']';
    if (node.is_array_of_tables()) return "table [[" + name + "]]";
    return "key " + in_quotes(key.str());
}

void unknown_at_top(const toml::key& key, const toml::node& node, Reader& reader) {
    std::string message = "unknown " + written(key, node) + " at the top of the file";
    std::vector<std::string_view> names;
    for (const auto& table : tables)
        names.push_back(table.name);
    const auto meant = nearest(key.str(), names);
    const auto did_you_mean = [&] {
        for (const auto& table : tables)
            if (table.name == meant)
                reader.problem(key.source(), message + ": did you mean " + std::string(table.header) + '?');
    };
    // A list of tables is no key: [[senders]] is a slip for [[sender]], although notifiers have a key of that name.
    if (node.is_array_of_tables() && !meant.empty()) return did_you_mean();
    for (const auto& table : tables) {
        const auto keys = table.keys();
        if (std::find(keys.begin(), keys.end(), key.str()) != keys.end())
            return reader.problem(key.source(), message + ": it belongs under " + std::string(table.header));
    }
    if (!meant.empty()) return did_you_mean();
    message += ": there are";
    for (const auto& table : tables)
        message += (&table == tables ? " " : ", ") + std::string(table.header);
    reader.problem(key.source(), std::move(message));
}

// The parser recurses once for each part of a dotted key, without a limit; brackets it limits itself. No key
// of ours has more than a zone name's parts.
std::optional<Problem> too_deep(std::string_view text, std::string_view file) {
    constexpr std::size_t most_dots = 200;
    Problem place{std::string(file), 1, 1, "a key of more than 200 parts"};
    std::size_t dots = 0;
    bool comment = false;
    for (const char c : text) {
        if (c == '\n') {
            ++place.line;
            place.column = 1;
            dots = 0;
            comment = false;
            continue;
        }
        if (c == '#' && place.column == 1) comment = true;
        if (c == '.' && !comment && ++dots > most_dots) return place;
        if (c == ',' || c == '=' || c == '[' || c == '{') dots = 0;
        ++place.column;
    }
    return {};
}

// What the parser quotes may be a value, and a value may be a secret; only the names in its complaints about
// keys are worth repeating.
std::string without_values(std::string_view description) {
    constexpr std::size_t shown = 300;
    if (description.find("redefine") != std::string_view::npos) return printable(description, shown);
    std::string out;
    while (!description.empty()) {
        const auto open = description.find('\'');
        const auto close = open == std::string_view::npos ? open : description.find('\'', open + 1);
        if (close == std::string_view::npos) break;
        const bool one_character = close - open <= 3;  // or an escaped one
        out += description.substr(0, one_character ? close + 1 : open);
        if (!one_character) out += "what stands here";
        description.remove_prefix(close + 1);
    }
    out += description;
    return printable(out, shown);
}

std::optional<toml::table> parse_toml(std::string_view text, std::string_view file, Problems& problems) {
    if (auto problem = too_deep(text, file)) {
        problems.push_back(std::move(*problem));
        return {};
    }
    try {
        return toml::parse(text);
    } catch (const toml::parse_error& error) {
        const auto& where = error.source().begin;
        problems.push_back(
            {std::string(file), where.line, where.column, without_values(error.description())});
        return {};
    }
}

void discover_sender(Settings& settings, const Sources& sources) {
    auto discovered = sender_of(sources.machine());
    if (discovered.sender) settings.senders.push_back(std::move(*discovered.sender));
    for (auto& remark : discovered.remarks)
        settings.remarks.push_back(std::move(remark));
}

void sort_by_place(Problems& problems) {
    std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
        return std::tie(a.line, a.column) < std::tie(b.line, b.column);
    });
}

}  // namespace

Settings parse_settings(std::string_view toml, std::string_view file, const Sources& sources,
                        Problems& problems) {
    Settings settings;
    settings.file = file;
    Problems found;
    Reader reader(file, sources, found);
    if (const auto root = parse_toml(toml, file, found)) {
        for (const auto& [key, node] : *root) {
            const auto name = key.str();
            const auto* table = std::find_if(std::begin(tables), std::end(tables),
                                             [&](const Table& candidate) { return candidate.name == name; });
            if (table == std::end(tables))
                unknown_at_top(key, node, reader);
            else
                table->read(node, settings, reader);
        }
        if (found.empty() && settings.senders.empty()) discover_sender(settings, sources);
        if (found.empty()) schema::remark_senders(settings, settings.remarks);
        if (found.empty()) schema::remark_notifiers(settings, settings.remarks);
        if (found.empty()) schema::settle_budgets(settings);
    }
    sort_by_place(found);
    problems.insert(problems.end(), found.begin(), found.end());
    return settings;
}

Settings parse_settings(std::string_view toml, std::string_view file, Problems& problems) {
    return parse_settings(toml, file, system_sources(), problems);
}

Settings load_settings(const std::string& path, Problems& problems) {
    if (path.empty()) return parse_settings("", "", problems);
    const auto [text, error] = read_file(path, largest_file);
    if (error.empty()) return parse_settings(text, path, problems);
    problems.push_back({path, 0, 0, error});
    Settings settings;
    settings.file = path;
    return settings;
}

std::string show_settings(const Settings& settings) {
    std::string out;
    for (const auto& table : tables)
        out += table.show(settings);
    return out.empty() ? out : out.substr(1);
}

std::string sample_settings() {
    std::string out =
        "# The configuration of reputed, usually /etc/reputed/reputed.toml. Everything may be left out: "
        "values behind a\n"
        "# bare # are the defaults, or examples where there is no default. `reputed config check` tells what "
        "is wrong,\n"
        "# `reputed config show` what is in effect.\n";
    for (const auto& table : tables)
        out += table.sample();
    return out;
}

}  // namespace reputed
