// A DNS server for benchmarks: lists the RFC 5782 test points, answers NXDOMAIN to everything else, each after a delay;
// zones that begin with "silent" get no answer. Usage: slow_dns_server DELAY_MS; prints its address and runs until
// standard input ends.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/support/dns_server.hpp"

using reputed::test::Reply;

int main(int argc, char** argv) {
    const std::chrono::milliseconds delay(argc > 1 ? std::atoi(argv[1]) : 0);
    const reputed::test::DnsServer server(
        [](const std::string& name, std::uint16_t, bool) {
            Reply reply;
            reply.silent = name.find(".silent") != std::string::npos;
            if (name.starts_with("2.0.0.127.") || name.starts_with("2.0.0.0.0.0.f.7.f.f.f.f."))
                reply.answers.push_back({1, 60, reputed::test::wire_address("127.0.0.2")});
            else
                reply.rcode = 3;
            return reply;
        },
        delay);
    std::printf("%s\n", server.address().c_str());
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
}
