#include "checks/net/smtp.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <string_view>

#include "checks/net/transfer.hpp"
#include "config/text.hpp"

namespace reputed::smtp {

using net::append;
using net::StringList;
using net::Transfer;

namespace {

constexpr std::size_t longest_reply = 160;

bool is_address(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(),
                                        [](char c) { return c > ' ' && c < '\x7f' && c != '<' && c != '>'; });
}

bool is_line(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

struct Source {
    std::string_view rest;
};

std::size_t give(char* buffer, std::size_t, std::size_t size, void* source_pointer) {
    auto& rest = static_cast<Source*>(source_pointer)->rest;
    const std::size_t count = std::min(size, rest.size());
    std::memcpy(buffer, rest.data(), count);
    rest.remove_prefix(count);
    return count;
}

// Keeps the last line of the replies, that to QUIT left out.
std::size_t take_reply(char* data, std::size_t, std::size_t size, void* reply_pointer) {
    auto& reply = *static_cast<std::string*>(reply_pointer);
    if (std::string_view(data, size).starts_with("221")) return size;
    reply.assign(data, std::min(size, longest_reply));
    while (!reply.empty() && std::isspace(static_cast<unsigned char>(reply.back())) != 0)
        reply.pop_back();
    return size;
}

// A reply of 4yz or 5yz is what went wrong, unless the fault lies in TLS or the server went away after it.
std::string fault(const Transfer& transfer, CURLcode code, const ServiceUrl& server, const std::string& reply,
                  const Submission& submission) {
    const bool refused = reply.size() >= 3 && (reply[0] == '4' || reply[0] == '5');
    if (code == CURLE_LOGIN_DENIED)
        return server.origin() + " refused the login" + (refused ? ": " + reply.substr(0, 3) : "");
    const bool by_reply = code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR ||
                          code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_REMOTE_ACCESS_DENIED;
    if (!refused || !by_reply) return transfer.fault(code);
    const bool echoes = !submission.password.empty() && reply.find(submission.password) != std::string::npos;
    return server.origin() + " answered " + (echoes ? reply.substr(0, 3) : printable(reply, longest_reply));
}

std::string unfit(const Submission& submission) {
    if (!is_address(submission.from)) return "the sender is no mail address";
    if (submission.to.empty() || !std::all_of(submission.to.begin(), submission.to.end(), is_address))
        return "a recipient is no mail address";
    if (!is_line(submission.username) || !is_line(submission.password))
        return "user name or password hold a line break";
    return "";
}

}  // namespace

std::string submit(const Submission& submission, const std::stop_token& stop) {
    auto server = ServiceUrl::parse(submission.server, {"smtp", "smtps"});
    if (!server || !server->path.empty()) return "the SMTP server is not one of smtp:// or smtps://";
    if (const auto problem = unfit(submission); !problem.empty()) return server->origin() + ": " + problem;
    // The path is what libcurl says in EHLO.
    const bool ehlo_fits = std::all_of(submission.ehlo.begin(), submission.ehlo.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.';
    });
    server->path = '/' + (ehlo_fits && !submission.ehlo.empty() ? submission.ehlo : "localhost");

    Transfer transfer(*server, "smtp,smtps", submission.timeout, submission.ca_file);
    CURL* const curl = transfer.handle();
    curl_easy_setopt(curl, CURLOPT_USE_SSL,
                     static_cast<long>(submission.starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    if (!submission.username.empty()) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, submission.username.c_str());
        curl_easy_setopt(curl, CURLOPT_PASSWORD, submission.password.c_str());
    }
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, ('<' + submission.from + '>').c_str());
    StringList recipients;
    for (const auto& to : submission.to)
        append(recipients, '<' + to + '>');
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients.get());
    // Also for the reply to QUIT after a refusal, which CURLOPT_TIMEOUT_MS does not count.
    curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT,
                     static_cast<long>(std::chrono::ceil<std::chrono::seconds>(submission.timeout).count()));
    Source source{submission.message};
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(curl, CURLOPT_READDATA, &source);
    std::string reply;
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_reply);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reply);

    const CURLcode code = transfer.run(stop);
    return code == CURLE_OK ? "" : fault(transfer, code, *server, reply, submission);
}

}  // namespace reputed::smtp
