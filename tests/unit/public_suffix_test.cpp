#include "config/public_suffix.hpp"

#include <gtest/gtest.h>

namespace reputed {
namespace {

TEST(PublicSuffixOrganizationalDomain, OneLabelBelowTheSuffix) {
    struct Row {
        const char* name;
        const char* domain;
    };
    const Row rows[] = {
        {"mail.example.org", "example.org"},
        {"example.org", "example.org"},
        {"a.b.example.co.uk", "example.co.uk"},
        {"www274.sakura.ne.jp", "sakura.ne.jp"},
        {"box.synology.me", "box.synology.me"},
        {"mail.box.synology.me", "box.synology.me"},
        {"xn--mller-kva.de", "xn--mller-kva.de"},
        {"co.uk", ""},
        {"org", ""},
        {"", ""},
        {".", ""},
        {"192.0.2.1", ""},
        {"2001:db8::1", ""},
        {"mail.host.unheard-of", "host.unheard-of"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(organizational_domain(row.name), row.domain) << row.name;
}

TEST(PublicSuffixPrivate, FreeNamesBelowSomebodyElsesDomain) {
    struct Row {
        const char* name;
        const char* suffix;
    };
    const Row rows[] = {
        {"box.synology.me", "synology.me"},
        {"mail.box.synology.me", "synology.me"},
        {"me.github.io", "github.io"},
        {"synology.me", ""},
        {"mail.example.org", ""},
        {"mail.example.co.uk", ""},
        {"host.unheard-of", ""},
        {"unheard-of", ""},
        {"", ""},
        {"192.0.2.1", ""},
    };
    for (const auto& row : rows)
        EXPECT_EQ(private_suffix(row.name), row.suffix) << row.name;
}

}  // namespace
}  // namespace reputed
