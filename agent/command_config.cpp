#include <cerrno>
#include <cstring>
#include <iostream>

#include <fcntl.h>
#include <unistd.h>

#include "agent/command_support.hpp"
#include "agent/exit_codes.hpp"
#include "agent/plain_text.hpp"
#include "agent/web/tls.hpp"
#include "checks/dnsbl/budget_plan.hpp"

namespace reputed {
namespace {

// Never over an existing file: that may hold what somebody wrote by hand.
bool write_new_file(const std::string& path, const std::string& text) {
    const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) {
        print_error(path + ": " + std::strerror(errno) +
                    (errno == EEXIST ? ": move it away first, or write elsewhere with -o" : ""));
        return false;
    }
    std::size_t done = 0;
    while (done < text.size()) {
        const auto written = write(fd, text.data() + done, text.size() - done);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) break;
        done += static_cast<std::size_t>(written);
    }
    const bool complete = done == text.size() && fsync(fd) == 0;
    const int error = errno;
    close(fd);
    if (complete) return true;
    unlink(path.c_str());
    print_error(path + ": " + std::strerror(error));
    return false;
}

}  // namespace

int config_check_command(const CommonOptions& common) {
    const auto settings = command_settings(common, true);
    if (!settings) return exit_config;
    for (const auto& remark : settings->remarks)
        std::cout << "note: " << plain_text(remark) << '\n';
    Problems problems;
    const auto web = checked_web_config(settings->web, problems);
    for (const auto& problem : problems)
        print_error(problem.to_string());
    if (!problems.empty()) return exit_config;
    for (const auto& remark : web_remarks(settings->web.listen, web ? &*web : nullptr))
        std::cout << "note: " << plain_text(remark) << '\n';
    const auto lists = active_lists(settings->dnsbl, Catalogue::builtin());
    for (const auto& remark : dnsbl::budget_remarks(dnsbl::plan_budgets(*settings, lists)))
        std::cout << "note: " << plain_text(remark) << '\n';
    std::uint64_t addresses = 0;
    for (const auto& sender : settings->senders)
        for (const auto& network : sender.networks)
            addresses += network.size();
    std::cout << "ok: " << settings->senders.size() << " senders, " << addresses << " addresses, "
              << lists.lists.size() << " lists\n";
    return exit_ok;
}

int config_show_command(const CommonOptions& common) {
    const auto settings = command_settings(common, true);
    if (!settings) return exit_config;
    std::cout << show_settings(*settings);
    return exit_ok;
}

int config_init_command(const std::string& output, bool sample) {
    const std::string text = sample ? sample_settings() : initial_settings();
    if (output.empty() || output == "-") {
        std::cout << text;
        return exit_ok;
    }
    if (!write_new_file(output, text)) return exit_unavailable;
    std::cout << "wrote " << output << '\n';
    return exit_ok;
}

}  // namespace reputed
