#include "checks/mta/log/rotated_logs.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

#include <sys/stat.h>

namespace reputed::mta {
namespace {

using namespace std::literals;
namespace fs = std::filesystem;

constexpr std::size_t most_pieces = 1000;
constexpr std::array compressed_endings = {".gz"sv, ".xz"sv, ".zst"sv, ".bz2"sv};

std::string_view without_compression(std::string_view name) {
    for (const auto ending : compressed_endings)
        if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
    return name;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// A generation or a date: "1", "01", "20261121", "2026-11-21T18:10", "20261121-1732212600", "old", "0".
bool is_rotation(std::string_view text) {
    if (text == "old") return true;
    return !text.empty() && text.size() <= 40 && is_digit(text.front()) &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return is_digit(c) || "-_.:TZ"sv.find(c) != std::string_view::npos; });
}

// multilog names what it closes by the time: "@" and 24 hex digits, then ".s" or ".u".
bool is_tai64n(std::string_view name) {
    return name.size() >= 25 && name.front() == '@' &&
           std::all_of(name.begin() + 1, name.begin() + 25,
                       [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

// Generations count backwards: 3 is older than 1. nullopt: not a generation, but a date.
std::optional<unsigned> generation(std::string_view rotation) {
    if (rotation == "old") return 1;
    unsigned value = 0;
    const auto [end, error] = std::from_chars(rotation.data(), rotation.data() + rotation.size(), value);
    if (error != std::errc() || end != rotation.data() + rotation.size() || value >= 1900)
        return {};  // a year
    return value;
}

// By what the names say; where they are of several kinds, by when they were last written.
void sort_oldest_first(std::vector<RotatedLog>& pieces) {
    const auto is_generation = [](const RotatedLog& piece) { return generation(piece.rotation).has_value(); };
    const auto generations = std::count_if(pieces.begin(), pieces.end(), is_generation);
    const bool all_generations = generations == std::ssize(pieces);
    const bool all_dates = generations == 0;
    std::sort(pieces.begin(), pieces.end(), [&](const RotatedLog& a, const RotatedLog& b) {
        if (all_generations) return generation(a.rotation) > generation(b.rotation);
        if (all_dates) return a.rotation < b.rotation;
        return std::pair(a.modified, a.rotation) < std::pair(b.modified, b.rotation);
    });
}

std::vector<RotatedLog> pieces_beside(const fs::path& log) {
    std::vector<RotatedLog> pieces;
    std::error_code failed;
    const auto folder = log.has_parent_path() ? log.parent_path() : fs::path(".");
    for (fs::directory_iterator file(folder, failed), end; !failed && file != end; file.increment(failed)) {
        const auto name = file->path().filename().string();
        auto rotation = rotation_of(log.filename().string(), name);
        struct stat status {};
        if (!rotation || stat(file->path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
        const auto modified = status.st_mtim.tv_sec * std::int64_t{1'000'000'000} + status.st_mtim.tv_nsec;
        RotatedLog piece{file->path().string(), std::move(*rotation), FileId::of(status), modified};
        const auto same = std::find_if(pieces.begin(), pieces.end(), [&](const RotatedLog& other) {
            return without_compression(other.path) == without_compression(piece.path);
        });
        if (same == pieces.end())
            pieces.push_back(std::move(piece));
        else if (without_compression(piece.path) == piece.path)
            *same = std::move(piece);
    }
    return pieces;
}

// The log's own path and, where that is a link, the file that it leads to.
std::vector<fs::path> places_of(const std::string& path) {
    std::vector<fs::path> places{path};
    std::error_code failed;
    if (!fs::is_symlink(path, failed)) return places;
    auto target = fs::canonical(path, failed);
    if (!failed) places.push_back(std::move(target));
    return places;
}

std::optional<LogPiece> open_piece(const std::string& path) {
    auto opened = LogPiece::open(path);
    if (auto* piece = std::get_if<LogPiece>(&opened)) return std::move(*piece);
    return {};
}

// How well a piece fits a place: 0 = it is another text.
int fit(const LogPiece& piece, const LogCursor& place) {
    const bool same_file = piece.id() == FileId{place.device, place.inode};
    if (place.head_size == 0) return same_file && !piece.compressed() ? 3 : 0;
    if (!piece.has_head_of(place)) return 0;
    return same_file ? 3 : piece.compressed() ? 1 : 2;
}

}  // namespace

std::optional<std::string> rotation_of(std::string_view log, std::string_view name) {
    name = without_compression(name);
    if (log == "current" && is_tai64n(name)) return std::string(name);
    const auto between = [&](std::string_view begin, std::string_view end) -> std::optional<std::string> {
        if (name.size() < begin.size() + end.size() + 2 || !name.starts_with(begin) || !name.ends_with(end))
            return {};
        const auto middle = name.substr(begin.size(), name.size() - begin.size() - end.size());
        if ("-._"sv.find(middle.front()) == std::string_view::npos || !is_rotation(middle.substr(1)))
            return {};
        return std::string(middle.substr(1));
    };
    if (auto rotation = between(log, "")) return rotation;
    const auto dot = log.rfind('.');
    if (dot == std::string_view::npos || dot == 0) return {};
    return between(log.substr(0, dot), log.substr(dot));
}

std::vector<RotatedLog> rotated_logs(const std::string& path) {
    std::vector<RotatedLog> pieces;
    for (const auto& place : places_of(path)) {
        auto found = pieces_beside(place);
        sort_oldest_first(found);
        if (pieces.empty()) pieces = std::move(found);
    }
    if (pieces.size() > most_pieces) pieces.erase(pieces.begin(), pieces.end() - most_pieces);
    return pieces;
}

bool same_files(const std::vector<RotatedLog>& a, const std::vector<RotatedLog>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const RotatedLog& one, const RotatedLog& other) {
                          return one.path == other.path && one.id == other.id;
                      });
}

std::optional<LogPiece> oldest_piece(const std::vector<RotatedLog>& pieces) {
    for (const auto& one : pieces)
        if (auto piece = open_piece(one.path); piece && !piece->head().empty()) return piece;
    return {};
}

std::optional<LogPiece> newest_piece(const std::vector<RotatedLog>& pieces) {
    for (auto one = pieces.rbegin(); one != pieces.rend(); ++one)
        if (auto piece = open_piece(one->path); piece && !piece->head().empty()) return piece;
    return {};
}

std::optional<LogPiece> find_piece(const std::string& path, const LogCursor& place) {
    // The log itself first, then from the newest on; once more when a file went away meanwhile.
    for (int tries = 0; tries < 3; ++tries) {
        const auto rotated = rotated_logs(path);
        std::vector<std::string> candidates{path};
        for (auto piece = rotated.rbegin(); piece != rotated.rend(); ++piece)
            candidates.push_back(piece->path);
        std::optional<LogPiece> best;
        int best_fit = 0;
        for (const auto& candidate : candidates) {
            auto piece = open_piece(candidate);
            if (!piece) continue;
            const int fits = fit(*piece, place);
            if (fits <= best_fit) continue;
            // The log itself, cut to less than was read of it, begins anew; an older copy of less has nothing more.
            if (!piece->start_at(place.offset) && candidate == path) continue;
            best = std::move(piece);
            best_fit = fits;
        }
        if (best || same_files(rotated, rotated_logs(path))) return best;
    }
    return {};
}

NextPiece piece_after(const std::string& path, const LogPiece& piece) {
    const auto before = rotated_logs(path);
    const auto pieces = rotated_logs(path);
    if (!same_files(before, pieces)) return {};
    auto at = std::find_if(pieces.begin(), pieces.end(),
                           [&](const RotatedLog& one) { return one.id == piece.id(); });
    if (at == pieces.end()) {  // compressed or copied meanwhile, or gone
        const auto place = piece.place(path);
        at = std::find_if(pieces.begin(), pieces.end(), [&](const RotatedLog& one) {
            const auto other = open_piece(one.path);
            return other && other->has_head_of(place);
        });
    }
    NextPiece next{true, {}};
    if (at == pieces.end()) return next;
    for (++at; at != pieces.end() && !next.piece; ++at) {
        auto following = open_piece(at->path);
        if (!following || following->id() != at->id) return {};
        if (!following->head().empty()) next.piece = std::move(following);
    }
    return next;
}

}  // namespace reputed::mta
