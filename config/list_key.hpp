#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"

// Which key serves which list. A key is a label of the zone that is asked and a secret: names here are the
// shown ones.
namespace reputed {

// `name` is `zone` or a name below it; both lower case.
bool lies_in(std::string_view name, std::string_view zone);

// The source whose zone suffix is the longest that `name` lies in; nullptr when none serves it.
const KeySource* key_source_for(std::string_view name, const std::vector<KeySource>& sources);

// The same among keys that have been read.
const std::string* key_for(std::string_view name, const std::map<std::string, std::string>& secrets);

// `needs a key: [dnsbl.keys] "dq.spamhaus.net"`
std::string key_advice(const List& list);

// The keyed list that `name` is asked by with the key inside, or nullptr. Such a name must not be repeated
// anywhere.
const List* reveals_key(std::string_view name, const std::vector<List>& lists);

}  // namespace reputed
