#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "checks/net/cares_channel.hpp"
#include "checks/net/cares_resolver.hpp"
#include "checks/net/flight_window.hpp"

// The DNS thread behind CaresResolver. Everything in Engine that is not under a mutex belongs to that thread.
namespace reputed {

struct PendingQuestion {
    Question question;
    std::uint64_t tag = 0;
};

struct FinishedQuestion {
    std::uint64_t tag = 0;
    Answer answer;
};

// One call of lookup() or stream(): what passes between the caller's thread and the DNS thread.
struct Exchange {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::vector<FinishedQuestion> delivered;  // under mutex
    std::atomic<bool> abandoned = false;      // the caller has gone

    // The DNS thread's own.
    std::deque<PendingQuestion> backlog;
    std::vector<FinishedQuestion> finished;  // not delivered yet
    std::size_t in_flight = 0;
};

class CaresResolver::Engine {
  public:
    explicit Engine(const DnsSettings& settings);
    ~Engine();

    // Hands questions over. Called from the exchange's own thread.
    void submit(const std::shared_ptr<Exchange>& exchange, std::vector<PendingQuestion> questions);

    int max_in_flight() const { return settings_.max_in_flight; }
    DnsStatistics statistics() const;
    std::vector<std::string> servers() const;

  private:
    using Clock = std::chrono::steady_clock;

    // A channel is replaced now and then so that the source port changes; the old one lives until it is
    // empty.
    struct Channel {
        explicit Channel(const CaresChannel::Options& options, int epoll_fd) : ares(options, epoll_fd) {}
        CaresChannel ares;
        Clock::time_point made = Clock::now();
        std::uint64_t sent = 0;
        std::size_t in_flight = 0;
        std::uint64_t first_server_answers = 0;
        std::uint64_t other_server_answers = 0;
    };
    struct Flight;
    using Flights = std::list<Flight>;
    // One question under way. It lives in one of the lists below and moves between them by splicing.
    struct Flight {
        Engine* engine = nullptr;
        std::shared_ptr<Exchange> exchange;
        Channel* channel = nullptr;  // null while it waits for a retry
        PendingQuestion pending;
        int tries = 0;
        Clock::time_point begun;  // first sent
        Clock::time_point sent;   // last sent; while waiting: when to send again
        Flights* home = nullptr;
        Flights::iterator self;
    };

    void run();
    void take_submissions();
    void launch();
    bool launch_one();
    void send(Flight& flight);
    void retry_due();
    void release_silent();
    void move(Flight& flight, Flights& to);
    static void on_response(void* context, std::span<const std::uint8_t> response, bool timed_out,
                            bool other_server);
    void respond(Flight& flight, std::span<const std::uint8_t> response, bool timed_out, bool other_server);
    void finish(Flight& flight, Answer&& answer);
    void deliver();
    void replace_channel_if_due();
    void drop_drained_channels();
    void publish_statistics();
    std::size_t flights() const { return counted_.size() + silent_.size() + waiting_.size(); }
    int wait_milliseconds() const;

    DnsSettings settings_;
    int epoll_fd_;
    int wake_fd_;
    std::vector<std::string> server_order_;
    std::vector<std::unique_ptr<Channel>> channels_;  // the last one is in use
    FlightWindow window_;
    Flights counted_;  // against the window, in the order sent
    Flights silent_;   // sent, silent for long: they do not hold the window
    Flights waiting_;  // for a retry, in the order due
    Flights free_;     // for reuse
    std::vector<std::shared_ptr<Exchange>> exchanges_;
    std::size_t turn_ = 0;
    double smoothed_rtt_ = 0;  // seconds
    Clock::time_point now_{};  // of this turn of the loop
    Clock::time_point timeouts_processed_{};

    mutable std::mutex mutex_;
    std::vector<std::pair<std::shared_ptr<Exchange>, std::vector<PendingQuestion>>> inbox_;  // under mutex_
    bool stopping_ = false;                                                                  // under mutex_
    DnsStatistics statistics_;                                                               // under mutex_
    std::vector<std::string> servers_in_use_;                                                // under mutex_
    DnsStatistics unpublished_;  // the DNS thread's own, added to statistics_ once a turn

    std::thread thread_;
};

}  // namespace reputed
