#include "checks/auth/dmarc_record.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "config/text.hpp"

namespace reputed::dmarc {
namespace {

using record::Tags;

constexpr std::string_view policy_names[] = {"none", "quarantine", "reject"};
constexpr std::string_view known_tags[] = {"v",  "p",  "sp", "np",  "adkim", "aspf", "pct",
                                           "fo", "rf", "ri", "rua", "ruf",   "psd",  "t"};

std::optional<Policy> policy_of(std::string_view text) {
    for (std::size_t i = 0; i < std::size(policy_names); ++i)
        if (policy_names[i] == text) return static_cast<Policy>(i);
    return {};
}

std::string assignment(const char* name, std::string_view value) {
    return std::string(name) + '=' + printable(value, 80);
}

// The record as it is read, tag by tag. What receivers ignore does not get into the record's tags.
struct Reading {
    PolicyRecord& record;
    const Tags& written;

    void remark(const char* code, Severity severity, std::string message) const {
        record::add(record.remarks, std::string("dmarc.") + code, severity, std::move(message));
    }
    const std::string* value(std::string_view name) const { return record::find(written, name); }
    void keep(std::string name, std::string value) const {
        record.tags.push_back({std::move(name), std::move(value)});
    }
};

std::optional<Policy> read_policy(const Reading& in, const char* name) {
    const auto* text = in.value(name);
    if (text == nullptr) return {};
    const auto policy = policy_of(lower(*text));
    if (policy)
        in.keep(name, lower(*text));
    else
        // RFC 9989 section 4.10.1: one bad policy spoils the others.
        in.remark("bad_policy", Severity::critical,
                  assignment(name, *text) +
                      " is neither none, quarantine nor reject: receivers apply no policy of this record");
    return policy;
}

bool read_choice(const Reading& in, const char* name, std::string_view choices, char standard, char& out) {
    const auto* text = in.value(name);
    if (text == nullptr) return false;
    const std::string value = lower(*text);
    if (value.size() == 1 && choices.find(value) != std::string_view::npos) {
        out = value.front();
        in.keep(name, value);
        return true;
    }
    std::string list;
    for (const char c : choices)
        list += (list.empty() ? "" : c == choices.back() ? " nor " : ", ") + std::string(1, c);
    in.remark("bad_value", Severity::warning,
              assignment(name, *text) + " is neither " + list + ": receivers take " + name + '=' + standard);
    return false;
}

bool read_number(const Reading& in, const char* name, std::uint64_t most, std::uint64_t& out) {
    const auto* text = in.value(name);
    if (text == nullptr) return false;
    std::uint64_t value = 0;
    bool good = !text->empty() && text->size() <= 10;
    for (const char c : *text) {
        good = good && c >= '0' && c <= '9';
        if (good) value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (!good || value > most) {
        in.remark("bad_value", Severity::warning,
                  assignment(name, *text) + " is no number from 0 to " + std::to_string(most) +
                      ": receivers ignore it, old ones the record");
        return false;
    }
    out = value;
    in.keep(name, std::to_string(value));
    return true;
}

// pct, rf, ri: RFC 9989 appendix C took them out.
void read_historic(const Reading& in) {
    std::uint64_t value = 100;
    if (read_number(in, "pct", 100, value)) {
        in.record.percent = static_cast<int>(value);
        if (value < 100)
            in.remark("partial", Severity::warning,
                      "pct=" + std::to_string(value) +
                          " is historic: old receivers spare the rest of the mail, RFC 9989 applies the "
                          "policy to all of it");
        else
            in.remark("historic", Severity::info, "pct=100 is historic and says nothing");
    }
    if (read_number(in, "ri", 4'294'967'295, value))
        in.remark("historic", Severity::info, "ri= is historic: reports come once a day");
    const auto* format = in.value("rf");
    if (format == nullptr) return;
    const auto formats = record::split(lower(*format), ':');
    if (formats.size() == 1 && formats.front() == "afrf") {
        in.keep("rf", "afrf");
        in.remark("historic", Severity::info, "rf= is historic and says nothing");
    } else {
        in.remark("bad_value", Severity::warning,
                  assignment("rf", *format) +
                      " is not afrf, the only format: receivers ignore it, old ones the record");
    }
}

std::vector<record::ReportUri> read_uris(const Reading& in, const char* name, const char* code) {
    std::vector<record::ReportUri> good;
    const auto* text = in.value(name);
    if (text == nullptr) return good;
    std::string kept;
    bool sized = false;
    for (const auto& item : record::split(*text, ',')) {
        auto uri = record::parse_report_uri(item);
        if (!uri.error.empty()) {
            in.remark(code, Severity::warning,
                      in_quotes(item) + " in " + name + "= " + uri.error + ": no reports go there");
            continue;
        }
        if (uri.scheme != "mailto")
            in.remark(code, Severity::warning,
                      in_quotes(item) + " in " + name + "= is not mailto: and gets no reports");
        sized = sized || !uri.size.empty();
        kept += (kept.empty() ? "" : ",") + uri.to_string();
        good.push_back(std::move(uri));
    }
    if (sized)
        in.remark("historic", Severity::info,
                  std::string("the size in ") + name + "= is historic and ignored");
    if (!kept.empty()) in.keep(name, kept);
    return good;
}

// RFC 9989 section 4.8, dmarc-fo.
void read_failure_options(const Reading& in) {
    const auto* text = in.value("fo");
    if (text == nullptr) return;
    std::vector<std::string> kept;
    for (auto& item : record::split(lower(*text), ':')) {
        const bool known = item.size() == 1 && std::string_view("01ds").find(item) != std::string_view::npos;
        const bool twice = std::find(kept.begin(), kept.end(), item) != kept.end();
        if (known && !twice)
            kept.push_back(std::move(item));
        else
            in.remark("bad_value", Severity::warning,
                      in_quotes(item) +
                          (twice ? " stands twice in fo=" : " in fo= is neither 0, 1, d nor s, and ignored"));
    }
    const auto has = [&](const char* item) {
        return std::find(kept.begin(), kept.end(), item) != kept.end();
    };
    if (has("0") && has("1"))
        in.remark("bad_value", Severity::warning, "fo= holds 0 and 1, which exclude each other");
    std::string value;
    for (const auto& item : kept)
        value += (value.empty() ? "" : ":") + item;
    if (!kept.empty()) in.keep("fo", value);
    if (in.value("ruf") == nullptr) in.remark("fo_alone", Severity::info, "fo= without ruf= says nothing");
}

void read_unknown(const Reading& in) {
    for (const auto& tag : in.written) {
        if (std::find(std::begin(known_tags), std::end(known_tags), tag.name) != std::end(known_tags))
            continue;
        in.keep(tag.name, tag.value);
        in.remark("unknown_tag", Severity::info,
                  "the tag " + in_quotes(tag.name) + " is unknown and ignored");
    }
}

void judge_syntax(const Reading& in, const record::TagList& list) {
    using record::TagFault;
    for (const auto& fault : list.faults) {
        if (fault.kind == TagFault::empty)
            in.remark("syntax", Severity::info, fault.message);
        else if (fault.kind == TagFault::duplicate)
            // RFC 6376 section 3.2: the entire list is invalid then.
            in.remark("duplicate", Severity::critical, fault.message + ": receivers discard the record");
        else
            in.remark("syntax", Severity::warning, fault.message + ": receivers ignore that part");
    }
    for (const auto& tag : in.written)
        if (tag.value.empty() && tag.name != "v")
            in.remark("syntax", Severity::warning,
                      "the tag " + in_quotes(tag.name) + " has no value and is ignored");
}

void judge_version(const Reading& in, const record::TagList& list) {
    const auto* version = in.value("v");
    if (version == nullptr)
        in.remark("version", Severity::critical, "v=DMARC1 is missing: receivers ignore the record");
    else if (*version != "DMARC1")
        in.remark("version", Severity::critical,
                  assignment("v", *version) +
                      " is not exactly v=DMARC1 and a semicolon: receivers ignore the record");
    else if (!list.first_is_good || in.written.front().name != "v")
        in.remark("version", Severity::critical,
                  "v=DMARC1 is not the first tag: receivers ignore the record");
    else
        in.keep("v", *version);
}

// RFC 9989 section 4.10.1.
void judge_policy(const Reading& in) {
    const auto& record = in.record;
    const bool reports = !record.aggregate.empty();
    if (in.value("p") == nullptr)
        in.remark("no_policy", reports ? Severity::warning : Severity::critical,
                  reports ? "p= is missing: receivers take p=none, old ones ignore the record"
                          : "p= is missing and there is no good rua=: receivers ignore the record");
    else if (record.valid() && record.policy == Policy::none)
        in.remark("policy_none", Severity::info, "p=none only watches: forged mail is delivered");
    // Old receivers want it there (RFC 7489 section 6.3).
    if (in.written.size() > 1 && in.value("p") != nullptr && in.written[1].name != "p")
        in.remark("policy_place", Severity::info, "p= is not the second tag, where old receivers expect it");
    const bool enforced = record.policy != Policy::none || record.for_subdomains() != Policy::none ||
                          record.for_non_existent() != Policy::none;
    if (record.testing)
        in.remark("testing", enforced ? Severity::warning : Severity::info,
                  enforced ? "t=y: receivers apply a policy one step weaker than this one"
                           : "t=y beside p=none says nothing");
    if (!record.valid()) return;
    const bool weaker_sp = record.for_subdomains() < record.policy;
    if (weaker_sp || record.for_non_existent() < record.policy)
        in.remark(
            "subdomain_weaker", Severity::info,
            std::string(weaker_sp ? "sp=" : "np=") +
                std::string(to_string(weaker_sp ? record.for_subdomains() : record.for_non_existent())) +
                " is weaker than p=" + std::string(to_string(record.policy)) + ": forgers use subdomains");
}

void judge_reports(const Reading& in) {
    const auto& record = in.record;
    if (!record.valid()) return;
    if (in.value("rua") == nullptr)
        in.remark("no_reports", Severity::info, "there is no rua=: nobody reports who sends in this name");
    if (record.aggregate.size() > 2 || record.failure.size() > 2)
        in.remark("many_reports", Severity::info,
                  "receivers need not send reports to more than two addresses");
    // RFC 9989 section 10.2.
    if (record.psd == 'y' && in.value("ruf") != nullptr)
        in.remark("psd_ruf", Severity::warning, "ruf= beside psd=y is forbidden and ignored");
}

}  // namespace

std::string_view to_string(Policy policy) {
    return policy_names[static_cast<std::size_t>(policy)];
}

PolicyRecord parse_record(std::string_view text) {
    PolicyRecord out;
    const auto list = record::parse_tag_list(text, {.extended = false, .fold_names = true});
    const auto as_written = record::parse_tag_list(text).tags;
    const Reading in{out, list.tags};
    judge_version(in, list);
    judge_syntax(in, list);
    if (as_written != list.tags)
        in.remark("case", Severity::warning,
                  "a tag is not written in lower case, which strict receivers do not know");
    if (!text.empty() && record::trimmed(text).data() != text.data())
        in.remark("syntax", Severity::warning,
                  "there is white space before v=: strict receivers ignore the record");
    out.policy = read_policy(in, "p").value_or(Policy::none);
    out.subdomains = read_policy(in, "sp");
    out.non_existent = read_policy(in, "np");
    char choice = 'r';
    out.strict_dkim = read_choice(in, "adkim", "rs", 'r', choice) && choice == 's';
    out.strict_spf = read_choice(in, "aspf", "rs", 'r', choice) && choice == 's';
    out.testing = read_choice(in, "t", "yn", 'n', choice) && choice == 'y';
    read_choice(in, "psd", "ynu", 'u', out.psd);
    read_historic(in);
    read_failure_options(in);
    out.aggregate = read_uris(in, "rua", "rua_invalid");
    out.failure = read_uris(in, "ruf", "ruf_invalid");
    read_unknown(in);
    judge_policy(in);
    judge_reports(in);
    out.tags = record::in_order(std::move(out.tags), {"v", "p", "sp", "np", "adkim", "aspf", "pct", "fo",
                                                      "rf", "ri", "rua", "ruf", "psd", "t"});
    return out;
}

bool is_dmarc(std::string_view text) {
    const auto list = record::parse_tag_list(text, {.extended = false, .fold_names = true});
    return list.first_is_good && list.tags.front() == record::Tag{"v", "DMARC1"};
}

bool looks_like_dmarc(std::string_view text) {
    return lower(text.substr(0, 20)).find("dmarc1") != std::string::npos;
}

}  // namespace reputed::dmarc
