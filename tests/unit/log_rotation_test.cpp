#include <atomic>
#include <filesystem>
#include <optional>
#include <random>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include "checks/mta/log/file_follower.hpp"
#include "tests/support/compressed.hpp"
#include "tests/support/temporary_folder.hpp"

// A log under a writer at full speed, rotated in every way, and a follower that is killed again and again.
namespace reputed::mta {
namespace {

namespace fs = std::filesystem;

enum class Naming : std::uint8_t { generations, dates };

// Writes numbered lines and rotates as logrotate does. It writes nothing between copy and truncation: what others do
// then is lost for everybody.
class Writer {
  public:
    Writer(fs::path folder, Naming naming, std::uint32_t seed)
        : folder_(std::move(folder)), naming_(naming), random_(seed) {
        open_log();
    }
    ~Writer() { close(fd_); }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    std::string log() const { return folder_ / "mail.log"; }

    void write_lines(int count) {
        for (int i = 0; i < count; ++i) {
            const auto line = std::to_string(written_++) + std::string(random_() % 200, 'x') + "\n";
            const auto half = random_() % 8 == 0 ? random_() % line.size() : 0;
            put(line.substr(0, half));
            put(line.substr(half));
            if (random_() % 2000 == 0) rotate();
        }
    }
    std::uint64_t written() const { return written_; }

  private:
    void open_log() { fd_ = open(log().c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644); }
    void put(std::string_view text) const {
        if (text.empty()) return;
        ASSERT_EQ(::write(fd_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    std::string name(int generation) const { return log() + '.' + std::to_string(generation); }

    void rotate() {
        const auto target = make_room();
        if (random_() % 2 == 0) {
            fs::copy_file(log(), target);
            ASSERT_EQ(ftruncate(fd_, 0), 0);
        } else {
            const int old = fd_;
            fs::rename(log(), target);
            // It goes on with the old file until it is told.
            for (auto late = random_() % 3; late > 0; --late)
                put(std::to_string(written_++) + "late\n");
            open_log();
            close(old);
        }
        pieces_.push_back(target);
        ++rotations_;
        if (naming_ == Naming::dates && pieces_.size() > 1 && random_() % 2 == 0)
            compress(pieces_[pieces_.size() - 2]);
    }

    // The name for the newest piece; the others move on by one.
    std::string make_room() {
        if (naming_ == Naming::dates) return log() + "-2026" + std::to_string(100'000 + rotations_);
        for (int i = rotations_; i > 0; --i) {
            for (const std::string ending : {"", ".gz"})
                if (fs::exists(name(i) + ending)) fs::rename(name(i) + ending, name(i + 1) + ending);
        }
        if (rotations_ > 0) compress(name(2));
        return name(1);
    }

    static void compress(const std::string& path) {
        if (!fs::exists(path)) return;
        test::write_file(path + ".gz", test::compressed(test::read_file(path), ".gz"));
        fs::remove(path);
    }

    fs::path folder_;
    Naming naming_;
    std::mt19937 random_;
    int fd_ = -1;
    int rotations_ = 0;
    std::vector<std::string> pieces_;
    std::uint64_t written_ = 0;
};

void every_line_once(Naming naming, std::uint32_t seed, int lines) {
    const test::TemporaryFolder folder;
    Writer writer(folder.path(), naming, seed);
    std::optional<FileFollower> follower;
    follower.emplace(writer.log(), std::nullopt);
    std::atomic<bool> done = false;
    std::jthread writing([&] {
        for (int i = 0; i < lines; i += 100)
            writer.write_lines(100);
        done = true;
    });

    std::mt19937 random(seed + 1);
    std::uint64_t next = 0;
    std::uint64_t wrong = 0;
    int idle = 0;
    int restarts = 0;
    while (idle < 3) {
        const bool was_done = done;
        const std::size_t most = random() % 4 == 0 ? 1 + random() % 500 : 100'000;
        const auto got = follower->read(most, [&](std::string_view line) {
            if (std::strtoull(std::string(line).c_str(), nullptr, 10) != next && wrong++ < 5)
                ADD_FAILURE() << "expected " << next << ", got " << line << " after " << restarts
                              << " restarts";
            next = std::strtoull(std::string(line).c_str(), nullptr, 10) + 1;
        });
        idle = got == 0 && was_done ? idle + 1 : 0;
        if (got == 0 && !was_done) {
            pollfd ready{follower->wait_fd(), POLLIN, 0};
            poll(&ready, 1, 50);
        }
        if (random() % 20 == 0) {
            const auto place = LogCursor::parse(follower->cursor().to_text());
            ASSERT_TRUE(place);
            follower.emplace(writer.log(), place);
            ++restarts;
        }
    }
    writing.join();
    EXPECT_EQ(next, writer.written());
    EXPECT_EQ(wrong, 0U);
    EXPECT_GT(restarts, 0);
    EXPECT_EQ(follower->problem(), "");
}

TEST(LogRotation, EveryLineIsCountedOnce) {
    for (std::uint32_t seed = 1; seed <= 4; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        every_line_once(seed % 2 == 0 ? Naming::dates : Naming::generations, seed, 40'000);
    }
}

}  // namespace
}  // namespace reputed::mta
