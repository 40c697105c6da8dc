#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>

namespace reputed::test {

// A directory of files that a test makes, gone with it.
class SpoolFolder {
  public:
    SpoolFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "reputed-spool.XXXXXX").string();
        root_ = mkdtemp(pattern.data());
    }
    ~SpoolFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }
    SpoolFolder(const SpoolFolder&) = delete;
    SpoolFolder& operator=(const SpoolFolder&) = delete;

    std::string path(const std::string& name = "") const { return (root_ / name).string(); }
    void folder(const std::string& name) { std::filesystem::create_directories(root_ / name); }
    // `modified`, Unix seconds, where given.
    void file(const std::string& name, std::string_view text, std::int64_t modified = 0) {
        std::filesystem::create_directories((root_ / name).parent_path());
        std::ofstream(root_ / name, std::ios::binary) << text;
        if (modified == 0) return;
        const timespec times[2] = {{modified, 0}, {modified, 0}};
        utimensat(AT_FDCWD, path(name).c_str(), times, 0);
    }
    void program(const std::string& name, std::string_view script) {
        file(name, "#!/bin/sh\n" + std::string(script) + "\n");
        chmod(path(name).c_str(), 0700);
    }

  private:
    std::filesystem::path root_;
};

}  // namespace reputed::test
