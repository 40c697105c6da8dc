// The least that asking through c-ares can cost: one channel, a fixed number of questions under way, the answer's A
// records parsed and forgotten. Usage: bare_cares PORT IPS ZONE ...
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <ares.h>
#include <arpa/nameser.h>
#include <poll.h>

namespace {

constexpr int window = 64;
int in_flight = 0;
unsigned long answered = 0;
unsigned long listed = 0;
unsigned long failed = 0;

void on_answer(void*, int status, int, unsigned char* bytes, int length) {
    --in_flight;
    ++answered;
    if (status == ARES_SUCCESS) {
        ares_addrttl records[8];
        int count = 8;
        if (ares_parse_a_reply(bytes, length, nullptr, records, &count) == ARES_SUCCESS && count > 0)
            ++listed;
    } else if (status != ARES_ENOTFOUND && status != ARES_ENODATA) {
        ++failed;
    }
}

std::string reversed_ip(unsigned number) {
    char text[32];
    std::snprintf(text, sizeof text, "%u.%u.%u.11", number & 255, number >> 8 & 255, number >> 16 & 255);
    return text;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 64;
    ares_library_init(ARES_LIB_INIT_ALL);
    ares_options options{};
    options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOCHECKRESP | ARES_FLAG_EDNS;
    options.timeout = 2000;
    options.tries = 2;
    ares_channel channel = nullptr;
    ares_init_options(&channel, &options, ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES);
    ares_set_servers_ports_csv(channel, (std::string("127.0.0.1:") + argv[1]).c_str());

    const auto ips = static_cast<unsigned>(std::atoi(argv[2]));
    const std::vector<std::string> zones(argv + 3, argv + argc);
    std::size_t zone = 0;
    unsigned ip = 0;
    while (zone < zones.size() || in_flight > 0) {
        while (in_flight < window && zone < zones.size()) {
            const std::string name = reversed_ip(ip) + '.' + zones[zone];
            ++in_flight;
            ares_query(channel, name.c_str(), ns_c_in, ns_t_a, on_answer, nullptr);
            if (++ip == ips) ip = 0, ++zone;
        }
        ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
        const int bits = ares_getsock(channel, sockets, ARES_GETSOCK_MAXNUM);
        pollfd fds[ARES_GETSOCK_MAXNUM];
        nfds_t count = 0;
        for (int i = 0; i < ARES_GETSOCK_MAXNUM; ++i)
            if (ARES_GETSOCK_READABLE(bits, i)) fds[count++] = {sockets[i], POLLIN, 0};
        poll(fds, count, 20);
        for (nfds_t i = 0; i < count; ++i)
            ares_process_fd(channel, fds[i].revents != 0 ? fds[i].fd : ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    }
    std::printf("%lu answers, %lu listed, %lu failed\n", answered, listed, failed);
    ares_destroy(channel);
    ares_library_cleanup();
}
