#include "checks/net/cares_channel.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include <ares.h>
#include <arpa/nameser.h>
#include <sys/epoll.h>

#include "config/endpoint.hpp"

namespace reputed {
namespace {

constexpr int socket_receive_buffer = 1 << 20;  // answers of a whole window may arrive while we send
constexpr int edns_size = 1232;                 // fits one packet on any path (DNS flag day 2020)

// c-ares initialises global state once; doing it here keeps callers free of it.
void initialise_library() {
    static const int status = ares_library_init(ARES_LIB_INIT_ALL);
    if (status != ARES_SUCCESS) throw std::runtime_error(std::string("c-ares: ") + ares_strerror(status));
}

// \DDD as \X: c-ares takes every octet after a backslash as it is, and would ask for three digits.
std::string without_decimals(const std::string& name) {
    std::string out;
    for (std::size_t i = 0; i < name.size(); ++i) {
        out += name[i];
        if (name[i] != '\\' || i + 1 == name.size()) continue;
        if (i + 3 < name.size() && name[i + 1] >= '0' && name[i + 1] <= '9') {
            out +=
                static_cast<char>((name[i + 1] - '0') * 100 + (name[i + 2] - '0') * 10 + name[i + 3] - '0');
            i += 3;
        } else {
            out += name[++i];
        }
    }
    return out;
}

struct Sent {
    CaresChannel::Callback callback;
    void* context;
};

void on_answer(void* argument, int status, int timeouts, unsigned char* bytes, int length) {
    const std::unique_ptr<Sent> sent(static_cast<Sent*>(argument));
    const bool has_bytes = bytes != nullptr && length > 0;
    sent->callback(sent->context,
                   has_bytes ? std::span<const std::uint8_t>(bytes, static_cast<std::size_t>(length))
                             : std::span<const std::uint8_t>(),
                   status == ARES_ETIMEOUT, timeouts > 0);
}

// Not ares_set_servers_ports_csv(): it takes "127.0.0.1:99999999" and "[::1" without a word.
void use_servers(ares_channeldata* channel, const std::vector<std::string>& servers) {
    std::vector<ares_addr_port_node> nodes(servers.size());
    for (std::size_t i = 0; i < servers.size(); ++i) {
        const auto endpoint = Endpoint::parse(servers[i], NS_DEFAULTPORT);
        const auto address = endpoint ? IpAddress::parse(endpoint->host) : std::nullopt;
        if (!address || endpoint->port == 0)
            throw std::runtime_error("DNS server \"" + servers[i] +
                                     "\": not an address: write ADDRESS, ADDRESS:PORT or [IPV6]:PORT");
        const bool v4 = address->family() == Family::v4;
        const auto& bytes = address->bytes();
        auto& node = nodes[i];
        node.next = i + 1 < servers.size() ? &nodes[i + 1] : nullptr;
        node.family = v4 ? AF_INET : AF_INET6;
        std::copy_n(bytes.begin(), v4 ? 4 : 16, reinterpret_cast<std::uint8_t*>(&node.addr));
        node.udp_port = node.tcp_port = endpoint->port;
    }
    const int status = ares_set_servers_ports(channel, nodes.data());
    if (status != ARES_SUCCESS) throw std::runtime_error(std::string("c-ares: ") + ares_strerror(status));
}

}  // namespace

CaresChannel::CaresChannel(const Options& options, int epoll_fd) : epoll_fd_(epoll_fd) {
    initialise_library();
    ares_options ares{};
    // NOCHECKRESP: SERVFAIL and REFUSED are answers that we tell apart, not reasons to try on.
    ares.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_NOCHECKRESP | ARES_FLAG_EDNS;
    ares.timeout = static_cast<int>(options.timeout.count());
    ares.tries = 1;  // further tries are ours, so that every one waits the same time and gets a new id
    ares.ednspsz = edns_size;
    ares.socket_receive_buffer_size = socket_receive_buffer;
    ares.sock_state_cb = on_socket_state;
    ares.sock_state_cb_data = this;
    const int status =
        ares_init_options(&channel_, &ares,
                          ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ |
                              ARES_OPT_SOCK_RCVBUF | ARES_OPT_SOCK_STATE_CB);
    if (status != ARES_SUCCESS) throw std::runtime_error(std::string("c-ares: ") + ares_strerror(status));
    if (options.servers.empty()) return;
    try {
        use_servers(channel_, options.servers);
    } catch (...) {
        ares_destroy(channel_);
        throw;
    }
}

CaresChannel::~CaresChannel() {
    ares_destroy(channel_);
}

void CaresChannel::send(const std::string& name, RecordType type, Callback callback, void* context) {
    const bool escaped = name.find('\\') != std::string::npos;
    ares_query(channel_, escaped ? without_decimals(name).c_str() : name.c_str(), ns_c_in,
               static_cast<int>(type), on_answer, new Sent{callback, context});
}

bool CaresChannel::process(int fd, bool readable, bool writable) {
    if (std::find(sockets_.begin(), sockets_.end(), fd) == sockets_.end()) return false;
    ares_process_fd(channel_, readable ? fd : ARES_SOCKET_BAD, writable ? fd : ARES_SOCKET_BAD);
    return true;
}

void CaresChannel::process_timeouts() {
    ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

void CaresChannel::on_socket_state(void* self, int fd, int readable, int writable) {
    auto& channel = *static_cast<CaresChannel*>(self);
    const auto known = std::find(channel.sockets_.begin(), channel.sockets_.end(), fd);
    epoll_event event{};
    event.data.fd = fd;
    if (readable != 0) event.events |= EPOLLIN;
    if (writable != 0) event.events |= EPOLLOUT;
    if (event.events == 0) {
        if (known == channel.sockets_.end()) return;
        epoll_ctl(channel.epoll_fd_, EPOLL_CTL_DEL, fd, nullptr);
        channel.sockets_.erase(known);
        return;
    }
    const bool is_new = known == channel.sockets_.end();
    if (is_new) channel.sockets_.push_back(fd);
    epoll_ctl(channel.epoll_fd_, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
}

std::vector<std::string> CaresChannel::servers() const {
    std::vector<std::string> out;
    ares_addr_port_node* list = nullptr;
    if (ares_get_servers_ports(channel_, &list) != ARES_SUCCESS) return out;
    for (const auto* node = list; node != nullptr; node = node->next) {
        Endpoint endpoint;
        std::array<std::uint8_t, 16> bytes{};
        const bool v4 = node->family == AF_INET;
        std::copy_n(reinterpret_cast<const std::uint8_t*>(&node->addr), v4 ? 4 : 16, bytes.begin());
        endpoint.host = (v4 ? IpAddress::v4(static_cast<std::uint32_t>(bytes[0]) << 24 |
                                            static_cast<std::uint32_t>(bytes[1]) << 16 |
                                            static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3])
                            : IpAddress::v6(bytes))
                            .to_string();
        endpoint.port = static_cast<std::uint16_t>(node->udp_port != 0 ? node->udp_port : NS_DEFAULTPORT);
        out.push_back(endpoint.to_string());
    }
    ares_free_data(list);
    return out;
}

}  // namespace reputed
