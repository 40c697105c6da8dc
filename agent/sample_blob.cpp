#include "agent/sample_blob.hpp"

#include <bit>
#include <cstdint>
#include <unordered_map>

namespace reputed {
namespace {

constexpr char format_version = 1;
constexpr std::size_t longest_word = 1024;
constexpr std::uint64_t most_labels = 16;
constexpr std::uint64_t most_samples = 2'000'000;
constexpr std::size_t most_text = 256UL * 1024 * 1024;
constexpr std::size_t most_words = 1U << 20;
constexpr std::size_t most_bytes = 48UL * 1024 * 1024;
constexpr std::uint64_t least_sample_size = 10;  // name, number of labels, value

// LEB128, at most five bytes: everything counted here is below 2^32.
void put_number(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        out += static_cast<char>(value | 0x80);
    out += static_cast<char>(value);
}

class Words {
  public:
    std::size_t index_of(std::string_view word) {
        word = word.substr(0, longest_word);
        const auto [known, is_new] = indices_.try_emplace(word, indices_.size());
        if (is_new) {
            put_number(text_, word.size());
            text_ += word;
        }
        return known->second;
    }
    std::size_t count() const { return indices_.size(); }
    std::size_t bytes() const { return text_.size(); }
    void put(std::string& out) const {
        put_number(out, indices_.size());
        out += text_;
    }

  private:
    std::unordered_map<std::string_view, std::size_t> indices_;
    std::string text_;
};

class Reader {
  public:
    explicit Reader(std::string_view rest) : rest_(rest) {}

    bool at_end() const { return rest_.empty(); }
    std::size_t left() const { return rest_.size(); }

    std::optional<std::string_view> bytes(std::uint64_t size) {
        if (size > rest_.size()) return {};
        const auto taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }

    // The shortest form only, so that what was decoded is encoded to the same.
    std::optional<std::uint64_t> number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 35; shift += 7) {
            const auto next = bytes(1);
            if (!next) return {};
            const auto byte = static_cast<unsigned char>(next->front());
            value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
            if (byte >= 0x80) continue;
            if (byte == 0 && shift > 0) return {};
            return value;
        }
        return {};
    }

    std::optional<double> real() {
        const auto raw = bytes(8);
        if (!raw) return {};
        std::uint64_t bits = 0;
        for (std::size_t i = 8; i-- > 0;)
            bits = bits << 8 | static_cast<unsigned char>((*raw)[i]);
        return std::bit_cast<double>(bits);
    }

  private:
    std::string_view rest_;
};

std::optional<std::vector<std::string_view>> read_words(Reader& reader) {
    const auto count = reader.number();
    if (!count || *count > most_words || *count > reader.left()) return {};
    std::vector<std::string_view> words;
    words.reserve(*count);
    for (std::uint64_t i = 0; i < *count; ++i) {
        const auto size = reader.number();
        if (!size || *size > longest_word) return {};
        const auto word = reader.bytes(*size);
        if (!word) return {};
        words.push_back(*word);
    }
    return words;
}

std::optional<std::string_view> read_word(Reader& reader, const std::vector<std::string_view>& words) {
    const auto index = reader.number();
    if (!index || *index >= words.size()) return {};
    return words[*index];
}

std::optional<StoredSample> read_sample(Reader& reader, const std::vector<std::string_view>& words,
                                        std::size_t& text) {
    const auto metric = read_word(reader, words);
    const auto labels = reader.number();
    if (!metric || !labels || *labels > most_labels) return {};
    StoredSample sample;
    sample.metric = *metric;
    text += metric->size();
    sample.values.reserve(*labels);
    for (std::uint64_t i = 0; i < *labels; ++i) {
        const auto value = read_word(reader, words);
        if (!value) return {};
        sample.values.emplace_back(*value);
        text += value->size();
    }
    const auto value = reader.real();
    if (!value || text > most_text) return {};
    sample.value = *value;
    return sample;
}

std::string_view name_of(const StoredSample& sample) {
    return sample.metric;
}

std::string_view name_of(const Sample& sample) {
    return sample.metric->name;
}

template <typename Series>
std::size_t text_size(const Series& sample) {
    std::size_t size = name_of(sample).size();
    for (const auto& value : sample.values)
        size += value.size();
    return size;
}

template <typename Series>
std::string encode(const std::vector<Series>& samples) {
    Words words;
    std::string body;
    std::uint64_t count = 0;
    std::size_t text = 0;
    for (const auto& sample : samples) {
        const auto size = text_size(sample);
        if (sample.values.size() > most_labels || count == most_samples || text + size > most_text ||
            words.count() + most_labels >= most_words || words.bytes() + body.size() + size > most_bytes)
            continue;
        ++count;
        text += size;
        put_number(body, words.index_of(name_of(sample)));
        put_number(body, sample.values.size());
        for (const auto& value : sample.values)
            put_number(body, words.index_of(value));
        const auto bits = std::bit_cast<std::uint64_t>(sample.value);
        for (unsigned shift = 0; shift < 64; shift += 8)
            body += static_cast<char>(bits >> shift & 0xff);
    }
    std::string blob(1, format_version);
    words.put(blob);
    put_number(blob, count);
    return blob + body;
}

}  // namespace

std::string encode_samples(const std::vector<StoredSample>& samples) {
    return encode(samples);
}

std::string encode_samples(const std::vector<Sample>& samples) {
    return encode(samples);
}

std::optional<std::vector<StoredSample>> decode_samples(std::string_view blob) {
    Reader reader(blob);
    if (reader.bytes(1) != std::string_view(&format_version, 1)) return {};
    const auto words = read_words(reader);
    if (!words) return {};
    const auto count = reader.number();
    if (!count || *count > most_samples || *count > reader.left() / least_sample_size) return {};
    std::vector<StoredSample> samples;
    samples.reserve(*count);
    std::size_t text = 0;
    for (std::uint64_t i = 0; i < *count; ++i) {
        auto sample = read_sample(reader, *words, text);
        if (!sample) return {};
        samples.push_back(std::move(*sample));
    }
    if (!reader.at_end()) return {};
    return samples;
}

}  // namespace reputed
