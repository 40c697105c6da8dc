#include "agent/web/request.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include <microhttpd.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>

namespace reputed::web {
namespace {

// One more than is allowed tells that there are too many.
MHD_Result take_parameter(void* to, MHD_ValueKind, const char* name, std::size_t name_size, const char* value,
                          std::size_t value_size) {
    auto& parameters = *static_cast<QueryParameters*>(to);
    parameters.push_back(
        {std::string(name, name_size), value == nullptr ? "" : std::string(value, value_size)});
    return parameters.size() > most_query_parameters ? MHD_NO : MHD_YES;
}

}  // namespace

const char* header(MHD_Connection* connection, const char* name) {
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

// RFC 9112 section 6: a request has a body when one of these headers says so.
bool has_body(MHD_Connection* connection) {
    const char* length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
    if (length != nullptr && std::string_view(length).find_first_not_of('0') != std::string_view::npos)
        return true;
    return header(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING) != nullptr;
}

QueryParameters query_of(MHD_Connection* connection) {
    QueryParameters parameters;
    MHD_get_connection_values_n(connection, MHD_GET_ARGUMENT_KIND, take_parameter, &parameters);
    return parameters;
}

IpAddress address_of(MHD_Connection* connection) {
    const auto* address =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
    if (address == nullptr) return {};
    if (address->sa_family == AF_INET)
        return IpAddress::v4(ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr));
    if (address->sa_family != AF_INET6) return {};
    std::array<std::uint8_t, 16> bytes{};
    const auto& in6 = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    std::copy(std::begin(in6.s6_addr), std::end(in6.s6_addr), bytes.begin());
    return IpAddress::v6(bytes);
}

// Browsers say where a POST comes from; what is no browser says nothing.
bool is_of_another_site(MHD_Connection* connection) {
    if (const char* site = header(connection, "Sec-Fetch-Site"))
        if (std::string_view(site) != "same-origin" && std::string_view(site) != "none") return true;
    const char* origin = header(connection, MHD_HTTP_HEADER_ORIGIN);
    if (origin == nullptr) return false;
    const char* host = header(connection, MHD_HTTP_HEADER_HOST);
    for (const char* scheme : {"http://", "https://"})
        if (host != nullptr && std::string_view(origin).starts_with(scheme) &&
            strcasecmp(origin + std::string_view(scheme).size(), host) == 0)
            return false;
    return true;
}

}  // namespace reputed::web
