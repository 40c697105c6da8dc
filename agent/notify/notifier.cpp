#include "agent/notify/notifier.hpp"

#include <algorithm>

#include "agent/notify/mail.hpp"
#include "agent/notify/payload.hpp"
#include "agent/notify/signature.hpp"
#include "checks/net/http.hpp"
#include "checks/net/smtp.hpp"
#include "config/run_command.hpp"
#include "config/service_url.hpp"

namespace reputed::notify {

namespace {

constexpr std::size_t alerts_a_request = 500;

http::Request request_to(const NotifierSettings& notifier, const std::string& path) {
    http::Request request;
    request.url = notifier.url.value;
    // The path goes before a query, after a slash at most once.
    const auto query = std::min(request.url.find('?'), request.url.size());
    auto at = query;
    while (!path.empty() && at > 0 && request.url[at - 1] == '/')
        --at;
    request.url.replace(at, path.empty() ? 0 : query - at, path);
    request.username = notifier.username;
    request.password = notifier.password.value;
    request.bearer = notifier.token.value;
    request.timeout = notifier.timeout;
    request.ca_file = notifier.ca_file;
    return request;
}

Delivery send(const http::Request& request, const std::stop_token& stop) {
    const auto response = http::exchange(request, stop);
    return {response.error.empty(), response.error, response.retry_after};
}

Delivery send_webhook(const NotifierSettings& notifier, const Message& message, const Context& context,
                      const std::stop_token& stop) {
    Payload payload = payload_for(notifier, message, context);
    auto request = request_to(notifier, payload.path);
    request.headers = std::move(payload.headers);
    request.headers.emplace_back("Content-Type", payload.content_type);
    request.headers.emplace_back("Idempotency-Key", message.key);
    if (notifier.hmac_key.is_set()) {
        const auto timestamp = std::to_string(std::chrono::system_clock::to_time_t(context.now));
        request.headers.emplace_back("X-Reputed-Timestamp", timestamp);
        request.headers.emplace_back("X-Reputed-Signature",
                                     signature(notifier.hmac_key.value, timestamp, payload.body));
    }
    request.body = std::move(payload.body);
    return send(request, stop);
}

Delivery send_alerts(const NotifierSettings& notifier, std::span<const Transition> transitions,
                     const std::string& key, const Context& context, const std::stop_token& stop) {
    for (std::size_t begin = 0; begin < transitions.size(); begin += alerts_a_request) {
        std::vector<const Transition*> some;
        for (const auto& transition :
             transitions.subspan(begin, std::min(alerts_a_request, transitions.size() - begin)))
            some.push_back(&transition);
        auto request = request_to(notifier, "/api/v2/alerts");
        request.headers = {{"Content-Type", "application/json"}};
        if (!key.empty()) request.headers.emplace_back("Idempotency-Key", key);
        request.body = alerts_body(some, notifier, context);
        if (auto delivery = send(request, stop); !delivery.ok) return delivery;
    }
    return {true, "", {}};
}

Delivery send_email(const NotifierSettings& notifier, const Message& message, const Context& context,
                    const std::stop_token& stop) {
    smtp::Submission submission;
    submission.server = notifier.smtp;
    submission.starttls = notifier.starttls != "off";
    submission.ehlo = context.instance;
    submission.username = notifier.username;
    submission.password = notifier.password.value;
    submission.from = notifier.from;
    submission.to = notifier.to;
    submission.message = mail_message(notifier, message, context);
    submission.timeout = notifier.timeout;
    submission.ca_file = notifier.ca_file;
    const auto error = smtp::submit(submission, stop);
    return {error.empty(), error, {}};
}

Delivery pipe_mail(const NotifierSettings& notifier, const Message& message, const Context& context,
                   const std::stop_token& stop) {
    std::string text = mail_message(notifier, message, context);
    std::erase(text, '\r');  // a program of the system takes the lines of the system
    // -i: a line of "." ends nothing.
    std::vector<std::string> command = {notifier.sendmail, "-i", "-f", notifier.from, "--"};
    command.insert(command.end(), notifier.to.begin(), notifier.to.end());
    const auto error = feed_command(command, text, notifier.timeout, stop);
    return {error.empty(), error.empty() ? "" : notifier.sendmail + ' ' + error, {}};
}

}  // namespace

Delivery deliver(const NotifierSettings& notifier, const Message& message, const Context& context,
                 const std::stop_token& stop) {
    switch (notifier.kind) {
        case NotifierKind::alertmanager:
            return send_alerts(notifier, message.transitions, message.key, context, stop);
        case NotifierKind::webhook:
            return send_webhook(notifier, message, context, stop);
        case NotifierKind::email:
            return send_email(notifier, message, context, stop);
        case NotifierKind::sendmail:
            return pipe_mail(notifier, message, context, stop);
    }
    return {};
}

Delivery remind(const NotifierSettings& notifier, std::span<const Transition> open, const Context& context,
                const std::stop_token& stop) {
    if (notifier.kind != NotifierKind::alertmanager || open.empty()) return {true, "", {}};
    return send_alerts(notifier, open, "", context, stop);
}

}  // namespace reputed::notify
