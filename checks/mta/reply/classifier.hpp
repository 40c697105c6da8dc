#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/bounce_rules.hpp"
#include "config/catalogue.hpp"
#include "config/providers.hpp"
#include "config/reply_class.hpp"

// Who refuses our mail, and why.
namespace reputed::mta {

// Number of a provider in Classifier::providers(); 0 is "other".
using ProviderId = std::uint16_t;
inline constexpr ProviderId other_provider = 0;

struct Classification {
    ReplyClass reply_class = ReplyClass::other;
    bool hard = false;       // for good: 5xx, or the text says so
    std::uint16_t smtp = 0;  // reply code, RFC 5321 section 4.2; 0 = none was given
    std::string_view
        dsn;  // enhanced code, RFC 3463, as it stands in the reply, else as the MTA logged it beside
              // it; "" = none. Lives as these do.
    std::string_view
        list;  // name of the DNS list that the reply blames, of the catalogue; "" = none. Lives as the
               // classifier does.
};

// Immutable after it is made, so safe from any thread. Makes nothing on the heap per reply but what RE2 does.
class Classifier {
  public:
    // `rules` are tried in their order: the first that fits decides.
    Classifier(BounceRules rules, std::vector<Provider> providers, const Catalogue& lists);
    ~Classifier();
    Classifier(Classifier&&) noexcept;
    Classifier& operator=(Classifier&&) noexcept;

    // Of what is compiled in. Made at the first call, some milliseconds.
    static const Classifier& builtin();

    // By the host that was asked ("mx1.example.com", any case, a dot at its end or not), else by the recipient's
    // domain; "" = not known.
    ProviderId provider(std::string_view relay_host, std::string_view recipient_domain) const;
    // By the host that the MTA names around a reply ("host gmail-smtp-in.l.google.com[..] said: ..."), else by words
    // that only one provider's replies hold, else by the recipient that it names. For replies without a known relay.
    ProviderId guess_provider(std::string_view reply) const;
    // By name, any case; nullopt = there is none. "other" is one.
    std::optional<ProviderId> find_provider(std::string_view name) const;
    std::string_view provider_name(ProviderId id) const;   // "gmail": the metric label `provider`
    std::string_view provider_title(ProviderId id) const;  // "Gmail", for sentences
    std::string_view provider_page(ProviderId id) const;   // for senders who are refused; "" = none
    std::size_t provider_count() const;                    // with "other"

    // `reply` is one line: a receiver's reply with or without what an MTA puts around it ("host mx.example.com[192.0.2.1]
    // said: 550-5.7.1 ... (in reply to RCPT TO command)", "SMTP error from remote mail server after RCPT TO: 550 ...",
    // "stat=User unknown"), or the MTA's own words ("connect to mx.example.com[192.0.2.1]:25: Connection timed out").
    // Only the first 4 KiB are looked at. `dsn` is what the MTA logged beside it, used where the reply has none.
    Classification classify(std::string_view reply, ProviderId provider, std::string_view dsn = {}) const;

    // The rule that decides; nullptr = none does (delivered, or other).
    const BounceRule* deciding_rule(std::string_view reply, ProviderId provider,
                                    std::string_view dsn = {}) const;

  private:
    struct Impl;
    std::unique_ptr<const Impl> impl_;
};

}  // namespace reputed::mta
