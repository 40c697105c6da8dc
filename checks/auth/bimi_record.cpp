#include "checks/auth/bimi_record.hpp"

#include <utility>

#include "checks/auth/report_uri.hpp"
#include "config/text.hpp"

namespace reputed::bimi {
namespace {

void remark(AssertionRecord& out, const char* code, Severity severity, std::string message) {
    record::add(out.remarks, std::string("bimi.") + code, severity, std::move(message));
}

// The path of an https URI, lower case; "" when it is none.
std::string https_path(const std::string& text) {
    const auto uri = record::parse_report_uri(text);
    if (!uri.error.empty() || !uri.size.empty() || uri.scheme != "https") return "";
    const auto path = uri.text.find('/', std::string_view("https://").size());
    if (path == std::string::npos) return "/";
    return lower(std::string_view(uri.text).substr(path, uri.text.find_first_of("?#", path) - path));
}

void judge_version(AssertionRecord& out, const record::TagList& list) {
    const auto* version = record::find(list.tags, "v");
    if (version == nullptr || *version != "BIMI1" || !list.first_is_good || list.tags.front().name != "v")
        remark(out, "version", Severity::critical,
               "v=BIMI1 is not the first tag: receivers ignore the record");
}

void judge_location(AssertionRecord& out, const std::string* value) {
    if (value == nullptr)
        return remark(out, "no_location", Severity::critical, "l= is missing: receivers ignore the record");
    out.location = *value;
    if (value->empty()) return;
    const auto path = https_path(*value);
    if (path.empty())
        remark(out, "bad_location", Severity::critical,
               "l=" + printable(*value, 200) + " is no https: address: no indicator is shown");
    else if (!path.ends_with(".svg") && !path.ends_with(".svgz") && !path.ends_with(".svg.gz"))
        remark(out, "not_svg", Severity::warning,
               "l=" + printable(*value, 200) + " does not end in .svg: indicators are SVG Tiny PS");
}

void judge_authority(AssertionRecord& out, const std::string* value) {
    if (value != nullptr) out.authority = *value;
    if (out.authority.empty()) {
        if (!out.location.empty())
            remark(out, "no_authority", Severity::info,
                   "there is no a=: large receivers show the indicator only with a certificate");
        return;
    }
    if (https_path(out.authority).empty())
        remark(out, "bad_authority", Severity::critical,
               "a=" + printable(out.authority, 200) + " is no https: address: no indicator is shown");
    else if (out.location.empty())
        remark(out, "authority_alone", Severity::warning,
               "a= stands beside an empty l=: no indicator is shown");
}

}  // namespace

AssertionRecord parse_record(std::string_view text) {
    AssertionRecord out;
    auto list = record::parse_tag_list(text);
    judge_version(out, list);
    for (const auto& fault : list.faults)
        remark(out, fault.kind == record::TagFault::duplicate ? "duplicate" : "syntax", Severity::critical,
               fault.message + ": receivers ignore the record");
    const auto* location = record::find(list.tags, "l");
    judge_location(out, location);
    judge_authority(out, record::find(list.tags, "a"));
    out.declined = location != nullptr && out.location.empty() && out.authority.empty();
    if (out.valid() && out.declined)
        remark(out, "declined", Severity::info, "l= and a= are empty: the domain wants no indicator shown");
    for (const auto& tag : list.tags)
        if (tag.name != "v" && tag.name != "l" && tag.name != "a" && tag.name != "avp" && tag.name != "lps")
            remark(out, "unknown_tag", Severity::info,
                   "the tag " + in_quotes(tag.name) + " is unknown and ignored");
    out.tags = record::in_order(std::move(list.tags), {"v", "l", "a", "avp", "lps"});
    return out;
}

}  // namespace reputed::bimi
