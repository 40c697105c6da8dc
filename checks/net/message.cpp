#include "checks/net/message.hpp"

#include <algorithm>
#include <limits>

#include <arpa/nameser.h>
#include <resolv.h>

namespace reputed {
namespace {

constexpr std::size_t header_size = 12;
constexpr std::size_t most_aliases = 32;  // resolvers give up after 8 to 16
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

// The name that fills `data`, or false when it ends elsewhere, loops or is too long.
bool read_name(const ns_msg& message, std::span<const std::uint8_t> data, std::string& name) {
    char text[NS_MAXDNAME];
    const int length =
        ns_name_uncompress(ns_msg_base(message), ns_msg_end(message), data.data(), text, sizeof text);
    if (length < 0 || static_cast<std::size_t>(length) != data.size()) return false;
    name = normalized_name(text);
    return true;
}

std::span<const std::uint8_t> data_of(const ns_rr& rr) {
    return {ns_rr_rdata(rr), static_cast<std::size_t>(ns_rr_rdlen(rr))};
}

// RFC 2181 section 8: a TTL with the highest bit set counts as 0.
std::uint32_t ttl_of(const ns_rr& rr) {
    return ns_rr_ttl(rr) >> 31 != 0 ? 0 : ns_rr_ttl(rr);
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
    const auto data = data_of(rr);
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
            return read_name(message, data.subspan(2), record.text);
        case RecordType::txt:
            return read_strings(data, record);
        case RecordType::ptr:
        case RecordType::ns:
        case RecordType::cname:
            return read_name(message, data, record.text);
        case RecordType::soa:
            return false;  // never asked for; only negative_ttl() reads one
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
        return std::min(ttl_of(rr), static_cast<std::uint32_t>(u16(minimum)) << 16 | u16(minimum + 2));
    }
    return 0;
}

Answer malformed() {
    Answer answer;
    answer.outcome = Outcome::malformed;
    return answer;
}

// The owner name of a record as normalized_name() writes it.
std::string owner_of(const ns_rr& rr) {
    return normalized_name(ns_rr_name(rr));
}

// Follows the aliases from the name asked (RFC 1034 section 3.6.2), in the order of the answer. Records of
// other names are no answer to the question.
bool read_answers(ns_msg& message, RecordType type, Answer& answer) {
    ns_rr rr;
    if (ns_parserr(&message, ns_s_qd, 0, &rr) < 0) return false;
    const std::string asked = owner_of(rr);
    std::string name = asked;
    std::uint32_t ttl = no_ttl;
    for (int i = 0; i < ns_msg_count(message, ns_s_an); ++i) {
        if (ns_parserr(&message, ns_s_an, i, &rr) < 0) return false;
        if (ns_rr_class(rr) != ns_c_in) continue;
        const bool wanted = ns_rr_type(rr) == static_cast<std::uint16_t>(type);
        if ((!wanted && ns_rr_type(rr) != ns_t_cname) || owner_of(rr) != name) continue;
        if (wanted) {
            if (!read_data(message, rr, type, answer.records.emplace_back())) return false;
        } else {
            if (!read_name(message, data_of(rr), name)) return false;
            const auto& seen = answer.aliases;
            const bool loop = name == asked || std::find(seen.begin(), seen.end(), name) != seen.end();
            if (loop || seen.size() == most_aliases) return false;
            answer.aliases.push_back(name);
        }
        ttl = std::min(ttl, ttl_of(rr));
    }
    if (ttl != no_ttl) answer.ttl = ttl;
    return true;
}

// RFC 6891 section 6.1.3: the upper bits of the RCODE are in the OPT record; BADVERS alone would read as
// NOERROR.
bool has_extended_rcode(ns_msg& message) {
    for (int i = 0; i < ns_msg_count(message, ns_s_ar); ++i) {
        ns_rr rr;
        if (ns_parserr(&message, ns_s_ar, i, &rr) < 0) return true;
        if (ns_rr_type(rr) == ns_t_opt) return ns_rr_ttl(rr) >> 24 != 0;
    }
    return false;
}

}  // namespace

Answer decode_response(std::span<const std::uint8_t> bytes, RecordType type) {
    if (bytes.size() < header_size || bytes.size() > 65535) return malformed();
    // A question sent back, another opcode, or half an answer (RFC 2181 section 9) says nothing about the
    // name.
    const bool response = (bytes[2] & 0x80) != 0;
    const bool truncated = (bytes[2] & 0x02) != 0;
    if (!response || (bytes[2] & 0x78) != 0 || truncated) return malformed();
    Answer answer;
    answer.outcome = outcome_of(bytes[3] & 0x0f);
    if (!answer.definite()) return answer;

    ns_msg message;
    if (ns_initparse(bytes.data(), static_cast<int>(bytes.size()), &message) < 0) return malformed();
    if (!read_answers(message, type, answer)) return malformed();
    if (has_extended_rcode(message)) {
        Answer failed;
        failed.outcome = Outcome::servfail;
        return failed;
    }
    if (answer.outcome == Outcome::nodata && !answer.records.empty()) {
        answer.outcome = Outcome::ok;
    } else {
        answer.records.clear();
        answer.ttl = negative_ttl(message);
    }
    return answer;
}

}  // namespace reputed
