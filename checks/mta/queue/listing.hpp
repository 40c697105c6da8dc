#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>

#include "checks/mta/file_handle.hpp"
#include "checks/mta/line_splitter.hpp"
#include "checks/mta/queue/queue.hpp"

// Saved output of an MTA's listing command.
namespace reputed::mta {

// What a parser made of a line: part of the listing, or none of it.
enum class ListingLine : std::uint8_t { taken, garbage };

// "1 line", "3 lines".
std::string plural(std::uint64_t count, std::string_view noun);

// Feeds a parser of lines and says what was not quite right. A Parser has
//     ListingLine line(std::string_view text)     without its end; longer ones are cut to 64 KiB
//     void finish()
//     QueueReport report() const                  only after finish(); with mta, source and its own note
//     static constexpr std::string_view title, command     "Exim", "exim -bp"
template <class Parser>
class Listing {
  public:
    explicit Listing(Parser parser) : parser_(std::move(parser)) {}

    void feed(std::string_view bytes) {
        lines_.feed(bytes, [this](std::string_view text, bool) { line(text); });
    }
    // After the last byte. `what` names the input in the error. An empty input is an empty queue, since that is
    // what most of these commands print for one; an input of garbage only is an error.
    QueueResult finish(const std::string& what) {
        lines_.finish([this](std::string_view text, bool) { line(text); });
        parser_.finish();
        if (taken_ == 0 && garbage_ > 0)
            return QueueError{what,
                              "nothing in its " + plural(garbage_, "line") + " is a queue listing of " +
                                  std::string(Parser::title),
                              "save the output of " + std::string(Parser::command)};
        auto report = parser_.report();
        if (taken_ == 0) report.add_note("the input is empty: so is the queue, unless the command failed");
        if (garbage_ > 0) report.add_note(plural(garbage_, "line") + " could not be read");
        return report;
    }

  private:
    void line(std::string_view text) {
        if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
        const bool blank = text.find_first_not_of(" \t") == std::string_view::npos;
        const bool taken = parser_.line(text) == ListingLine::taken;
        if (!taken)
            ++garbage_;
        else if (!blank)
            ++taken_;
    }

    LineSplitter lines_{std::size_t{64} << 10};
    Parser parser_;
    std::uint64_t taken_ = 0;  // blank lines apart
    std::uint64_t garbage_ = 0;
};

// A file, or standard input, that is read once. Its beginning can be looked at before.
class ListingFile {
  public:
    explicit ListingFile(const std::string& path);  // "-" is standard input

    const std::string& name() const { return name_; }  // for errors: the path, or "standard input"
    // The first 64 KiB, or all when it is shorter.
    std::string_view head();
    // The next piece; "" at the end, and after an error.
    std::string_view next();
    const std::string& error() const { return error_; }  // "No such file or directory"

    template <class Parser>
    QueueResult parse(Parser parser) {
        Listing<Parser> listing(std::move(parser));
        for (auto piece = next(); !piece.empty(); piece = next())
            listing.feed(piece);
        if (!error_.empty()) return QueueError{name_, error_, ""};
        return listing.finish(name_);
    }

  private:
    void fill();

    std::string name_;
    FileHandle opened_;
    int fd_ = -1;
    bool ended_ = false;
    bool given_ = false;  // buffer_ was handed out by next()
    std::string buffer_;
    std::string error_;
};

// Whose listing begins so: "postfix", "exim", ...; "" where it could be anyone's.
std::string_view listing_mta(std::string_view head);

}  // namespace reputed::mta
