#include "checks/mta/log/decompressor.hpp"

#include <algorithm>
#include <vector>

#include <archive.h>
#include <zlib.h>

namespace reputed::mta {
namespace {

using namespace std::literals;

constexpr std::size_t block = 256UL * 1024;
constexpr auto gzip_magic = "\x1f\x8b"sv;

// By zlib itself: libarchive keeps back what it has decompressed of the last block when the file is cut off.
class Gunzip : public Decompressor {
  public:
    explicit Gunzip(Source source) : source_(std::move(source)), text_(block) {
        if (inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK) error_ = "not enough memory to decompress it";
    }
    ~Gunzip() override { inflateEnd(&stream_); }
    Gunzip(const Gunzip&) = delete;
    Gunzip& operator=(const Gunzip&) = delete;

    std::string_view next() override {
        if (!error_.empty() || ended_) return {};
        stream_.next_out = text_.data();
        stream_.avail_out = static_cast<uInt>(text_.size());
        while (stream_.avail_out > 0 && error_.empty() && !ended_)
            step();
        return {reinterpret_cast<const char*>(text_.data()), text_.size() - stream_.avail_out};
    }

  private:
    void step() {
        if (stream_.avail_in == 0 && !more()) {
            if (!between_members_) error_ = "is cut off: the compressed data ends too early";
            ended_ = true;
            return;
        }
        if (between_members_ && !member_begins()) {
            ended_ = true;
            return;
        }
        between_members_ = false;
        const int result = inflate(&stream_, Z_NO_FLUSH);
        if (result == Z_STREAM_END) {
            between_members_ = true;
            inflateReset(&stream_);
        } else if (result != Z_OK && result != Z_BUF_ERROR) {
            error_ =
                "is damaged: "s + (stream_.msg != nullptr ? stream_.msg : "the data cannot be decompressed");
        }
    }

    bool more() {
        const auto bytes = source_();
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
        stream_.avail_in = static_cast<uInt>(bytes.size());
        return !bytes.empty();
    }

    // RFC 1952 section 2.2: members follow each other. What else follows the last one is no part of the text, as
    // gzip has it.
    bool member_begins() const { return *stream_.next_in == static_cast<Bytef>(gzip_magic.front()); }

    Source source_;
    z_stream stream_{};
    std::vector<Bytef> text_;
    bool between_members_ = false;
    bool ended_ = false;
};

class Unarchive : public Decompressor {
  public:
    Unarchive(int filter, Source source) : source_(std::move(source)), archive_(archive_read_new()) {
        if (!set_up(filter)) {
            fail("no decompressor for it here");
            return;
        }
        archive_entry* entry = nullptr;
        // What is damaged from its beginning opens as an empty one, with the error beside it.
        if (archive_read_open(archive_, this, nullptr, &Unarchive::read, nullptr) != ARCHIVE_OK ||
            archive_errno(archive_) != 0) {
            fail();
            return;
        }
        const int header = archive_read_next_header(archive_, &entry);
        ended_ = header == ARCHIVE_EOF;
        if (header != ARCHIVE_OK && !ended_) fail();
    }
    ~Unarchive() override { archive_read_free(archive_); }
    Unarchive(const Unarchive&) = delete;
    Unarchive& operator=(const Unarchive&) = delete;

    std::string_view next() override {
        while (!ended_ && error_.empty()) {
            const void* bytes = nullptr;
            std::size_t size = 0;
            la_int64_t offset = 0;
            const int result = archive_read_data_block(archive_, &bytes, &size, &offset);
            if (result == ARCHIVE_EOF) ended_ = true;
            if (result < ARCHIVE_WARN) fail();
            if (result >= ARCHIVE_WARN && result != ARCHIVE_EOF && size > 0)
                return {static_cast<const char*>(bytes), size};
        }
        return {};
    }

  private:
    // Exactly one filter: a file that was compressed twice is no log, and each further one takes its own memory.
    bool set_up(int filter) {
        return archive_ != nullptr && archive_read_append_filter(archive_, filter) == ARCHIVE_OK &&
               archive_read_support_format_raw(archive_) == ARCHIVE_OK &&
               archive_read_support_format_empty(archive_) == ARCHIVE_OK;
    }

    static la_ssize_t read(archive*, void* self, const void** bytes) {
        const auto more = static_cast<Unarchive*>(self)->source_();
        *bytes = more.data();
        return static_cast<la_ssize_t>(more.size());
    }

    void fail(const char* why = nullptr) {
        if (why == nullptr) why = archive_error_string(archive_);
        error_ = "is damaged or cut off: "s + (why != nullptr ? why : "the data cannot be decompressed");
    }

    Source source_;
    archive* archive_;
    bool ended_ = false;
};

}  // namespace

Compression compression_of(std::string_view head) {
    if (head.starts_with(gzip_magic)) return Compression::gzip;
    if (head.starts_with("\xfd"
                         "7zXZ\0"sv))
        return Compression::xz;
    if (head.starts_with("\x28\xb5\x2f\xfd"sv)) return Compression::zstd;
    // "BZh", the block size, then a block's or the end's mark.
    if (head.size() >= 10 && head.starts_with("BZh"sv) && head[3] >= '1' && head[3] <= '9' &&
        (head.substr(4, 6) == "1AY&SY"sv || head.substr(4, 6) == "\x17\x72\x45\x38\x50\x90"sv))
        return Compression::bzip2;
    return Compression::none;
}

std::unique_ptr<Decompressor> Decompressor::make(Compression compression, Source source) {
    switch (compression) {
        case Compression::xz:
            return std::make_unique<Unarchive>(ARCHIVE_FILTER_XZ, std::move(source));
        case Compression::zstd:
            return std::make_unique<Unarchive>(ARCHIVE_FILTER_ZSTD, std::move(source));
        case Compression::bzip2:
            return std::make_unique<Unarchive>(ARCHIVE_FILTER_BZIP2, std::move(source));
        case Compression::gzip:
        case Compression::none:
            break;
    }
    return std::make_unique<Gunzip>(std::move(source));
}

}  // namespace reputed::mta
