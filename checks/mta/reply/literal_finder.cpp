#include "checks/mta/reply/literal_finder.hpp"

namespace reputed::mta {

LiteralFinder::LiteralFinder(const std::vector<std::string>& literals) : literals_(literals.size()) {
    number_bytes(literals);
    // At most a node for each byte. What is reserved and not used takes no memory; growing would take twice as much.
    std::size_t most_nodes = 1;
    for (const auto& literal : literals)
        most_nodes += literal.size();
    nodes_.reserve(most_nodes);
    next_.reserve(most_nodes * kinds_);
    nodes_.emplace_back();
    next_.resize(kinds_, none);
    for (std::size_t i = 0; i < literals.size(); ++i) {
        std::uint32_t node = 0;
        for (const char c : literals[i]) {
            auto& following = next(node, kind_[static_cast<unsigned char>(c)]);
            if (following == none) {
                following = static_cast<std::uint32_t>(nodes_.size());
                nodes_.emplace_back();
                node = following;
                next_.resize(next_.size() + kinds_, none);
            } else {
                node = following;
            }
        }
        nodes_[node].literal = static_cast<std::uint32_t>(i);
    }
    link();
}

void LiteralFinder::number_bytes(const std::vector<std::string>& literals) {
    for (const auto& literal : literals)
        for (const char c : literal) {
            auto& kind = kind_[static_cast<unsigned char>(c)];
            if (kind == 0) kind = static_cast<std::uint8_t>(kinds_++);
        }
    for (std::size_t upper = 'A'; upper <= 'Z'; ++upper)
        kind_[upper] = kind_[upper + 32];
}

// Breadth first: the suffix of a node is nearer to the root, so it is complete.
void LiteralFinder::link() {
    std::vector<std::uint32_t> order{0};
    ended_.assign(nodes_.size(), 0);
    for (std::size_t i = 0; i < order.size(); ++i) {
        const auto node = order[i];
        const auto shorter = nodes_[node].shorter;
        ended_[node] = nodes_[node].literal != none ? node : ended_[shorter];
        for (std::size_t kind = 0; kind < kinds_; ++kind) {
            const auto by_suffix = node == 0 ? 0 : next(shorter, kind);
            auto& following = next(node, kind);
            if (following == none) {
                following = by_suffix;
            } else {
                nodes_[following].shorter = by_suffix;
                order.push_back(following);
            }
        }
    }
}

void LiteralFinder::find(std::string_view text, std::vector<int>& found) const {
    found.clear();
    static thread_local std::vector<bool> seen;
    seen.assign(literals_, false);
    std::uint32_t node = 0;
    for (const char c : text) {
        node = next_[node * kinds_ + kind_[static_cast<unsigned char>(c)]];
        for (auto end = ended_[node]; end != 0; end = ended_[nodes_[end].shorter]) {
            const auto literal = nodes_[end].literal;
            if (seen[literal]) break;  // and so were its suffixes
            seen[literal] = true;
            found.push_back(static_cast<int>(literal));
        }
    }
}

}  // namespace reputed::mta
