#pragma once

#include "agent/web/server.hpp"

struct MHD_Response;

namespace reputed::web {

// A reply as libmicrohttpd sends it, compressed where that is `accepted` and worth it. Null when memory is short.
MHD_Response* make_response(Reply reply, bool gzip_accepted);

}  // namespace reputed::web
