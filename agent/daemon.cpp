#include "agent/daemon.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <malloc.h>
#include <poll.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>

#include "agent/agent.hpp"
#include "agent/exit_codes.hpp"
#include "agent/logging.hpp"
#include "agent/published.hpp"
#include "agent/wake_up.hpp"
#include "agent/web/probe.hpp"
#include "agent/web/reload_requests.hpp"
#include "agent/web/server.hpp"
#include "agent/web/site.hpp"
#include "agent/web/tls.hpp"
#include "checks/dnsbl/budget_plan.hpp"

namespace reputed {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Jobs wait for the network most of the time. A silent list holds its worker for a few seconds.
constexpr unsigned worker_count = 8;
// Publishing may take a twentieth of one core, and need not be faster than anyone looks.
constexpr auto least_publish_gap = 100ms;
constexpr int publish_share = 20;

// One arena for all threads but one: the workers share little and live long, and each arena would keep its own slack.
void bound_memory() {
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_TRIM_THRESHOLD, 256 * 1024);
}

// The web server may hold thousands of connections beside all else, and the usual soft limit of 1,024 is for select(),
// which nothing here uses.
void raise_file_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        log("daemon").warn("the limit of open files could not be raised: {}",
                           std::generic_category().message(errno));
}

// The configuration with the files that it names, read once: what was found good is what is used.
struct Loaded {
    Settings settings;
    std::shared_ptr<const mta::Classifier> classifier;
    std::optional<WebConfig> web;
};

std::optional<Loaded> load(const DaemonOptions& options) {
    Problems problems;
    Settings settings = load_settings(options.config_file, problems);
    std::shared_ptr<const mta::Classifier> classifier;
    if (problems.empty()) classifier = own_classifier(settings.mta, problems);
    std::optional<WebConfig> web;
    if (problems.empty()) web = checked_web_config(settings.web, problems);
    for (const auto& problem : problems)
        log("daemon").error("{}", problem.to_string());
    if (!problems.empty()) return {};
    if (!options.dns.empty()) settings.dns.servers = {options.dns};
    return Loaded{std::move(settings), std::move(classifier), std::move(web)};
}

// What no budget has room for. Told again only when it is something else: probed addresses come and go.
class BudgetRemarks {
  public:
    void tell(const Settings& settings, const ActiveLists& lists) {
        auto remarks = dnsbl::budget_remarks(dnsbl::plan_budgets(settings, lists));
        if (remarks == told_) return;
        told_ = std::move(remarks);
        for (const auto& remark : told_)
            log("lists").warn("{}", remark);
    }

  private:
    std::vector<std::string> told_;
};

void log_start(const Runtime& runtime) {
    std::uint64_t addresses = 0;
    for (const auto& sender : runtime.settings->senders)
        for (const auto& network : sender.networks)
            addresses += network.size();
    log("daemon").info("{} senders with {} addresses, {} lists", runtime.settings->senders.size(), addresses,
                       runtime.lists->lists.size());
    if (runtime.settings->senders.empty() && runtime.settings->modules.empty())
        log("daemon").warn("no sender is configured and none was found on this machine: add a [[sender]]");
    BudgetRemarks().tell(*runtime.settings, *runtime.lists);
    for (const auto& skipped : runtime.lists->skipped)
        log("lists").debug("{}: {}", skipped.name, skipped.reason);
}

void log_web(const std::string& listen, const std::optional<WebConfig>& config) {
    for (const auto& remark : web_remarks(listen, config ? &*config : nullptr))
        log("web").warn("{}", remark);
}

// False when all stays as it was.
bool reload(const DaemonOptions& options, Agent& agent, std::optional<WebServer>& web,
            ReloadRequests& requests) {
    sd_notify(0, "RELOADING=1");
    auto loaded = load(options);
    if (loaded) {
        try {
            const bool allowed = loaded->settings.web.reload;
            log_web(web ? loaded->settings.web.listen : "", loaded->web);
            Runtime runtime = make_runtime(std::move(loaded->settings), std::move(loaded->classifier));
            set_up_logging(runtime.settings->log);
            log_start(runtime);
            if (web)
                if (const auto remark = web->configure(std::move(loaded->web)); !remark.empty())
                    log("web").warn("{}", remark);
            requests.allow(allowed);
            agent.reload(std::move(runtime));
            log("daemon").info("configuration read again");
            sd_notify(0, "READY=1");
            return true;
        } catch (const std::exception& error) {
            log("daemon").error("{}", error.what());
        }
    }
    log("daemon").error("the configuration was not changed: the old one stays in use");
    agent.reload_failed();
    sd_notify(0, "READY=1");
    return false;
}

// -1: none.
int milliseconds_until(std::optional<Clock::time_point> time) {
    if (!time) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*time - Clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

bool take_up_probes(Agent& agent, BudgetRemarks& budgets) {
    const auto due = agent.probes().due();
    if (!due || *due > Clock::now()) return false;
    if (!agent.take_up_probes(Clock::now(), std::chrono::system_clock::now())) return false;
    budgets.tell(*agent.settings(), *agent.lists());
    return true;
}

// Publishes when something has changed, but never so often that it is felt.
class Publisher {
  public:
    Publisher(const Agent& agent, Published& published) : agent_(agent), published_(published) {}

    void changed() { dirty_ = true; }
    int wait_milliseconds() const {
        return milliseconds_until(dirty_ ? std::optional(not_before_) : std::nullopt);
    }
    void publish_if_due() {
        const auto begun = Clock::now();
        if (!dirty_ || begun < not_before_) return;
        dirty_ = false;
        published_.publish(agent_.snapshot(std::chrono::system_clock::now()));
        const auto ended = Clock::now();
        not_before_ = ended + std::max<Clock::duration>(least_publish_gap, (ended - begun) * publish_share);
    }

  private:
    const Agent& agent_;
    Published& published_;
    bool dirty_ = true;
    Clock::time_point not_before_{};
};

// How long the loop may sleep at most, in milliseconds, so that systemd hears of it in time (sd_watchdog_enabled(3)); -1
// where nobody listens.
int watchdog_wait() {
    std::uint64_t microseconds = 0;
    if (sd_watchdog_enabled(0, &microseconds) <= 0) return -1;
    return static_cast<int>(std::clamp<std::uint64_t>(microseconds / 2'000, 1, 3'600'000));
}

int shorter_wait(int a, int b) {
    return a < 0 || b < 0 ? std::max(a, b) : std::min(a, b);
}

int serve(const DaemonOptions& options, Runtime runtime, std::optional<WebConfig> web_config,
          const SignalQueue& signals) {
    const WakeUp wake;
    const WakeUp probed;
    ReloadRequests reload_requests([&wake] { wake.raise(); });
    reload_requests.allow(runtime.settings->web.reload);
    const std::string listen = runtime.settings->web.listen;
    Agent agent(std::move(runtime), all_checks(), [&wake] { wake.raise(); });
    agent.remember();
    Published published;
    Publisher publisher(agent, published);
    publisher.publish_if_due();
    std::optional<WebServer> web;
    if (!listen.empty()) {
        log_web(listen, web_config);
        const bool tls = web_config && web_config->tls;
        auto routes = site_routes(published, agent.store_path());
        routes.push_back({"/-/reload", {}, [&reload_requests](const Request&, LaterReply answer) {
                              reload_requests.add(std::move(answer));
                          }});
        routes.push_back(probe_route(published, agent.probes(), [&probed] { probed.raise(); }));
        web.emplace(listen, std::move(routes), std::move(web_config));
        log("daemon").info("listening on {} (port {}{})", listen, web->port(), tls ? ", TLS" : "");
    }
    agent.start(worker_count);
    sd_notify(0, "READY=1");
    const int watchdog = watchdog_wait();
    BudgetRemarks budgets;

    for (;;) {
        std::array<pollfd, 3> fds = {
            {{signals.fd(), POLLIN, 0}, {wake.fd(), POLLIN, 0}, {probed.fd(), POLLIN, 0}}};
        const int wait =
            shorter_wait(publisher.wait_milliseconds(), milliseconds_until(agent.probes().due()));
        poll(fds.data(), fds.size(), shorter_wait(wait, watchdog));
        if (watchdog >= 0) sd_notify(0, "WATCHDOG=1");
        while (const auto signal = signals.next()) {
            if (*signal != SIGHUP) {
                log("daemon").info("signal {}: ending", *signal);
                sd_notify(0, "STOPPING=1");
                agent.stop();
                return exit_ok;
            }
            reload(options, agent, web, reload_requests);
            publisher.changed();
        }
        probed.take();
        if (take_up_probes(agent, budgets)) publisher.changed();
        if (wake.take()) publisher.changed();
        if (const auto waiting = reload_requests.take(); !waiting.empty())
            ReloadRequests::tell(waiting, reload(options, agent, web, reload_requests));
        publisher.publish_if_due();
    }
}

}  // namespace

int run_daemon(const DaemonOptions& options) {
    bound_memory();
    auto loaded = load(options);
    if (!loaded) return exit_config;
    set_up_logging(loaded->settings.log);
    raise_file_limit();
    try {
        const SignalQueue signals;
        Runtime runtime = make_runtime(std::move(loaded->settings), std::move(loaded->classifier));
        log_start(runtime);
        return serve(options, std::move(runtime), std::move(loaded->web), signals);
    } catch (const std::exception& error) {
        log("daemon").critical("{}", error.what());
        return exit_unavailable;
    }
}

}  // namespace reputed
