#pragma once

#include <cmath>
#include <memory>
#include <string_view>

#include "checks/mta/log/dialect.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace reputed::fuzz {

// Reads every byte of what it is told, so that a view of what is gone is found, and counts.
class CountingSink final : public mta::LogSink {
  public:
    void delivery(const mta::DeliveryEvent& event) override {
        for (const auto text : {event.queue_id, event.dsn, event.relay_host, event.relay_ip,
                                event.recipient_domain, event.source_ip, event.reply})
            read(text);
        require(static_cast<std::size_t>(event.status) < mta::delivery_status_count, "a status of the enum");
        require(std::isnan(event.delay) || event.delay >= 0, "a delay is not negative");
        require(event.recipients > 0, "somebody was to receive it");
        require(event.dsn.empty() || (event.dsn.size() <= 9 && event.dsn.size() >= 5),
                "an enhanced code is short");
        require(event.relay_ip.size() <= 45 && event.source_ip.size() <= 45, "an address is short");
        ++events;
    }
    void rejected(const mta::RejectEvent& event) override {
        read(event.client_ip);
        read(event.reply);
        require(event.client_ip.size() <= 45, "an address is short");
        ++events;
    }
    void unknown(std::string_view program) override {
        read(program);
        ++unknowns;
    }

    int events = 0;
    int unknowns = 0;

  private:
    void read(std::string_view text) {
        for (const char c : text)
            sum_ = sum_ + static_cast<unsigned char>(c);
    }
    volatile unsigned sum_ = 0;
};

// The lines of the input, one after another, by one reader: what it says of each line fits what it told the sink.
inline void read_log(mta::LogDialect& dialect, bool (*recognises)(std::string_view), std::string_view text) {
    while (!text.empty()) {
        const auto end = text.find('\n');
        // A copy of its own: reading past the line's end is found.
        const auto size = end == std::string_view::npos ? text.size() : end;
        const auto copy = std::make_unique<char[]>(size);
        text.copy(copy.get(), size);
        const std::string_view line(copy.get(), size);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        CountingSink sink;
        const auto kind = dialect.line(line, sink);
        require((kind == mta::LineKind::event) == (sink.events > 0), "an event was told and only then");
        require((kind == mta::LineKind::unknown) == (sink.unknowns > 0),
                "what is unknown was told and only that");
        recognises(line);
    }
}

}  // namespace reputed::fuzz
