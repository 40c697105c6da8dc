#include "checks/mta/queue/sampled.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>

#include <grp.h>
#include <pwd.h>

#include "checks/mta/file_handle.hpp"
#include "checks/mta/queue/spool_walk.hpp"

namespace reputed::mta {
namespace {

std::string own_user() {
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return "reputed";
    return entry.pw_name;
}

void read_all(int file, std::string& text, off_t offset) {
    std::size_t size = 0;
    while (size < text.size()) {
        const auto got =
            pread(file, text.data() + size, text.size() - size, offset + static_cast<off_t>(size));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        size += static_cast<std::size_t>(got);
    }
    text.resize(size);
}

FileHandle open_regular(int directory, const std::string& path, std::uint64_t& size) {
    FileHandle file(open_below(directory, path));
    struct stat status {};
    if (!file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
    size = static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0));
    return file;
}

}  // namespace

void extrapolate(QueueReport& report, std::uint64_t sampled, const NamesSeen& seen) {
    if (sampled == 0 || sampled >= seen.messages) return;
    const auto factor = static_cast<double>(seen.messages) / static_cast<double>(sampled);
    const auto grow = [&](std::uint64_t& count) {
        count = static_cast<std::uint64_t>(std::llround(static_cast<double>(count) * factor));
    };
    const auto grow_figures = [&](QueueFigures& figures) {
        if (figures.messages) grow(*figures.messages);
        if (figures.recipients) grow(*figures.recipients);
        if (figures.bytes) grow(*figures.bytes);
    };
    grow_figures(report.total);
    for (auto& [name, figures] : report.by_queue)
        grow_figures(figures);
    for (auto& [name, ages] : report.ages)
        for (auto& count : ages.counts)
            grow(count);
    for (auto& [name, shape] : report.shapes) {
        shape.ages.scale(factor);
        shape.sizes.scale(factor);
    }
    if (seen.undated == 0)
        report.total_ages = seen.ages;
    else if (report.total_ages)
        for (auto& count : report.total_ages->counts)
            grow(count);
    for (auto& reason : report.reasons)
        grow(reason.count);
    if (report.waiting)
        for (auto& [key, count] : *report.waiting)
            grow(count);
    if (report.frozen) grow(*report.frozen);
    report.total.messages = seen.messages;
    if (seen.oldest && (!report.total.oldest_arrival || *seen.oldest < *report.total.oldest_arrival))
        report.total.oldest_arrival = seen.oldest;
    report.estimated = true;
}

std::string read_beginning(int directory, const std::string& path, std::size_t limit) {
    std::uint64_t length = 0;
    const auto file = open_regular(directory, path, length);
    if (!file) return {};
    std::string text(static_cast<std::size_t>(std::min<std::uint64_t>(length, limit)), '\0');
    read_all(file.get(), text, 0);
    return text;
}

std::string read_end(int directory, const std::string& path, std::size_t limit) {
    std::uint64_t length = 0;
    const auto file = open_regular(directory, path, length);
    if (!file) return {};
    const auto part = std::min<std::uint64_t>(length, limit);
    std::string text(static_cast<std::size_t>(part), '\0');
    read_all(file.get(), text, static_cast<off_t>(length - part));
    if (part < length) text.erase(0, std::min(text.find('\n'), text.size() - 1) + 1);
    return text;
}

std::string access_remedy(const std::string& directory) {
    struct stat status {};
    std::array<char, 4096> buffer{};
    group entry{};
    group* found = nullptr;
    constexpr mode_t group_may = S_IRGRP | S_IXGRP;
    if (stat(directory.c_str(), &status) == 0 && (status.st_mode & group_may) == group_may &&
        status.st_gid != 0 && getgrgid_r(status.st_gid, &entry, buffer.data(), buffer.size(), &found) == 0 &&
        found != nullptr)
        return "join the group " + std::string(entry.gr_name) + ": adduser " + own_user() + ' ' +
               entry.gr_name + ", then restart reputed";
    return "only root may read it: run reputed as root, or save the listing and read it with --input";
}

}  // namespace reputed::mta
