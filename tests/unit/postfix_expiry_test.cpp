#include <string>

#include <gtest/gtest.h>

#include "checks/mta/log/postfix_log.hpp"
#include "tests/support/log_lines.hpp"

namespace reputed::mta {
namespace {

constexpr std::int64_t now = 1'795'284'600;  // 2026-11-21 18:10:00 UTC

#define HEAD "Nov 21 18:10:00 mail postfix/"
#define ID "3AF731147C7"
#define ACTIVE HEAD "qmgr[2]: " ID ": from=<a@example.org>, size=603, nrcpt=2 (queue active)\n"
#define DEFERRED(program, name, relay)                                  \
    HEAD program "[1]: " ID ": to=<" name "@example.com>, relay=" relay \
                 ", delay=1"                                            \
                 ", delays=1/0/0/0, dsn=4.2.1, status=deferred (later)\n"
#define SMTP(name) DEFERRED("smtp", name, "mx.example.com[192.0.2.1]:25")
#define EXPIRED HEAD "qmgr[2]: " ID ": from=<a@example.org>, status=expired, returned to sender"
#define REPLY " reply=status=expired, returned to sender"

struct Row {
    const char* lines;
    const char* told;
};

const Row rows[] = {
    // Nothing is known of earlier attempts.
    {EXPIRED, "expired id=" ID REPLY},
    {SMTP("b") EXPIRED, "expired id=" ID " host=mx.example.com ip=192.0.2.1 domain=example.com" REPLY},
    // One attempt for two recipients, right after an earlier one.
    {SMTP("b") SMTP("c") ACTIVE SMTP("b") SMTP("c") EXPIRED,
     "expired recipients=2 id=" ID " host=mx.example.com ip=192.0.2.1 domain=example.com" REPLY},
    {DEFERRED("local", "b", "local") EXPIRED, "expired local id=" ID " host=local domain=example.com" REPLY},
    // Told once, it is forgotten.
    {SMTP("b") EXPIRED "\n" EXPIRED, "expired id=" ID REPLY},
};

TEST(PostfixExpiry, CountsForWhereTheLastAttemptWent) {
    for (const auto& row : rows) {
        SCOPED_TRACE(row.lines);
        const auto dialect = make_postfix_log(now);
        EXPECT_EQ(last_line_told(*dialect, row.lines), row.told);
    }
}

}  // namespace
}  // namespace reputed::mta
