#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/notify/notifier.hpp"
#include "checks/net/http.hpp"
#include "tests/support/loopback_server.hpp"
#include "tests/support/sample_message.hpp"

// The real Alertmanager of Debian takes what is sent to it.
namespace reputed::notify {
namespace {

using nlohmann::json;
using test::listing;
using test::message_of;

constexpr const char* program = "/usr/bin/prometheus-alertmanager";

class AlertmanagerReal : public testing::Test {
  protected:
    void SetUp() override {
        if (access(program, X_OK) != 0) GTEST_SKIP() << program << " is not installed";
        char path[] = "/var/tmp/reputed-alertmanager-XXXXXX";
        directory_ = mkdtemp(path);
        std::ofstream(directory_ + "/alertmanager.yml")
            << "route: {receiver: none}\nreceivers: [{name: none}]\n";
        url_ = "http://127.0.0.1:" + std::to_string(free_port());
        start();
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (!get("/-/ready") && std::chrono::steady_clock::now() < deadline)
            std::this_thread::yield();
        ASSERT_TRUE(get("/-/ready")) << "Alertmanager does not start";
    }
    void TearDown() override {
        if (process_ > 0) {
            kill(process_, SIGKILL);
            waitpid(process_, nullptr, 0);
        }
        if (!directory_.empty()) std::system(("rm -r '" + directory_ + "'").c_str());
    }

    static std::uint16_t free_port() {
        const test::LoopbackServer server([](test::Connection&) {});
        return server.port();
    }
    void start() {
        std::vector<std::string> words = {program,
                                          "--config.file=" + directory_ + "/alertmanager.yml",
                                          "--storage.path=" + directory_ + "/data",
                                          "--web.listen-address=" + url_.substr(7),
                                          "--cluster.listen-address=",
                                          "--log.level=error"};
        std::vector<char*> arguments;
        for (auto& word : words)
            arguments.push_back(word.data());
        arguments.push_back(nullptr);
        ASSERT_EQ(posix_spawn(&process_, program, nullptr, nullptr, arguments.data(), environ), 0);
    }
    std::optional<std::string> get(const std::string& path) const {
        http::Request request;
        request.method = "GET";
        request.url = url_ + path;
        auto response = http::exchange(request, {});
        if (!response.error.empty()) return {};
        return std::move(response.body);
    }
    json alerts() const { return json::parse(get("/api/v2/alerts").value_or("null")); }

    NotifierSettings settings() const {
        NotifierSettings notifier;
        notifier.name = "am";
        notifier.kind = NotifierKind::alertmanager;
        notifier.url.value = url_;
        return notifier;
    }
    // With times that are now: Alertmanager goes by its own clock.
    static Transition now(Transition transition) {
        transition.time = std::chrono::system_clock::now();
        transition.since = transition.time - std::chrono::minutes(5);
        return transition;
    }
    static Context context() {
        return {"https://mail.example.org/", "mail.example.org", std::chrono::system_clock::now()};
    }

    std::string directory_;
    std::string url_;
    pid_t process_ = -1;
};

TEST_F(AlertmanagerReal, OpensRemindsAndResolves) {
    EXPECT_EQ(deliver(settings(), message_of({now(listing())}), context(), {}).error, "");
    auto shown = alerts();
    ASSERT_EQ(shown.size(), 1U);
    EXPECT_EQ(shown[0]["labels"]["alertname"], "ReputedDnsblListed");
    EXPECT_EQ(shown[0]["labels"]["object"], "zen.spamhaus.org");
    EXPECT_EQ(shown[0]["annotations"]["link"], "https://check.spamhaus.org/results/?query=192.0.2.25");
    EXPECT_EQ(shown[0]["generatorURL"], "https://mail.example.org/");
    EXPECT_EQ(shown[0]["status"]["state"], "active");
    const std::string end = shown[0]["endsAt"];

    auto later = context();
    later.now += std::chrono::seconds(60);
    const std::vector<Transition> open = {now(listing())};
    EXPECT_EQ(remind(settings(), open, later, {}).error, "");
    shown = alerts();
    ASSERT_EQ(shown.size(), 1U);
    EXPECT_GT(shown[0]["endsAt"].get<std::string>(), end);

    EXPECT_EQ(deliver(settings(), message_of({now(listing(TransitionKind::cleared))}), context(), {}).error,
              "");
    EXPECT_EQ(alerts().size(), 0U);
}

TEST_F(AlertmanagerReal, ChangeOfSeverityLeavesOneAlert) {
    auto opened = now(listing());
    opened.finding.severity = Severity::warning;
    EXPECT_EQ(deliver(settings(), message_of({opened}), context(), {}).error, "");
    EXPECT_EQ(deliver(settings(), message_of({now(listing(TransitionKind::changed))}), context(), {}).error,
              "");
    const auto shown = alerts();
    ASSERT_EQ(shown.size(), 1U);
    EXPECT_EQ(shown[0]["labels"]["severity"], "critical");
}

}  // namespace
}  // namespace reputed::notify
