#include "agent/logging.hpp"

#include <map>
#include <memory>
#include <mutex>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/chrono.h>
#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "agent/plain_text.hpp"

namespace reputed {
namespace {

constexpr std::size_t longest_message = 4096;

std::string message_text(const spdlog::details::log_msg& message) {
    return one_line({message.payload.data(), message.payload.size()}, longest_message);
}

std::string time_text(spdlog::log_clock::time_point time) {
    return fmt::format("{:%FT%T}Z", fmt::gmtime(spdlog::log_clock::to_time_t(time)));
}

// systemd stamps lines itself, but a file or a terminal does not.
class PlainFormatter : public spdlog::formatter {
  public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        const auto level = spdlog::level::to_string_view(message.level);
        fmt::format_to(std::back_inserter(out), "{} {:<7} {}: {}\n", time_text(message.time),
                       std::string_view(level.data(), level.size()),
                       std::string_view(message.logger_name.data(), message.logger_name.size()),
                       message_text(message));
    }
    std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<PlainFormatter>(*this);
    }
};

class JsonFormatter : public spdlog::formatter {
  public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        const auto level = spdlog::level::to_string_view(message.level);
        const nlohmann::ordered_json line = {
            {"time", time_text(message.time)},
            {"level", std::string_view(level.data(), level.size())},
            {"logger", std::string_view(message.logger_name.data(), message.logger_name.size())},
            {"message", message_text(message)},
        };
        const std::string text = line.dump() + '\n';
        out.append(text.data(), text.data() + text.size());
    }
    std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<JsonFormatter>(*this);
    }
};

// One sink for all, so that a reload changes its format under its own lock.
struct Loggers {
    Loggers() { sink->set_formatter(std::make_unique<PlainFormatter>()); }

    std::mutex mutex;
    LogSettings settings;
    const std::shared_ptr<spdlog::sinks::stderr_sink_mt> sink =
        std::make_shared<spdlog::sinks::stderr_sink_mt>();
    std::map<std::string, std::shared_ptr<spdlog::logger>, std::less<>> by_file;
};

Loggers& loggers() {
    static Loggers all;
    return all;
}

void apply_level(const LogSettings& settings, spdlog::logger& logger) {
    const auto own = settings.levels.find(logger.name());
    logger.set_level(spdlog::level::from_str(own != settings.levels.end() ? own->second : settings.level));
}

std::unique_ptr<spdlog::formatter> make_formatter(const std::string& format) {
    if (format == "json") return std::make_unique<JsonFormatter>();
    return std::make_unique<PlainFormatter>();
}

}  // namespace

void set_up_logging(const LogSettings& settings) {
    auto& all = loggers();
    const std::lock_guard lock(all.mutex);
    all.settings = settings;
    all.sink->set_formatter(make_formatter(settings.format));
    for (auto& [file, logger] : all.by_file)
        apply_level(settings, *logger);
}

spdlog::logger& log(std::string_view file) {
    auto& all = loggers();
    const std::lock_guard lock(all.mutex);
    if (const auto known = all.by_file.find(file); known != all.by_file.end()) return *known->second;
    auto logger = std::make_shared<spdlog::logger>(std::string(file), all.sink);
    apply_level(all.settings, *logger);
    return *all.by_file.emplace(std::string(file), std::move(logger)).first->second;
}

}  // namespace reputed
