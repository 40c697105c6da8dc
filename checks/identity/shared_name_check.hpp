#pragma once

#include "checks/check.hpp"

namespace reputed::identity {

// The check `shared_name`: one job per envelope-from domain, and per host name outside of them. It asks
// nobody. Its findings have that name as subject:
//   domain.shared_suffix  warning  the name lies below a suffix (object) under which anybody may have one
Check shared_name_check();

}  // namespace reputed::identity
