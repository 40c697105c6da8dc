#include "tests/support/dns_server.hpp"

#include <array>
#include <deque>
#include <stdexcept>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config/ip_address.hpp"

namespace reputed::test {
namespace {

using Clock = std::chrono::steady_clock;

void put16(std::string& out, unsigned value) {
    out += static_cast<char>(value >> 8);
    out += static_cast<char>(value);
}

void put32(std::string& out, std::uint32_t value) {
    put16(out, value >> 16);
    put16(out, value & 0xffff);
}

struct Parsed {
    std::string name;
    std::uint16_t type = 0;
    std::size_t end = 0;  // of the question section
};

Parsed parse_question(const std::string& query) {
    Parsed parsed;
    std::size_t at = 12;
    while (at < query.size() && query[at] != 0) {
        const auto length = static_cast<std::uint8_t>(query[at]);
        if (!parsed.name.empty()) parsed.name += '.';
        parsed.name += query.substr(at + 1, length);
        at += length + 1U;
    }
    parsed.end = at + 5;
    if (parsed.end > query.size()) throw std::runtime_error("not a DNS query");
    parsed.type = static_cast<std::uint16_t>(static_cast<std::uint8_t>(query[at + 1]) << 8 |
                                             static_cast<std::uint8_t>(query[at + 2]));
    return parsed;
}

void put_record(std::string& out, const Reply::Record& record) {
    if (record.owner.empty())
        put16(out, 0xc00c);  // the name of the question
    else
        out += record.owner;
    put16(out, record.type);
    put16(out, 1);
    put32(out, record.ttl);
    put16(out, static_cast<unsigned>(record.data.size()));
    out += record.data;
}

std::string response(const std::string& query, const Parsed& question, const Reply& reply, bool tcp) {
    if (!reply.raw.empty()) return query.substr(0, 2) + reply.raw;
    const bool truncated = reply.truncated && !tcp;
    std::string out = query.substr(0, 2);
    put16(out, 0x8180U | (truncated ? 0x0200U : 0U) | reply.rcode);
    put16(out, 1);
    put16(out, truncated ? 0 : static_cast<unsigned>(reply.answers.size()));
    put16(out, truncated ? 0 : static_cast<unsigned>(reply.authority.size()));
    put16(out, 0);
    out += query.substr(12, question.end - 12);
    if (truncated) return out;
    for (const auto& record : reply.answers)
        put_record(out, record);
    for (const auto& record : reply.authority)
        put_record(out, record);
    return out;
}

int bound_socket(int type, std::uint16_t& port) {
    const int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (bind(fd, reinterpret_cast<sockaddr*>(&address), length) != 0) {
        close(fd);
        return -1;
    }
    getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
    port = ntohs(address.sin_port);
    return fd;
}

}  // namespace

DnsServer::DnsServer(Handler handler, std::chrono::milliseconds delay)
    : handler_(std::move(handler)), delay_(delay), wake_(eventfd(0, EFD_CLOEXEC)) {
    for (int attempt = 0; attempt < 20 && tcp_ < 0; ++attempt) {
        port_ = 0;
        if (udp_ >= 0) close(udp_);
        udp_ = bound_socket(SOCK_DGRAM, port_);
        tcp_ = bound_socket(SOCK_STREAM, port_);
    }
    if (tcp_ < 0 || listen(tcp_, 16) != 0) throw std::runtime_error("test DNS server: no port");
    const int buffer = 1 << 20;
    setsockopt(udp_, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    thread_ = std::thread([this] { run(); });
}

DnsServer::~DnsServer() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = write(wake_, &one, sizeof one);
    thread_.join();
    close(udp_);
    close(tcp_);
    close(wake_);
}

std::string DnsServer::address() const {
    return "127.0.0.1:" + std::to_string(port_);
}

void DnsServer::run() {
    struct Delayed {
        Clock::time_point due;
        sockaddr_in peer;
        std::string bytes;
    };
    std::deque<Delayed> delayed;
    std::array<char, 65536> buffer;
    for (;;) {
        std::array<pollfd, 3> fds = {{{udp_, POLLIN, 0}, {tcp_, POLLIN, 0}, {wake_, POLLIN, 0}}};
        poll(fds.data(), fds.size(), delayed.empty() ? -1 : 1);
        if (fds[2].revents != 0) return;
        if (fds[1].revents != 0) {
            const int fd = accept(tcp_, nullptr, nullptr);
            std::array<std::uint8_t, 2> size{};
            if (recv(fd, size.data(), 2, MSG_WAITALL) == 2) {
                std::string query(static_cast<std::size_t>(size[0] << 8 | size[1]), '\0');
                recv(fd, query.data(), query.size(), MSG_WAITALL);
                const Parsed question = parse_question(query);
                ++questions_;
                const std::string bytes =
                    response(query, question, handler_(question.name, question.type, true), true);
                std::string framed;
                put16(framed, static_cast<unsigned>(bytes.size()));
                framed += bytes;
                [[maybe_unused]] const auto sent = ::send(fd, framed.data(), framed.size(), MSG_NOSIGNAL);
            }
            close(fd);
        }
        for (;;) {
            sockaddr_in peer{};
            socklen_t length = sizeof peer;
            const auto got = recvfrom(udp_, buffer.data(), buffer.size(), MSG_DONTWAIT,
                                      reinterpret_cast<sockaddr*>(&peer), &length);
            if (got <= 0) break;
            const std::string query(buffer.data(), static_cast<std::size_t>(got));
            const Parsed question = parse_question(query);
            ++questions_;
            const Reply reply = handler_(question.name, question.type, false);
            if (!reply.silent)
                delayed.push_back({Clock::now() + delay_, peer, response(query, question, reply, false)});
        }
        const auto now = Clock::now();
        while (!delayed.empty() && delayed.front().due <= now) {
            const auto& out = delayed.front();
            sendto(udp_, out.bytes.data(), out.bytes.size(), 0, reinterpret_cast<const sockaddr*>(&out.peer),
                   sizeof out.peer);
            delayed.pop_front();
        }
    }
}

std::string wire_address(const std::string& text) {
    const auto address = IpAddress::parse(text).value();
    const auto& bytes = address.bytes();
    return {bytes.begin(), bytes.begin() + address.bits() / 8};
}

std::string wire_name(const std::string& name) {
    std::string out;
    for (std::size_t begin = 0; begin < name.size();) {
        const std::size_t end = std::min(name.find('.', begin), name.size());
        out += static_cast<char>(end - begin);
        out += name.substr(begin, end - begin);
        begin = end + 1;
    }
    return out + '\0';
}

std::string wire_strings(const std::vector<std::string>& strings) {
    std::string out;
    for (const auto& text : strings) {
        out += static_cast<char>(text.size());
        out += text;
    }
    return out;
}

std::string wire_mx(std::uint16_t preference, const std::string& name) {
    std::string out;
    put16(out, preference);
    return out + wire_name(name);
}

std::string wire_soa(std::uint32_t minimum) {
    std::string out = wire_name("ns.example") + wire_name("hostmaster.example");
    for (int i = 0; i < 4; ++i)
        put32(out, 1);
    put32(out, minimum);
    return out;
}

}  // namespace reputed::test
