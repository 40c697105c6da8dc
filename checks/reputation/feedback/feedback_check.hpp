#pragma once

#include "checks/check.hpp"

// [[feedback]]: what services tell over HTTP about our addresses and domains.
namespace reputed::feedback {

Check feedback_check();

}  // namespace reputed::feedback
