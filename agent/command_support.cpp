#include "agent/command_support.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>

#include <unistd.h>

#include "agent/plain_text.hpp"
#include "config/endpoint.hpp"

namespace reputed {
namespace {

constexpr const char* default_config = "/etc/reputed/reputed.toml";
constexpr std::size_t most_lines = 1'000'000;
constexpr std::size_t longest_line = 1024;

std::string_view trimmed(std::string_view line) {
    static constexpr std::string_view blanks = " \t\r";
    const auto begin = line.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return line.substr(begin, line.find_last_not_of(blanks) - begin + 1);
}

}  // namespace

void print_error(std::string_view message) {
    std::string line = plain_text(message);
    std::replace(line.begin(), line.end(), '\n', ' ');
    std::cerr << "reputed: " << line << '\n';
}

bool is_dns_server(std::string_view text) {
    const auto endpoint = Endpoint::parse(text, 53);
    return endpoint && endpoint->port != 0 && IpAddress::parse(endpoint->host);
}

std::optional<Settings> command_settings(const CommonOptions& common, bool senders) {
    std::string file = common.config;
    if (file.empty() && common.dns.empty() && access(default_config, F_OK) == 0) file = default_config;
    Settings settings;
    if (!file.empty() || senders) {
        Problems problems;
        settings = load_settings(file, problems);
        for (const auto& problem : problems)
            print_error(problem.to_string());
        if (!problems.empty()) return {};
    }
    if (!common.dns.empty()) settings.dns.servers = {common.dns};
    return settings;
}

std::optional<std::vector<std::string>> read_subject_lines() {
    std::vector<std::string> lines;
    std::string line;
    for (std::size_t number = 1; std::getline(std::cin, line); ++number) {
        if (line.size() > longest_line || number > most_lines) {
            print_error(
                "standard input, line " + std::to_string(number) +
                (line.size() > longest_line ? ": longer than 1024 bytes" : ": more than 1000000 lines"));
            return {};
        }
        const auto text = trimmed(std::string_view(line).substr(0, line.find('#')));
        if (!text.empty()) lines.emplace_back(text);
    }
    return lines;
}

}  // namespace reputed
