#pragma once

#include <optional>
#include <string>

#include <stdlib.h>
#include <time.h>

namespace reputed::test {

// The process's time zone, until the end of the scope.
class TimeZone {
  public:
    explicit TimeZone(const char* name) {
        if (const char* before = getenv("TZ")) before_ = before;
        set(name);
    }
    ~TimeZone() { set(before_ ? before_->c_str() : nullptr); }
    TimeZone(const TimeZone&) = delete;
    TimeZone& operator=(const TimeZone&) = delete;

  private:
    static void set(const char* name) {
        if (name)
            setenv("TZ", name, 1);
        else
            unsetenv("TZ");
        tzset();
    }
    std::optional<std::string> before_;
};

}  // namespace reputed::test
