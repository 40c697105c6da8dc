#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string_view>

// Sendmail's queue ids, which are also the names of its queue files (with qf, df, ... before).
namespace reputed::mta {

// 8.10 and later: YEAR MONTH DAY HOUR MINUTE SECOND and two more base-60 digits (0-9, A-Z, a-x), then a process
// number. Before: three letters and a process number.
bool is_sendmail_id(std::string_view text);

// When the message arrived, by the first six digits, which count in UTC. The year is that of the century modulo
// 60: the latest that is not after `now` by more than a day. nullopt for ids of the old form.
std::optional<std::int64_t> sendmail_id_time(std::string_view id, std::time_t now);

}  // namespace reputed::mta
