// The same evaluation by libspf2. Usage: spf_libspf2 warm|uncached PORT DOMAIN IP COUNT, with a server on 127.0.0.1;
// prints microseconds of user and system time.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <resolv.h>

extern "C" {
#include <spf2/spf.h>
#include <spf2/spf_dns_cache.h>
#include <spf2/spf_dns_resolv.h>
}

#include "tests/bench/cpu_time.hpp"

namespace {

int server_port = 0;
constexpr int cache_bits = 8;  // what SPF_server_new() takes

SPF_result_t judge(SPF_server_t* server, const std::string& domain, const char* ip) {
    SPF_request_t* request = SPF_request_new(server);
    SPF_request_set_ipv4_str(request, ip);
    SPF_request_set_helo_dom(request, domain.c_str());
    SPF_request_set_env_from(request, ("postmaster@" + domain).c_str());
    SPF_response_t* response = nullptr;
    SPF_request_query_mailfrom(request, &response);
    const auto result = SPF_response_result(response);
    SPF_response_free(response);
    SPF_request_free(request);
    return result;
}

}  // namespace

// libspf2 asks the servers of /etc/resolv.conf, which knows no ports: this stands before the C library's own.
extern "C" int __res_ninit(res_state state) {
    static const auto real = reinterpret_cast<int (*)(res_state)>(dlsym(RTLD_NEXT, "__res_ninit"));
    const int status = real(state);
    state->nscount = 1;
    state->nsaddr_list[0] = {};
    state->nsaddr_list[0].sin_family = AF_INET;
    state->nsaddr_list[0].sin_port = htons(static_cast<std::uint16_t>(server_port));
    state->nsaddr_list[0].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return status;
}

int main(int argc, char** argv) {
    if (argc != 6) return 64;
    const bool warm = std::string_view(argv[1]) == "warm";
    server_port = std::atoi(argv[2]);
    const std::string domain = argv[3];
    const int count = std::atoi(argv[5]);
    SPF_dns_server_t* dns = SPF_dns_resolv_new(nullptr, nullptr, 0);
    if (warm) dns = SPF_dns_cache_new(dns, nullptr, 0, cache_bits);
    SPF_server_t* server = SPF_server_new_dns(dns, 0);
    SPF_server_set_rec_dom(server, "receiver.test");
    auto result = judge(server, domain, argv[4]);
    const reputed::bench::CpuTime time;
    for (int i = 0; i < count && result == SPF_RESULT_PASS; ++i)
        result = judge(server, domain, argv[4]);
    if (result != SPF_RESULT_PASS) {
        std::fprintf(stderr, "%s\n", SPF_strresult(result));
        return 1;
    }
    std::printf("%.2f\n", time.microseconds() / count);
}
