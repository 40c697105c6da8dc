#include "agent/command_support.hpp"

#include <algorithm>
#include <array>
#include <iostream>

#include <unistd.h>

#include "agent/plain_text.hpp"
#include "checks/dnsbl/subject.hpp"
#include "checks/mta/reply/load_classifier.hpp"
#include "config/endpoint.hpp"

namespace reputed {
namespace {

constexpr const char* default_config = "/etc/reputed/reputed.toml";
constexpr std::size_t most_lines = 1'000'000;
constexpr std::size_t longest_line = 1024;
constexpr std::uint64_t most_addresses = 65'536;  // of one network

std::string_view trimmed(std::string_view line) {
    static constexpr std::string_view blanks = " \t\r";
    const auto begin = line.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return line.substr(begin, line.find_last_not_of(blanks) - begin + 1);
}

// `where` stands before what is wrong.
bool add_subject(const std::string& text, const std::string& where, std::vector<NamedSubject>& subjects) {
    NamedSubject subject{text, IpNetwork::parse(text), {}};
    if (subject.network) {
        if (subject.network->size() > most_addresses) {
            print_error(where + '"' + text + "\" is wider than 65536 addresses: give smaller networks");
            return false;
        }
    } else if (const auto domain = dnsbl::Subject::of_domain(text)) {
        subject.domain = domain->text;
    } else {
        print_error(where + '"' + text + "\" is neither an IP address, a network nor a domain name");
        return false;
    }
    subjects.push_back(std::move(subject));
    return true;
}

std::string line_text(std::size_t number) {
    return "standard input, line " + std::to_string(number) + ": ";
}

}  // namespace

void print_error(std::string_view message) {
    std::cerr << "reputed: " << one_line(message) << '\n';
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
        if (problems.empty()) mta::check_own_rules(settings.mta, system_sources(), problems);
        for (const auto& problem : problems)
            print_error(problem.to_string());
        if (!problems.empty()) return {};
    }
    if (!common.dns.empty()) settings.dns.servers = {common.dns};
    return settings;
}

std::optional<mta::Classifier> command_classifier(const Settings& settings) {
    Problems problems;
    auto classifier = mta::load_classifier(settings.mta, system_sources(), problems);
    for (const auto& problem : problems)
        print_error(problem.to_string());
    return classifier;
}

std::optional<std::vector<InputLine>> read_subject_lines() {
    std::vector<InputLine> lines;
    std::array<char, longest_line + 1> line;  // a terminator beside the text: never more of it is read
    for (std::size_t number = 1; std::cin.getline(line.data(), line.size()) || std::cin.gcount() > 0;
         ++number) {
        const auto problem = std::cin.fail()       ? "longer than 1024 bytes"
                             : number > most_lines ? "more than 1000000 lines"
                                                   : nullptr;
        if (problem != nullptr) {
            print_error(line_text(number) + problem);
            return {};
        }
        const auto bytes = static_cast<std::size_t>(std::cin.gcount()) - (std::cin.eof() ? 0 : 1);
        const std::string_view whole(line.data(), bytes);
        const auto text = trimmed(whole.substr(0, whole.find('#')));
        if (!text.empty()) lines.push_back({number, std::string(text)});
    }
    if (std::cin.bad()) {
        print_error("standard input could not be read");
        return {};
    }
    return lines;
}

std::optional<std::vector<NamedSubject>> read_subjects(const std::vector<std::string>& arguments) {
    std::vector<NamedSubject> subjects;
    for (const auto& argument : arguments) {
        if (argument != "-") {
            if (!add_subject(argument, "", subjects)) return {};
            continue;
        }
        const auto lines = read_subject_lines();
        if (!lines) return {};
        for (const auto& line : *lines)
            if (!add_subject(line.text, line_text(line.number), subjects)) return {};
    }
    return subjects;
}

}  // namespace reputed
