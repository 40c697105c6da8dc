#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "agent/snapshot.hpp"

namespace reputed::page {

// What has a page of its own, and the links there. Points into the snapshot.
class Names {
  public:
    explicit Names(const Snapshot& snapshot);

    // The sender that sends from there; null: none does.
    const Sender* sender_of(const IpAddress& address) const;
    // A list that is asked; null: it is not.
    const List* list(std::string_view name) const;
    bool is_domain(std::string_view name) const { return domains_.contains(name); }

    // Foreign text, escaped, and linked where it names an address, list or domain with a page. `breakable` ones may
    // break, for narrow cells.
    std::string link(std::string_view name, bool may_break = false) const;

  private:
    std::map<std::pair<Family, int>, std::map<IpAddress, const Sender*>>
        networks_;  // by length of the prefix
    std::unordered_map<std::string_view, const List*> lists_;
    std::unordered_set<std::string> known_domains_;
    std::unordered_set<std::string_view> domains_;  // into known_domains_
};

// Paths are ours and links to them need no escape: everything but letters, digits, "-._~:" is a percent code. "" where
// the name cannot stand in a path.
std::string path_to(std::string_view folder, std::string_view name);  // "/ip/", "192.0.2.1"
// `html` linked to a path of ours; unlinked where that is "".
std::string anchor(std::string_view path, std::string_view html);
std::string code_link(std::string_view code);  // to its explanation, where there is one
std::string list_link(std::string_view name);  // to the page of a list of the catalogue, or one that is asked

}  // namespace reputed::page
