#include "checks/mta/log/dialect.hpp"
#include "checks/mta/log/postfix_log.hpp"

namespace reputed::mta {

std::span<const LogDialectInfo> log_dialects() {
    static constexpr LogDialectInfo table[] = {
        {"postfix", make_postfix_log, is_postfix_log_line},
    };
    return table;
}

const LogDialectInfo* find_log_dialect(std::string_view mta) {
    for (const auto& info : log_dialects())
        if (info.mta == mta) return &info;
    return nullptr;
}

}  // namespace reputed::mta
