#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <vector>

#include "config/ip_address.hpp"

// Which connections a web server goes on with when there are more than it can have, or when some are too slow. Without
// it, whoever opens many and sends nothing locks out everybody else.
namespace reputed::web {

struct Connection {
    using Time = std::chrono::steady_clock::time_point;
    int socket = -1;
    IpAddress client;  // FailureLimit::client_of
    Time since;        // when it began to wait for a request, or the answer began
    bool answering = false;
    bool parked = false;   // waits for us
    bool closing = false;  // chosen to be closed
    bool welcome = false;  // has been let in and answered before: it goes last, and may be idle for longer
    const void* content = nullptr;
    std::shared_ptr<void> context;  // held for as long as the connection is there
    std::size_t* of_client = nullptr;
    std::list<Connection>::iterator self;
};

class ConnectionTable {
  public:
    using Time = Connection::Time;
    static constexpr std::chrono::seconds request_deadline{
        10};  // from the beginning, or from the last answer
    static constexpr std::chrono::seconds welcome_deadline{90};  // the same, where one was let in before
    static constexpr std::chrono::seconds answer_deadline{60};
    static constexpr std::size_t most_held =
        std::size_t{64} * 1024 * 1024;  // bytes of contents that readers hold

    explicit ConnectionTable(std::size_t limit) : limit_(limit) {}

    // Stays where it is until remove().
    Connection& add(int socket, const IpAddress& client, Time now);
    void remove(Connection& connection);
    // `content` is what the answer is made of; connections that are sent the same one hold it together. Null = nothing
    // worth counting.
    void answer(Connection& connection, const void* content, std::size_t bytes, Time now);
    void answered(Connection& connection, Time now);

    // Those to be closed now, each told once: the ones that are past their deadline (looked for once a second), the
    // oldest of the client that has most when there are more than the limit, and the readers of the oldest content when
    // too much is held.
    std::vector<Connection*> to_close(Time now);

    std::size_t open() const { return connections_.size() - closing_; }

  private:
    struct Held {
        std::size_t bytes = 0;
        std::size_t readers = 0;
        Time since;
    };
    void choose(Connection& connection, std::vector<Connection*>& chosen);
    void let_go(Connection& connection);
    void choose_expired(Time now, std::vector<Connection*>& chosen);
    Connection* heaviest();

    std::size_t limit_;
    std::list<Connection> connections_;
    std::map<IpAddress, std::size_t> clients_;
    std::map<const void*, Held> held_;
    std::size_t held_bytes_ = 0;
    std::size_t closing_ = 0;
    Time looked_{};
};

}  // namespace reputed::web
