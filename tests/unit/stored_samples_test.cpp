#include "agent/stored_samples.hpp"

#include <gtest/gtest.h>

#include "agent/sample_blob.hpp"

namespace reputed {
namespace {

const MetricInfo listed{"reputed_listed", SampleType::gauge, "", {"ip", "list"}};
const MetricInfo spf_lookups{"reputed_spf_lookups", SampleType::gauge, "", {"domain"}};
const MetricInfo by_list{"reputed_by_list", SampleType::gauge, "", {"list", "ip"}};
const Check dnsbl{"dnsbl", "", nullptr, nullptr, nullptr, {&listed, &by_list}};
const Check spf{"spf", "", nullptr, nullptr, nullptr, {&spf_lookups}};

Settings settings_with(const std::vector<std::vector<std::string>>& senders) {
    Settings settings;
    for (const auto& networks : senders) {
        auto& sender = settings.senders.emplace_back();
        for (const auto& network : networks)
            sender.networks.push_back(*IpNetwork::parse(network));
    }
    return settings;
}

// One a line: NAME VALUE of the last label.
std::string read(const Settings& settings, std::vector<StoredSample> stored) {
    const std::vector<Check> checks = {dnsbl, spf};
    StoredSampleReader reader(checks, settings);
    std::string out;
    for (const auto& sample : reader.read(std::move(stored)))
        out += std::string(sample.metric->name) + ' ' + sample.values.front() + '\n';
    return out;
}

TEST(StoredSamples, KeepsWhatAFamilyHasAndAnAddressIsSentFrom) {
    const auto settings = settings_with({{"11.0.0.1"}});
    EXPECT_EQ(read(settings, {{"reputed_listed", {"11.0.0.1", "a.test"}, 1},
                              {"reputed_listed", {"11.0.0.2", "a.test"}, 1},
                              {"reputed_listed", {"11.0.0.1"}, 1},
                              {"reputed_gone", {"11.0.0.1", "a.test"}, 1},
                              {"reputed_listed", {"mail", "a.test"}, 1},
                              {"reputed_by_list", {"a.test", "11.0.0.1"}, 1},
                              {"reputed_by_list", {"b.test", "11.0.0.2"}, 1},
                              {"reputed_spf_lookups", {"example.com"}, 3}}),
              "reputed_listed 11.0.0.1\nreputed_by_list a.test\nreputed_spf_lookups example.com\n");
}

TEST(StoredSamples, FindsAddressesInNetworksOfAnySizeAndOrder) {
    const auto settings = settings_with({{"2a0b:1ab::/64", "11.0.3.7", "11.0.2.0/24"},
                                         {"11.0.2.128/25", "11.0.0.0/23", "11.0.2.0/30", "2a0b:1ab::25"}});
    const std::vector<std::pair<std::string, bool>> rows = {
        {"10.255.255.255", false}, {"11.0.0.0", true},    {"11.0.1.255", true},       {"11.0.2.3", true},
        {"11.0.2.4", true},        {"11.0.2.200", true},  {"11.0.2.255", true},       {"11.0.3.0", false},
        {"11.0.3.7", true},        {"11.0.3.8", false},   {"255.255.255.255", false}, {"::", false},
        {"2a0b:1ab::25", true},    {"2a0b:1ab::1", true}, {"2a0b:1ab:0:1::", false},  {"0.0.0.0", false},
    };
    for (const auto& [address, is_known] : rows)
        for (const bool twice : {false, true}) {
            std::vector<StoredSample> stored = {{"reputed_listed", {address, "a.test"}, 1}};
            if (twice) stored.push_back(stored.front());
            const auto line = "reputed_listed " + address + "\n";
            EXPECT_EQ(read(settings, stored), is_known ? (twice ? line + line : line) : "") << address;
        }
}

TEST(StoredSamples, AreEncodedLikeTheLiveOnes) {
    const std::vector<Sample> live = {{&listed, {"11.0.0.1", "a.test"}, 1},
                                      {&spf_lookups, {"example.com"}, 2.5}};
    const std::vector<StoredSample> stored = {{"reputed_listed", {"11.0.0.1", "a.test"}, 1},
                                              {"reputed_spf_lookups", {"example.com"}, 2.5}};
    EXPECT_EQ(encode_samples(live), encode_samples(stored));
    EXPECT_NE(encode_samples(live), encode_samples(std::vector<Sample>{}));
}

}  // namespace
}  // namespace reputed
