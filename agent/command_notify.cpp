#include <array>
#include <iostream>
#include <random>

#include <unistd.h>

#include "agent/command_support.hpp"
#include "agent/exit_codes.hpp"
#include "agent/json_text.hpp"
#include "agent/notify/mail.hpp"
#include "agent/notify/payload.hpp"
#include "agent/terminal.hpp"
#include "config/service_url.hpp"

namespace reputed {
namespace {

struct Row {
    const NotifierSettings* notifier = nullptr;
    std::string target;
    notify::Delivery delivery;
    std::chrono::milliseconds taken{0};
};

// What may be shown of where a notifier sends to.
std::string target_of(const NotifierSettings& notifier) {
    switch (notifier.kind) {
        case NotifierKind::alertmanager:
        case NotifierKind::webhook: {
            const auto url = ServiceUrl::parse(notifier.url.value, {"http", "https"});
            return url ? url->origin() : "";
        }
        case NotifierKind::email:
            return notifier.smtp;
        case NotifierKind::sendmail:
            return notifier.sendmail;
    }
    return "";
}

Message test_message(const NotifierSettings& notifier, const std::string& key,
                     const notify::Context& context) {
    Transition test;
    test.id = 1;
    test.episode = 1;
    test.time = test.since = context.now;
    test.check = "notify";
    test.finding.code = "notify.test";
    test.finding.subject = context.instance.empty() ? "reputed" : context.instance;
    test.finding.severity = Severity::warning;
    test.finding.message = "This is a test message of reputed; nothing is wrong";
    test.finding.remedy = "Nothing, if it reached the people who should read it.";
    test.finding.drill = true;
    Message message;
    message.notifier = notifier.name;
    message.key = "test-" + key + '-' + notifier.name;
    message.transitions = {std::move(test)};
    return message;
}

std::string local_host_name() {
    std::array<char, 256> name{};
    return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string random_key() {
    constexpr char digits[] = "0123456789abcdef";
    std::random_device source;
    std::string key;
    for (int i = 0; i < 16; ++i)
        key += digits[source() & 15U];
    return key;
}

// What would go out, without what logs in.
std::string shown_message(const NotifierSettings& notifier, const Message& message,
                          const notify::Context& context) {
    switch (notifier.kind) {
        case NotifierKind::alertmanager:
            return notify::alerts_body({message.transitions.data()}, notifier, context);
        case NotifierKind::webhook: {
            const auto payload = notify::payload_for(notifier, message, context);
            std::string out =
                "Content-Type: " + payload.content_type + "\nIdempotency-Key: " + message.key + '\n';
            for (const auto& [name, value] : payload.headers)
                out.append(name).append(": ").append(value).append("\n");
            return out + '\n' + payload.body;
        }
        case NotifierKind::email:
        case NotifierKind::sendmail: {
            std::string text = notify::mail_message(notifier, message, context);
            std::erase(text, '\r');
            return text;
        }
    }
    return "";
}

void print_json(const std::vector<Row>& rows) {
    Json notifiers = Json::array();
    for (const auto& row : rows)
        notifiers.push_back({{"notifier", row.notifier->name},
                             {"kind", to_string(row.notifier->kind)},
                             {"target", row.target},
                             {"ok", row.delivery.ok},
                             {"error", row.delivery.error},
                             {"milliseconds", row.taken.count()}});
    std::cout << json_text({{"notifiers", std::move(notifiers)}}) << '\n';
}

void print_table(const std::vector<Row>& rows) {
    Table table({"NOTIFIER", "KIND", "TARGET", "MS", "RESULT"});
    for (const auto& row : rows)
        table.add(
            {{row.notifier->name},
             {std::string(to_string(row.notifier->kind))},
             {row.target},
             {std::to_string(row.taken.count())},
             {row.delivery.ok ? "ok" : row.delivery.error, row.delivery.ok ? Colour::green : Colour::red}});
    std::cout << table.to_string();
}

void print_dry(const std::vector<Row>& rows, const std::string& key, const notify::Context& context,
               Format format) {
    Json messages = Json::array();
    for (const auto& row : rows) {
        const auto text = shown_message(*row.notifier, test_message(*row.notifier, key, context), context);
        if (format == Format::json)
            messages.push_back({{"notifier", row.notifier->name},
                                {"kind", to_string(row.notifier->kind)},
                                {"target", row.target},
                                {"message", text}});
        else
            std::cout << "# " << row.notifier->name << ": " << to_string(row.notifier->kind) << " to "
                      << row.target << "\n\n"
                      << text << "\n\n";
    }
    if (format == Format::json) std::cout << json_text({{"notifiers", std::move(messages)}}) << '\n';
}

}  // namespace

int notify_test_command(const CommonOptions& common, const NotifyOptions& options) {
    const auto settings = command_settings(common, true);
    if (!settings) return exit_config;
    std::vector<Row> rows;
    for (const auto& notifier : settings->notifiers)
        if (options.notifier.empty() || options.notifier == notifier.name)
            rows.push_back({&notifier, target_of(notifier), {}, {}});
    if (rows.empty()) {
        print_error(options.notifier.empty() ? "no [[notifier]] is configured"
                                             : "no notifier is called \"" + options.notifier + '"');
        return exit_config;
    }
    const notify::Context context{settings->web.public_url, local_host_name(),
                                  std::chrono::system_clock::now()};
    const std::string key = random_key();
    if (options.dry_run) {
        print_dry(rows, key, context, common.format);
        return exit_ok;
    }
    bool all = true;
    for (auto& row : rows) {
        const auto begin = std::chrono::steady_clock::now();
        row.delivery = notify::deliver(*row.notifier, test_message(*row.notifier, key, context), context, {});
        row.taken =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
        all = all && row.delivery.ok;
    }
    common.format == Format::json ? print_json(rows) : print_table(rows);
    return all ? exit_ok : exit_warning;
}

}  // namespace reputed
