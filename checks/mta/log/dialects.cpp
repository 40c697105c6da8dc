#include "checks/mta/log/dialect.hpp"
#include "checks/mta/log/exim_log.hpp"
#include "checks/mta/log/opensmtpd_log.hpp"
#include "checks/mta/log/postfix_log.hpp"
#include "checks/mta/log/qmail_log.hpp"
#include "checks/mta/log/sendmail_log.hpp"

namespace reputed::mta {

std::span<const LogDialectInfo> log_dialects() {
    static constexpr LogDialectInfo table[] = {
        {"postfix", make_postfix_log, is_postfix_log_line},
        {"exim", make_exim_log, is_exim_log_line},
        {"sendmail", make_sendmail_log, is_sendmail_log_line},
        {"opensmtpd", make_opensmtpd_log, is_opensmtpd_log_line},
        {"qmail", make_qmail_log, is_qmail_log_line},
    };
    return table;
}

const LogDialectInfo* find_log_dialect(std::string_view mta) {
    for (const auto& info : log_dialects())
        if (info.mta == mta) return &info;
    return nullptr;
}

}  // namespace reputed::mta
