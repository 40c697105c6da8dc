#include "checks/mta/log/log_places.hpp"

#include <algorithm>

#include <sys/stat.h>

#include "checks/mta/log/dialect.hpp"
#include "checks/mta/log/log_file.hpp"
#include "checks/mta/log/usual_logs.hpp"
#include "checks/mta/queue/queue_reader.hpp"

namespace reputed::mta {
namespace {

bool is_file(const std::string& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

// Whose lines the beginning of the file holds, where no MTA is named and none is found on this machine.
std::vector<std::string> writers_of(const std::string& path) {
    std::vector<std::string> writers;
    auto opened = LogFile::open(path);
    auto* file = std::get_if<LogFile>(&opened);
    if (file == nullptr || !is_file(path)) return writers;
    auto bytes = file->next();
    while (!bytes.empty()) {
        const auto line = bytes.substr(0, bytes.find('\n'));
        bytes.remove_prefix(std::min(bytes.size(), line.size() + 1));
        for (const auto& dialect : log_dialects())
            if (std::find(writers.begin(), writers.end(), dialect.mta) == writers.end() &&
                dialect.recognises(line))
                writers.emplace_back(dialect.mta);
    }
    return writers;
}

}  // namespace

std::vector<LogPlace> log_places(const MtaSettings& settings) {
    if (settings.kind == MtaKind::none) return {};
    std::vector<std::string> mtas;
    if (settings.kind == MtaKind::automatic)
        mtas = present_mtas(settings);
    else
        mtas.emplace_back(to_string(settings.kind));
    std::vector<LogPlace> places;
    for (const auto& path : settings.log) {
        if (path == "none") return {};
        auto writers = mtas;
        if (writers.empty() && path != journal_log) writers = writers_of(path);
        if (writers.empty()) writers.emplace_back("postfix");
        for (const auto& mta : writers)
            places.push_back({mta, path});
    }
    if (!settings.log.empty()) return places;
    for (const auto& mta : mtas)
        for (auto& log : find_logs(settings, mta_kind(mta)))
            places.push_back({mta, std::move(log)});
    return places;
}

MtaKind mta_kind(std::string_view mta) {
    for (auto kind = MtaKind::automatic; kind != MtaKind::none;
         kind = static_cast<MtaKind>(static_cast<std::uint8_t>(kind) + 1))
        if (to_string(kind) == mta) return kind;
    return MtaKind::none;
}

std::vector<std::string> logged_mtas(const MtaSettings& settings) {
    std::vector<std::string> mtas;
    for (const auto& place : log_places(settings))
        if (std::find(mtas.begin(), mtas.end(), place.mta) == mtas.end()) mtas.push_back(place.mta);
    return mtas;
}

}  // namespace reputed::mta
