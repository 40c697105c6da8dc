#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/store.hpp"

// A job's samples in one piece, as the store keeps them: names and label values once each, then fourteen bytes or so a
// sample.
namespace reputed {

// Names and values are cut to 1,024 bytes. Left out is a series with more than 16 labels, and what would go beyond
// 2,000,000 samples, 48 MiB, or what decode_samples() takes.
std::string encode_samples(const std::vector<StoredSample>& samples);
std::string encode_samples(const std::vector<Sample>& samples);

// Nothing where a byte is wrong, missing or too many, or where it would unfold to more than 256 MiB of text.
std::optional<std::vector<StoredSample>> decode_samples(std::string_view blob);

}  // namespace reputed
