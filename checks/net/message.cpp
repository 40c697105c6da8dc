#include "checks/net/message.hpp"

#include <algorithm>
#include <limits>

#include <arpa/nameser.h>
#include <resolv.h>

namespace reputed {
namespace {

constexpr std::size_t header_size = 12;
constexpr std::uint32_t no_ttl = std::numeric_limits<std::uint32_t>::max();

std::uint16_t u16(const std::uint8_t* bytes) {
    return static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
}

Outcome outcome_of(unsigned rcode) {
    switch (rcode) {
        case ns_r_noerror:
            return Outcome::nodata;  // until a record of the type is found
        case ns_r_formerr:
            return Outcome::malformed;
        case ns_r_nxdomain:
            return Outcome::nxdomain;
        case ns_r_refused:
            return Outcome::refused;
        default:
            return Outcome::servfail;
    }
}

// The name at `at`, or false when it runs out of the message, loops or is too long.
bool read_name(const ns_msg& message, const std::uint8_t* at, std::string& name) {
    char text[NS_MAXDNAME];
    if (ns_name_uncompress(ns_msg_base(message), ns_msg_end(message), at, text, sizeof text) < 0)
        return false;
    name = normalized_name(text);
    return true;
}

bool read_strings(std::span<const std::uint8_t> data, Record& record) {
    record.pieces = 0;
    while (!data.empty()) {
        const std::size_t length = data[0];
        if (length + 1 > data.size()) return false;
        record.text.append(reinterpret_cast<const char*>(data.data()) + 1, length);
        ++record.pieces;
        data = data.subspan(length + 1);
    }
    return record.pieces > 0;  // RFC 1035 section 3.3.14: one or more
}

bool read_data(const ns_msg& message, const ns_rr& rr, RecordType type, Record& record) {
    const std::span<const std::uint8_t> data(ns_rr_rdata(rr), ns_rr_rdlen(rr));
    switch (type) {
        case RecordType::a:
            if (data.size() != 4) return false;
            record.address =
                IpAddress::v4(static_cast<std::uint32_t>(u16(data.data())) << 16 | u16(data.data() + 2));
            return true;
        case RecordType::aaaa: {
            if (data.size() != 16) return false;
            std::array<std::uint8_t, 16> bytes;
            std::copy(data.begin(), data.end(), bytes.begin());
            record.address = IpAddress::v6(bytes);
            return true;
        }
        case RecordType::mx:
            if (data.size() < 3) return false;
            record.preference = u16(data.data());
            return read_name(message, data.data() + 2, record.text);
        case RecordType::txt:
            return read_strings(data, record);
        case RecordType::ptr:
        case RecordType::ns:
        case RecordType::cname:
        case RecordType::soa:
            return !data.empty() && read_name(message, data.data(), record.text);
    }
    return false;
}

// RFC 2308 section 5: the lesser of the SOA's own TTL and its MINIMUM field.
std::uint32_t negative_ttl(ns_msg& message) {
    for (int i = 0; i < ns_msg_count(message, ns_s_ns); ++i) {
        ns_rr rr;
        if (ns_parserr(&message, ns_s_ns, i, &rr) < 0) return 0;
        if (ns_rr_type(rr) != ns_t_soa || ns_rr_rdlen(rr) < 22) continue;  // two root names and five numbers
        const std::uint8_t* minimum = ns_rr_rdata(rr) + ns_rr_rdlen(rr) - 4;
        return std::min(ns_rr_ttl(rr), static_cast<std::uint32_t>(u16(minimum)) << 16 | u16(minimum + 2));
    }
    return 0;
}

Answer malformed() {
    Answer answer;
    answer.outcome = Outcome::malformed;
    return answer;
}

bool read_answers(ns_msg& message, RecordType type, Answer& answer) {
    std::uint32_t ttl = no_ttl;
    for (int i = 0; i < ns_msg_count(message, ns_s_an); ++i) {
        ns_rr rr;
        if (ns_parserr(&message, ns_s_an, i, &rr) < 0) return false;
        if (ns_rr_class(rr) != ns_c_in) continue;
        if (ns_rr_type(rr) == static_cast<std::uint16_t>(type)) {
            if (!read_data(message, rr, type, answer.records.emplace_back())) return false;
        } else if (ns_rr_type(rr) == ns_t_cname) {
            if (!read_name(message, ns_rr_rdata(rr), answer.aliases.emplace_back())) return false;
        } else {
            continue;
        }
        ttl = std::min(ttl, ns_rr_ttl(rr));
    }
    if (ttl != no_ttl) answer.ttl = ttl;
    return true;
}

}  // namespace

Answer decode_response(std::span<const std::uint8_t> bytes, RecordType type) {
    if (bytes.size() < header_size || bytes.size() > 65535) return malformed();
    Answer answer;
    answer.outcome = outcome_of(bytes[3] & 0x0f);
    const bool has_records = u16(&bytes[6]) + u16(&bytes[8]) > 0;
    if (!answer.definite() || !has_records) return answer;

    ns_msg message;
    if (ns_initparse(bytes.data(), static_cast<int>(bytes.size()), &message) < 0) return malformed();
    if (!read_answers(message, type, answer)) return malformed();
    if (answer.outcome == Outcome::nodata && !answer.records.empty()) {
        answer.outcome = Outcome::ok;
    } else {
        answer.records.clear();
        answer.ttl = negative_ttl(message);
    }
    return answer;
}

}  // namespace reputed
