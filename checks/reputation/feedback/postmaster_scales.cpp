#include <cmath>

#include "checks/reputation/feedback/postmaster.hpp"

// How the figures of Postmaster Tools are judged. The limits of the rate of spam are those of Google's guidelines for
// senders: to stay below 0.10 %, and never to reach 0.30 %.
namespace reputed::feedback {
namespace {

std::shared_ptr<const LevelScale> scale(LevelScale one) {
    return std::make_shared<const LevelScale>(std::move(one));
}

// The number before it, so that a limit which may not be reached is past the level.
double below(double limit) {
    return std::nextafter(limit, 0.0);
}

std::shared_ptr<const LevelScale> spam_rate() {
    return scale({.code = "feedback.spam_rate",
                  .what = "share of mail that Gmail's users report as spam",
                  .higher_is_better = false,
                  .levels = {{"below Google's limit of 0.001", Severity::ok, below(0.001), 0},
                             {"above 0.001, where Google's limit is", Severity::warning, below(0.003), 10},
                             {"above 0.003, where Google refuses mail", Severity::critical, 0, 25}},
                  .hysteresis = 0.0001});
}

std::shared_ptr<const LevelScale> reputation(std::string what) {
    return scale(
        {.code = "feedback.reputation",
         .what = std::move(what),
         .levels = {{"high", Severity::ok, 3, 0},
                    {"medium", Severity::info, 2, 5},
                    {"low: much of the mail goes to spam", Severity::warning, 1, 15},
                    {"bad: nearly all mail is refused or goes to spam", Severity::critical, 0, 30}}});
}

std::shared_ptr<const LevelScale> authentication() {
    return scale({.code = "feedback.authentication",
                  .what = "share of mail to Gmail that passes SPF, DKIM or DMARC, whichever is lowest,",
                  .levels = {{"good", Severity::ok, 0.95, 0},
                             {"below 0.95", Severity::warning, 0.8, 3},
                             {"below 0.8", Severity::critical, 0, 8}},
                  .hysteresis = 0.01});
}

std::shared_ptr<const LevelScale> encryption() {
    return scale({.code = "feedback.encryption",
                  .what = "share of mail to or from Gmail that is sent with TLS, whichever is lower,",
                  .levels = {{"good", Severity::ok, 0.95, 0},
                             {"below 0.95", Severity::info, 0.8, 1},
                             {"below 0.8", Severity::warning, 0, 3}},
                  .hysteresis = 0.01});
}

std::shared_ptr<const LevelScale> delivery_errors() {
    return scale({.code = "feedback.delivery_errors",
                  .what = "share of mail that Gmail refuses or defers",
                  .higher_is_better = false,
                  .levels = {{"low", Severity::ok, 0.03, 0},
                             {"above 0.03", Severity::warning, 0.2, 5},
                             {"above 0.2", Severity::critical, 0, 15}},
                  .hysteresis = 0.005});
}

std::shared_ptr<const LevelScale> compliance() {
    return scale({.code = "feedback.compliance",
                  .what = "number of unmet sender requirements of Google",
                  .higher_is_better = false,
                  .levels = {{"all are met", Severity::ok, 0, 0}, {"needs work", Severity::warning, 0, 5}}});
}

}  // namespace

std::vector<Judgement> postmaster_judgements() {
    return {
        {"spam_ratio", spam_rate(),
         "Find which mail is reported, send it only to those who asked for it, and let them unsubscribe with "
         "one click."},
        {"domain_reputation", reputation("domain reputation at Gmail, from 0 bad to 3 high,"),
         "Send less, and only to those who read it, until the reputation recovers; the rate of spam and the "
         "authentication are what it follows."},
        {"ip_reputation", reputation("reputation of the address at Gmail, from 0 bad to 3 high,"),
         "Find what else sends from this address, and send less, only to those who read it, until the "
         "reputation "
         "recovers."},
        {"authentication_ratio", authentication(),
         "Let every host that sends for the domain be in SPF and sign with an aligned DKIM key; the evidence "
         "says "
         "which of the three is low."},
        {"encryption_ratio", encryption(),
         "Let the MTA use TLS with Gmail when it sends (inbound there) and offer STARTTLS when it receives "
         "(outbound "
         "there)."},
        {"delivery_error_ratio", delivery_errors(),
         "Look at the reasons in the evidence and at Gmail's replies in the log of the MTA."},
        {"compliance_unmet", compliance(),
         "Mend what the evidence names; Postmaster Tools explains each requirement on its page of "
         "compliance."},
    };
}

}  // namespace reputed::feedback
