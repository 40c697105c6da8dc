#pragma once

#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

// Looking for an MTA's programs and directories.
namespace reputed::mta {

inline bool is_directory(const std::string& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

inline bool is_regular_file(const std::string& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

// The first that exists; "" when none does.
inline std::string first_directory(const std::vector<std::string>& paths) {
    for (const auto& path : paths)
        if (is_directory(path)) return path;
    return {};
}

inline std::string first_program(const std::vector<std::string>& paths) {
    for (const auto& path : paths)
        if (is_regular_file(path) && access(path.c_str(), X_OK) == 0) return path;
    return {};
}

}  // namespace reputed::mta
