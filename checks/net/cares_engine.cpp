#include "checks/net/cares_engine.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "checks/net/message.hpp"

namespace reputed {
namespace {

using namespace std::chrono_literals;

constexpr int window_start = 64;
constexpr auto tick = 20ms;  // ares_timeout() walks every outstanding query; a fixed tick does not
constexpr auto channel_life = 60s;
constexpr std::uint64_t channel_questions = 50'000;
constexpr std::uint64_t failover_evidence =
    8;  // answers from a later server only, before it becomes the first
constexpr std::size_t delivery_batch = 128;
constexpr std::size_t backlog_low = 256;
constexpr std::size_t kept_free_flights = 256;

}  // namespace

CaresResolver::Engine::Engine(const DnsSettings& settings)
    : settings_(settings),
      epoll_fd_(epoll_create1(EPOLL_CLOEXEC)),
      wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      server_order_(settings.servers),
      window_(std::min(window_start, settings.max_in_flight), settings.max_in_flight) {
    if (epoll_fd_ < 0 || wake_fd_ < 0)
        throw std::system_error(errno, std::generic_category(), "DNS thread: no file descriptor");
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = wake_fd_;
    epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, wake_fd_, &event);
    channels_.push_back(
        std::make_unique<Channel>(CaresChannel::Options{server_order_, settings_.timeout}, epoll_fd_));
    servers_in_use_ = channels_.back()->ares.servers();
    if (server_order_.empty()) server_order_ = servers_in_use_;
    thread_ = std::thread([this] { run(); });
}

CaresResolver::Engine::~Engine() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = write(wake_fd_, &one, sizeof one);
    thread_.join();
    channels_.clear();
    close(wake_fd_);
    close(epoll_fd_);
}

void CaresResolver::Engine::submit(const std::shared_ptr<Exchange>& exchange,
                                   std::vector<PendingQuestion> questions) {
    {
        const std::lock_guard lock(mutex_);
        inbox_.emplace_back(exchange, std::move(questions));
        if (inbox_.size() > 1) return;  // the DNS thread has been woken and has not looked yet
    }
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = write(wake_fd_, &one, sizeof one);
}

DnsStatistics CaresResolver::Engine::statistics() const {
    const std::lock_guard lock(mutex_);
    return statistics_;
}

std::vector<std::string> CaresResolver::Engine::servers() const {
    const std::lock_guard lock(mutex_);
    return servers_in_use_;
}

void CaresResolver::Engine::run() {
    std::array<epoll_event, 16> events;
    for (;;) {
        const int ready =
            epoll_wait(epoll_fd_, events.data(), static_cast<int>(events.size()), wait_milliseconds());
        now_ = Clock::now();
        for (int i = 0; i < std::max(ready, 0); ++i) {
            const auto& event = events[static_cast<std::size_t>(i)];
            const int fd = event.data.fd;
            if (fd == wake_fd_) {
                std::uint64_t count = 0;
                [[maybe_unused]] const auto got = read(wake_fd_, &count, sizeof count);
                continue;
            }
            const bool readable = (event.events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0;
            const bool writable = (event.events & EPOLLOUT) != 0;
            for (auto& channel : channels_)
                if (channel->ares.process(fd, readable, writable)) break;
        }
        // Not only in silence: a busy channel must not keep the timeouts of the one it replaced waiting.
        if (now_ - timeouts_processed_ >= tick) {
            timeouts_processed_ = now_;
            for (auto& channel : channels_)
                channel->ares.process_timeouts();
        }
        take_submissions();
        {
            const std::lock_guard lock(mutex_);
            if (stopping_) return;
        }
        retry_due();
        release_silent();
        launch();
        publish_statistics();  // before the answers: whoever has one finds it counted
        deliver();
        drop_drained_channels();
    }
}

int CaresResolver::Engine::wait_milliseconds() const {
    if (flights() == 0) return -1;
    return static_cast<int>(std::chrono::milliseconds(tick).count());
}

void CaresResolver::Engine::take_submissions() {
    decltype(inbox_) inbox;
    {
        const std::lock_guard lock(mutex_);
        inbox.swap(inbox_);
    }
    for (auto& [exchange, questions] : inbox) {
        std::move(questions.begin(), questions.end(), std::back_inserter(exchange->backlog));
        if (std::find(exchanges_.begin(), exchanges_.end(), exchange) == exchanges_.end())
            exchanges_.push_back(exchange);
    }
}

void CaresResolver::Engine::launch() {
    replace_channel_if_due();
    const auto total_cap = static_cast<std::size_t>(settings_.max_in_flight) * 2;
    while (flights() < total_cap) {
        if (counted_.size() >= static_cast<std::size_t>(window_.size())) {
            window_.blocked();
            return;
        }
        if (!launch_one()) return;
    }
}

// The exchanges take turns, one question each.
bool CaresResolver::Engine::launch_one() {
    for (std::size_t i = 0; i < exchanges_.size(); ++i) {
        if (turn_ >= exchanges_.size()) turn_ = 0;
        const auto& exchange = exchanges_[turn_++];
        if (exchange->abandoned) exchange->backlog.clear();
        if (exchange->backlog.empty()) continue;
        if (free_.empty()) {
            free_.emplace_front();
            free_.front().self = free_.begin();
            free_.front().engine = this;
            free_.front().home = &free_;
        }
        Flight& flight = free_.front();
        flight.exchange = exchange;
        flight.pending = std::move(exchange->backlog.front());
        exchange->backlog.pop_front();
        flight.tries = 0;
        flight.begun = now_;
        ++exchange->in_flight;
        send(flight);
        return true;
    }
    return false;
}

void CaresResolver::Engine::move(Flight& flight, Flights& to) {
    to.splice(to.end(), *flight.home, flight.self);
    flight.home = &to;
}

void CaresResolver::Engine::send(Flight& flight) {
    Channel& channel = *channels_.back();
    move(flight, counted_);
    flight.channel = &channel;
    flight.sent = now_;
    ++flight.tries;
    ++channel.sent;
    ++channel.in_flight;
    // The callback may run inside; `flight` may be gone afterwards.
    channel.ares.send(flight.pending.question.name, flight.pending.question.type, on_response, &flight);
}

void CaresResolver::Engine::on_response(void* context, std::span<const std::uint8_t> response, bool timed_out,
                                        bool other_server) {
    auto& flight = *static_cast<Flight*>(context);
    flight.engine->respond(flight, response, timed_out, other_server);
}

void CaresResolver::Engine::respond(Flight& flight, std::span<const std::uint8_t> response, bool timed_out,
                                    bool other_server) {
    Channel& channel = *flight.channel;
    --channel.in_flight;
    flight.channel = nullptr;
    if (!response.empty()) {
        ++(other_server ? channel.other_server_answers : channel.first_server_answers);
        const auto now = Clock::now();
        const double rtt = std::chrono::duration<double>(now - flight.sent).count();
        smoothed_rtt_ = smoothed_rtt_ == 0 ? rtt : (smoothed_rtt_ * 7 + rtt) / 8;
        if (flight.tries > 1)
            window_.lost(flight.begun, now);
        else if (!other_server)
            window_.answered(now);
        finish(flight, decode_response(response, flight.pending.question.type));
        return;
    }
    if (flight.tries >= settings_.tries || flight.exchange->abandoned) {
        finish(flight, Answer{});  // Outcome::timeout
        return;
    }
    // A refused connection fails at once: without a wait, all tries would be spent while a server restarts.
    flight.sent = timed_out ? now_ : now_ + settings_.timeout;
    move(flight, waiting_);
    ++unpublished_.retries;
}

void CaresResolver::Engine::retry_due() {
    for (auto flight = waiting_.begin(); flight != waiting_.end();) {
        auto& current = *flight++;
        if (current.sent > now_) continue;
        if (counted_.size() >= static_cast<std::size_t>(window_.size())) return;
        send(current);
    }
}

// Questions to silent lists would hold the window for whole timeouts and starve the lists that answer.
void CaresResolver::Engine::release_silent() {
    const auto patience =
        std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(std::clamp(
            smoothed_rtt_ * 4, 0.1, std::chrono::duration<double>(settings_.timeout).count() / 2 + 0.1)));
    while (!counted_.empty() && counted_.front().sent + patience < now_)
        move(counted_.front(), silent_);
}

void CaresResolver::Engine::finish(Flight& flight, Answer&& answer) {
    const auto seconds = std::chrono::duration<double>(Clock::now() - flight.begun).count();
    auto& durations = unpublished_.durations[static_cast<std::size_t>(answer.outcome)];
    const auto bound = std::lower_bound(DnsStatistics::bounds.begin(), DnsStatistics::bounds.end(), seconds);
    ++durations.buckets[static_cast<std::size_t>(bound - DnsStatistics::bounds.begin())];
    durations.sum += seconds;

    --flight.exchange->in_flight;
    if (!flight.exchange->abandoned)
        flight.exchange->finished.push_back({flight.pending.tag, std::move(answer)});
    flight.exchange.reset();
    move(flight, free_);
}

// Waking the caller for each answer would cost more than the answer. It is woken when it could hand over
// more, when there is much to take, and when nothing else is under way.
void CaresResolver::Engine::deliver() {
    std::erase_if(exchanges_, [](const std::shared_ptr<Exchange>& exchange) {
        const bool idle = exchange->in_flight == 0 && exchange->backlog.empty();
        const bool worthwhile =
            idle || exchange->backlog.size() < backlog_low || exchange->finished.size() >= delivery_batch;
        if (!exchange->finished.empty() && worthwhile) {
            {
                const std::lock_guard lock(exchange->mutex);
                if (exchange->delivered.empty())
                    exchange->delivered.swap(exchange->finished);
                else
                    std::move(exchange->finished.begin(), exchange->finished.end(),
                              std::back_inserter(exchange->delivered));
            }
            exchange->finished.clear();
            exchange->changed.notify_one();
        }
        return idle;
    });
}

void CaresResolver::Engine::replace_channel_if_due() {
    Channel& current = *channels_.back();
    const bool failed_over =
        current.other_server_answers >= failover_evidence && current.first_server_answers == 0;
    const bool worn = current.sent >= channel_questions || now_ - current.made >= channel_life;
    if (current.sent == 0 || (!failed_over && !worn)) return;
    if (failed_over && server_order_.size() > 1)
        std::rotate(server_order_.begin(), server_order_.begin() + 1, server_order_.end());
    try {
        // The system's servers are read anew, so that a changed resolv.conf is noticed.
        const bool reread = settings_.servers.empty() && !failed_over;
        auto fresh = std::make_unique<Channel>(
            CaresChannel::Options{reread ? std::vector<std::string>() : server_order_, settings_.timeout},
            epoll_fd_);
        if (reread) server_order_ = fresh->ares.servers();
        channels_.push_back(std::move(fresh));
    } catch (const std::runtime_error&) {
        current.made = now_;  // out of memory or descriptors for now; the old channel still serves
        current.sent = 1;
        return;
    }
    const std::lock_guard lock(mutex_);
    servers_in_use_ = server_order_;
}

void CaresResolver::Engine::drop_drained_channels() {
    if (channels_.size() > 1)
        std::erase_if(channels_, [this](const std::unique_ptr<Channel>& channel) {
            return channel != channels_.back() && channel->in_flight == 0;
        });
    while (free_.size() > kept_free_flights && flights() == 0)
        free_.pop_back();
}

void CaresResolver::Engine::publish_statistics() {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < DnsStatistics::outcomes; ++i) {
        auto& to = statistics_.durations[i];
        auto& from = unpublished_.durations[i];
        for (std::size_t bucket = 0; bucket < to.buckets.size(); ++bucket)
            to.buckets[bucket] += from.buckets[bucket];
        to.sum += from.sum;
    }
    statistics_.retries += unpublished_.retries;
    unpublished_ = {};
}

}  // namespace reputed
