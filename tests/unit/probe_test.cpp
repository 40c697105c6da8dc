#include "agent/web/probe.hpp"

#include <gtest/gtest.h>

#include "agent/metrics.hpp"

namespace reputed {
namespace {

using namespace std::chrono_literals;

const MetricInfo listed{"reputed_listed", SampleType::gauge, "Listed.", {"ip", "list"}};
const MetricInfo health{"reputed_list_health", SampleType::gauge, "Health.", {"list", "health"}};
const WallTime midnight{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};

Sender sender(std::string name, std::vector<const char*> addresses, bool probed) {
    Sender out;
    out.name = std::move(name);
    for (const auto* address : addresses)
        out.networks.push_back(*IpNetwork::parse(address));
    out.probed = probed;
    return out;
}

// An agent that watches 11.0.0.1 and .2 by configuration, .2 and .3 by probes.
class ProbeTest : public testing::Test {
  protected:
    ProbeTest() {
        auto settings = std::make_shared<Settings>();
        settings->modules = {{"pool", {}, "", 24h, 3}};
        settings->senders = {sender("mail", {"11.0.0.1", "11.0.0.2"}, false),
                             sender("pool", {"11.0.0.2", "11.0.0.3"}, true)};
        snapshot_.settings = settings;
        snapshot_.lists = std::make_shared<ActiveLists>();
        snapshot_.made = midnight;
        JobState job;
        job.check = "dnsbl";
        job.subject = "bl.test";
        job.runs = 1;
        job.last_run = midnight;
        job.samples = std::make_shared<const std::vector<Sample>>(
            std::vector<Sample>{{&listed, {"11.0.0.1", "bl.test"}, 0},
                                {&listed, {"11.0.0.2", "bl.test"}, 1},
                                {&listed, {"11.0.0.3", "bl.test"}, 1},
                                {&health, {"bl.test", "usable"}, 1}});
        snapshot_.jobs = {job};
        OpenFinding open;
        open.finding = {"dnsbl.listed", "11.0.0.3", "bl.test", Severity::critical, "Listed.", "", "", ""};
        snapshot_.findings = {open};
        targets_.configure(settings->modules, {});
        EXPECT_TRUE(
            targets_.restore({"probe", "pool", "11.0.0.2\n11.0.0.3\n"}, std::chrono::steady_clock::now()));
    }

    // Status and body.
    std::pair<unsigned, std::string> get(QueryParameters parameters) {
        published_.publish(std::make_shared<const Snapshot>(snapshot_));
        const auto route = probe_route(published_, targets_, [this] { ++news_; });
        const auto reply = route.reply({"", std::move(parameters)});
        return {reply.status, reply.preamble + (reply.content ? reply.content->text() : "")};
    }

    Snapshot snapshot_;
    Published published_;
    ProbeTargets targets_;
    int news_ = 0;
};

TEST_F(ProbeTest, TellsAllOfOneAddressAndNothingOfOthers) {
    const auto [status, body] = get({{"target", "11.0.0.3"}, {"module", "pool"}});
    EXPECT_EQ(status, 200U);
    EXPECT_EQ(
        body,
        "# HELP probe_success Whether the agent watches the address; what it found is in the others.\n"
        "# TYPE probe_success gauge\nprobe_success 1\n"
        "# HELP reputed_ip_info The sender and its EHLO name that a sending address belongs to; always 1.\n"
        "# TYPE reputed_ip_info gauge\n"
        "reputed_ip_info{ip=\"11.0.0.3\",sender=\"pool\",hostname=\"\"} 1\n"
        "# HELP reputed_listed Listed.\n# TYPE reputed_listed gauge\n"
        "reputed_listed{ip=\"11.0.0.3\",list=\"bl.test\"} 1\n"
        "# HELP reputed_probe_findings Open findings about the address, by severity.\n"
        "# TYPE reputed_probe_findings gauge\n"
        "reputed_probe_findings{ip=\"11.0.0.3\",severity=\"info\"} 0\n"
        "reputed_probe_findings{ip=\"11.0.0.3\",severity=\"unknown\"} 0\n"
        "reputed_probe_findings{ip=\"11.0.0.3\",severity=\"warning\"} 0\n"
        "reputed_probe_findings{ip=\"11.0.0.3\",severity=\"critical\"} 1\n"
        "# HELP reputed_probe_pending Whether the address is so new that not every list was asked "
        "about it yet.\n"
        "# TYPE reputed_probe_pending gauge\n"
        "reputed_probe_pending{ip=\"11.0.0.3\",module=\"pool\"} 0\n");
    EXPECT_EQ(news_, 0);
}

TEST_F(ProbeTest, MetricsLeaveOutWhatIsOnlyProbed) {
    const auto text = render_metrics(snapshot_, ProbeIndex(snapshot_));
    EXPECT_NE(text.find("reputed_listed{ip=\"11.0.0.1\",list=\"bl.test\"} 0\n"), text.npos);
    EXPECT_NE(text.find("reputed_listed{ip=\"11.0.0.2\",list=\"bl.test\"} 1\n"), text.npos);
    EXPECT_NE(text.find("reputed_list_health{"), text.npos);
    EXPECT_EQ(text.find("11.0.0.3"), text.npos);
    EXPECT_NE(text.find("reputed_ip_info{ip=\"11.0.0.2\",sender=\"mail\",hostname=\"\"} 1\n"), text.npos);
    EXPECT_EQ(text.find("sender=\"pool\""), text.npos);
}

TEST_F(ProbeTest, ANewAddressIsPendingUntilEveryListWasAsked) {
    const QueryParameters of_new = {{"target", "11.0.0.4"}};
    const auto pending = [&] {
        return get(of_new).second.find("reputed_probe_pending{ip=\"11.0.0.4\",module=\"pool\"} 1\n");
    };
    EXPECT_NE(pending(), std::string::npos);
    EXPECT_EQ(news_, 1);
    EXPECT_EQ(get(of_new).second.find("reputed_listed"), std::string::npos);
    targets_.take_up(midnight + 10s, std::chrono::steady_clock::now());
    // Watched, but in no snapshot yet; then in one whose last round was before.
    EXPECT_NE(pending(), std::string::npos);
    auto settings = std::make_shared<Settings>(*snapshot_.settings);
    settings->senders[1] = targets_.senders()[0];
    snapshot_.settings = settings;
    snapshot_.made = midnight + 20s;
    EXPECT_NE(pending(), std::string::npos);
    snapshot_.jobs[0].last_run = midnight + 10s;
    EXPECT_EQ(pending(), std::string::npos);
    // A list that is asked once a day only does not keep it pending for so long.
    snapshot_.jobs[0].last_run = midnight;
    snapshot_.made = midnight + 10s + snapshot_.settings->dnsbl.interval;
    EXPECT_EQ(pending(), std::string::npos);
}

TEST_F(ProbeTest, TakesAddressesAsServiceDiscoveryGivesThem) {
    for (const std::string target : {"11.0.0.3", "11.0.0.3:25", "::ffff:11.0.0.3", "[::ffff:11.0.0.3]:25"})
        EXPECT_NE(get({{"target", target}}).second.find("reputed_listed{ip=\"11.0.0.3\""), std::string::npos)
            << target;
    EXPECT_NE(get({{"target", "[2a00::1]:25"}}).second.find("ip=\"2a00::1\""), std::string::npos);
}

TEST_F(ProbeTest, RefusesWithAReason) {
    struct Row {
        QueryParameters parameters;
        unsigned status;
        std::string body;
    };
    const std::string long_name(200, 'x');
    const Row rows[] = {
        {{}, 400, "target is missing: /probe?target=ADDRESS&module=NAME\n"},
        {{{"target", ""}}, 400, "target is missing: /probe?target=ADDRESS&module=NAME\n"},
        {{{"target", "mail.example.org"}}, 400, "\"mail.example.org\" is no IP address.\n"},
        {{{"target", "a\x1b[2J<b>"}}, 400, "\"a\\x1b[2J<b>\" is no IP address.\n"},
        {{{"target", "11.0.0.3"}, {"target", "11.0.0.4"}},
         400,
         "target and module may be given once only.\n"},
        {{{"target", "127.0.0.1"}},
         400,
         "\"127.0.0.1\" is no address that the Internet could receive mail from.\n"},
        {{{"target", "11.0.0.3"}, {"module", "poll"}},
         400,
         "There is no [[module]] \"poll\" in the configuration.\n"},
    };
    for (const auto& [parameters, status, body] : rows)
        EXPECT_EQ(get(parameters), (std::pair<unsigned, std::string>{status, body}));
    EXPECT_LT(get({{"target", long_name}}).second.size(), 150U);
    EXPECT_EQ(get({{"target", "11.0.0.8"}}).first, 200U);
    EXPECT_EQ(get({{"target", "11.0.0.9"}}),
              (std::pair<unsigned, std::string>{
                  503,
                  "Module \"pool\" watches as many addresses as its most_targets allows: "
                  "raise that, or let more agents share them.\n"}));
    targets_.configure({}, {});
    EXPECT_EQ(
        get({{"target", "11.0.0.3"}}),
        (std::pair<unsigned, std::string>{
            400, "module is missing, and there is not exactly one [[module]] in the configuration.\n"}));
}

}  // namespace
}  // namespace reputed
