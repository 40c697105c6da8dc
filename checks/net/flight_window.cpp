#include "checks/net/flight_window.hpp"

#include <algorithm>

namespace reputed {
namespace {

constexpr int smallest = 16;
constexpr double worthwhile = 1.2;  // a doubled window must bring a fifth more
constexpr int epochs_between_probes = 16;
constexpr double shortest_epoch = 0.02;  // seconds: what a busy machine does to a shorter one says nothing

}  // namespace

void FlightWindow::begin_epoch(Time now) {
    answers_ = 0;
    blocked_ = false;
    epoch_begin_ = now;
}

void FlightWindow::settle(int size) {
    size_ = size;
    before_probe_ = 0;
    hold_epochs_ = epochs_between_probes;
}

void FlightWindow::answered(Time now) {
    if (epoch_begin_ == Time{}) begin_epoch(now);
    const double seconds = std::chrono::duration<double>(now - epoch_begin_).count();
    if (++answers_ < size_ || seconds < shortest_epoch) return;
    const double rate = seconds > 0 ? answers_ / seconds : 0;
    const bool conclusive = blocked_ && rate > 0;
    begin_epoch(now);
    if (!conclusive) return;

    const bool grew = rate > worthwhile * best_rate_;
    if (before_probe_ != 0 && !grew) {
        settle(before_probe_);
        return;
    }
    best_rate_ = grew ? rate : (best_rate_ * 7 + rate) / 8;
    if (before_probe_ == 0 && hold_epochs_ > 0) {
        --hold_epochs_;
        return;
    }
    if (size_ >= cap_) {
        settle(size_);
        return;
    }
    before_probe_ = size_;
    size_ = std::min(cap_, size_ * 2);
}

void FlightWindow::lost(Time sent, Time now) {
    if (sent < last_cut_) return;  // one cut answers for all that was lost together
    last_cut_ = now;
    settle(std::max(smallest, size_ / 2));
    best_rate_ = 0;
    begin_epoch(now);
}

}  // namespace reputed
