#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "agent/ledger.hpp"
#include "agent/log_watch.hpp"
#include "agent/notify/message_text.hpp"
#include "agent/outbox.hpp"
#include "checks/dnsbl/dnsbl_check.hpp"
#include "checks/mta/log/delivery_metrics.hpp"
#include "checks/mta/log/delivery_windows.hpp"
#include "checks/mta/reply/classifier.hpp"
#include "config/utc.hpp"
#include "tests/support/scripted_list.hpp"
#include "tests/support/temporary_folder.hpp"

// What users of such tools asked for, each test named after the wish.
namespace reputed::dnsbl {
namespace {

using test::addresses;
using test::outcome;
using test::ScriptedList;

const char* const sender = "203.0.113.9";

List list_of(const std::string& name) {
    const List* found = Catalogue::builtin().find(name);
    List list = found == nullptr ? generic_list(name) : test::with_key(*found);
    list.queries_per_second = 0;  // a test does not wait
    return list;
}

// One round of one list under this configuration, as the daemon runs it.
Report round_in(const ScriptedList& script, const Settings& settings, test::FakeResolver& resolver) {
    script.serve_on(resolver);
    ActiveLists lists;
    lists.lists = {script.list};
    const Services services{resolver, settings, lists, std::chrono::system_clock::time_point{}, {}};
    return dnsbl_check().run(script.list.name, services);
}

// The same about these addresses.
Report round_of(const ScriptedList& script, const std::vector<std::string>& texts = {sender}) {
    test::FakeResolver resolver("localhost A 127.0.0.1");
    Settings settings;
    Sender one;
    one.name = "mail";
    for (const auto& text : texts)
        one.networks.push_back(IpNetwork::parse(text).value());
    settings.senders = {one};
    return round_in(script, settings, resolver);
}

Settings settings_from(const std::string& toml) {
    Problems problems;
    Settings settings = parse_settings(toml, "f", problems);
    EXPECT_TRUE(problems.empty()) << problems.front().message;
    return settings;
}

// What a notifier with default settings is told of these transitions, and when they happen.
std::vector<Transition> told(const std::vector<Transition>& transitions) {
    NotifierSettings hook;
    hook.name = "hook";
    Outbox outbox([] { return std::uint64_t{1}; });
    outbox.configure({hook});
    std::vector<Transition> out;
    for (const auto& transition : transitions) {
        outbox.written(outbox.add(transition, transition.time).entries);
        const auto later = transition.time + hook.group_wait;
        outbox.written(outbox.take("hook", later).sealed.entries);
        const auto message = outbox.take("hook", later).message;
        if (!message) continue;
        out.insert(out.end(), message->transitions.begin(), message->transitions.end());
        outbox.delivered(*message, later);
    }
    return out;
}

ScriptedList about_sender(const std::string& list, const Answer& answer) {
    return {.list = list_of(list), .targets = {{"9.113.0.203", answer}}};
}

ScriptedList saying(const std::string& list, const Answer& answer) {
    return {.list = list_of(list),
            .listed_points = answer,
            .clean_points = answer,
            .others = answer,
            .zone_ns = answer};
}

bool has(const Report& report, const std::string& code) {
    for (const auto& finding : report.findings)
        if (finding.code == code) return true;
    return false;
}

// The value of the series of this metric about the address; nullopt when there is none.
std::optional<double> value_of(const Report& report, std::string_view metric,
                               const std::string& first = sender) {
    for (const auto& sample : report.samples)
        if (sample.metric->name == metric && sample.values.front() == first) return sample.value;
    return {};
}

// The round has no say: no listing, no "not listed" either.
void expect_no_verdict(const Report& report, const std::string& what) {
    EXPECT_FALSE(has(report, "dnsbl.listed")) << what;
    const auto listed = value_of(report, "reputed_listed");
    EXPECT_TRUE(!listed || std::isnan(*listed)) << what;
    EXPECT_FALSE(report.holds.empty()) << what << ": an open listing would be cleared";
}

TEST(Wishes, RefusalCodesAreNeverListings) {
    for (const auto* list : {"zen.spamhaus.org", "bl.spamcop.net", "dnsbl-1.uceprotect.net", "own.example"}) {
        for (const auto* code : {"127.255.255.252", "127.255.255.254", "127.255.255.255", "127.255.255.1"}) {
            expect_no_verdict(round_of(saying(list, addresses({code}))), std::string(list) + ' ' + code);
            expect_no_verdict(round_of(about_sender(list, addresses({code}))),
                              std::string(list) + ' ' + code);
        }
    }
}

TEST(Wishes, ADnsErrorNeverTurnsTheGaugeToListed) {
    for (const auto failure : {Outcome::servfail, Outcome::refused, Outcome::timeout, Outcome::malformed}) {
        const std::string what(to_string(failure));
        expect_no_verdict(round_of(about_sender("zen.spamhaus.org", outcome(failure))), what);
        expect_no_verdict(round_of(saying("zen.spamhaus.org", outcome(failure))), what + " for all");
    }
}

TEST(Wishes, AWildcardedListBlacklistsNobody) {
    for (const auto* list : {"zen.spamhaus.org", "bl.blocklist.de", "own.example"}) {
        for (const auto* address : {"127.0.0.2", "127.0.0.4", "192.0.2.80"}) {
            const auto report = round_of(saying(list, addresses({address})));
            expect_no_verdict(report, std::string(list) + ' ' + address);
            EXPECT_TRUE(has(report, "dnsbl.list_broken")) << list << ' ' << address;
        }
    }
}

TEST(Wishes, AListThatDoesNotExistIsNotOk) {
    for (const auto* list : {"own.example", "bl.blocklist.de", "zen.spamhaus.org"}) {
        const auto report = round_of(saying(list, outcome(Outcome::nxdomain)));
        expect_no_verdict(report, list);
        EXPECT_TRUE(has(report, "dnsbl.list_broken")) << list;
        EXPECT_GT(report.verdict(), Severity::ok) << list;
    }
}

TEST(Wishes, DeadListsAreRefusedByName) {
    const auto& catalogue = Catalogue::builtin();
    for (const auto* zone : {"dnsbl.sorbs.net", "bl.spamcannibal.org", "dnsbl.njabl.org", "list.dsbl.org"}) {
        const auto* dead = catalogue.find_dead(zone);
        ASSERT_NE(dead, nullptr) << zone;
        EXPECT_FALSE(dead->since.empty()) << zone;
        EXPECT_FALSE(dead->reason.empty()) << zone;
    }
    Problems problems;
    parse_settings("[dnsbl]\ninclude = [\"dnsbl.sorbs.net\"]\n", "f", problems);
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_NE(problems[0].message.find("\"dnsbl.sorbs.net\" is dead since"), std::string::npos)
        << problems[0].message;
    const auto active = active_lists(DnsblSettings{}, catalogue);
    EXPECT_GT(active.lists.size(), 20U);
    for (const auto& list : active.lists)
        EXPECT_EQ(catalogue.find_dead(list.name), nullptr) << list.name << " is dead and would be asked";
}

TEST(Wishes, Ipv6IsChecked) {
    const std::string six = "2001:db8:9::9";
    auto script = ScriptedList{.list = list_of("zen.spamhaus.org")};
    script.targets[reversed(IpAddress::parse(six).value())] = addresses({"127.0.0.4"});
    const auto report = round_of(script, {sender, six});
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].code, "dnsbl.listed");
    EXPECT_EQ(report.findings[0].subject, six);
    EXPECT_EQ(value_of(report, "reputed_listed", six), 1.0);
    EXPECT_EQ(value_of(report, "reputed_listed", sender), 0.0);
}

TEST(Wishes, TheReasonIsGivenButNeverALabel) {
    const std::string reason = "Spam received, see https://bl.example/?203.0.113.9";
    auto script = about_sender("bl.spamcop.net", addresses({"127.0.0.2"}));
    script.reasons["9.113.0.203"] = test::text(reason);
    const auto report = round_of(script);
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_NE(report.findings[0].evidence.find(reason), std::string::npos) << report.findings[0].evidence;
    for (const auto& sample : report.samples)
        for (const auto& label : sample.values)
            EXPECT_EQ(label.find("Spam"), std::string::npos) << label;
    EXPECT_EQ(report.findings[0].subject + report.findings[0].object, "203.0.113.9bl.spamcop.net");
}

TEST(Wishes, SeveralRecordsAreOneAnswer) {
    const std::vector<std::vector<std::string>> orders = {
        {"127.0.0.10", "127.0.0.4", "127.0.0.2"},
        {"127.0.0.2", "127.0.0.4", "127.0.0.10"},
        {"127.0.0.4", "127.0.0.10", "127.0.0.2"},
    };
    std::optional<Finding> first;
    for (const auto& order : orders) {
        const auto report = round_of(about_sender("zen.spamhaus.org", addresses(order)));
        ASSERT_EQ(report.findings.size(), 1U);
        const auto& finding = report.findings[0];
        if (!first) first = finding;
        EXPECT_EQ(finding.message, first->message);
        EXPECT_EQ(finding.evidence, first->evidence);
        EXPECT_EQ(to_string(finding.severity), "critical");
        for (const auto* list : {"SBL", "XBL", "PBL"})
            EXPECT_NE(finding.message.find(list), std::string::npos) << finding.message;
        EXPECT_EQ(value_of(report, "reputed_listed"), 1.0);
    }
}

TEST(Wishes, Wish9FlappingListsPageNobody) {
    using namespace std::chrono_literals;
    Ledger ledger(std::make_shared<const Settings>());
    std::vector<Transition> transitions;
    WallTime now = WallTime{} + std::chrono::seconds(1795176000);
    const auto run = [&](const Answer& answer) {
        auto changes =
            ledger.record({"dnsbl", "bl.spamcop.net"}, round_of(about_sender("bl.spamcop.net", answer)), now);
        transitions.insert(transitions.end(), changes.transitions.begin(), changes.transitions.end());
        now += 30min;
    };
    for (int times = 0; times < 12; ++times) {  // a day of two rounds on, two rounds off
        for (int i = 0; i < 2; ++i)
            run(addresses({"127.0.0.2"}));
        for (int i = 0; i < 2; ++i)
            run(outcome(Outcome::nxdomain));
    }
    std::string kinds;
    for (const auto& one : told(transitions))
        kinds += std::string(to_string(one.kind)) + ' ';
    EXPECT_EQ(kinds, "opened cleared opened cleared opened ") << "twice as any other, then once more";
    EXPECT_TRUE(transitions.back().note.starts_with("flapping: ")) << transitions.back().note;
    ASSERT_EQ(ledger.findings(now).size(), 1U) << "it is shown all the same";
    for (int i = 0; i < 14; ++i)
        run(outcome(Outcome::nxdomain));
    EXPECT_EQ(told(transitions).size(), 6U) << "and its end once, when it has been calm";
    EXPECT_TRUE(ledger.findings(now).empty());
}

TEST(Wishes, Wish10KeyedAccessWhereTheResolverIsRefused) {
    const auto refused = round_of(saying("zen.spamhaus.org", addresses({"127.255.255.254"})));
    ASSERT_EQ(refused.findings.size(), 1U);
    EXPECT_EQ(refused.findings[0].code, "dns.resolver_refused");
    EXPECT_NE(refused.findings[0].remedy.find("[dnsbl.keys]"), std::string::npos) << "the way out is named";

    DnsblSettings settings;
    const auto asks_keyed = [&] {
        for (const auto& list : active_lists(settings, Catalogue::builtin()).lists)
            if (list.name == "zen.dq.spamhaus.net") return true;
        return false;
    };
    EXPECT_FALSE(asks_keyed());
    settings.secrets["dq.spamhaus.net"] = "s3cr3tk3y";
    EXPECT_TRUE(asks_keyed()) << "a key is all it takes";

    test::FakeResolver resolver("localhost A 127.0.0.1");
    const auto report = round_in(
        about_sender("zen.dq.spamhaus.net", addresses({"127.0.0.4"})),
        settings_from("[[sender]]\nhostname = \"mail.example\"\nips = [\"203.0.113.9\"]\n"), resolver);
    EXPECT_EQ(std::count(resolver.asked().begin(), resolver.asked().end(),
                         "9.113.0.203.s3cr3tk3y.zen.dq.spamhaus.net A"),
              1);
    ASSERT_EQ(report.findings.size(), 1U);
    const auto& finding = report.findings[0];
    EXPECT_EQ(finding.code + ' ' + finding.object, "dnsbl.listed zen.dq.spamhaus.net");
    const auto text = finding.message + finding.evidence + finding.remedy + finding.link;
    EXPECT_EQ(text.find("s3cr3tk3y"), std::string::npos) << text;
    for (const auto& sample : report.samples)
        for (const auto& label : sample.values)
            EXPECT_EQ(label.find("s3cr3tk3y"), std::string::npos) << label;
}

TEST(Wishes, Wish11IntervalsAndNotificationsBuiltIn) {
    auto settings = std::make_shared<const Settings>(settings_from(R"(
[[sender]]
name = "mail"
hostname = "mail.example"
ips = ["203.0.113.9"]
[dnsbl]
interval = "45m"
[[notifier]]
name = "hook"
kind = "webhook"
url = "https://hooks.example/x"
)"));
    const auto script = about_sender("bl.spamcop.net", addresses({"127.0.0.2"}));
    ActiveLists lists;
    lists.lists = {script.list};
    EXPECT_EQ(dnsbl_check().interval(*settings, lists, "bl.spamcop.net"), std::chrono::minutes(45));
    ASSERT_EQ(settings->notifiers.size(), 1U);

    Ledger ledger(settings);
    const WallTime noon = WallTime{} + std::chrono::seconds(1795176000);
    std::vector<Transition> transitions;
    for (int round = 0; round < 5; ++round) {
        test::FakeResolver resolver("localhost A 127.0.0.1");
        auto changes = ledger.record({"dnsbl", "bl.spamcop.net"}, round_in(script, *settings, resolver),
                                     noon + round * std::chrono::minutes(45));
        transitions.insert(transitions.end(), changes.transitions.begin(), changes.transitions.end());
    }
    const auto news = told(transitions);
    ASSERT_EQ(news.size(), 1U) << "once in five rounds";
    EXPECT_EQ(news[0].senders, std::vector<std::string>{"mail"});
    Message message;
    message.transitions = news;
    const auto text = notify::compose(message, {});
    EXPECT_NE(text.title.find("203.0.113.9"), std::string::npos) << text.title;
    EXPECT_NE(text.title.find("bl.spamcop.net"), std::string::npos) << text.title;
}

TEST(Wishes, Wish12Uceprotect3DoesNotAlarmARelaysAddressCanBeSetAndXblIsNotMissed) {
    // The addresses are those of the file, not of this machine, and those of a relay are as good as any.
    const auto settings = std::make_shared<const Settings>(settings_from(R"(
[[sender]]
name = "mail"
hostname = "out.relay.example"
via = "relay.example"
ips = ["198.51.100.7", "2001:db8:9::/127"]
)"));
    const auto round = [&](const std::string& list, const char* code) {
        test::FakeResolver resolver("localhost A 127.0.0.1");
        auto script = ScriptedList{.list = list_of(list)};
        script.targets["7.100.51.198"] = addresses({code});
        return round_in(script, *settings, resolver);
    };
    const auto tells = [&](const std::string& list, const char* code) {
        Ledger ledger(settings);
        std::vector<Transition> transitions;
        const WallTime noon = WallTime{} + std::chrono::seconds(1795176000);
        for (int i = 0; i < 3; ++i) {
            auto changes =
                ledger.record({"dnsbl", list}, round(list, code), noon + i * std::chrono::minutes(30));
            transitions.insert(transitions.end(), changes.transitions.begin(), changes.transitions.end());
        }
        EXPECT_EQ(ledger.findings(noon).size(), 1U) << list << ": it is shown in any case";
        return told(transitions);
    };
    const auto level3 = round("dnsbl-3.uceprotect.net", "127.0.0.2");
    ASSERT_EQ(level3.findings.size(), 1U);
    EXPECT_EQ(level3.findings[0].code, "neighbourhood.listed") << "and it is no accusation of this address";
    EXPECT_EQ(level3.findings[0].severity, Severity::info);
    EXPECT_EQ(value_of(level3, "reputed_listed", "198.51.100.7"), 1.0);
    EXPECT_TRUE(tells("dnsbl-3.uceprotect.net", "127.0.0.2").empty()) << "nobody is woken";

    for (const auto* code : {"127.0.0.4", "127.0.0.5", "127.0.0.6", "127.0.0.7"}) {
        const auto xbl = round("zen.spamhaus.org", code);
        ASSERT_EQ(xbl.findings.size(), 1U) << code;
        EXPECT_EQ(xbl.findings[0].severity, Severity::critical) << code;
        EXPECT_NE(xbl.findings[0].message.find("XBL"), std::string::npos) << xbl.findings[0].message;
        EXPECT_EQ(value_of(xbl, "reputed_listed", "2001:db8:9::1"), 0.0)
            << "all of the addresses are asked about";
    }
    const auto news = tells("zen.spamhaus.org", "127.0.0.4");
    ASSERT_EQ(news.size(), 1U);
    EXPECT_EQ(news[0].finding.subject, "198.51.100.7");
}

// kumina/postfix_exporter#36, sergeymakinen/postfix_exporter#6, mailcow-dockerized#4635.
TEST(Wishes, Wish13BounceReasonsAsBoundedClasses) {
    const auto& classifier = mta::Classifier::builtin();
    const auto class_of = [&](std::string_view reply) {
        return to_string(classifier.classify(reply, classifier.guess_provider(reply)).reply_class);
    };
    EXPECT_EQ(
        class_of("550-5.7.1 Gmail has detected that this message is likely suspicious due to the very low "
                 "reputation of the sending IP address. - gsmtp"),
        "reputation");
    EXPECT_EQ(
        class_of(
            "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet "
            "service provider since part of their network is on our block list (S3150)."),
        "reputation");
    EXPECT_EQ(class_of("554 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org"), "blocklisted");
    EXPECT_EQ(class_of("451 4.7.1 Greylisting in action"), "greylisted");

    // However many replies there are that nobody has seen before, the values of the labels are these.
    const auto names = reply_class_names();
    const std::set<std::string_view> classes(names.begin(), names.end());
    std::set<std::string_view> providers;
    for (int i = 0; i < 10'000; ++i) {
        const auto number = std::to_string(i);
        const auto reply = "host mx" + number + ".example" + number + ".com[192.0.2.1] said: 550 5.7." +
                           number + " No, " + number;
        EXPECT_TRUE(classes.contains(class_of(reply))) << reply;
        providers.insert(classifier.provider_name(classifier.guess_provider(reply)));
    }
    EXPECT_EQ(providers, std::set<std::string_view>{"other"});
    EXPECT_LE(classifier.provider_count(), most_providers + 1);
}

TEST(Wishes, Wish14EveryDeferralIsCountedWhoeverLogsItAndNoLineIsLostAtRotation) {
    const test::TemporaryFolder folder;
    const auto log = folder / "mail.log";
    const auto write = [&](const std::string& program) {
        std::ofstream(log, std::ios::app)
            << rfc3339(std::chrono::system_clock::now()) << " mail " << program
            << "[4711]: 4fX0y95TbzZ: to=<user@example.com>, relay=none, delay=1, delays=1/0/0/0, dsn=4.4.1, "
               "status=deferred (delivery temporarily suspended: connect to mx.example.com[192.0.2.1]:25: "
               "Connection "
               "refused)\n";
    };
    MtaSettings settings;
    settings.kind = MtaKind::postfix;
    settings.log = {log};
    std::vector<StoredPart> remembered;
    {
        LogWatch watch(settings, nullptr);
        for (const auto* program :
             {"postfix/smtp", "postfix/error", "postfix/retry", "postfix-out/relay/smtp"})
            write(program);
        watch.catch_up();
        remembered = watch.state();
    }
    write("postfix/error");  // while nobody looks, and then it is rotated
    std::filesystem::rename(log, log + ".1");
    write("postfix/error");
    LogWatch watch(settings, nullptr);
    watch.restore(std::move(remembered));
    watch.catch_up();
    const auto view = watch.view("postfix");
    ASSERT_EQ(view->outcomes.size(), 1U);
    EXPECT_EQ(view->outcomes[0].status, mta::DeliveryStatus::deferred);
    EXPECT_EQ(view->outcomes[0].reply_class, ReplyClass::connection);
    EXPECT_EQ(view->outcomes[0].ever, 6U);
    EXPECT_TRUE(view->unknown_lines.empty());
}

TEST(Wishes, Wish15SeriesStayFewWhateverTheLogHolds) {
    mta::Judge judge(mta::Classifier::builtin());
    mta::DeliveryWindows windows({std::shared_ptr<void>(), &mta::Classifier::builtin()});
    const std::int64_t now = 1'795'284'600;
    for (int i = 0; i < 35'000; ++i) {
        const auto number = std::to_string(i);
        const auto host = "mx." + number + ".example";
        const auto domain = number + ".example";
        const auto reply = "550 5.7." + number + " " + number + " says no";
        const auto source = "2001:db8::" + std::to_string(i % 10'000);
        mta::DeliveryEvent event;
        event.time = now - i % 3600;
        event.status = static_cast<mta::DeliveryStatus>(i % 4);
        event.queue_id = number;
        event.relay_host = host;
        event.recipient_domain = domain;
        event.reply = reply;
        event.source_ip = source;
        windows.attempt(judge.judge(event), now);
        windows.unknown("program" + number);
    }
    mta::DeliveryView view;
    view.mta = "postfix";
    windows.fill(view, now);
    Report report;
    mta::add_delivery_samples(view, report);
    EXPECT_LE(report.samples.size(), 2500U);
    double attempts = 0;
    for (const auto& sample : report.samples)
        if (sample.metric->name == "reputed_delivery_attempts_total") attempts += sample.value;
    EXPECT_EQ(attempts, 35'000);
    EXPECT_LE(windows.all_parts().size(), 20U);
}

}  // namespace
}  // namespace reputed::dnsbl
