#include "checks/auth/spf_macro.hpp"

#include <gtest/gtest.h>

namespace reputed::spf {
namespace {

MacroString parsed(std::string_view text, MacroContext context = MacroContext::explanation) {
    MacroString macro;
    EXPECT_EQ(parse_macro(text, context, macro), "") << text;
    return macro;
}

// The setting of RFC 7208 section 7.4.
MacroValues rfc_values(std::string_view ip = "192.0.2.3") {
    MacroValues values;
    values.sender = "strong-bad@email.example.com";
    values.local_part = "strong-bad";
    values.sender_domain = "email.example.com";
    values.domain = "email.example.com";
    values.ip = *IpAddress::parse(ip);
    values.validated_name = "mail.example.com";
    values.helo = "mx.example.org";
    values.receiver = "receiver.example";
    values.unix_time = 1400000000;
    return values;
}

TEST(SpfMacroExpand, ExamplesOfTheRfc) {
    const std::pair<const char*, const char*> rows[] = {
        {"%{s}", "strong-bad@email.example.com"},
        {"%{o}", "email.example.com"},
        {"%{d}", "email.example.com"},
        {"%{d4}", "email.example.com"},
        {"%{d3}", "email.example.com"},
        {"%{d2}", "example.com"},
        {"%{d1}", "com"},
        {"%{dr}", "com.example.email"},
        {"%{d2r}", "example.email"},
        {"%{l}", "strong-bad"},
        {"%{l-}", "strong.bad"},
        {"%{lr}", "strong-bad"},
        {"%{lr-}", "bad.strong"},
        {"%{l1r-}", "strong"},
        {"%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"},
        {"%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"},
        {"%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"},
        {"%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"},
        {"%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"},
    };
    for (const auto& [text, expanded] : rows)
        EXPECT_EQ(expand(parsed(text), rfc_values()), expanded) << text;
    EXPECT_EQ(expand(parsed("%{ir}.%{v}._spf.%{d2}"), rfc_values("2001:db8::cb01")),
              "1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6._spf.example.com");
}

TEST(SpfMacroExpand, OtherLettersAndEscapes) {
    auto values = rfc_values();
    const std::pair<const char*, const char*> rows[] = {
        {"%{p}", "mail.example.com"},
        {"%{h}", "mx.example.org"},
        {"%{c} %{r} %{t}", "192.0.2.3 receiver.example 1400000000"},
        {"100%%%_of%-it", "100% of%20it"},
        {"%{S}", "strong-bad%40email.example.com"},
        {"%{H2R}", "example.mx"},
        {"%{d99999999999999999999}", "email.example.com"},
    };
    for (const auto& [text, expanded] : rows) {
        EXPECT_EQ(expand(parsed(text), values), expanded) << text;
    }
    values.local_part = "a+b=c/d_e,f..g";
    EXPECT_EQ(expand(parsed("%{l.-+,/_=}"), values), "a.b.c.d.e.f..g");
    EXPECT_EQ(expand(parsed("%{L}"), values), "a%2Bb%3Dc%2Fd_e%2Cf..g");
    EXPECT_EQ(expand(parsed("%{l2r+}"), values), "b=c/d_e,f..g.a");
    values.local_part = "\xc3\xa9~!";
    EXPECT_EQ(expand(parsed("%{L}"), values), "%C3%A9~%21");
    values.local_part = "";
    EXPECT_EQ(expand(parsed("<%{l}%{l2r-}>"), values), "<>");
    EXPECT_EQ(expand(parsed("%{c}"), rfc_values("2001:DB8::CB01")), "2001:db8::cb01");
}

TEST(SpfMacroExpand, DomainsAreCutFromTheLeft) {
    auto values = rfc_values();
    const std::string label50(50, 'a');
    const std::string long_name =
        label50 + '.' + label50 + "b." + label50 + "c." + label50 + "d." + label50 + ".example.com";
    values.domain = long_name;
    ASSERT_EQ(long_name.size(), 269U);
    EXPECT_EQ(expand_domain(parsed("%{d}", MacroContext::domain_spec), values), long_name.substr(51));
    // Exactly 253 octets stay as they are, with or without a trailing dot.
    values.domain = std::string_view(long_name).substr(16);
    EXPECT_EQ(expand_domain(parsed("%{d}", MacroContext::domain_spec), values), long_name.substr(16));
    const std::string dotted = long_name.substr(16) + '.';
    values.domain = dotted;
    EXPECT_EQ(expand_domain(parsed("%{d}", MacroContext::domain_spec), values), long_name.substr(16));
    // A label that begins exactly 253 octets from the end stays.
    const std::string exact = "x." + long_name.substr(16);
    values.domain = exact;
    EXPECT_EQ(expand_domain(parsed("%{d}", MacroContext::domain_spec), values), long_name.substr(16));
    // No label fits: what remains is no domain name.
    const std::string one(300, 'a');
    values.domain = one;
    EXPECT_EQ(expand_domain(parsed("%{d}", MacroContext::domain_spec), values), one);
}

TEST(SpfMacroExpand, HostileLengthIsBounded) {
    std::string text;
    for (int i = 0; i < 16'000; ++i)
        text += "%{s}";
    const std::string sender(300, 'a');
    auto values = rfc_values();
    values.sender = sender;
    EXPECT_LT(expand(parsed(text + ".example.com", MacroContext::domain_spec), values).size(), 64U * 1024);
    EXPECT_EQ(expand_domain(parsed(text + ".example.com", MacroContext::domain_spec), values), "example.com");
}

TEST(SpfMacroParse, RoundTrip) {
    for (const auto* text : {"", "plain", "%%", "%_%-x%%", "%{d}", "%{L3r.-+,/_=}.example.com", "a %{c} b"}) {
        const auto macro = parsed(text);
        EXPECT_EQ(macro.to_string(), text);
        EXPECT_EQ(parsed(macro.to_string()), macro);
    }
    EXPECT_EQ(parsed("%{D007R}").to_string(), "%{D7r}");
}

TEST(SpfMacroParse, ContextsDiffer) {
    MacroString macro;
    EXPECT_EQ(parse_macro("%{t} of %{c}", MacroContext::explanation, macro), "");
    EXPECT_EQ(parse_macro("a b", MacroContext::modifier, macro),
              "octet 0x20 is not a visible ASCII character");
    EXPECT_EQ(parse_macro("", MacroContext::modifier, macro), "");
    EXPECT_EQ(parse_macro("%{T}", MacroContext::modifier, macro),
              "macro letter \"T\" is for explanation texts only");
    EXPECT_EQ(parse_macro("\x96", MacroContext::explanation, macro),
              "octet 0x96 is not a visible ASCII character");
    EXPECT_EQ(parse_macro("%{x}", MacroContext::explanation, macro), "macro letter \"x\" is not defined");
    EXPECT_EQ(parse_macro("museum", MacroContext::modifier, macro), "");
    EXPECT_EQ(parse_macro("museum", MacroContext::domain_spec, macro),
              "\"museum\" is one label, not a domain name");
}

TEST(SpfMacroParse, KnowsWhatItUses) {
    EXPECT_TRUE(parsed("x.%{P}").uses('p'));
    EXPECT_FALSE(parsed("p.%{d}").uses('p'));
    EXPECT_TRUE(parsed("a%%b.com").is_literal());
    EXPECT_FALSE(parsed("%{d}").is_literal());
}

}  // namespace
}  // namespace reputed::spf
