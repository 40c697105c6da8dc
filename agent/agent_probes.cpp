#include <algorithm>
#include <iterator>

#include "agent/agent.hpp"
#include "agent/logging.hpp"
#include "checks/dnsbl/budget_plan.hpp"

// The addresses that others name, taken up into what the agent watches.
namespace reputed {
namespace {

// With one address in ten new, a round begins at once; a few among many wait for the next one: it is not far, and the
// operators of the lists count the questions.
constexpr std::size_t many_new = 10;
constexpr auto one_after_the_other = std::chrono::milliseconds(50);

std::size_t addresses_of(const std::vector<Sender>& senders) {
    std::size_t count = 0;
    for (const auto& sender : senders)
        count += sender.addresses().size();
    return count;
}

}  // namespace

std::shared_ptr<const Settings> Agent::settings() const {
    const std::lock_guard lock(mutex_);
    return runtime_.settings;
}

std::shared_ptr<const ActiveLists> Agent::lists() const {
    const std::lock_guard lock(mutex_);
    return runtime_.lists;
}

// Under mutex_, or before any worker runs: the configured senders and, behind them, those that are probed.
void Agent::use_probed_senders() {
    auto probed = probes_.senders();
    const auto is_probed = [](const Sender& sender) { return sender.probed; };
    const auto& before = runtime_.settings->senders;
    if (probed.empty() && std::none_of(before.begin(), before.end(), is_probed)) return;
    auto settings = std::make_shared<Settings>(*runtime_.settings);
    std::erase_if(settings->senders, is_probed);
    std::move(probed.begin(), probed.end(), std::back_inserter(settings->senders));
    if (runtime_.budget) runtime_.budget->set_limits(dnsbl::budget_limits(*settings, *runtime_.lists));
    runtime_.settings = std::move(settings);
}

// Under mutex_. What has a job an address runs by itself; lists and SPF have one for all.
void Agent::run_for_new_addresses(bool many, Schedule::Time now) {
    auto due = now;
    for (const auto& [key, record] : statistics_)
        if (key.check == "spf" || (many && key.check == "dnsbl"))
            schedule_.run_by(key, due += one_after_the_other);
}

bool Agent::take_up_probes(Schedule::Time now, WallTime wall) {
    auto changes = probes_.take_up(wall, now);
    if (!changes.any) return false;
    std::size_t all = 0;
    {
        const std::lock_guard lock(mutex_);
        use_probed_senders();
        ledger_.use(runtime_.settings);
        if (!changes.gone.empty()) {
            SenderAddresses addresses(*runtime_.settings);
            series_.keep_only(addresses);
        }
        all = addresses_of(runtime_.settings->senders);
        set_jobs(false);
        if (changes.added > 0) run_for_new_addresses(changes.added * many_new >= all, now);
        if (alerting_) {
            Batch batch;
            batch.parts = std::move(changes.parts);
            alerting_->take(std::move(batch), wall);
        }
    }
    log("agent").info("{} addresses are probed anew and {} no more; {} are watched in all", changes.added,
                      changes.gone.size(), all);
    log_decided();
    wake_.notify_all();
    return true;
}

}  // namespace reputed
