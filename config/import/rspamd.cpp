#include <algorithm>
#include <map>

#include "config/import/source.hpp"
#include "config/import/ucl.hpp"
#include "config/import/zone.hpp"
#include "config/text.hpp"

// Rspamd's modules.d/rbl.conf and local.d/rbl.conf: the objects in "rbls" with their "rbl"; and the rules of surbl.conf
// in versions before 2.0, with their "suffix".
namespace reputed::imports {
namespace {

struct Rule {
    std::string zone;
    Place place;
    bool on = true;
    bool allows = false;
    bool ipv6 = true;  // Rspamd's default
    bool domains = false;
    bool addresses = false;
    bool hashes = false;
};

bool is_true(std::string_view value) {
    const auto text = lower(value);
    return text == "true" || text == "yes" || text == "on" || text == "1";
}

// What of a message is asked about; all but these are names.
bool is_address_check(std::string_view check) {
    return check == "from" || check == "received" || check == "content_urls_ip" || check == "resolve_ip";
}

void set(Rule& rule, std::string_view key, const std::string& value, const Place& place) {
    if (key == "rbl" || key == "suffix") {
        rule.zone = value;
        rule.place = place;
        if (key == "suffix") rule.domains = true;
    } else if (key == "enabled") {
        rule.on = is_true(value);
    } else if (key == "disabled") {
        rule.on = !is_true(value);
    } else if (key == "is_whitelist") {
        rule.allows = is_true(value);
    } else if (key == "ipv6") {
        rule.ipv6 = is_true(value);
    } else if (key == "hash") {
        rule.hashes = true;
    } else if (key == "checks") {
        (is_address_check(value) ? rule.addresses : rule.domains) = true;
    } else if (key == "from" || key == "received") {
        rule.addresses = rule.addresses || is_true(value);
    } else if (key == "urls" || key == "dkim" || key == "helo" || key == "rdns" || key == "emails" ||
               key == "emails_domainonly" || key == "replyto") {
        rule.domains = rule.domains || is_true(value);
    }
}

class Rules {
  public:
    explicit Rules(Found& found) : found_(found) {}

    void read(const Source& source) {
        const auto ucl = read_ucl(source.text);
        for (const auto& entry : ucl.entries) {
            const Place place{source.file, entry.line};
            if (entry.macro) {
                remark_macro(entry, place);
                continue;
            }
            // .../rbls/NAME/KEY, or NAME/KEY where the text is what stands in "rbls".
            const auto& path = entry.path;
            const bool inside =
                path.size() >= 3 && (path[path.size() - 3] == "rbls" || path[path.size() - 3] == "rules");
            const bool alone =
                path.size() == 2 && path[0] != "rbl" && path[0] != "rbls" && path[0] != "surbl";
            if (!inside && !alone) continue;
            const auto& name = path[path.size() - 2];
            if (alone && !rules_.contains(name) && path.back() != "rbl" && path.back() != "suffix") continue;
            const auto [rule, is_new] = rules_.try_emplace(name);
            if (is_new) order_.push_back(name);
            if (rule->second.place.line == 0) rule->second.place = place;
            set(rule->second, path.back(), entry.value, place);
        }
        if (ucl.broken_line > 0)
            add_remark(found_, {source.file, ucl.broken_line},
                       "cannot be read any further than here: what follows is left out");
    }

    void give() const {
        for (const auto& name : order_) {
            const auto& rule = rules_.at(name);
            if (!rule.on)
                add_remark(found_, rule.place, "the rule " + shown(name) + " is switched off: left out");
            else if (rule.zone.empty())
                add_remark(
                    found_, rule.place,
                    "the rule " + shown(name) + " names no list here: give the file that it adds to as well");
            else if (rule.hashes)
                add_remark(
                    found_, rule.place,
                    "the rule " + shown(name) + " asks for hashes, which cannot be asked here: left out");
            else
                add_zone(found_, {rule.zone, kind_of(rule), rule.ipv6, rule.place});
        }
    }

  private:
    void remark_macro(const UclEntry& entry, const Place& place) {
        add_remark(
            found_, place,
            shown(entry.path.back()) + " is not followed: give its file here as well, behind this one");
    }

    static ListKind kind_of(const Rule& rule) {
        if (rule.domains && !rule.addresses)
            return rule.allows ? ListKind::domain_allowlist : ListKind::domain_blocklist;
        return rule.allows ? ListKind::ip_allowlist : ListKind::ip_blocklist;
    }

    Found& found_;
    std::map<std::string, Rule, std::less<>> rules_;
    std::vector<std::string> order_;
};

}  // namespace

void read_rspamd(std::span<const Source> sources, Found& found) {
    Rules rules(found);
    for (const auto& source : sources)
        rules.read(source);
    rules.give();
}

}  // namespace reputed::imports
