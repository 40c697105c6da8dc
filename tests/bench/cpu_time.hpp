#pragma once

#include <sys/resource.h>

namespace reputed::bench {

// User and system time of this process, all threads together, since the object was made.
class CpuTime {
  public:
    double microseconds() const { return now() - begin_; }

  private:
    static double now() {
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        double total = 0;
        for (const auto& part : {usage.ru_utime, usage.ru_stime})
            total += static_cast<double>(part.tv_sec) * 1e6 + static_cast<double>(part.tv_usec);
        return total;
    }

    double begin_ = now();
};

}  // namespace reputed::bench
