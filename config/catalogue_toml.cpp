#include "config/catalogue_toml.hpp"

#include "config/text.hpp"

namespace reputed {

std::optional<List> read_list(const toml::table& table, std::string_view file, Problems& problems) {
    const auto zone = table["zone"].value<std::string>();
    const auto& where = table.source().begin;
    if (!zone) {
        problems.push_back({std::string(file), where.line, where.column, "a list needs a \"zone\""});
        return {};
    }
    List list = generic_list(*zone);
    list.name = table["name"].value_or(list.name);
    return list;
}

List generic_list(std::string_view zone) {
    List list;
    list.zone = lower(zone);
    list.name = list.zone;
    for (const std::string mark : {"{key}.", "{revip}."})
        if (const auto at = list.name.find(mark); at != std::string::npos) list.name.erase(at, mark.size());
    list.ipv6 = true;
    list.status = ListStatus::own;
    return list;
}

const Catalogue& Catalogue::builtin() {
    static const Catalogue catalogue = [] {
        Catalogue made;
        made.lists_.push_back(generic_list("zen.spamhaus.org"));
        made.lists_.push_back(generic_list("{key}.zen.dq.spamhaus.net"));
        for (auto& list : made.lists_)
            list.status = ListStatus::alive;
        made.dead_.push_back({"sorbs.net", true, "2024-06-05", "emptied"});
        return made;
    }();
    return catalogue;
}

const List* Catalogue::find(std::string_view name) const {
    for (const auto& list : lists_)
        if (list.name == name || list.zone == name) return &list;
    return nullptr;
}

const DeadZone* Catalogue::find_dead(std::string_view zone) const {
    for (const auto& dead : dead_)
        if (zone == dead.zone || zone.ends_with('.' + dead.zone)) return &dead;
    return nullptr;
}

}  // namespace reputed
