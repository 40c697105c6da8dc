#include <algorithm>
#include <memory>
#include <set>

#include "config/list_key.hpp"

// Which lists are asked, and of every other one why it is not.
namespace reputed {

namespace {

struct Candidate {
    const List* list = nullptr;
    bool named = false;      // by the operator, who then gets it even where another list contains it
    std::string skipped;     // why it is not asked; "" = it is
    bool contained = false;  // in another candidate
};

bool holds(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string off_by_default(const List& list) {
    if (list.status == ListStatus::own) return "";
    if (list.status == ListStatus::doubtful)
        return "doubtful whether it still works: name it in include to ask it";
    switch (list.access) {
        case Access::free:
        case Access::free_noncommercial:
        case Access::rate_limited:
            return "";
        case Access::registration:
            // With a key, registering is what gave the key.
            if (list.needs_key()) return "";
            return "needs registration with its operator: name it in include once that is done";
        case Access::paid_key:
            if (list.needs_key()) return "";
            return "needs a contract with its operator: name it in include once that is done";
        case Access::unknown:
            break;
    }
    return "its terms of use are not known: name it in include to ask it";
}

std::string reason_to_skip(const List& list, bool named, const DnsblSettings& settings) {
    if (!settings.only.empty() && !named) return "not named in only";
    if (holds(settings.exclude, list.name)) return "excluded by the configuration";
    if (list.needs_key() && !key_for(list.name, settings.secrets)) return key_advice(list);
    return named ? "" : off_by_default(list);
}

class Candidates {
  public:
    Candidates(const DnsblSettings& settings, const std::vector<List>& known) : settings_(settings) {
        for (const auto& list : known)
            if (describes_itself(list.name))
                candidates_.push_back({&list, false, "described by [[dnsbl.list]] instead", false});
            else
                add(list);
        for (const auto& list : settings.own)
            add(list);
        add_unknown(settings.include);
        add_unknown(settings.only);
        for (auto& candidate : candidates_)
            if (candidate.skipped.empty() && !candidate.named)
                candidate.contained = container_of(*candidate.list) != nullptr;
        // Only now is it known which container is asked itself.
        for (auto& candidate : candidates_)
            if (candidate.contained)
                if (const auto* container = container_of(*candidate.list))
                    candidate.skipped = "contained in " + container->list->name;
    }

    ActiveLists result() const {
        ActiveLists active;
        for (const auto& candidate : candidates_) {
            if (!candidate.skipped.empty()) {
                active.skipped.push_back({candidate.list->name, candidate.skipped});
                continue;
            }
            List list = *candidate.list;
            if (const auto at = list.zone.find("{key}"); at != std::string::npos)
                list.zone.replace(at, 5, *key_for(list.name, settings_.secrets));
            active.lists.push_back(std::move(list));
        }
        return active;
    }

  private:
    bool describes_itself(const std::string& name) const {
        return std::any_of(settings_.own.begin(), settings_.own.end(),
                           [&](const List& list) { return list.name == name; });
    }

    void add(const List& list) {
        const bool named = holds(settings_.include, list.name) || holds(settings_.only, list.name);
        candidates_.push_back({&list, named, reason_to_skip(list, named, settings_), false});
    }

    void add_unknown(const std::vector<std::string>& names) {
        for (const auto& name : names) {
            if (find(name)) continue;
            generic_.push_back(std::make_unique<List>(generic_list(name)));
            add(*generic_.back());
        }
    }

    const Candidate* find(const std::string& name) const {
        const Candidate* found = nullptr;
        // The operator's own description comes later and counts.
        for (const auto& candidate : candidates_)
            if (candidate.list->name == name) found = &candidate;
        return found;
    }

    // The nearest list that holds all of this one's entries, is to be asked and is not contained in another
    // itself. A chain that bites its tail ends where it began.
    const Candidate* container_of(const List& list) const {
        std::set<std::string> seen{list.name};
        std::string next = list.subset_of;
        while (!next.empty() && seen.insert(next).second) {
            const auto* candidate = find(next);
            if (!candidate) return nullptr;
            if (candidate->skipped.empty() && !candidate->contained) return candidate;
            next = candidate->list->subset_of;
        }
        return nullptr;
    }

    const DnsblSettings& settings_;
    std::vector<Candidate> candidates_;
    std::vector<std::unique_ptr<List>> generic_;
};

}  // namespace

ActiveLists active_lists(const DnsblSettings& settings, const std::vector<List>& known) {
    return Candidates(settings, known).result();
}

ActiveLists active_lists(const DnsblSettings& settings, const Catalogue& catalogue) {
    return active_lists(settings, catalogue.lists());
}

}  // namespace reputed
