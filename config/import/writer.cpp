#include "config/import/writer.hpp"

#include <algorithm>
#include <set>

#include "config/host_name.hpp"
#include "config/import/zone.hpp"
#include "config/settings.hpp"
#include "config/text.hpp"

namespace reputed::imports {
namespace {

constexpr std::uint64_t most_addresses = 65'536;  // of one sender
constexpr int widest_v4 = 16;
constexpr int widest_v6 = 112;
constexpr std::size_t shown_bytes = 200;

bool is_domain_kind(ListKind kind) {
    return kind == ListKind::domain_blocklist || kind == ListKind::domain_allowlist;
}

struct Named {
    Zone zone;
    FoundZone found;
};

// The sources' lists, each once, by what became of them.
class Lists {
  public:
    Lists(const Found& found, std::vector<Remark>& remarks) : whole_(found.whole), remarks_(remarks) {
        for (const auto& zone : found.zones)
            take(zone);
        DnsblSettings defaults;
        for (const auto& [place, secret] : keys_)
            defaults.secrets[place] = "x";
        const auto active = active_lists(defaults, Catalogue::builtin());
        for (const auto& list : active.lists)
            on_by_default_.insert(list.name);
        for (const auto& skipped : active.skipped)
            skipped_[skipped.name] = skipped.reason;
    }

    // Whether the sources ask domain lists and nothing else: then their targets are domains.
    bool only_domains() const {
        return !named_.empty() && std::all_of(named_.begin(), named_.end(), [](const Named& named) {
            return is_domain_kind(named.zone.list ? named.zone.list->kind : named.found.kind);
        });
    }

    std::size_t size() const { return named_.size(); }

    std::string toml() const { return chosen() + keys() + own(); }

  private:
    void take(const FoundZone& found) {
        auto zone = understand_zone(found.zone);
        if (zone.state == Zone::State::wrong) {
            const auto name = zone.name.empty() ? "" : in_quotes(zone.name) + ' ';
            remarks_.push_back({found.place, name + zone.why + ": left out"});
            return;
        }
        const bool is_new = seen_.insert(zone.name).second;
        if (zone.state == Zone::State::dead || zone.state == Zone::State::unusable) {
            if (!is_new) return;
            remarks_.push_back({found.place, in_quotes(zone.name) + ' ' + zone.why + ": left out"});
            dropped_.push_back(std::move(zone));
            return;
        }
        if (zone.needs_key) take_key(zone, found.place);
        if (is_new) named_.push_back({std::move(zone), found});
    }

    void take_key(Zone& zone, const Place& place) {
        const auto known = keys_.find(zone.key_place);
        // Two keys for one operator's lists: the second is for this list alone.
        if (known != keys_.end() && !zone.secret.empty() && !known->second.empty() &&
            known->second != zone.secret)
            zone.key_place = zone.name;
        auto& secret = keys_[zone.key_place];
        const bool is_new = key_places_.insert(zone.key_place).second;
        if (secret.empty()) secret = zone.secret;
        if (!is_new) return;
        remarks_.push_back(
            {place, "make the file " + in_quotes(key_file(zone.key_place)) +
                        " beside the configuration, readable by reputed only, and put the key of " +
                        in_quotes(zone.name) + " into it" +
                        (zone.secret.empty() ? "" : "; it stands in the source") +
                        ". Until then the configuration is refused"});
    }

    static std::string key_file(const std::string& place) { return place + ".key"; }

    static std::string dropped_comment(const Zone& zone) {
        return "  # " + zone.name + ' ' + printable(zone.why, shown_bytes) + '\n';
    }

    std::string remark_on(const Named& named) const {
        if (named.zone.state == Zone::State::unknown) return "  # described below";
        const auto skipped = skipped_.find(named.zone.name);
        if (skipped != skipped_.end() && skipped->second.starts_with("contained in "))
            return "  # " + skipped->second;
        return "";
    }

    // A monitor's lists are all there is; those of a mail filter come beside the usual ones.
    std::string chosen() const {
        std::string names;
        std::string usual;
        for (const auto& named : named_) {
            const auto& name = named.zone.name;
            if (!whole_ && on_by_default_.contains(name)) {
                usual += (usual.empty() ? "" : ", ") + name;
                continue;
            }
            // It tells nothing that the list which is asked does not.
            const auto skipped = skipped_.find(name);
            if (!whole_ && skipped != skipped_.end() && skipped->second.starts_with("contained in ")) {
                names += "  # " + name + " is " + skipped->second + '\n';
                continue;
            }
            if (!whole_ && named.zone.state == Zone::State::unknown) continue;
            names += "  " + toml_quoted(name) + ',' + remark_on(named) + '\n';
        }
        for (const auto& zone : dropped_)
            names += dropped_comment(zone);
        std::string out = "\n[dnsbl]\n";
        if (!usual.empty()) out += "# On without being named: " + usual + ".\n";
        if (named_.empty()) return names.empty() ? "" : out + "# None of the lists can be asked:\n" + names;
        if (whole_)
            return out +
                   "# Exactly these, as before. Without this key those that `reputed lists` shows are "
                   "asked.\nonly = [\n" +
                   names + "]\n";
        if (names.empty()) return out;
        return out + "# Beside those that are on by default.\ninclude = [\n" + names + "]\n";
    }

    std::string keys() const {
        if (keys_.empty()) return "";
        std::string out =
            "\n# The files are to be made: each holds one key, and nobody but reputed may read "
            "it.\n[dnsbl.keys]\n";
        for (const auto& [place, secret] : keys_)
            out += toml_quoted(place) + " = { file = " + toml_quoted(key_file(place)) + " }\n";
        return out;
    }

    std::string own() const {
        std::string out;
        for (const auto& named : named_) {
            if (named.zone.state != Zone::State::unknown) continue;
            out +=
                "\n# Not in the catalogue: what its answers mean is not known. Each in 127.0.0.0/8 counts, "
                "but "
                "127.0.0.1 and\n# 127.255.255.0/24 (RFC 5782); add \"codes\" where its operator says more.\n"
                "[[dnsbl.list]]\nzone = " +
                toml_quoted(named.zone.zone) +
                "\nkind = " + toml_quoted(reputed::to_string(named.found.kind)) + '\n';
            if (named.found.ipv6 && !is_domain_kind(named.found.kind))
                out += "families = [\"ipv4\", \"ipv6\"]\n";
        }
        return out;
    }

    bool whole_;
    std::vector<Remark>& remarks_;
    std::set<std::string> seen_;
    std::vector<Named> named_;
    std::vector<Zone> dropped_;
    std::map<std::string, std::string> keys_;  // place under [dnsbl.keys] -> key, to tell two apart
    std::set<std::string> key_places_;
    std::set<std::string> on_by_default_;
    std::map<std::string, std::string> skipped_;
};

// A host name in lower case, or "" for what is none.
std::string host_name(std::string_view text) {
    std::string name(text);
    return normalize_name(name, NameUse::domain).empty() ? name : "";
}

std::string network_fault(const std::string& text, const IpNetwork& network) {
    if (network.prefix_length() < (network.first().family() == Family::v4 ? widest_v4 : widest_v6))
        return in_quotes(text) + " is too wide: at most a /16 (IPv4) or a /112 (IPv6)";
    return "";
}

// Whom the sources watch: addresses together in one sender, each host name as one of its own.
class Targets {
  public:
    Targets(const Found& found, bool all_domains, const Addresses& resolved, std::vector<Remark>& remarks)
        : resolved_(resolved), remarks_(remarks) {
        for (const auto& target : found.targets)
            take(target, all_domains);
    }

    std::size_t addresses = 0;
    std::size_t domain_count() const { return domains_.size(); }

    std::string toml() const {
        std::string out = hosts_;
        if (!networks_.empty()) out += "\n[[sender]]\nname = \"imported\"\n" + list("ips", networks_);
        if (!domains_.empty())
            out += "\n[[sender]]\nname = \"imported domains\"\n" + list("domains", domains_);
        return out + open_;
    }

  private:
    static std::string list(std::string_view key, const std::vector<std::string>& values) {
        std::string out(key);
        out += " = [\n";
        for (const auto& value : values)
            out += "  " + toml_quoted(value) + ",\n";
        return out + "]\n";
    }

    void take(const FoundTarget& target, bool all_domains) {
        auto network = IpNetwork::parse(target.text);
        if (network) return take_network(target, *network);
        const auto name = host_name(target.text);
        if (name.empty()) {
            remarks_.push_back(
                {target.place, in_quotes(target.text) + " is no address, network or name: left out"});
        } else if (!seen_.insert((target.domain || all_domains ? "domain " : "host ") + name).second) {
            return;
        } else if (target.domain || all_domains) {
            domains_.push_back(name);
        } else {
            take_host(target.place, name);
        }
    }

    void take_network(const FoundTarget& target, const IpNetwork& found) {
        // As the settings want it: from the first address on, and IPv4 without IPv6 around it.
        const auto network = found.size() == 1
                                 ? IpNetwork(found.first().unmapped(),
                                             found.first().unmapped().family() == Family::v4 ? 32 : 128)
                                 : found;
        auto fault = network_fault(target.text, network);
        if (fault.empty() && network.first() != network.first().unmapped())
            fault = in_quotes(target.text) + " is a network of IPv4 addresses in IPv6 clothes";
        if (fault.empty() && total_ + network.size() > most_addresses)
            fault = "with " + in_quotes(target.text) + " there are more than 65536 addresses";
        if (!fault.empty()) {
            remarks_.push_back({target.place, fault + ": left out"});
            return;
        }
        if (overlaps(network)) {
            if (!seen_.contains(network.to_string()))
                remarks_.push_back(
                    {target.place, in_quotes(target.text) + " overlaps one before it: left out"});
            return;
        }
        seen_.insert(network.to_string());
        by_first_.emplace(network.first(), network);
        total_ += network.size();
        networks_.push_back(network.size() == 1 ? network.first().to_string() : network.to_string());
        ++addresses;
    }

    bool overlaps(const IpNetwork& added) const {
        const auto next = by_first_.lower_bound(added.first());
        if (next != by_first_.end() && added.contains(next->first)) return true;
        return next != by_first_.begin() && std::prev(next)->second.contains(added.first());
    }

    void take_host(const Place& place, const std::string& name) {
        const auto found = resolved_.find(name);
        if (found != resolved_.end() && !found->second.empty()) {
            std::vector<std::string> ips;
            for (const auto& address : found->second)
                if (const auto text = address.unmapped().to_string();
                    std::find(ips.begin(), ips.end(), text) == ips.end())
                    ips.push_back(text);
            hosts_ += "\n[[sender]]\nhostname = " + toml_quoted(name) + '\n' + list("ips", ips);
            addresses += ips.size();
            return;
        }
        const std::string why = found == resolved_.end()
                                    ? "is a host name, and addresses are watched here: import with "
                                      "--resolve, or fill in its addresses"
                                    : "does not resolve to an address: fill in its addresses";
        remarks_.push_back({place, in_quotes(name) + ' ' + why});
        open_ +=
            "\n# " + name + ' ' + why + ".\n#[[sender]]\n#hostname = " + toml_quoted(name) + "\n#ips = []\n";
    }

    const Addresses& resolved_;
    std::vector<Remark>& remarks_;
    std::set<std::string> seen_;
    std::map<IpAddress, IpNetwork> by_first_;
    std::uint64_t total_ = 0;
    std::vector<std::string> networks_;
    std::vector<std::string> domains_;
    std::string hosts_;
    std::string open_;
};

void in_order(std::vector<Remark>& remarks) {
    std::stable_sort(remarks.begin(), remarks.end(), [](const Remark& a, const Remark& b) {
        return std::tie(a.place.file, a.place.line) < std::tie(b.place.file, b.place.line);
    });
}

}  // namespace

std::vector<std::string> host_names(const Found& found) {
    std::set<std::string> names;
    for (const auto& target : found.targets)
        if (!target.domain && !IpNetwork::parse(target.text))
            if (auto name = host_name(target.text); !name.empty()) names.insert(std::move(name));
    return {names.begin(), names.end()};
}

Written write_settings(const Found& found, const std::string& origin, const Addresses& resolved) {
    Written written;
    written.remarks = found.remarks;
    const Lists lists(found, written.remarks);
    const Targets targets(found, lists.only_domains(), resolved, written.remarks);
    written.toml = "# Imported from " + printable(origin, 4096) +
                   ".\n# `reputed config check` tells whether it holds, `reputed lists` what it asks.\n";
    const auto senders = targets.toml();
    if (senders.find("\n[[sender]]") == std::string::npos)
        written.toml +=
            "\n# No address to watch was found: without a [[sender]] this machine describes itself.\n";
    written.toml += senders + lists.toml();
    written.lists = lists.size();
    written.addresses = targets.addresses;
    written.domains = targets.domain_count();
    in_order(written.remarks);
    return written;
}

}  // namespace reputed::imports
