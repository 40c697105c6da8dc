#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "agent/store.hpp"
#include "checks/mta/log/delivery_log.hpp"
#include "checks/mta/log/delivery_view.hpp"
#include "checks/mta/log/log_places.hpp"
#include "config/settings.hpp"

namespace reputed {

// How the owners of its parts in the store begin; the MTA's name follows.
inline constexpr std::string_view log_parts_prefix = "log/";

// Follows the MTAs' logs on a thread of its own and remembers what they tell. Place and counts go to the store together,
// so that after a crash each line counts once.
class LogWatch final : public mta::DeliveryLog {
  public:
    // Never waits for the disk.
    using Submit = std::function<void(Batch&&)>;

    // `classifier` null: as it is built in.
    LogWatch(const MtaSettings& settings, std::shared_ptr<const mta::Classifier> classifier);
    ~LogWatch() override;  // stop()
    LogWatch(const LogWatch&) = delete;
    LogWatch& operator=(const LogWatch&) = delete;

    // What was stored at the last end. At most once, before anything is read.
    void restore(std::vector<StoredPart>&& parts);
    // All that is remembered, for a store that begins anew.
    std::vector<StoredPart> state() const;

    void start(Submit submit);
    void stop();  // submits what is not written yet
    // Uses other settings from now on; logs that stay keep their memory.
    void configure(const MtaSettings& settings, std::shared_ptr<const mta::Classifier> classifier);

    // Reads all that there is, in the calling thread. Not together with start().
    void catch_up();

    std::shared_ptr<const mta::DeliveryView> view(std::string_view mta) const override;
    std::vector<std::shared_ptr<const mta::DeliveryView>> views() const override;

  private:
    class Follow;  // one MTA with its logs

    void open_logs();
    std::vector<StoredPart> all_parts() const;
    void wake() const;
    void work(const std::stop_token& stop);
    void wait(std::chrono::steady_clock::time_point until);
    bool read_some();
    std::vector<StoredPart> take_changes();
    void write_changes();

    // Held from taking changes until they are submitted, so that none arrives behind newer ones. Taken before mutex_.
    std::mutex order_;
    mutable std::mutex mutex_;  // of what follows; never held while waiting
    std::vector<mta::LogPlace> places_;
    std::shared_ptr<const mta::Classifier> classifier_;
    std::vector<std::unique_ptr<Follow>> follows_;
    std::vector<StoredPart> memory_;  // of MTAs whose log is not followed now

    Submit submit_;
    bool unwritten_ = false;  // of the thread
    int wake_ = -1;           // eventfd
    std::jthread thread_;
};

}  // namespace reputed
