#pragma once

#include <string_view>

#include "config/reply_class.hpp"

namespace reputed::test {

// What receivers and MTAs really say, and what it is. Names and addresses are made up.
struct RealReply {
    ReplyClass reply_class;
    int hard;                   // 1, 0, or -1: not looked at
    std::string_view provider;  // that is guessed from the reply; "" = not looked at
    std::string_view list;      // "" = not looked at, "-" = none
    std::string_view reply;
};

// clang-format off: one row a line
inline constexpr RealReply real_replies[] = {
};
// clang-format on

}  // namespace reputed::test
