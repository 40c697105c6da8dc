#pragma once

#include "checks/reputation/feedback/source.hpp"

// Any service that answers with JSON: what its numbers are called, where they stand and how they are judged is
// configured.
namespace reputed::feedback {

Reading read_json(const Context& context);

}  // namespace reputed::feedback
