#include "checks/auth/mta_sts_record.hpp"

#include <algorithm>
#include <utility>

#include "config/text.hpp"

namespace reputed::mta_sts {
namespace {

constexpr std::string_view version = "v=STSv1";

void remark(StsRecord& out, const char* code, Severity severity, std::string message) {
    record::add(out.remarks, std::string("mta_sts.") + code, severity, std::move(message));
}

// 1*32(ALPHA / DIGIT)
bool is_id(std::string_view text) {
    return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    });
}

void judge_syntax(StsRecord& out, const record::TagList& list) {
    for (const auto& fault : list.faults) {
        const bool ambiguous = fault.kind == record::TagFault::duplicate;
        remark(out, ambiguous ? "duplicate" : "syntax", ambiguous ? Severity::critical : Severity::warning,
               fault.message +
                   (ambiguous ? ": senders ignore the record" : ": strict senders ignore the record"));
    }
}

// Senders discard what does not begin with "v=STSv1;" to the letter.
void judge_version(StsRecord& out, std::string_view text) {
    const auto rest = text.starts_with(version) ? record::trimmed(text.substr(version.size())) : "";
    if (!rest.starts_with(';'))
        remark(out, "version", Severity::critical,
               "the record does not begin with \"v=STSv1;\": senders ignore it");
}

}  // namespace

StsRecord parse_record(std::string_view text) {
    StsRecord out;
    auto list = record::parse_tag_list(text, {.extended = true, .fold_names = false});
    judge_version(out, text);
    judge_syntax(out, list);
    const auto* id = record::find(list.tags, "id");
    if (id == nullptr)
        remark(out, "no_id", Severity::critical, "id= is missing: senders ignore the record");
    else if (!is_id(*id))
        remark(out, "bad_id", Severity::critical,
               "id=" + printable(*id, 80) + " is not 1 to 32 letters and digits: senders ignore the record");
    else
        out.id = *id;
    for (auto& tag : list.tags) {
        const bool known = tag.name == "v" || tag.name == "id";
        if (!known)
            remark(out, "unknown_tag", Severity::info,
                   "the field " + in_quotes(tag.name) + " is unknown and ignored");
        if (tag.name != "id" || !out.id.empty()) out.tags.push_back(std::move(tag));
    }
    out.tags = record::in_order(std::move(out.tags), {"v", "id"});
    return out;
}

}  // namespace reputed::mta_sts
