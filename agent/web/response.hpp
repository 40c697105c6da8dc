#pragma once

#include "agent/web/server.hpp"

struct MHD_Response;

namespace reputed::web {

// A reply as libmicrohttpd sends it, compressed where that is `accepted` and worth it. Null when memory is short.
MHD_Response* make_response(Reply reply, bool gzip_accepted);

// Those that every reply has, and the configured ones, which go before where they have the same name.
void add_security_headers(MHD_Response* response, const Headers& configured);

}  // namespace reputed::web
