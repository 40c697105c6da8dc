#include "agent/page/names.hpp"

#include <array>

#include "agent/page/parts.hpp"
#include "checks/dnsbl/dnsbl_check.hpp"
#include "config/finding_codes.hpp"

namespace reputed::page {
namespace {

constexpr std::size_t longest_in_path = 300;

bool stands_for_itself(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~:").find(c) != std::string_view::npos;
}

}  // namespace

std::string path_to(std::string_view folder, std::string_view name) {
    // Browsers take dots alone for steps between folders, also when they are percent codes.
    if (name.empty() || name.size() > longest_in_path || name == "." || name == "..") return "";
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string path(folder);
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (stands_for_itself(c))
            path += c;
        else if (byte == 0)
            return "";
        else
            path += {'%', digits[byte >> 4], digits[byte & 15U]};
    }
    return path;
}

std::string anchor(std::string_view path, std::string_view html) {
    if (path.empty()) return std::string(html);
    return "<a href=\"" + std::string(path) + "\">" + std::string(html) + "</a>";
}

std::string code_link(std::string_view code) {
    return find_finding_code(code) == nullptr ? name(code) : anchor(path_to("/explain/", code), name(code));
}

std::string list_link(std::string_view list) {
    return anchor(path_to("/list/", list), breakable(list));
}

Names::Names(const Snapshot& snapshot) {
    if (snapshot.settings) {
        for (const auto& sender : snapshot.settings->senders)
            for (const auto& network : sender.networks)
                networks_[{network.first().family(), network.prefix_length()}].emplace(network.first(),
                                                                                       &sender);
        for (auto& domain : dnsbl::known_domains(*snapshot.settings))
            domains_.insert(*known_domains_.insert(std::move(domain)).first);
    }
    if (snapshot.lists)
        for (const auto& list : snapshot.lists->lists)
            lists_.emplace(list.name, &list);
}

const Sender* Names::sender_of(const IpAddress& address) const {
    for (const auto& [kind, networks] : networks_) {
        if (kind.first != address.family()) continue;
        const auto found = networks.find(IpNetwork(address, kind.second).first());
        if (found != networks.end()) return found->second;
    }
    return nullptr;
}

const List* Names::list(std::string_view name) const {
    const auto found = lists_.find(name);
    return found == lists_.end() ? nullptr : found->second;
}

std::string Names::link(std::string_view foreign, bool may_break) const {
    auto html = may_break ? breakable(foreign) : name(foreign);
    if (const auto address = IpAddress::parse(foreign))
        return sender_of(*address) == nullptr ? html : anchor(path_to("/ip/", address->to_string()), html);
    if (list(foreign) != nullptr) return anchor(path_to("/list/", foreign), html);
    if (is_domain(foreign)) return anchor(path_to("/domain/", foreign), html);
    return html;
}

}  // namespace reputed::page
