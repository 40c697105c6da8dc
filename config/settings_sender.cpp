#include <charconv>
#include <map>
#include <set>

#include "config/host_name.hpp"
#include "config/public_suffix.hpp"
#include "config/settings_keys.hpp"
#include "config/text.hpp"
#include "config/utc.hpp"

namespace reputed {

std::vector<IpAddress> Sender::addresses() const {
    std::vector<IpAddress> result;
    std::set<IpAddress> seen;
    for (const auto& network : networks)
        for (std::uint64_t i = 0; i < network.size(); ++i)
            if (const auto address = network.at(i); seen.insert(address).second) result.push_back(address);
    return result;
}

namespace schema {

namespace {

// Every address is a subject of its own with a series per list: a wider range is a slip, not a sender.
constexpr std::uint64_t most_addresses = 65'536;
constexpr int widest_v4 = 16;
constexpr int widest_v6 = 112;

std::string host_rule(std::string& text) {
    return normalize_name(text, NameUse::host);
}
std::string domain_rule(std::string& text) {
    return normalize_name(text, NameUse::domain);
}
std::string selector_rule(std::string& text) {
    return normalize_name(text, NameUse::selector);
}
std::string via_rule(std::string& text) {
    return text.empty() ? "" : normalize_name(text, NameUse::host);
}

std::string name_rule(std::string& text) {
    if (text.empty()) return R"("name" must not be empty)";
    if (text.size() > 100) return R"("name" must not be longer than 100 bytes)";
    return "";
}

// What is wrong with one entry of ips by itself.
std::string network_fault(const std::string& text, const std::optional<IpNetwork>& network) {
    if (!network)
        return in_quotes(text) +
               R"( is no IP address or network: write it like "192.0.2.25", "192.0.2.64/28" or "2001:db8::25")";
    const auto address = IpAddress::parse(text.substr(0, text.find('/')));
    if (address && address->unmapped() != *address)
        return in_quotes(text) + " is an IPv4 address in IPv6 clothes: write " +
               in_quotes(address->unmapped().to_string());
    if (network->prefix_length() < (network->first().family() == Family::v4 ? widest_v4 : widest_v6))
        return in_quotes(text) +
               " is too wide: at most a /16 (IPv4) or a /112 (IPv6); name only the networks that mail leaves "
               "from";
    if (address && *address != network->first())
        return in_quotes(text) + " is an address inside a network: write " + in_quotes(network->to_string()) +
               " for all of it or " + in_quotes(address->to_string()) + " for the one";
    return "";
}

// The networks of one sender so far. They are disjoint, so that its neighbours tell whether a new one
// overlaps.
class Networks {
  public:
    // The network that `added` overlaps, or nothing and it is among them.
    std::optional<IpNetwork> overlap_or_add(const IpNetwork& added) {
        const auto next = by_first_.lower_bound(added.first());
        if (next != by_first_.end() && added.contains(next->first)) return next->second;
        if (next != by_first_.begin())
            if (const auto& before = std::prev(next)->second; before.contains(added.first())) return before;
        by_first_.emplace(added.first(), added);
        total_ += added.size();
        return {};
    }
    std::uint64_t total() const { return total_; }

  private:
    std::map<IpAddress, IpNetwork> by_first_;
    std::uint64_t total_ = 0;
};

void read_networks(const toml::node& node, std::string_view name, Sender& sender, Reader& reader) {
    const auto* list = reader.list(node, name);
    if (!list) return;
    Networks networks;
    for (const auto& item : *list) {
        const auto* text = reader.element(item, name);
        if (!text) continue;
        const auto network = IpNetwork::parse(*text);
        if (auto fault = network_fault(*text, network); !fault.empty()) {
            reader.problem(item.source(), std::move(fault));
            continue;
        }
        const bool full = networks.total() > most_addresses;
        if (const auto other = networks.overlap_or_add(*network)) {
            reader.problem(item.source(),
                           *other == *network
                               ? in_quotes(*text) + " stands twice in " + in_quotes(name)
                               : in_quotes(*text) + " overlaps " + in_quotes(other->to_string()));
            continue;
        }
        if (!full && networks.total() > most_addresses)
            reader.problem(item.source(),
                           "with " + in_quotes(*text) +
                               " this sender has more than 65536 addresses: make several senders of it");
        sender.networks.push_back(*network);
    }
}

std::string show_networks(const Sender& sender) {
    std::vector<std::string> texts;
    for (const auto& network : sender.networks)
        texts.push_back(network.to_string());
    return show_texts(texts);
}

std::string key_file_rule(std::string& text) {
    if (text.starts_with('/')) return "";
    return in_quotes(text) + " must be an absolute path";
}

void read_dkim_keys(const toml::node& node, std::string_view name, Sender& sender, Reader& reader) {
    const auto* table = reader.table(node, name);
    if (!table) return;
    for (const auto& [key, value] : *table) {
        std::string selector(key.str());
        if (auto fault = selector_rule(selector); !fault.empty()) {
            reader.problem(key.source(), std::move(fault));
            continue;
        }
        std::string path;
        read_text(value, selector, key_file_rule, path, reader);
        if (!path.empty()) sender.dkim_keys[selector] = path;
    }
}

std::string show_dkim_keys(const Sender& sender) {
    std::string out;
    for (const auto& [selector, path] : sender.dkim_keys)
        out += (out.empty() ? "{ " : ", ") + toml_quoted(selector) + " = " + toml_quoted(path);
    return out.empty() ? "" : out + " }";
}

constexpr std::string_view date_form = "a date such as 2026-12-01";
constexpr int first_year = 2000;
constexpr int last_year = 2199;

// YYYY-MM-DD and nothing else (RFC 3339 section 5.6).
std::optional<std::chrono::year_month_day> parse_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return {};
    const auto number = [&](std::size_t begin, std::size_t length) {
        unsigned value = 0;
        const auto* const end = text.data() + begin + length;
        return std::from_chars(text.data() + begin, end, value).ptr == end ? std::optional(value)
                                                                           : std::nullopt;
    };
    const auto year = number(0, 4);
    const auto month = number(5, 2);
    const auto day = number(8, 2);
    if (!year || !month || !day) return {};
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                           std::chrono::month(*month), std::chrono::day(*day)};
    return date.ok() ? std::optional(date) : std::nullopt;
}

void read_warmup(const toml::node& node, std::string_view name, Sender& sender, Reader& reader) {
    std::optional<std::chrono::year_month_day> date;
    if (const auto* local = node.as_date()) {
        date = std::chrono::year_month_day{std::chrono::year(local->get().year),
                                           std::chrono::month(local->get().month),
                                           std::chrono::day(local->get().day)};
    } else if (const auto* text = node.as_string()) {
        date = parse_date(text->get());
        if (!date)
            return reader.problem(node.source(), in_quotes(name) + " must be " + std::string(date_form) +
                                                     ", not " + in_quotes(text->get()));
    } else {
        return reader.wrong_type(node, name, date_form);
    }
    const int year = static_cast<int>(date->year());
    if (year < first_year || year > last_year)
        return reader.problem(node.source(), in_quotes(name) +
                                                 " must be between 2000-01-01 and 2199-12-31: the year " +
                                                 std::to_string(year) + " is a slip");
    sender.warmup = std::chrono::sys_days(*date);
}

std::string show_warmup(const Sender& sender) {
    return sender.warmup ? utc_text(*sender.warmup, "%Y-%m-%d") : "";
}

constexpr std::int64_t most_messages = 1'000'000'000;
constexpr std::size_t longest_plan = 120;

void read_warmup_plan(const toml::node& node, std::string_view name, Sender& sender, Reader& reader) {
    const auto* list = reader.list(node, name);
    if (!list) return;
    if (list->size() > longest_plan)
        return reader.problem(node.source(), in_quotes(name) + " must not be longer than 120 days, not " +
                                                 std::to_string(list->size()));
    for (const auto& item : *list) {
        const auto* messages = reader.integer_element(item, name);
        if (!messages) continue;
        if (*messages < 1 || *messages > most_messages)
            reader.problem(item.source(), in_quotes(name) +
                                              " must hold numbers between 1 and 1000000000, not " +
                                              std::to_string(*messages));
        else
            sender.warmup_plan.push_back(static_cast<std::uint64_t>(*messages));
    }
}

std::string show_warmup_plan(const Sender& sender) {
    std::string out;
    for (const auto messages : sender.warmup_plan)
        out += (out.empty() ? "[" : ", ") + std::to_string(messages);
    return out.empty() ? "" : out + ']';
}

void read_volume(const toml::node& node, std::string_view name, Sender& sender, Reader& reader) {
    const auto* messages = reader.integer(node, name);
    if (!messages) return;
    if (*messages < 0 || *messages > most_messages)
        reader.problem(node.source(), in_quotes(name) + " must be between 0 and 1000000000, not " +
                                          std::to_string(*messages));
    else
        sender.volume = static_cast<std::uint64_t>(*messages);
}

std::string show_volume(const Sender& sender) {
    return sender.volume ? std::to_string(*sender.volume) : "";
}

constexpr Key<Sender> keys[] = {
    optional_text_key<&Sender::name, name_rule>(
        "name", "What the sender is called in reports. Left out, it is the host name.", R"("mail")"),
    optional_text_key<&Sender::hostname, host_rule>(
        "hostname", "The name that the mail server says in EHLO; its PTR records must say the same.",
        R"("mail.example.org")"),
    {"ips",
     "The addresses that mail leaves from, IPv4 and IPv6, single or as networks: at most a /16 or a /112,\n"
     "65536 addresses a sender. Behind NAT or a tunnel: the public ones.",
     R"(["192.0.2.25", "198.51.100.64/28", "2001:db8::25"])", read_networks, show_networks},
    texts_key<&Sender::domains, domain_rule>("domains",
                                             "The domains behind the @ of the envelope senders. Left out, it "
                                             "is the organizational domain of hostname;\n"
                                             "[] means none.",
                                             R"(["example.org"])"),
    texts_key<&Sender::selectors, selector_rule>(
        "selectors",
        "The DKIM selectors that outgoing mail is signed with. Left out, they are found in the files of "
        "OpenDKIM, Rspamd\nand Exim.",
        R"(["default"])"),
    {"dkim_keys",
     "The private key of a selector, to check that it belongs to the published one. Those that OpenDKIM, "
     "Rspamd\n"
     "and Exim name are found.",
     R"({ "default" = "/etc/dkim/default.private" })", read_dkim_keys, show_dkim_keys},
    optional_text_key<&Sender::via, via_rule>("via",
                                              "The relay that delivers the mail, named as SPF includes it. "
                                              "Left out, mail goes to the receivers directly.",
                                              R"("relay.example.net")"),
    {"warmup",
     "The day, in UTC, on which new or long unused addresses begin to send. From then on each one's messages "
     "of a day\n"
     "are held against the plan; those before it are told as too early.",
     "2026-12-01", read_warmup, show_warmup},
    {"warmup_plan",
     "Messages a day and address, from that day on, at most 120 days. Left out or []: 35 days, from 50 on "
     "the "
     "first to\n"
     "100,000 on the last, each a quarter above the one before. After the plan nothing is held against it.",
     "[50, 100, 200, 400, 800, 1600]", read_warmup_plan, show_warmup_plan},
    {"volume", "Messages a day and address, as you know them, to hold against the plan where no log tells.",
     "400", read_volume, show_volume},
};

void fill_in(const toml::table& table, Sender& sender, Reader& reader) {
    if (!table.contains("name")) sender.name = sender.hostname;
    if (!table.contains("domains") && !sender.hostname.empty()) {
        const auto domain = organizational_domain(sender.hostname);
        sender.domains.push_back(domain.empty() ? sender.hostname : domain);
    }
    if (!table.contains("hostname") && !table.contains("ips") && !table.contains("domains"))
        reader.problem(table.source(), "[[sender]] has nothing to watch: give it hostname, ips or domains");
    else if (!table.contains("name") && !table.contains("hostname"))
        reader.problem(table.source(), R"([[sender]] needs a "name" or a "hostname")");
}

}  // namespace

std::span<const Key<Sender>> sender_keys() {
    return keys;
}

void read_senders(const toml::node& node, std::vector<Sender>& senders, Reader& reader) {
    const auto* tables = node.as_array();
    if (node.is_table())
        return reader.problem(node.source(), "there may be several senders: write [[sender]], not [sender]");
    if (!tables) return reader.wrong_type(node, "sender", "a list of tables, written [[sender]]");
    std::map<std::string, unsigned> lines;
    for (const auto& item : *tables) {
        const auto* table = item.as_table();
        if (!table) {
            reader.wrong_type(item, "sender", "a list of tables, written [[sender]]");
            continue;
        }
        Sender sender;
        read_table(*table, "[[sender]]", sender_keys(), sender, reader);
        fill_in(*table, sender, reader);
        const auto* name = table->get("name");
        const auto& where = name ? name->source() : table->source();
        const auto [first, is_new] = lines.emplace(sender.name, where.begin.line);
        if (!is_new && !sender.name.empty())
            reader.problem(where, "two senders are called " + in_quotes(sender.name) +
                                      ", the other one in line " + std::to_string(first->second) +
                                      ": give each a name of its own");
        senders.push_back(std::move(sender));
    }
}

void remark_senders(const reputed::Settings& settings, std::vector<std::string>& remarks) {
    for (const auto& sender : settings.senders) {
        if (sender.warmup) continue;
        const auto without = [&](std::string_view key) {
            remarks.push_back("sender " + in_quotes(sender.name) + ": \"" + std::string(key) +
                              "\" has no effect without \"warmup\"");
        };
        if (!sender.warmup_plan.empty()) without("warmup_plan");
        if (sender.volume) without("volume");
    }
}

}  // namespace schema
}  // namespace reputed
