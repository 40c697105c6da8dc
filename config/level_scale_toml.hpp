#pragma once

#include <memory>
#include <string>

#include "config/level_scale.hpp"
#include "config/table_reader.hpp"

// Internal to config/: includes toml++, which is heavy.
namespace reputed {

// The scale that a table describes with these keys; null where it describes none, or after a problem:
//   levels            from best to worst, each { name, severity, to, takes }; the last one has no `to`
//   higher_is_better  true when missing
//   hysteresis        0 when missing
//   score_name        what the number is called; "score" when missing
// `code` is that of the findings.
std::shared_ptr<const LevelScale> read_scale(const TableReader& reader, std::string code);

}  // namespace reputed
