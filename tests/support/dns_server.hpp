#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace reputed::test {

// What the scripted server does with one question.
struct Reply {
    bool silent = false;
    bool truncated = false;  // over UDP only: TC bit, no records
    unsigned rcode = 0;
    struct Record {
        std::uint16_t type = 1;
        std::uint32_t ttl = 300;
        std::string data;        // wire format
        std::string owner = {};  // wire format; empty = the name of the question
    };
    std::vector<Record> answers;
    std::vector<Record> authority;
    std::string raw;  // when not empty: sent as it is after the id, whatever it is
};

// A real DNS server on a free port of 127.0.0.1, UDP and TCP, one thread, answers made by a function.
class DnsServer {
  public:
    using Handler = std::function<Reply(const std::string& name, std::uint16_t type, bool tcp)>;

    explicit DnsServer(Handler handler, std::chrono::milliseconds delay = {});
    ~DnsServer();

    std::string address() const;  // "127.0.0.1:PORT"
    std::uint64_t questions() const { return questions_; }

  private:
    void run();

    Handler handler_;
    std::chrono::milliseconds delay_;
    int udp_ = -1;
    int tcp_ = -1;
    int wake_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<std::uint64_t> questions_ = 0;
    std::thread thread_;
};

// Wire forms for Reply::Record::data.
std::string wire_address(const std::string& address);
std::string wire_name(const std::string& name);
std::string wire_strings(const std::vector<std::string>& strings);
std::string wire_mx(std::uint16_t preference, const std::string& name);
std::string wire_soa(std::uint32_t minimum);

}  // namespace reputed::test
