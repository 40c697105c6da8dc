#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "agent/snapshot.hpp"
#include "agent/store.hpp"

struct sqlite3;
struct sqlite3_stmt;

// SQLite as the store and its readers use it: every failure is a StoreError, and every value that is read is checked,
// since a damaged file may hold anything.
namespace reputed::sqlite {

// Texts and blobs are cut to these when they are written; a longer one in a file is damage.
inline constexpr std::size_t longest_text = 65'536;
inline constexpr std::size_t longest_blob = 64UL * 1024 * 1024;

class Database {
  public:
    enum class Mode : std::uint8_t {
        write,      // creates it where it is not
        read,       // beside a writer, or after one
        immutable,  // on a file system where nothing can be written; only while nobody writes
    };
    Database(const std::string& path, Mode mode);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    sqlite3* handle() const { return handle_; }
    const std::string& path() const { return path_; }

    void run(const char* sql);  // statements of ours, without values
    std::int64_t number(const char* sql);
    // Throws what the last failure was, as a sentence that begins with the path.
    [[noreturn]] void fail(int code) const;

  private:
    std::string path_;
    sqlite3* handle_ = nullptr;
};

// A prepared statement. Values are bound in order, columns read in order.
class Statement {
  public:
    Statement(Database& database, std::string_view sql);
    ~Statement();
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&&) = delete;

    Statement& bind(std::int64_t value);
    Statement& bind(std::uint64_t value);  // at most 2^63 - 1
    Statement& bind(int value) { return bind(static_cast<std::int64_t>(value)); }
    Statement& bind(bool value) { return bind(static_cast<std::int64_t>(value)); }
    Statement& bind(WallTime value);
    Statement& bind(Severity value) { return bind(static_cast<std::int64_t>(value)); }
    Statement& bind(std::string_view text);
    Statement& bind(const char* text) = delete;
    Statement& bind_blob(std::string_view bytes);

    bool step();   // false at the end
    void reset();  // ready for other values
    void run();    // to the end, then ready for other values

    bool is_null();  // the next column, without going past it
    void skip() { ++column_; }
    std::int64_t integer(std::int64_t least, std::int64_t most);
    std::uint64_t id();  // from 0
    bool flag();
    WallTime time();
    std::optional<WallTime> optional_time();
    Severity severity();
    std::string text();
    std::string_view blob();  // valid until the next step

    [[noreturn]] void damaged(std::string_view what) const;  // StoreError::Kind::corrupt

  private:
    Database& database_;
    sqlite3_stmt* statement_ = nullptr;
    int bound_ = 0;
    int column_ = 0;
};

// Rolls back unless it was committed.
class Transaction {
  public:
    explicit Transaction(Database& database);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

  private:
    Database& database_;
    bool open_ = true;
};

// Ends any statement of the database that is still running after so long; what was running fails with
// StoreError::Kind::other.
class TimeLimit {
  public:
    TimeLimit(Database& database, std::chrono::milliseconds limit);
    ~TimeLimit();
    TimeLimit(const TimeLimit&) = delete;
    TimeLimit& operator=(const TimeLimit&) = delete;
    bool expired() const { return expired_; }

  private:
    static int look(void* self);
    Database& database_;
    std::chrono::steady_clock::time_point end_;
    bool expired_ = false;
};

}  // namespace reputed::sqlite
