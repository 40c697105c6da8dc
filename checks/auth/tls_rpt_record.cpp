#include "checks/auth/tls_rpt_record.hpp"

#include <utility>

#include "config/text.hpp"

namespace reputed::tls_rpt {
namespace {

constexpr std::string_view version = "v=TLSRPTv1";

void remark(ReportRecord& out, const char* code, Severity severity, std::string message) {
    record::add(out.remarks, std::string("tls_rpt.") + code, severity, std::move(message));
}

void judge_syntax(ReportRecord& out, const record::TagList& list) {
    for (const auto& fault : list.faults) {
        const bool ambiguous = fault.kind == record::TagFault::duplicate;
        remark(out, ambiguous ? "duplicate" : "syntax", ambiguous ? Severity::critical : Severity::warning,
               fault.message +
                   (ambiguous ? ": senders ignore the record" : ": strict senders ignore the record"));
    }
}

// Senders discard what does not begin with "v=TLSRPTv1;" to the letter.
void judge_version(ReportRecord& out, std::string_view text) {
    const auto rest = text.starts_with(version) ? record::trimmed(text.substr(version.size())) : "";
    if (!rest.starts_with(';'))
        remark(out, "version", Severity::critical,
               "the record does not begin with \"v=TLSRPTv1;\": senders ignore it");
}

// Only mailto: and https: are defined; "!" has no meaning here and must be encoded.
std::string fault_of(const record::ReportUri& uri) {
    if (!uri.error.empty()) return uri.error;
    if (!uri.size.empty()) return "holds a \"!\", which must be written %21";
    if (uri.scheme != "mailto" && uri.scheme != "https") return "is neither mailto: nor https:";
    return "";
}

void read_reports(ReportRecord& out, const std::string& text) {
    std::string kept;
    for (const auto& item : record::split(text, ',')) {
        auto uri = record::parse_report_uri(item);
        if (const auto fault = fault_of(uri); !fault.empty()) {
            remark(out, "rua_invalid", Severity::warning,
                   in_quotes(item) + " in rua= " + fault + ": no reports go there");
            continue;
        }
        kept += (kept.empty() ? "" : ",") + uri.to_string();
        out.reports.push_back(std::move(uri));
    }
    if (kept.empty())
        remark(out, "no_rua", Severity::critical, "rua= names no address that reports can go to");
    else
        out.tags.push_back({"rua", kept});
}

}  // namespace

ReportRecord parse_record(std::string_view text) {
    ReportRecord out;
    const auto list = record::parse_tag_list(text, {.extended = true, .fold_names = false});
    judge_version(out, text);
    judge_syntax(out, list);
    if (const auto* reports = record::find(list.tags, "rua"))
        read_reports(out, *reports);
    else
        remark(out, "no_rua", Severity::critical, "rua= is missing: nobody gets the reports");
    for (const auto& tag : list.tags) {
        if (tag.name == "rua") continue;
        if (tag.name != "v")
            remark(out, "unknown_tag", Severity::info,
                   "the field " + in_quotes(tag.name) + " is unknown and ignored");
        out.tags.push_back(tag);
    }
    out.tags = record::in_order(std::move(out.tags), {"v", "rua"});
    return out;
}

}  // namespace reputed::tls_rpt
