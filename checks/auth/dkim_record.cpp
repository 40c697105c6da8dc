#include "checks/auth/dkim_record.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "config/text.hpp"

namespace reputed::dkim {
namespace {

using record::Remark;
using record::Tag;
using record::Tags;

constexpr int least_bits = 1024;  // RFC 8301 section 3.2: below it nothing verifies
constexpr int good_bits = 2048;   // the same: what signers should use
constexpr int most_bits = 4096;   // the same: what verifiers have to support

bool contains(const std::vector<std::string>& items, std::string_view item) {
    return std::find(items.begin(), items.end(), item) != items.end();
}

std::string joined(const std::vector<std::string>& items) {
    std::string out;
    for (const auto& item : items)
        out += (out.empty() ? "" : ":") + item;
    return out;
}

// The record as it is read, tag by tag.
struct Reading {
    KeyRecord& record;
    const Tags& written;

    void remark(const char* code, Severity severity, std::string message) const {
        record::add(record.remarks, std::string("dkim.") + code, severity, std::move(message));
    }
    const std::string* value(std::string_view name) const { return record::find(written, name); }
    void keep(std::string name, std::string value) const {
        record.tags.push_back({std::move(name), std::move(value)});
    }
    // A list of words that ABNF compares without case (RFC 5234 section 2.3), some receivers with it.
    std::vector<std::string> words(const char* name, const std::string& text) const {
        const std::string folded = lower(text);
        if (folded != text)
            remark("case", Severity::info,
                   std::string(name) + '=' + printable(text, 80) +
                       " is not lower case, and some receivers compare it as it is");
        return record::split(folded, ':');
    }
};

void read_version(const Reading& in, bool is_first) {
    const auto* version = in.value("v");
    if (version == nullptr) return;
    if (*version != "DKIM1")
        in.remark("version", Severity::critical,
                  "v=" + printable(*version, 80) + " is not v=DKIM1: receivers discard the record");
    else if (!is_first)
        in.remark("version_place", Severity::warning,
                  "v=DKIM1 is not the first tag, as RFC 6376 demands: strict receivers discard the record");
    in.keep("v", *version);
}

void read_hashes(const Reading& in) {
    const auto* text = in.value("h");
    if (text == nullptr) return;
    auto& hashes = in.record.hashes;
    hashes = in.words("h", *text);
    in.keep("h", joined(hashes));
    if (!contains(hashes, "sha256"))
        in.remark("no_sha256", Severity::critical,
                  "h=" + printable(*text, 80) +
                      " leaves out sha256, the only hash that receivers accept: no signature verifies");
    else if (contains(hashes, "sha1"))
        in.remark("sha1", Severity::info, "h= allows sha1, which receivers do not accept any more");
}

bool read_key_type(const Reading& in) {
    const auto* text = in.value("k");
    if (text == nullptr) return true;
    in.record.key_type = in.words("k", *text).front();
    in.keep("k", lower(*text));
    if (lower(*text) == "rsa" || lower(*text) == "ed25519") return true;
    in.remark("key_type", Severity::critical,
              "k=" + printable(*text, 80) + " is neither rsa nor ed25519: receivers ignore the record");
    return false;
}

void read_services(const Reading& in) {
    const auto* text = in.value("s");
    if (text == nullptr) return;
    auto& services = in.record.services;
    services = in.words("s", *text);
    in.keep("s", joined(services));
    if (contains(services, "*") || contains(services, "email")) return;
    // RFC 8460 section 3 signs reports with keys of their own.
    const bool reports = contains(services, "tlsrpt");
    in.remark("not_email", reports ? Severity::warning : Severity::critical,
              "s=" + printable(*text, 80) +
                  (reports ? " is for TLS reports only: receivers ignore the record for mail"
                           : " names neither email nor *: receivers ignore the record for mail"));
}

void read_flags(const Reading& in) {
    const auto* text = in.value("t");
    if (text == nullptr) return;
    auto& flags = in.record.flags;
    if (!text->empty()) flags = in.words("t", *text);
    in.keep("t", joined(flags));
    if (in.record.testing())
        in.remark("testing", Severity::warning,
                  "t=y says that the domain is only testing DKIM: receivers may treat its mail as unsigned");
    if (in.record.strict())
        in.remark("strict", Severity::info,
                  "t=s: the domain of i= in signatures must equal d=, subdomains fail");
    for (const auto& flag : flags)
        if (flag != "y" && flag != "s")
            in.remark("unknown_flag", Severity::info,
                      "the flag " + in_quotes(flag) + " in t= is unknown and ignored");
    if (flags.empty()) in.remark("unknown_flag", Severity::info, "t= is empty and says nothing");
}

// g= was the granularity of RFC 4871; RFC 6376 took it out.
void read_historic(const Reading& in) {
    const auto* text = in.value("g");
    if (text == nullptr) return;
    in.keep("g", *text);
    if (*text == "*")
        in.remark("historic", Severity::info, "g= is historic and ignored since RFC 6376");
    else
        in.remark("historic", Severity::warning,
                  "g=" + printable(*text, 80) + " is historic: old receivers take the key for " +
                      (text->empty() ? "no address at all" : "such local parts only") +
                      ", all others ignore it");
}

void judge_key(const Reading& in, const PublicKey& key) {
    if (key.trailing != 0)
        in.remark(
            "trailing", Severity::warning,
            "p= has " + std::to_string(key.trailing) + " octets behind the key, which some receivers refuse");
    if (key.bare)
        in.remark("bare_key", Severity::warning,
                  "p= is an RSAPublicKey without SubjectPublicKeyInfo, which some receivers cannot read");
    if (key.type != KeyType::rsa) return;
    const std::string size = "the RSA key has " + std::to_string(key.bits) + " bits";
    if (key.bits < least_bits)
        in.remark("broken_key", Severity::critical,
                  size + ", and receivers accept no signature of fewer than 1024 (RFC 8301)");
    else if (key.bits < good_bits)
        in.remark("weak_key", Severity::warning, size + "; use at least 2048 (RFC 8301)");
    else if (key.bits > most_bits)
        in.remark("large_key", Severity::warning,
                  size + ", and receivers need not verify more than 4096 (RFC 8301)");
}

void read_key(const Reading& in, bool type_known) {
    const auto* text = in.value("p");
    if (text == nullptr) {
        const bool upper = in.value("P") != nullptr;
        in.remark("no_key", Severity::critical,
                  upper ? "p= is missing: P= is another tag, since names are case-sensitive"
                        : "p= is missing: there is no key");
        return;
    }
    const std::string data = record::without_space(*text);
    in.keep("p", data);
    if (data.empty()) {
        in.record.revoked = true;
        in.remark("revoked", Severity::warning,
                  "p= is empty: the key is revoked, and every signature with it fails");
        return;
    }
    const auto decoded = decode_base64(data);
    if (!decoded.error.empty()) return in.remark("bad_key", Severity::critical, "p= " + decoded.error);
    if (!decoded.padded)
        in.remark("padding", Severity::warning, "p= lacks the = at its end, which strict receivers refuse");
    if (!type_known) return;
    const auto type = in.record.key_type == "ed25519" ? KeyType::ed25519 : KeyType::rsa;
    auto result = read_public_key(type, decoded.octets);
    if (!result.error.empty()) return in.remark("bad_key", Severity::critical, "p= " + result.error);
    judge_key(in, result.key);
    in.record.key = std::move(result.key);
}

void keep_unknown(const Reading& in) {
    for (const auto& tag : in.written) {
        if (std::string_view("vhknstpg").find(tag.name) != std::string_view::npos && tag.name.size() == 1)
            continue;
        in.keep(tag.name, tag.value);
        in.remark("unknown_tag", Severity::info,
                  "the tag " + in_quotes(tag.name) + " is unknown and ignored");
    }
}

}  // namespace

bool KeyRecord::testing() const {
    return contains(flags, "y");
}
bool KeyRecord::strict() const {
    return contains(flags, "s");
}

KeyRecord parse_record(std::string_view text) {
    KeyRecord out;
    const auto list = record::parse_tag_list(text);
    const Reading in{out, list.tags};
    // RFC 6376 section 3.2: one fault makes the whole list invalid.
    for (const auto& fault : list.faults)
        in.remark(fault.kind == record::TagFault::duplicate ? "duplicate" : "syntax", Severity::critical,
                  fault.message + ": receivers discard the record");
    read_version(in, list.first_is_good && list.tags.front().name == "v");
    read_hashes(in);
    const bool type_known = read_key_type(in);
    if (const auto* notes = in.value("n")) {
        out.notes = *notes;
        in.keep("n", *notes);
    }
    read_services(in);
    read_flags(in);
    read_historic(in);
    read_key(in, type_known);
    keep_unknown(in);
    out.tags = record::in_order(std::move(out.tags), {"v", "k", "h", "s", "t", "n", "g", "p"});
    return out;
}

std::string without_testing(const KeyRecord& record) {
    Tags tags;
    for (const auto& tag : record.tags) {
        std::vector<std::string> flags;
        if (tag.name != "t") {
            tags.push_back(tag);
            continue;
        }
        std::copy_if(record.flags.begin(), record.flags.end(), std::back_inserter(flags),
                     [](const std::string& flag) { return flag != "y" && !flag.empty(); });
        if (!flags.empty()) tags.push_back({"t", joined(flags)});
    }
    return record::to_string(tags);
}

}  // namespace reputed::dkim
