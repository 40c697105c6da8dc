#include "agent/sqlite.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>

#include <sqlite3.h>

namespace reputed::sqlite {
namespace {

constexpr int busy_milliseconds = 2000;
constexpr int steps_between_looks = 10'000;
constexpr std::int64_t latest_time = 7'258'118'400'000'000'000;  // 2200-01-01 in nanoseconds

StoreError::Kind kind_of(int code, int system_error) {
    const bool no_room = system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG;
    if (code == SQLITE_READONLY_DBMOVED) return StoreError::Kind::missing;
    switch (code & 0xff) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return StoreError::Kind::corrupt;
        case SQLITE_FULL:
            return StoreError::Kind::full;
        case SQLITE_READONLY:
        case SQLITE_PERM:
            return StoreError::Kind::read_only;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return StoreError::Kind::locked;
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
            if (no_room) return StoreError::Kind::full;
            if (system_error == EROFS || system_error == EACCES || system_error == EPERM)
                return StoreError::Kind::read_only;
            if (system_error == ENOENT || system_error == ENOTDIR) return StoreError::Kind::missing;
            return StoreError::Kind::other;
        default:
            return StoreError::Kind::other;
    }
}

}  // namespace

void Database::fail(int code) const {
    if (handle_ == nullptr) throw StoreError(StoreError::Kind::other, path_ + ": out of memory");
    const int system_error = sqlite3_system_errno(handle_);
    std::string text = path_ + ": " + sqlite3_errmsg(handle_);
    if (const int primary = code & 0xff;
        (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) && system_error != 0)
        text += " (" + std::generic_category().message(system_error) + ")";
    throw StoreError(kind_of(code, system_error), text);
}

Database::Database(const std::string& path, Mode mode) : path_(path) {
    // As a URI, so that "immutable" can be said; these three characters mean something there.
    std::string uri = "file:";
    for (const char c : path) {
        if (c == '%' || c == '?' || c == '#') {
            static constexpr char digits[] = "0123456789abcdef";
            const auto byte = static_cast<unsigned char>(c);
            (uri += '%') += digits[byte >> 4];
            uri += digits[byte & 0xf];
        } else {
            uri += c;
        }
    }
    if (mode == Mode::immutable) uri += "?immutable=1";
    const int access =
        mode == Mode::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    const int code =
        sqlite3_open_v2(uri.c_str(), &handle_, access | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, nullptr);
    try {
        if (code != SQLITE_OK) fail(handle_ == nullptr ? code : sqlite3_extended_errcode(handle_));
        sqlite3_extended_result_codes(handle_, 1);
        // SQLite itself is content with less than it was asked for.
        if (mode == Mode::write && sqlite3_db_readonly(handle_, "main") == 1)
            throw StoreError(StoreError::Kind::read_only, path_ + ": cannot be written to");
        sqlite3_busy_timeout(handle_, busy_milliseconds);
        // Nothing that a hostile file defines is run: no triggers, no views, no functions from its schema.
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
        sqlite3_limit(handle_, SQLITE_LIMIT_LENGTH, static_cast<int>(longest_blob + longest_text));
        run("PRAGMA cell_size_check = ON");
        if (mode != Mode::write) run("PRAGMA query_only = ON");
    } catch (...) {
        sqlite3_close_v2(handle_);
        throw;
    }
}

Database::~Database() {
    sqlite3_close_v2(handle_);
}

void Database::run(const char* sql) {
    if (const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr); code != SQLITE_OK) fail(code);
}

std::int64_t Database::number(const char* sql) {
    Statement statement(*this, sql);
    if (!statement.step()) return 0;
    return statement.integer(std::numeric_limits<std::int64_t>::min(),
                             std::numeric_limits<std::int64_t>::max());
}

Statement::Statement(Database& database, std::string_view sql) : database_(database) {
    const int code =
        sqlite3_prepare_v2(database.handle(), sql.data(), static_cast<int>(sql.size()), &statement_, nullptr);
    // The statement is right, so the tables are not.
    if (code == SQLITE_ERROR) damaged(sqlite3_errmsg(database.handle()));
    if (code != SQLITE_OK) database.fail(code);
}

Statement::~Statement() {
    sqlite3_finalize(statement_);
}

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      bound_(other.bound_),
      column_(other.column_) {}

Statement& Statement::bind(std::int64_t value) {
    sqlite3_bind_int64(statement_, ++bound_, value);
    return *this;
}

Statement& Statement::bind(std::uint64_t value) {
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    return bind(static_cast<std::int64_t>(std::min(value, most)));
}

Statement& Statement::bind(WallTime value) {
    const auto since_epoch = std::chrono::duration_cast<std::chrono::nanoseconds>(value.time_since_epoch());
    return bind(std::clamp<std::int64_t>(since_epoch.count(), 0, latest_time));
}

Statement& Statement::bind(std::string_view text) {
    const auto size = std::min(text.size(), longest_text);
    sqlite3_bind_text(statement_, ++bound_, text.empty() ? "" : text.data(), static_cast<int>(size),
                      SQLITE_STATIC);
    return *this;
}

Statement& Statement::bind_blob(std::string_view bytes) {
    if (bytes.size() > longest_blob)
        throw StoreError(StoreError::Kind::other, database_.path() + ": too much to be kept in one piece");
    sqlite3_bind_blob(statement_, ++bound_, bytes.empty() ? "" : bytes.data(), static_cast<int>(bytes.size()),
                      SQLITE_STATIC);
    return *this;
}

bool Statement::step() {
    column_ = 0;
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    try {
        database_.fail(code);
    } catch (const StoreError&) {
        reset();
        throw;
    }
}

void Statement::run() {
    while (step()) {
    }
    reset();
}

void Statement::reset() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
    bound_ = 0;
}

void Statement::damaged(std::string_view what) const {
    throw StoreError(StoreError::Kind::corrupt,
                     database_.path() + ": holds what no agent writes: " + std::string(what));
}

bool Statement::is_null() {
    return sqlite3_column_type(statement_, column_) == SQLITE_NULL;
}

std::int64_t Statement::integer(std::int64_t least, std::int64_t most) {
    const int column = column_++;
    const auto value = sqlite3_column_int64(statement_, column);
    if (sqlite3_column_type(statement_, column) != SQLITE_INTEGER || value < least || value > most)
        damaged(std::string(sqlite3_column_name(statement_, column)) + " is out of range");
    return value;
}

std::uint64_t Statement::id() {
    return static_cast<std::uint64_t>(integer(0, std::numeric_limits<std::int64_t>::max()));
}

bool Statement::flag() {
    return integer(0, 1) != 0;
}

WallTime Statement::time() {
    return WallTime(
        std::chrono::duration_cast<WallTime::duration>(std::chrono::nanoseconds(integer(0, latest_time))));
}

std::optional<WallTime> Statement::optional_time() {
    if (!is_null()) return time();
    skip();
    return {};
}

Severity Statement::severity() {
    return static_cast<Severity>(integer(0, static_cast<std::int64_t>(std::size(severity_names)) - 1));
}

std::string Statement::text() {
    const int column = column_++;
    const bool is_text = sqlite3_column_type(statement_, column) == SQLITE_TEXT;
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    if (!is_text || size > longest_text)
        damaged(std::string(sqlite3_column_name(statement_, column)) + " is no text, or too long");
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return size == 0 ? std::string() : std::string(bytes, size);
}

std::string_view Statement::blob() {
    const int column = column_++;
    const bool is_blob = sqlite3_column_type(statement_, column) == SQLITE_BLOB;
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    if (!is_blob || size > longest_blob)
        damaged(std::string(sqlite3_column_name(statement_, column)) + " is no blob, or too long");
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return size == 0 ? std::string_view() : std::string_view(bytes, size);
}

Transaction::Transaction(Database& database) : database_(database) {
    database.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
    if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
    database_.run("COMMIT");
    open_ = false;
}

TimeLimit::TimeLimit(Database& database, std::chrono::milliseconds limit)
    : database_(database), end_(std::chrono::steady_clock::now() + limit) {
    sqlite3_progress_handler(database.handle(), steps_between_looks, look, this);
}

TimeLimit::~TimeLimit() {
    sqlite3_progress_handler(database_.handle(), 0, nullptr, nullptr);
}

int TimeLimit::look(void* self) {
    auto& limit = *static_cast<TimeLimit*>(self);
    limit.expired_ = limit.expired_ || std::chrono::steady_clock::now() >= limit.end_;
    return limit.expired_ ? 1 : 0;
}

}  // namespace reputed::sqlite
