#include <algorithm>
#include <set>

#include "agent/check_output.hpp"
#include "agent/check_run.hpp"
#include "agent/command_support.hpp"
#include "agent/exit_codes.hpp"
#include "agent/logging.hpp"
#include "agent/terminal.hpp"

namespace reputed {
namespace {

// With more domains than this the table stands alone: nobody reads so many findings.
constexpr std::size_t most_domains_with_findings = 10;

// nullopt after printing what is wrong.
std::optional<std::vector<NamedSubject>> read_request(const std::vector<std::string>& arguments) {
    auto subjects = read_subjects(arguments);
    if (!subjects) return {};
    std::set<std::string> seen;
    std::erase_if(*subjects, [&](const NamedSubject& subject) {
        return !subject.network && !seen.insert(subject.domain).second;
    });
    if (seen.size() > most_domains)
        print_error("more than " + std::to_string(most_domains) + " domains: give them in parts");
    else if (subjects->empty())
        print_error("standard input names neither an IP address nor a domain");
    else
        return subjects;
    return {};
}

std::size_t domains_of(const std::vector<NamedSubject>& subjects) {
    return static_cast<std::size_t>(std::count_if(
        subjects.begin(), subjects.end(), [](const NamedSubject& subject) { return !subject.network; }));
}

}  // namespace

int check_command(const CommonOptions& common, const CheckOptions& options) {
    const bool configured = options.subjects.empty();
    auto settings = command_settings(common, configured);
    if (!settings) return exit_config;
    CheckRequest request;
    if (configured && settings->senders.empty()) {
        print_error(
            "no sender is configured and none was found on this machine: add a [[sender]] or name an IP or a "
            "domain");
        return exit_usage;
    }
    if (!configured) {
        auto subjects = read_request(options.subjects);
        if (!subjects) return exit_usage;
        request.subjects = std::move(*subjects);
    }
    const std::size_t domains = domains_of(request.subjects);
    if (options.findings && common.format == Format::table && domains > domains_of_a_part) {
        print_error("--findings is for at most " + std::to_string(domains_of_a_part) +
                    " domains: for more of them use --format json");
        return exit_usage;
    }
    settings->alerts = AlertSettings::immediate();
    request.settings = std::move(*settings);
    request.survey = !configured || common.format == Format::json || common.format == Format::csv;
    set_up_logging({.level = "off", .format = "plain", .levels = {}});
    ProgressBar bar("checking");
    CheckOutput output(common.format, options.findings || domains <= most_domains_with_findings
                                          ? CheckOutput::Findings::all
                                          : CheckOutput::Findings::not_of_surveyed_domains);
    run_check(
        std::move(request), [&](std::uint64_t done, std::uint64_t total) { bar.update(done, total); },
        [&](const Snapshot& snapshot, std::vector<SubjectRow>&& rows) {
            output.add(snapshot, std::move(rows));
        });
    return exit_code_of(output.finish());
}

}  // namespace reputed
