#pragma once

#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>

#include "checks/mta/log/dialect.hpp"

namespace reputed::mta {

// Writes what a dialect tells as text, one line for each: "sent id=4711 dsn=2.0.0 host=mx.example.com ip=192.0.2.1
// domain=example.com delay=1.5 tls reply=250 2.0.0 OK"; what is not known is left out.
class TextSink final : public LogSink {
  public:
    void delivery(const DeliveryEvent& event) override {
        add(to_string(event.status));
        if (event.local) text_ += " local";
        if (event.recipients != 1) text_ += " recipients=" + std::to_string(event.recipients);
        field("id", event.queue_id);
        field("dsn", event.dsn);
        field("host", event.relay_host);
        field("ip", event.relay_ip);
        field("domain", event.recipient_domain);
        field("source", event.source_ip);
        seconds("delay", event.delay);
        if (event.tls == DeliveryEvent::Tls::yes) text_ += " tls";
        if (event.tls == DeliveryEvent::Tls::no) text_ += " plaintext";
        field("reply", event.reply);
        time = event.time;
    }
    void rejected(const RejectEvent& event) override {
        add("rejected");
        field("ip", event.client_ip);
        field("reply", event.reply);
        time = event.time;
    }
    void unknown(std::string_view program) override {
        add("unknown ");
        text_ += program;
    }

    const std::string& text() const { return text_; }
    std::int64_t time = 0;  // of the last event

  private:
    void add(std::string_view word) {
        if (!text_.empty()) text_ += '\n';
        text_ += word;
    }
    void field(const char* name, std::string_view value) {
        if (value.empty()) return;
        text_ += std::string(" ") + name + '=';
        text_ += value;
    }
    void seconds(const char* name, float value) {
        if (std::isnan(value)) return;
        char digits[32];
        std::snprintf(digits, sizeof digits, "%g", static_cast<double>(value));
        text_ += std::string(" ") + name + '=' + digits;
    }

    std::string text_;
};

// What the last of these lines ('\n' between them) comes to, read by a new dialect: "foreign", "plain", or what the sink
// was told.
inline std::string last_line_told(LogDialect& dialect, std::string_view lines) {
    while (true) {
        const auto end = lines.find('\n');
        TextSink sink;
        const auto kind = dialect.line(lines.substr(0, end), sink);
        if (end != std::string_view::npos) {
            lines.remove_prefix(end + 1);
            continue;
        }
        if (kind == LineKind::foreign || kind == LineKind::plain)
            return (kind == LineKind::foreign ? "foreign" : "plain") + sink.text();
        return sink.text();
    }
}

}  // namespace reputed::mta
