#include "checks/mta/log/log_reader.hpp"

#include <algorithm>

namespace reputed::mta {

// Counts what is not understood on its way to the real sink.
class LogReader::Counting final : public LogSink {
  public:
    Counting(LogSink& sink, LineCounts& counts) : sink_(sink), counts_(counts) {}
    void delivery(const DeliveryEvent& event) override { sink_.delivery(event); }
    void rejected(const RejectEvent& event) override { sink_.rejected(event); }
    void unknown(std::string_view program) override {
        counts_.unknown.add(program.substr(0, 64));
        sink_.unknown(program);
    }

  private:
    LogSink& sink_;
    LineCounts& counts_;
};

LogReader::LogReader(const LogDialectInfo* dialect, std::int64_t now, LogSink& sink)
    : info_(dialect), now_(now), sink_(sink), guessed_(dialect != nullptr) {
    if (info_ != nullptr) dialect_ = info_->make(now_);
}

std::string_view LogReader::mta() const {
    return info_ == nullptr ? std::string_view() : info_->mta;
}

void LogReader::guess(std::string_view bytes) {
    guessed_ = true;
    const auto dialects = log_dialects();
    std::array<std::size_t, 16> votes{};
    constexpr std::size_t enough = 1'000;
    while (!bytes.empty()) {
        const auto text = bytes.substr(0, bytes.find('\n'));
        for (std::size_t i = 0; i < dialects.size(); ++i)
            if (dialects[i].recognises(text) && ++votes[i] == enough) bytes = text;
        bytes.remove_prefix(std::min(bytes.size(), text.size() + 1));
    }
    const auto most = std::max_element(votes.begin(), votes.end());
    if (*most > 0) info_ = &dialects[static_cast<std::size_t>(most - votes.begin())];
    if (info_ != nullptr) dialect_ = info_->make(now_);
}

void LogReader::feed(std::string_view bytes) {
    if (!guessed_) guess(bytes);
    lines_.feed(bytes, [&](std::string_view text, bool whole) { line(text, whole); });
}

void LogReader::finish() {
    lines_.finish([&](std::string_view text, bool whole) { line(text, whole); });
}

void LogReader::line(std::string_view text, bool whole) {
    ++counts_.lines;
    if (!whole) ++counts_.cut;
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (!dialect_) {
        for (const auto& info : log_dialects())
            if (info_ == nullptr && info.recognises(text)) info_ = &info;
        if (info_ == nullptr) {
            ++counts_.foreign;
            return;
        }
        dialect_ = info_->make(now_);
    }
    Counting counting(sink_, counts_);
    if (dialect_->line(text, counting) == LineKind::foreign) ++counts_.foreign;
}

}  // namespace reputed::mta
