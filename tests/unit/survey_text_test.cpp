#include "agent/survey_text.hpp"

#include <gtest/gtest.h>

namespace reputed {
namespace {

using survey::State;

SubjectRow row_of(survey::Row survey) {
    SubjectRow row;
    row.subject = "example.com";
    row.is_domain = true;
    row.survey = std::move(survey);
    return row;
}

std::string cell(const survey::Row& survey, std::size_t column) {
    return survey_cells(row_of(survey))[column].text;
}

TEST(SurveyTextTable, SpfPolicy) {
    struct Case {
        State state;
        spf::Result result;
        const char* mechanism;
        const char* shown;
    };
    using spf::Result;
    for (const auto& [state, result, mechanism, shown] :
         {Case{State::found, Result::fail, "-all", "-all"},
          Case{State::found, Result::softfail, "~ALL", "~all"},
          Case{State::found, Result::neutral, "?all", "?all"},
          Case{State::found, Result::neutral, "", "no all"}, Case{State::found, Result::pass, "all", "+all"},
          Case{State::found, Result::pass, "ip4:0.0.0.0/0", "pass"},
          Case{State::found, Result::temperror, "", "?"},
          Case{State::invalid, Result::permerror, "", "permerror"},
          Case{State::none, Result::none, "", "none"}, Case{State::unknown, Result::temperror, "", "?"}}) {
        survey::Row survey;
        survey.spf.state = state;
        survey.spf.result = result;
        survey.spf.mechanism = mechanism;
        EXPECT_EQ(cell(survey, 2), shown);
    }
}

TEST(SurveyTextTable, MxDkimDmarc) {
    survey::Row survey;
    EXPECT_EQ(cell(survey, 1) + cell(survey, 3) + cell(survey, 4) + cell(survey, 5), "????");
    survey.mx = {State::found, false, 2};
    survey.dkim.state = State::found;
    survey.dkim.selectors = {"*", "a", "b", "c", "d"};
    survey.dmarc = {State::found, dmarc::Policy::quarantine, "com", 20, true};
    EXPECT_EQ(cell(survey, 1), "2");
    EXPECT_EQ(cell(survey, 3), "any name, a, b +2");
    EXPECT_EQ(cell(survey, 4), "p=quarantine 20% test (com)");
    survey.mx = {State::found, true, 0};
    survey.dkim = {};
    survey.dkim.state = State::invalid;
    survey.dkim.revoked = {"a"};
    survey.dmarc = {State::found, dmarc::Policy::none, "example.com", 100, false};
    EXPECT_EQ(cell(survey, 1), "null MX");
    EXPECT_EQ(cell(survey, 3), "revoked");
    EXPECT_EQ(cell(survey, 4), "p=none");
}

TEST(SurveyTextTable, Listed) {
    const std::pair<Listings, const char*> cases[] = {{{{"a"}, {"b"}, 1}, "1"},
                                                      {{{}, {}, 3}, "0"},
                                                      {{{}, {"b", "c"}, 3}, "0, 2 ?"},
                                                      {{{}, {"b"}, 0}, "?"},
                                                      {{{}, {}, 0}, "?"}};
    for (const auto& [listings, shown] : cases) {
        auto row = row_of({});
        row.listings = listings;
        EXPECT_EQ(survey_cells(row)[7].text, shown);
    }
}

TEST(SurveyTextCounts, TheLineBelowTheTable) {
    survey::Counts counts{9, 9, 4, 4, 1, 2, 0, 0, 0};
    EXPECT_EQ(counts_text(counts), "9 domains: SPF 9, DKIM 4, DMARC 4, all three 1, SPF alone 2");
    counts = {1, 0, 0, 0, 0, 0, 1, 0, 1};
    EXPECT_EQ(counts_text(counts),
              "1 domain: SPF 0, DKIM 0, DMARC 0, all three 0, SPF alone 0; could not tell: SPF 1, DMARC 1");
}

TEST(SurveyTextCsv, CellsThatASpreadsheetWouldObeyAreMadeText) {
    EXPECT_EQ(csv_line({"a", "b c", "", "1"}), "a,b c,,1\r\n");
    EXPECT_EQ(csv_line({"a,b", "say \"x\"", "two\nlines"}), "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\"\r\n");
    EXPECT_EQ(csv_line({"=1+1", "+all", "-all", "@SUM(A1)", "\tx"}), "'=1+1,'+all,'-all,'@SUM(A1),'\tx\r\n");
    EXPECT_EQ(csv_line({"=A1,\"B\""}), "\"'=A1,\"\"B\"\"\"\r\n");
}

TEST(SurveyTextCsv, EveryRowHasEveryCell) {
    EXPECT_EQ(csv_cells(row_of({})).size(), csv_header().size());
    SubjectRow address;
    address.subject = "192.0.2.1";
    EXPECT_EQ(csv_cells(address).size(), csv_header().size());
}

}  // namespace
}  // namespace reputed
