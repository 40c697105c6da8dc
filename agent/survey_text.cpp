#include "agent/survey_text.hpp"

#include <algorithm>

namespace reputed {
namespace {

using survey::State;

constexpr std::size_t most_selectors_shown = 3;

std::string joined(const std::vector<std::string>& texts) {
    std::string out;
    for (const auto& text : texts)
        out += (out.empty() ? "" : " ") + text;
    return out;
}

// Where nothing more is to be said than the state.
Table::Cell state_cell(State state) {
    switch (state) {
        case State::unknown:
            return {"?", Colour::grey};
        case State::none:
            return {"none", Colour::none};
        case State::not_found:
            return {"not found", Colour::none};
        case State::invalid:
            return {"invalid", Colour::red};
        case State::found:
            return {"yes", Colour::green};
    }
    return {};
}

Table::Cell mx_cell(const survey::Mx& mx) {
    if (mx.null) return {"null MX", Colour::yellow};
    return mx.state == State::found ? Table::Cell{std::to_string(mx.hosts)} : state_cell(mx.state);
}

// Whether it is the term "all" of some qualifier that says so.
bool is_all(const std::string& mechanism) {
    const auto name = mechanism.find_first_not_of("+-~?");
    if (name == std::string::npos || name > 1 || mechanism.size() - name != 3) return false;
    return normalized_name(std::string_view(mechanism).substr(name)) == "all";
}

Table::Cell spf_cell(const survey::Spf& spf) {
    if (spf.state == State::none) return {"none", Colour::yellow};
    if (spf.state == State::unknown) return {"?", Colour::grey};
    const bool all = is_all(spf.mechanism);
    switch (spf.result) {
        case spf::Result::pass:
            return {all ? "+all" : "pass", Colour::red};
        case spf::Result::fail:
            return {all ? "-all" : "fail", Colour::green};
        case spf::Result::softfail:
            return {all ? "~all" : "softfail", Colour::green};
        case spf::Result::neutral:
            return {all ? "?all" : spf.mechanism.empty() ? "no all" : "neutral", Colour::yellow};
        case spf::Result::permerror:
            return {"permerror", Colour::red};
        case spf::Result::none:
        case spf::Result::temperror:
            return {"?", Colour::grey};
    }
    return {};
}

// In words, since cells that begin with + or - are formulas to a spreadsheet.
std::string spf_policy(const survey::Spf& spf) {
    if (spf.state != State::found) return "";
    return spf.result == spf::Result::temperror ? "unknown" : std::string(to_string(spf.result));
}

std::string shown_selectors(const std::vector<std::string>& selectors) {
    std::string out;
    for (std::size_t i = 0; i < std::min(selectors.size(), most_selectors_shown); ++i)
        out += (i == 0 ? "" : ", ") + (selectors[i] == "*" ? "any name" : selectors[i]);
    if (selectors.size() > most_selectors_shown)
        out += " +" + std::to_string(selectors.size() - most_selectors_shown);
    return out;
}

Table::Cell dkim_cell(const survey::Dkim& dkim) {
    if (dkim.state == State::found) return {shown_selectors(dkim.selectors), Colour::green};
    if (dkim.state == State::invalid && dkim.broken.empty()) return {"revoked", Colour::yellow};
    return state_cell(dkim.state);
}

Table::Cell dmarc_cell(const survey::Dmarc& dmarc, const std::string& domain) {
    if (dmarc.state == State::none) return {"none", Colour::yellow};
    if (dmarc.state != State::found) return state_cell(dmarc.state);
    std::string text = "p=" + std::string(to_string(dmarc.policy));
    if (dmarc.percent != 100) text += ' ' + std::to_string(dmarc.percent) + '%';
    if (dmarc.testing) text += " test";
    if (dmarc.domain != domain) text += " (" + dmarc.domain + ')';
    const bool acts = dmarc.policy != dmarc::Policy::none && dmarc.percent == 100 && !dmarc.testing;
    return {text, acts ? Colour::green : Colour::yellow};
}

Table::Cell listed_cell(const Listings& listings) {
    if (!listings.listed.empty()) return {std::to_string(listings.listed.size()), Colour::red};
    if (listings.clean == 0) return {"?", Colour::grey};
    const std::string left =
        listings.unknown.empty() ? "" : ", " + std::to_string(listings.unknown.size()) + " ?";
    return {"0" + left, left.empty() ? Colour::green : Colour::grey};
}

std::string_view listed_word(const Listings& listings) {
    return !listings.listed.empty() ? "listed" : listings.clean == 0 ? "unknown" : "clean";
}

}  // namespace

std::vector<std::string> survey_header() {
    return {"DOMAIN", "MX", "SPF", "DKIM", "DMARC", "MTA-STS", "TLS-RPT", "LISTED", "VERDICT", "FINDINGS"};
}

std::vector<Table::Cell> survey_cells(const SubjectRow& row) {
    const auto& survey = row.survey.value();
    return {{row.subject},
            mx_cell(survey.mx),
            spf_cell(survey.spf),
            dkim_cell(survey.dkim),
            dmarc_cell(survey.dmarc, row.subject),
            state_cell(survey.mta_sts),
            state_cell(survey.tls_rpt),
            listed_cell(row.listings),
            {std::string(to_string(row.verdict)), colour_of(row.verdict)},
            {std::to_string(row.findings)}};
}

std::string counts_text(const survey::Counts& counts) {
    std::string out = std::to_string(counts.domains) + (counts.domains == 1 ? " domain" : " domains") +
                      ": SPF " + std::to_string(counts.spf) + ", DKIM " + std::to_string(counts.dkim) +
                      ", DMARC " + std::to_string(counts.dmarc) + ", all three " +
                      std::to_string(counts.all_three) + ", SPF alone " + std::to_string(counts.spf_alone);
    std::string unknown;
    for (const auto& [name, count] :
         {std::pair{"SPF", counts.spf_unknown}, std::pair{"DKIM", counts.dkim_unknown},
          std::pair{"DMARC", counts.dmarc_unknown}})
        if (count > 0)
            unknown += (unknown.empty() ? "" : ", ") + std::string(name) + ' ' + std::to_string(count);
    return unknown.empty() ? out : out + "; could not tell: " + unknown;
}

Json counts_json(const survey::Counts& counts) {
    return {{"domains", counts.domains},
            {"spf", counts.spf},
            {"dkim", counts.dkim},
            {"dmarc", counts.dmarc},
            {"all_three", counts.all_three},
            {"spf_alone", counts.spf_alone},
            {"spf_unknown", counts.spf_unknown},
            {"dkim_unknown", counts.dkim_unknown},
            {"dmarc_unknown", counts.dmarc_unknown}};
}

void add_survey(Json& json, const SubjectRow& row) {
    const auto& [domain, mx, spf, dkim, dmarc, mta_sts, tls_rpt] = row.survey.value();
    const bool found = dmarc.state == State::found;
    json["mx"] = {{"state", mx.null ? "null" : to_string(mx.state)}, {"hosts", mx.hosts}};
    json["spf"] = {{"state", to_string(spf.state)},
                   {"policy", spf_policy(spf)},
                   {"record", plain_text(spf.record)},
                   {"reason", plain_text(spf.reason)}};
    json["dkim"] = {
        {"state", to_string(dkim.state)}, {"selectors", dkim.selectors}, {"revoked", dkim.revoked},
        {"broken", dkim.broken},          {"asked", dkim.asked},         {"unanswered", dkim.unanswered}};
    json["dmarc"] = {{"state", to_string(dmarc.state)},
                     {"policy", found ? to_string(dmarc.policy) : ""},
                     {"domain", dmarc.domain},
                     {"percent", dmarc.percent},
                     {"testing", dmarc.testing}};
    json["mta_sts"] = {{"state", to_string(mta_sts)}};
    json["tls_rpt"] = {{"state", to_string(tls_rpt)}};
    json["listed"] = {{"state", listed_word(row.listings)},
                      {"lists", row.listings.listed},
                      {"clean", row.listings.clean},
                      {"unknown", row.listings.unknown}};
}

std::string csv_line(const std::vector<std::string>& cells) {
    std::string out;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) out += ',';
        std::string cell = plain_text(cells[i]);
        if (!cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos)
            cell.insert(0, 1, '\'');
        if (cell.find_first_of(",\"\r\n") == std::string::npos) {
            out += cell;
            continue;
        }
        out += '"';
        for (const char c : cell) {
            if (c == '"') out += '"';
            out += c;
        }
        out += '"';
    }
    return out + "\r\n";
}

std::vector<std::string> csv_header() {
    return {"subject",  "kind",         "verdict",      "findings",      "mx",
            "mx_hosts", "spf",          "spf_policy",   "dkim",          "dkim_selectors",
            "dmarc",    "dmarc_policy", "dmarc_domain", "dmarc_percent", "dmarc_testing",
            "mta_sts",  "tls_rpt",      "listed",       "listed_on",     "listed_unknown"};
}

std::vector<std::string> csv_cells(const SubjectRow& row) {
    std::vector<std::string> cells = {row.subject, row.is_domain ? "domain" : "ip",
                                      std::string(to_string(row.verdict)), std::to_string(row.findings)};
    if (row.survey) {
        const auto& [domain, mx, spf, dkim, dmarc, mta_sts, tls_rpt] = *row.survey;
        const bool found = dmarc.state == State::found;
        for (auto& cell : std::vector<std::string>{
                 mx.null ? "null" : std::string(to_string(mx.state)),
                 mx.state == State::unknown ? "" : std::to_string(mx.hosts),
                 std::string(to_string(spf.state)), spf_policy(spf), std::string(to_string(dkim.state)),
                 joined(dkim.selectors), std::string(to_string(dmarc.state)),
                 found ? std::string(to_string(dmarc.policy)) : "", dmarc.domain,
                 found ? std::to_string(dmarc.percent) : "", found ? (dmarc.testing ? "yes" : "no") : "",
                 std::string(to_string(mta_sts)), std::string(to_string(tls_rpt)),
                 std::string(listed_word(row.listings)), joined(row.listings.listed),
                 joined(row.listings.unknown)})
            cells.push_back(std::move(cell));
    }
    cells.resize(csv_header().size());
    return cells;
}

}  // namespace reputed
