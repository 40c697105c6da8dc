#pragma once

#include <string>

#include "checks/mta/file_handle.hpp"

namespace reputed::mta {

// Tells when a folder's entries or one file in it change (inotify). Where the system gives no watch for that, there is
// none, and the files are to be looked at from time to time.
class FileWatch {
  public:
    explicit FileWatch(std::string folder);

    int fd() const { return fd_.get(); }  // -1 = no watch
    bool watches_folder() const { return folder_watch_ >= 0; }
    // Takes what was told, and watches the folder again when it was not there.
    void drain();
    // An open file, in place of those before; and the one that will follow it.
    void watch(int file);
    void watch_next(int file);

  private:
    void watch_folder();
    int add(int file);

    std::string folder_;
    FileHandle fd_;
    int folder_watch_ = -1;
    int file_watch_ = -1;
    int next_watch_ = -1;
};

}  // namespace reputed::mta
