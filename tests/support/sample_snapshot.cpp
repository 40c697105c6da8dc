#include "tests/support/sample_snapshot.hpp"

#include <stdexcept>

namespace reputed::test {
namespace {

using enum SampleType;

const MetricInfo families[] = {
    {"reputed_listed", gauge, "Listed.", {"ip", "list"}},
    {"reputed_allowed", gauge, "On an allowlist.", {"ip", "list"}},
    {"reputed_score", gauge, "Score.", {"ip", "list"}},
    {"reputed_dnsbl_last_answer_timestamp_seconds", gauge, "Last good answer.", {"ip", "list"}},
    {"reputed_domain_listed", gauge, "Domain listed.", {"domain", "list"}},
    {"reputed_dnsbl_domain_last_answer_timestamp_seconds", gauge, "Last good answer.", {"domain", "list"}},
    {"reputed_list_health", gauge, "Health.", {"list", "health"}},
    {"reputed_dnsbl_targets", gauge, "Targets by state.", {"list", "state"}},
    {"reputed_ptr_verdict", gauge, "PTR verdict.", {"ip"}},
    {"reputed_spf_verdict", gauge, "SPF verdict.", {"domain", "ip"}},
    {"reputed_queue_verdict", gauge, "Queue verdict.", {"mta"}},
    {"reputed_queue_messages", gauge, "Messages.", {"mta", "queue"}},
    {"reputed_queue_bytes", gauge, "Bytes.", {"mta", "queue"}},
    {"reputed_queue_oldest_arrival_timestamp_seconds", gauge, "Oldest arrival.", {"mta", "queue"}},
    {"reputed_dns_queries_total", counter, "Questions by outcome.", {"outcome"}},
};

struct Word {
    const char* ip;
    const char* family;
    double value;
    std::int64_t answered;
};

JobState list_job(const std::string& list, const std::string& health, const std::vector<Word>& words) {
    std::vector<Sample> samples;
    for (const auto* possible : {"usable", "refused", "broken", "silent", "servfail"})
        samples.push_back(sample("reputed_list_health", {list, possible}, health == possible ? 1 : 0));
    for (const auto& word : words) {
        if (word.answered != 0) samples.push_back(sample(word.family, {word.ip, list}, word.value));
        samples.push_back(sample("reputed_dnsbl_last_answer_timestamp_seconds", {word.ip, list},
                                 static_cast<double>(word.answered)));
    }
    return job("dnsbl", list, std::move(samples));
}

std::vector<JobState> busy_jobs() {
    const char* a = "192.0.2.10";
    const char* b = "192.0.2.11";
    const char* six = "2001:db8::10";
    constexpr std::int64_t yesterday = noon - 86400;
    std::vector<JobState> jobs;
    jobs.push_back(
        list_job("allow.test", "usable", {{a, "reputed_allowed", 1, noon}, {b, "reputed_allowed", 0, noon}}));
    jobs.push_back(list_job(
        "bl.test", "usable",
        {{a, "reputed_listed", 1, noon}, {b, "reputed_listed", 0, noon}, {six, "reputed_listed", 0, noon}}));
    jobs.push_back(
        list_job("never.test", "silent", {{a, "reputed_listed", 0, 0}, {b, "reputed_listed", 0, 0}}));
    jobs.push_back(list_job("refused.test", "refused",
                            {{a, "reputed_listed", 0, yesterday}, {b, "reputed_listed", 1, yesterday}}));
    jobs.push_back(list_job("score.test", "usable",
                            {{a, "reputed_score", 42, noon}, {b, "reputed_score", 7, yesterday}}));
    jobs.push_back(
        job("dnsbl", "uri.test",
            {sample("reputed_domain_listed", {"example.com", "uri.test"}, 0),
             sample("reputed_dnsbl_domain_last_answer_timestamp_seconds", {"example.com", "uri.test"}, noon),
             sample("reputed_list_health", {"uri.test", "usable"}, 1)}));
    jobs.push_back(job("ptr", a, {sample("reputed_ptr_verdict", {a}, 0)}));
    jobs.push_back(job("ptr", b, {sample("reputed_ptr_verdict", {b}, 2)}));
    jobs.push_back(
        job("queue", "postfix",
            {sample("reputed_queue_verdict", {"postfix"}, 2),
             sample("reputed_queue_messages", {"postfix", "deferred"}, 1234),
             sample("reputed_queue_bytes", {"postfix", "deferred"}, 5.5 * 1024 * 1024),
             sample("reputed_queue_oldest_arrival_timestamp_seconds", {"postfix", "deferred"}, noon - 7200),
             sample("reputed_queue_messages", {"postfix", "active"}, 3),
             sample("reputed_queue_bytes", {"postfix", "active"}, 900)}));
    jobs.push_back(job("spf", "example.com",
                       {sample("reputed_spf_verdict", {"example.com", a}, 0),
                        sample("reputed_spf_verdict", {"example.com", b}, 3),
                        sample("reputed_spf_verdict", {"example.com", six}, -1)}));
    jobs.back().failures = 2;
    jobs.back().last_success = at(noon - 3600);
    return jobs;
}

std::vector<OpenFinding> busy_findings() {
    return {
        {{"dnsbl.listed", "192.0.2.10", "bl.test", Severity::critical, "192.0.2.10 is listed by bl.test.",
          "10.2.0.192.bl.test. A 127.0.0.2\nTXT \"Spam source, see https://bl.test/192.0.2.10\"",
          "Stop the cause, then ask for removal.", "https://bl.test/lookup?ip=192.0.2.10"},
         "dnsbl",
         at(noon - 90000),
         at(noon)},
        {{"spf.fail", "example.com", "192.0.2.11", Severity::critical,
          "The SPF record of example.com refuses mail from 192.0.2.11.", "v=spf1 ip4:192.0.2.10 -all",
          "Add ip4:192.0.2.11 to the record.", ""},
         "spf",
         at(noon - 4000),
         at(noon - 3600)},
        {{"ptr.mismatch", "192.0.2.11", "", Severity::warning,
          "The PTR of 192.0.2.11 does not lead back to it.",
          "192.0.2.11 PTR host.example.net; host.example.net A 198.51.100.7",
          "Ask the owner of the address to mend the PTR.", ""},
         "ptr",
         at(noon - 500000),
         at(noon)},
        {{"dnsbl.refused", "refused.test", "", Severity::unknown,
          "refused.test does not answer this resolver.", "10.2.0.192.refused.test. A 127.255.255.254",
          "Ask through a resolver of your own.", "https://refused.test/"},
         "dnsbl",
         at(noon - 80000),
         at(noon)},
        {{"queue.note", "postfix", "deferred", Severity::info, "The deferred queue holds 1234 messages.", "",
          "", ""},
         "queue",
         at(noon - 7200),
         at(noon)},
    };
}

}  // namespace

WallTime at(std::int64_t unix_seconds) {
    return WallTime(std::chrono::seconds(unix_seconds));
}

Sample sample(std::string_view name, std::vector<std::string> values, double value) {
    for (const auto& family : families)
        if (family.name == name) return {&family, std::move(values), value};
    throw std::invalid_argument("no such family: " + std::string(name));
}

JobState job(std::string check, std::string subject, std::vector<Sample> samples) {
    JobState state;
    state.check = std::move(check);
    state.subject = std::move(subject);
    state.runs = 10;
    state.last_run = at(noon);
    state.last_success = at(noon);
    state.last_duration = std::chrono::milliseconds(1500);
    state.next_run = at(noon + 900);
    state.verdict = Severity::ok;
    state.samples = std::make_shared<const std::vector<Sample>>(std::move(samples));
    return state;
}

std::shared_ptr<Settings> settings_with(const std::vector<std::string>& networks) {
    auto settings = std::make_shared<Settings>();
    Sender sender;
    sender.name = "main";
    sender.hostname = "mail.example.com";
    sender.domains = {"example.com"};
    for (const auto& network : networks)
        sender.networks.push_back(IpNetwork::parse(network).value());
    settings->senders.push_back(std::move(sender));
    return settings;
}

std::shared_ptr<ActiveLists> lists_of(const std::vector<std::pair<std::string, ListKind>>& lists) {
    auto active = std::make_shared<ActiveLists>();
    for (const auto& [name, kind] : lists) {
        List list;
        list.zone = list.name = name;
        list.kind = kind;
        list.website = "https://" + name + "/";
        list.operator_name = "Operator of " + name;
        active->lists.push_back(std::move(list));
    }
    return active;
}

Snapshot busy_snapshot() {
    Snapshot snapshot;
    snapshot.made = at(noon + 5);
    snapshot.started = at(noon - 864000);
    snapshot.last_good_reload = at(noon - 864000);
    auto settings = settings_with({"192.0.2.10", "192.0.2.11", "2001:db8::10"});
    settings->file = "/etc/reputed.toml";
    snapshot.settings = settings;
    auto lists = lists_of({{"bl.test", ListKind::ip_blocklist},
                           {"refused.test", ListKind::ip_blocklist},
                           {"never.test", ListKind::ip_blocklist},
                           {"allow.test", ListKind::ip_allowlist},
                           {"score.test", ListKind::ip_score},
                           {"uri.test", ListKind::domain_blocklist}});
    lists->lists.front().ipv6 = true;
    lists->skipped = {{"keyed.test", "needs a key: [dnsbl.keys] \"keyed.test\""}};
    snapshot.lists = lists;
    snapshot.jobs = busy_jobs();
    snapshot.findings = busy_findings();
    snapshot.own = {sample("reputed_dns_queries_total", {"ok"}, 12)};
    snapshot.ready = true;
    return snapshot;
}

Snapshot lively_snapshot() {
    Snapshot snapshot = busy_snapshot();
    snapshot.findings[1].flapping = true;
    snapshot.findings[2].muted = true;
    auto settings = std::make_shared<Settings>(*snapshot.settings);
    settings->mutes.push_back({"", "", "ptr.mismatch", at(noon + 864000), "the owner <knows>"});
    snapshot.settings = settings;
    OpenFinding drill{
        {"dnsbl.listed", "192.0.2.11", "bl.test", Severity::critical,
         "DRILL: 192.0.2.11 is listed on bl.test: spam source", "made up: 11.2.0.192.bl.test A 127.0.0.2",
         "Stop the cause, then ask for removal.", ""},
        "dnsbl",
        at(noon - 60),
        at(noon)};
    drill.finding.drill = true;
    snapshot.drills = {drill};
    snapshot.unconfirmed = {{{"dnsbl.listed", "192.0.2.11", "never.test", Severity::warning,
                              "192.0.2.11 is listed on never.test: listed", "", "", ""},
                             "dnsbl",
                             at(noon),
                             at(noon)}};
    snapshot.notifiers = {{"chat", "webhook", 2, at(noon - 7200), at(noon - 3600),
                           "https://chat.test answered 503 <b>busy</b>"},
                          {"mail", "email", 0, at(noon - 300), {}, ""}};
    snapshot.store = StoreState{true, "/var/lib/reputed/reputed.db", at(noon - 864000), "", 1536 * 1024};
    return snapshot;
}

}  // namespace reputed::test
