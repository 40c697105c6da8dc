#pragma once

#include <span>
#include <string>

#include "agent/snapshot.hpp"

namespace reputed {

// Samples as Prometheus text format 0.0.4: one block a family, families by name, series in the order given.
// Left out: NaN, a series that came before (same labels, whoever gave it), and samples with more or fewer
// values than labels. Label values are made plain first (agent/plain_text.hpp): one byte that is not UTF-8
// would cost the whole scrape.
std::string expose(std::span<const Sample* const> samples, std::span<const HistogramSample> histograms = {});

}  // namespace reputed
