#pragma once

#include "agent/web/server.hpp"
#include "config/ip_address.hpp"

struct MHD_Connection;

// What libmicrohttpd tells of a request.
namespace reputed::web {

const char* header(MHD_Connection* connection, const char* name);  // null when it is not there
bool has_body(MHD_Connection* connection);
QueryParameters query_of(MHD_Connection* connection);
IpAddress address_of(MHD_Connection* connection);

// A page of another site made a browser send this.
bool is_of_another_site(MHD_Connection* connection);

}  // namespace reputed::web
