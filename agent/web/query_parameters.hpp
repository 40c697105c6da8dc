#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace reputed {

struct QueryParameter {
    std::string name;
    std::string value;
};

// The query of a request, decoded, in its order. Together smaller than a request may be (16 KiB); of more than
// `most_query_parameters` only one more is there.
using QueryParameters = std::vector<QueryParameter>;
inline constexpr std::size_t most_query_parameters = 32;

}  // namespace reputed
