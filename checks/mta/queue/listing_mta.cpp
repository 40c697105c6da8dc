#include "checks/mta/queue/exim_mailq.hpp"
#include "checks/mta/queue/listing.hpp"
#include "checks/mta/queue/postfix_mailq.hpp"
#include "checks/mta/queue/qmail_listing.hpp"
#include "checks/mta/queue/sendmail_mailq.hpp"
#include "checks/mta/queue/smtpctl_queue.hpp"
#include "checks/mta/queue/text_scan.hpp"

namespace reputed::mta {
namespace {

constexpr int most_lines = 200;

// Every form has lines that no other has; the first such line decides.
std::string_view mta_of_line(std::string_view text) {
    const auto content = trimmed(text);
    if (content.starts_with('{') && content.find("\"queue_id\"") != std::string_view::npos) return "postfix";
    if (content.find("-Queue ID-") != std::string_view::npos) return "postfix";
    if (content == "Mail queue is empty") return "postfix";  // of Sendmail, too, until 8.8
    if (SendmailMailqParser::is_signature(text)) return "sendmail";
    if (QmailParser::is_header(content) || QmailParser::is_count(content)) return "qmail";
    if (parse_smtpctl_line(content)) return "opensmtpd";
    if (EximMailqParser::is_header(text)) return "exim";
    // A message of a listing whose head is missing. Sendmail's dates have no seconds.
    if (SendmailMailqParser(0).line(text) == ListingLine::taken) return "sendmail";
    if (MailqParser(0).line(text) == MailqParser::Line::taken) return "postfix";
    return {};
}

}  // namespace

std::string_view listing_mta(std::string_view head) {
    for (int lines = 0; lines < most_lines && !head.empty(); ++lines) {
        const auto text = next_field(head, '\n').substr(0, 4096);
        if (trimmed(text).empty()) continue;
        if (const auto mta = mta_of_line(text); !mta.empty()) return mta;
    }
    return {};
}

}  // namespace reputed::mta
