#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>

// Prints a Postfix log as a busy server writes it: postfix_log LINES. The same lines each time.
namespace {

struct Reply {
    unsigned share;  // of 1,000
    std::string_view dsn;
    std::string_view status;
    std::string_view text;  // "%" stands for an id that is another each time
};

constexpr std::array<Reply, 10> replies = {{
    {880, "2.0.0", "sent", "250 2.0.0 OK  % d2e1a72fcca58-7b2-gsmtp"},
    {30, "4.2.0", "deferred",
     "host mx7.example.net[198.51.100.7] said: 451 4.2.0 Greylisted, try again in 300 seconds (in reply to "
     "RCPT TO command)"},
    {20, "4.4.1", "deferred", "connect to mx1.example.net[198.51.100.9]:25: Connection timed out"},
    {20, "5.1.1", "bounced",
     "host mx1.example.net[198.51.100.8] said: 550 5.1.1 The email account that you tried to reach does not "
     "exist. % (in reply to RCPT TO command)"},
    {10, "5.7.1", "bounced",
     "host mx1.example.net[198.51.100.3] said: 554 5.7.1 Service unavailable; Client host [192.0.2.25] "
     "blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.25 (in reply to RCPT TO "
     "command)"},
    {10, "4.7.0", "deferred",
     "host mx1.example.net[198.51.100.4] said: 421-4.7.0 Our system has detected an unusual rate of mail "
     "from your address, % - gsmtp (in reply to end of DATA command)"},
    {10, "5.7.26", "bounced",
     "host mx1.example.net[198.51.100.4] said: 550-5.7.26 Your email has been blocked because the sender is "
     "unauthenticated. 550 5.7.26 % - gsmtp (in reply to end of DATA command)"},
    {10, "5.2.2", "bounced",
     "host mx1.example.net[198.51.100.5] said: 552 5.2.2 Mailbox full % (in reply to RCPT TO command)"},
    {5, "4.7.650", "deferred",
     "host mx1.example.net[198.51.100.6] said: 451 4.7.650 The mail server [192.0.2.25] has been temporarily "
     "rate limited due to IP reputation. % (in reply to MAIL FROM command)"},
    {5, "5.4.4", "bounced",
     "Host or domain name not found. Name service error for name=mx.example.org type=A: Host not found"},
}};

constexpr std::array<std::string_view, 8> domains = {"gmail.com",    "outlook.com", "yahoo.co.jp",
                                                     "docomo.ne.jp", "example.org", "example.net",
                                                     "icloud.com",   "web.de"};
constexpr std::array<std::string_view, 8> relays = {"gmail-smtp-in.l.google.com",
                                                    "outlook-com.olc.protection.outlook.com",
                                                    "mx3.mail.yahoo.co.jp",
                                                    "mfsmax.docomo.ne.jp",
                                                    "mx1.example.org",
                                                    "mx2.example.net",
                                                    "mx01.mail.icloud.com",
                                                    "mx-ha02.web.de"};

class Log {
  public:
    explicit Log(std::uint64_t lines) : left_(lines) {}

    void write() {
        while (left_ > 0)
            message();
    }

  private:
    // What one message leaves behind, with what else runs on the machine in between.
    void message() {
        const auto id = token(11);
        const auto domain = random_() % domains.size();
        line("postfix/smtpd", "connect from mail.example.com[203.0.113.5]");
        line("postfix/smtpd",
             id + ": client=mail.example.com[203.0.113.5], sasl_method=PLAIN, sasl_username=user");
        line("postfix/cleanup", id + ": message-id=<" + token(20) + "@example.com>");
        line("postfix/qmgr", id + ": from=<user" + token(3) + "@example.com>, size=" +
                                 std::to_string(random_() % 90000) + ", nrcpt=1 (queue active)");
        line("postfix/smtpd",
             "disconnect from mail.example.com[203.0.113.5] ehlo=1 auth=1 mail=1 rcpt=1 data=1 quit=1 "
             "commands=6");
        if (random_() % 4 == 0)
            line("dovecot",
                 "imap-login: Login: user=<user>, method=PLAIN, rip=203.0.113.5, lip=192.0.2.25, TLS, "
                 "session=<" +
                     token(12) + ">");
        line("postfix/smtp",
             "Trusted TLS connection established to " + std::string(relays[domain]) +
                 "[198.51.100.26]:25: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)");
        delivery(id, domain);
        line("postfix/qmgr", id + ": removed");
    }

    void delivery(const std::string& id, std::size_t domain) {
        auto chosen = random_() % 1000;
        std::size_t reply = 0;
        while (chosen >= replies[reply].share)
            chosen -= replies[reply++].share;
        const auto& [share, dsn, status, text] = replies[reply];
        std::string words(text);
        for (std::size_t at; (at = words.find('%')) != std::string::npos;)
            words.replace(at, 1, token(16, "0123456789abcdef"));
        line("postfix/smtp", id + ": to=<user" + token(4) + "@" + std::string(domains[domain]) +
                                 ">, relay=" + std::string(relays[domain]) +
                                 "[198.51.100.26]:25, delay=1.3, delays=0.04/0.01/0.55/0.7, dsn=" +
                                 std::string(dsn) + ", status=" + std::string(status) + " (" + words + ")");
    }

    void line(std::string_view program, const std::string& text) {
        if (left_ == 0) return;
        --left_;
        const auto second = written_++ / 200;
        std::printf("Nov %2u %02u:%02u:%02u mail %.*s[%u]: %s\n",
                    static_cast<unsigned>(1 + second / 86'400 % 28),
                    static_cast<unsigned>(second / 3600 % 24), static_cast<unsigned>(second / 60 % 60),
                    static_cast<unsigned>(second % 60), static_cast<int>(program.size()), program.data(),
                    static_cast<unsigned>(1000 + random_() % 50), text.c_str());
    }

    std::string token(std::size_t length,
                      std::string_view letters = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxy") {
        std::string text;
        for (std::size_t i = 0; i < length; ++i)
            text += letters[random_() % letters.size()];
        return text;
    }

    std::uint64_t left_;
    std::uint64_t written_ = 0;
    std::minstd_rand random_{1};
};

}  // namespace

int main(int argc, char** argv) {
    const auto lines = argc == 2 ? std::strtoull(argv[1], nullptr, 10) : 0;
    if (lines == 0) {
        std::fprintf(stderr, "usage: postfix_log LINES\n");
        return 64;
    }
    Log(lines).write();
    return std::fflush(stdout) == 0 ? 0 : 1;
}
