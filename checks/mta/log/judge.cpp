#include "checks/mta/log/judge.hpp"

#include "checks/mta/log/fields.hpp"
#include "checks/mta/reply/reply_key.hpp"

namespace reputed::mta {
namespace {

constexpr std::size_t remembered = 4096;  // a power of two

}  // namespace

Judge::Judge(const Classifier& classifier)
    : classifier_(classifier), hosts_(remembered), domains_(remembered), replies_(remembered) {}

// FNV-1a over lower case. 0 stands for an empty entry.
std::uint64_t Judge::hash_of(std::string_view name) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : name) {
        hash ^= static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
        hash *= 1099511628211ULL;
    }
    return hash == 0 ? 1 : hash;
}

ProviderId Judge::provider_of(const DeliveryEvent& event) {
    const auto domain_hash = event.recipient_domain.empty() ? 0 : hash_of(event.recipient_domain);
    auto& domain = domains_[domain_hash & (remembered - 1)];
    if (!event.relay_host.empty()) {
        const auto host_hash = hash_of(event.relay_host);
        auto& host = hosts_[host_hash & (remembered - 1)];
        if (host.hash != host_hash) host = {host_hash, classifier_.provider(event.relay_host, {})};
        if (domain_hash != 0) domain = {domain_hash, host.provider};
        // A relay of one's own on the way to everybody says nothing; the recipient's domain may.
        return host.provider != other_provider ? host.provider
                                               : classifier_.provider({}, event.recipient_domain);
    }
    if (domain_hash == 0) return other_provider;
    if (domain.hash != domain_hash) domain = {domain_hash, classifier_.provider({}, event.recipient_domain)};
    return domain.provider;
}

Judge::Judged Judge::read_reply(const DeliveryEvent& event, ProviderId provider) const {
    if (provider == other_provider && event.relay_host.empty())
        provider = classifier_.guess_provider(event.reply);
    return {0, provider, classifier_.classify(event.reply, provider, event.dsn)};
}

void Judge::judge_reply(Attempt& attempt) {
    const auto& event = attempt.event;
    attempt.reply_key = reply_key(event.reply);
    Judged judged;
    if (event.dsn.empty()) {
        // The code of the reply itself would have to be found in each.
        judged = read_reply(event, attempt.provider);
    } else {
        const auto key =
            (attempt.reply_key ^ hash_of(event.dsn) ^ (attempt.provider * 0x9E3779B97F4A7C15ULL)) | 1U;
        auto& known = replies_[(key >> 1U) & (remembered - 1)];
        if (known.key != key) {
            known = read_reply(event, attempt.provider);
            known.key = key;
        }
        judged = known;
        judged.what.dsn = event.dsn;
    }
    attempt.provider = judged.provider;
    attempt.what = judged.what;
}

Attempt Judge::judge(const DeliveryEvent& event) {
    Attempt attempt{event, provider_of(event), {}, 0};
    auto& what = attempt.what;
    if (event.status == DeliveryStatus::sent) {
        what.reply_class = ReplyClass::delivered;
        what.dsn = event.dsn.empty() ? leading_enhanced_code(event.reply) : event.dsn;
        return attempt;
    }
    judge_reply(attempt);
    // The MTA has decided already whether it tries again.
    what.hard = event.status != DeliveryStatus::deferred;
    if (event.status == DeliveryStatus::expired) what.reply_class = ReplyClass::expired;
    if (what.reply_class == ReplyClass::delivered) what.reply_class = ReplyClass::other;
    return attempt;
}

}  // namespace reputed::mta
