#pragma once

#include <chrono>

namespace reputed {

// How many questions may be under way at once. A server's receive buffer is small (a burst of 2,000 overruns
// rbldnsd's), yet a distant server is only used well with a thousand in flight. So the window is doubled,
// kept when the rate of answers grew by it, taken back when not, and halved when an answer needed a second
// try.
class FlightWindow {
  public:
    using Time = std::chrono::steady_clock::time_point;

    FlightWindow(int start, int cap) : size_(start), cap_(cap) {}

    int size() const { return size_; }

    // A question had to wait for the window. Without that an epoch says nothing about the window.
    void blocked() { blocked_ = true; }
    // An answer came at the first try.
    void answered(Time now);
    // A question that was sent at `sent` was lost: its answer came only after it was sent again.
    void lost(Time sent, Time now);

  private:
    void begin_epoch(Time now);
    void settle(int size);

    int size_;
    int cap_;
    int before_probe_ = 0;  // the size to go back to; 0 = not probing
    int hold_epochs_ = 0;   // epochs until the next probe
    int answers_ = 0;
    bool blocked_ = false;
    double best_rate_ = 0;  // answers a second
    Time epoch_begin_{};
    Time last_cut_{};
};

}  // namespace reputed
