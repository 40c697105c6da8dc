#include "agent/web/connections.hpp"

#include <algorithm>

namespace reputed::web {

Connection& ConnectionTable::add(int socket, const IpAddress& client, Time now) {
    auto& connection = connections_.emplace_back();
    connection.self = std::prev(connections_.end());
    connection.socket = socket;
    connection.client = client;
    connection.since = now;
    connection.of_client = &clients_[client];
    ++*connection.of_client;
    return connection;
}

void ConnectionTable::remove(Connection& connection) {
    let_go(connection);
    if (connection.closing)
        --closing_;
    else if (--*connection.of_client == 0)
        clients_.erase(connection.client);
    connections_.erase(connection.self);
}

void ConnectionTable::answer(Connection& connection, const void* content, std::size_t bytes, Time now) {
    let_go(connection);
    connection.answering = true;
    connection.since = now;
    if (content == nullptr) return;
    connection.content = content;
    auto& held = held_[content];
    if (held.readers++ > 0) return;
    held.bytes = bytes;
    held.since = now;
    held_bytes_ += bytes;
}

void ConnectionTable::answered(Connection& connection, Time now) {
    let_go(connection);
    connection.answering = false;
    connection.since = now;
}

std::vector<Connection*> ConnectionTable::to_close(Time now) {
    std::vector<Connection*> chosen;
    if (now - looked_ >= std::chrono::seconds(1)) {
        looked_ = now;
        choose_expired(now, chosen);
    }
    while (open() > limit_) {
        auto* connection = heaviest();
        if (connection == nullptr) break;
        choose(*connection, chosen);
    }
    while (held_bytes_ > most_held && held_.size() > 1) {
        const auto oldest = std::min_element(held_.begin(), held_.end(), [](const auto& a, const auto& b) {
            return a.second.since < b.second.since;
        });
        const void* content = oldest->first;
        for (auto& connection : connections_)
            if (connection.content == content) choose(connection, chosen);
    }
    return chosen;
}

void ConnectionTable::choose(Connection& connection, std::vector<Connection*>& chosen) {
    let_go(connection);
    if (connection.closing) return;
    connection.closing = true;
    ++closing_;
    if (--*connection.of_client == 0) clients_.erase(connection.client);
    connection.of_client = nullptr;
    chosen.push_back(&connection);
}

void ConnectionTable::let_go(Connection& connection) {
    const auto found = held_.find(connection.content);
    connection.content = nullptr;
    if (found == held_.end() || --found->second.readers > 0) return;
    held_bytes_ -= found->second.bytes;
    held_.erase(found);
}

void ConnectionTable::choose_expired(Time now, std::vector<Connection*>& chosen) {
    for (auto& connection : connections_) {
        const auto deadline = connection.answering ? answer_deadline
                              : connection.welcome ? welcome_deadline
                                                   : request_deadline;
        if (!connection.parked && !connection.closing && now - connection.since > deadline)
            choose(connection, chosen);
    }
}

Connection* ConnectionTable::heaviest() {
    const auto goes_before = [](const Connection& a, const Connection& b) {
        if (*a.of_client != *b.of_client) return *a.of_client > *b.of_client;
        if (a.welcome != b.welcome) return b.welcome;
        return a.since < b.since;
    };
    Connection* found = nullptr;
    for (auto& connection : connections_)
        if (!connection.parked && !connection.closing &&
            (found == nullptr || goes_before(connection, *found)))
            found = &connection;
    return found;
}

}  // namespace reputed::web
