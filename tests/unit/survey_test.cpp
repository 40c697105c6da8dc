#include "checks/survey.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/dkim_keys.hpp"
#include "tests/support/fake_resolver.hpp"

namespace reputed::survey {
namespace {

using test::FakeResolver;

Row look(const std::string& zone, const std::string& domain = "example.com") {
    FakeResolver resolver(zone);
    return look_at(domain, resolver,
                   {.selectors = {"default", "google"}, .random_selector = "nobody", .now = {}, .stop = {}});
}

TEST(SurveyMx, Column) {
    struct Case {
        const char* zone;
        State state;
        bool null;
        std::size_t hosts;
    };
    const Case cases[] = {
        {"example.com MX 10 a.example.com\nexample.com MX 20 b.example.com\nexample.com MX 30 "
         "a.example.com\n",
         State::found, false, 2},
        {"example.com MX 0 .\n", State::found, true, 0},
        {"example.com MX 0 .\nexample.com MX 10 a.example.com\n", State::found, false, 2},
        {"example.com A 192.0.2.1\n", State::none, false, 0},
        {"", State::none, false, 0},
        {"example.com SERVFAIL\n", State::unknown, false, 0},
        {"example.com TIMEOUT MX\n", State::unknown, false, 0},
        {"example.com REFUSED MX\n", State::unknown, false, 0},
    };
    for (const auto& [zone, state, null, hosts] : cases) {
        const Mx mx = look(zone).mx;
        EXPECT_EQ(to_string(mx.state), to_string(state)) << zone;
        EXPECT_EQ(mx.null, null) << zone;
        EXPECT_EQ(mx.hosts, hosts) << zone;
    }
}

TEST(SurveySpf, Column) {
    struct Case {
        std::string zone;
        State state;
        spf::Result result;
        const char* mechanism;
    };
    using enum spf::Result;
    const std::string txt = "example.com TXT ";
    const Case cases[] = {
        {txt + "\"v=spf1 -all\"\n", State::found, fail, "-all"},
        {txt + "\"v=spf1 ip4:192.0.2.1 ~all\"\n", State::found, softfail, "~all"},
        {txt + "\"v=spf1 ?all\"\n", State::found, neutral, "?all"},
        {txt + "\"v=spf1 +all\"\n", State::found, pass, "+all"},
        {txt + "\"v=spf1 ip4:192.0.2.1\"\n", State::found, neutral, ""},
        {txt + "\"v=spf1 ip4:0.0.0.0/0 -all\"\n", State::found, pass, "ip4:0.0.0.0/0"},
        {txt + "\"v=spf1 redirect=spf.example.net\"\nspf.example.net TXT \"v=spf1 -all\"\n", State::found,
         fail, "-all"},
        {txt + "\"v=spf1 redirect=gone.example.net\"\n", State::invalid, permerror, ""},
        {txt + "\"v=spf1 include:spf.example.net -all\"\nspf.example.net TXT \"v=spf1 ip4:192.0.2.0/24 "
               "-all\"\n",
         State::found, fail, "-all"},
        {txt + "\"v=spf1 include:gone.example.net -all\"\n", State::invalid, permerror, ""},
        {txt + "\"v=spf1 -al\"\n", State::invalid, permerror, ""},
        {txt + "\"v=spf1 -all\"\n" + txt + "\"v=spf1 ~all\"\n", State::invalid, permerror, ""},
        {txt + "\"v=spf1 include:spf.example.net -all\"\nspf.example.net TIMEOUT\n", State::found, temperror,
         ""},
        {txt + "\"v=spf10 -all\"\n", State::none, none, ""},
        {"", State::none, none, ""},
        {"example.com SERVFAIL TXT\n", State::unknown, temperror, ""},
        {"example.com TIMEOUT\n", State::unknown, temperror, ""},
    };
    for (const auto& [zone, state, result, mechanism] : cases) {
        const Spf spf = look(zone).spf;
        EXPECT_EQ(to_string(spf.state), to_string(state)) << zone;
        EXPECT_EQ(to_string(spf.result), to_string(result)) << zone;
        EXPECT_EQ(spf.mechanism, mechanism) << zone;
    }
}

std::string key(const std::string& selector, const std::string& text) {
    return selector + "._domainkey.example.com TXT \"" + text + "\"\n";
}

using Names = std::vector<std::string>;

TEST(SurveyDkim, Column) {
    const std::string good = "v=DKIM1; k=ed25519; p=" + test::ed25519_key().published;
    const std::string other = "v=DKIM1; k=rsa; p=" + test::good_key().published;
    struct Case {
        std::string zone;
        State state;
        Names selectors;
        Names revoked = {};
        Names broken = {};
        std::size_t unanswered = 0;
    };
    const Case cases[] = {
        {key("google", good), State::found, {"google"}},
        {key("google", good) + key("default", other), State::found, {"default", "google"}},
        {key("google", good) + key("default", "v=DKIM1; p="), State::found, {"google"}, {"default"}},
        {key("google", "p=" + test::good_key().published), State::found, {"google"}},
        {key("google", "v=DKIM1; p="), State::invalid, {}, {"google"}},
        {key("google", "v=DKIM1; p=!"), State::invalid, {}, {}, {"google"}},
        {key("google", "v=spf1 -all"), State::not_found, {}},
        // One that nobody guesses: its place is seen.
        {key("other", good), State::not_found, {}},
        {"example.com MX 10 mail.example.com\n", State::none, {}},
        {"", State::none, {}},
        {"*._domainkey.example.com TXT \"" + good + "\"\n", State::found, {"*"}},
        {"*._domainkey.example.com TXT \"" + good + "\"\n" + key("google", other),
         State::found,
         {"*", "google"}},
        {"*._domainkey.example.com TXT \"v=DKIM1; p=\"\n", State::invalid, {}, {"*"}},
        {"*.example.com TXT \"v=spf1 -all\"\n", State::not_found, {}},
        {"google._domainkey.example.com TIMEOUT\n", State::unknown, {}, {}, {}, 1},
        {"google._domainkey.example.com SERVFAIL\n" + key("default", good),
         State::found,
         {"default"},
         {},
         {},
         1},
        {"nobody._domainkey.example.com TIMEOUT\n", State::unknown, {}},
        {"_domainkey.example.com TIMEOUT\n", State::not_found, {}},
    };
    for (const auto& [zone, state, selectors, revoked, broken, unanswered] : cases) {
        const Dkim dkim = look(zone).dkim;
        EXPECT_EQ(to_string(dkim.state), to_string(state)) << zone;
        EXPECT_EQ(dkim.selectors, selectors) << zone;
        EXPECT_EQ(dkim.revoked, revoked) << zone;
        EXPECT_EQ(dkim.broken, broken) << zone;
        EXPECT_EQ(dkim.unanswered, unanswered) << zone;
        EXPECT_EQ(dkim.asked, 2U) << zone;
    }
}

TEST(SurveyDkim, ANameTooLongToBeAskedHoldsNoKey) {
    const std::string label(60, 'a');
    const std::string domain = label + '.' + label + '.' + label + '.' + label + ".com";
    EXPECT_EQ(to_string(look("", domain).dkim.state), "not_found");
    EXPECT_EQ(look("", domain).dkim.unanswered, 0U);
}

TEST(SurveyDkim, CommonSelectorsAreEachOnce) {
    auto names = common_selectors();
    std::sort(names.begin(), names.end());
    EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
    for (const auto* wanted : {"default", "google", "selector1", "selector2", "k1", "s1", "mail"})
        EXPECT_TRUE(std::binary_search(names.begin(), names.end(), wanted)) << wanted;
}

TEST(SurveyDmarc, Column) {
    struct Case {
        std::string zone;
        State state;
        dmarc::Policy policy = dmarc::Policy::none;
        const char* domain = "";
        int percent = 100;
        bool testing = false;
    };
    using dmarc::Policy;
    const std::string own = "_dmarc.mail.example.com TXT ";
    const std::string above = "_dmarc.example.com TXT ";
    const std::string exists = "mail.example.com A 192.0.2.1\n";
    const Case cases[] = {
        {own + "\"v=DMARC1; p=reject\"\n", State::found, Policy::reject, "mail.example.com"},
        {own + "\"v=DMARC1; p=none\"\n" + above + "\"v=DMARC1; p=reject\"\n", State::found, Policy::none,
         "mail.example.com"},
        {own + "\"v=DMARC1; p=quarantine; pct=20\"\n", State::found, Policy::quarantine, "mail.example.com",
         20},
        {own + "\"v=DMARC1; p=reject; t=y\"\n", State::found, Policy::reject, "mail.example.com", 100, true},
        {exists + above + "\"v=DMARC1; p=reject\"\n", State::found, Policy::reject, "example.com"},
        {exists + above + "\"v=DMARC1; p=reject; sp=quarantine; np=none\"\n", State::found,
         Policy::quarantine, "example.com"},
        {above + "\"v=DMARC1; p=none; sp=quarantine; np=reject\"\n", State::found, Policy::reject,
         "example.com"},
        {own + "\"v=DMARC1; p=block\"\n", State::invalid},
        {own + "\"v=DMARC1; p=none\"\n" + own + "\"v=DMARC1; p=reject\"\n", State::invalid},
        {own + "\"v=dmarc1; p=reject\"\n", State::invalid},
        {exists, State::none},
        {"", State::none},
        {own + "\"unrelated\"\n", State::none},
        {"_dmarc.mail.example.com SERVFAIL\n", State::unknown},
        {exists + "_dmarc.example.com TIMEOUT\n", State::unknown},
        {own + "\"v=DMARC1; p=reject\"\n_dmarc.example.com TIMEOUT\n", State::found, Policy::reject,
         "mail.example.com"},
    };
    for (const auto& [zone, state, policy, domain, percent, testing] : cases) {
        const Dmarc dmarc = look(zone, "mail.example.com").dmarc;
        EXPECT_EQ(to_string(dmarc.state), to_string(state)) << zone;
        EXPECT_EQ(to_string(dmarc.policy), to_string(policy)) << zone;
        EXPECT_EQ(dmarc.domain, domain) << zone;
        EXPECT_EQ(dmarc.percent, percent) << zone;
        EXPECT_EQ(dmarc.testing, testing) << zone;
    }
}

TEST(SurveyMtaStsAndTlsRpt, Columns) {
    const std::string sts = "_mta-sts.example.com ";
    const std::string rpt = "_smtp._tls.example.com ";
    struct Case {
        std::string zone;
        State mta_sts;
        State tls_rpt;
    };
    const Case cases[] = {
        {sts + "TXT \"v=STSv1; id=20260101\"\n", State::found, State::none},
        {sts + "TXT \"unrelated\"\n" + sts + "TXT \"v=STSv1; id=1;\"\n", State::found, State::none},
        {sts + "CNAME sts.example.net\nsts.example.net TXT \"v=STSv1; id=1\"\n", State::found, State::none},
        {sts + "TXT \"v=STSv1; id=1;\"\n" + sts + "TXT \"v=STSv1; id=2;\"\n", State::invalid, State::none},
        {sts + "TXT \"v=STSv1;\"\n", State::invalid, State::none},
        {sts + "TXT \"v=STSv2; id=1\"\n", State::invalid, State::none},
        {sts + "TXT \"unrelated\"\n", State::none, State::none},
        {sts + "TIMEOUT\n", State::unknown, State::none},
        {rpt + "TXT \"v=TLSRPTv1; rua=mailto:t@example.com\"\n", State::none, State::found},
        {rpt + "TXT \"v=TLSRPTv1\"\n", State::none, State::invalid},
        {rpt + "TXT \"v=TLSRPTv1; rua=ftp://example.com\"\n", State::none, State::invalid},
        {rpt + "SERVFAIL\n", State::none, State::unknown},
        {"", State::none, State::none},
    };
    for (const auto& [zone, mta_sts, tls_rpt] : cases) {
        const Row row = look(zone);
        EXPECT_EQ(to_string(row.mta_sts), to_string(mta_sts)) << zone;
        EXPECT_EQ(to_string(row.tls_rpt), to_string(tls_rpt)) << zone;
    }
}

Row row_of(State spf, State dkim, State dmarc) {
    Row row;
    row.spf.state = spf;
    row.dkim.state = dkim;
    row.dmarc.state = dmarc;
    return row;
}

TEST(SurveyCounts, WhatIsNotKnownIsNeitherThereNorMissing) {
    Counts counts;
    using enum State;
    for (const auto& row :
         {row_of(found, found, found), row_of(found, none, none), row_of(found, not_found, none),
          row_of(found, unknown, none), row_of(found, none, unknown), row_of(unknown, found, none),
          row_of(invalid, none, found), row_of(none, invalid, invalid), row_of(found, invalid, invalid)})
        counts.add(row);
    EXPECT_EQ(counts.domains, 9U);
    EXPECT_EQ(counts.spf, 6U);
    EXPECT_EQ(counts.dkim, 2U);
    EXPECT_EQ(counts.dmarc, 2U);
    EXPECT_EQ(counts.all_three, 1U);
    EXPECT_EQ(counts.spf_alone, 3U);
    EXPECT_EQ(counts.spf_unknown, 1U);
    EXPECT_EQ(counts.dkim_unknown, 1U);
    EXPECT_EQ(counts.dmarc_unknown, 1U);
}

}  // namespace
}  // namespace reputed::survey
