#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

// JSON that a service answers with (RFC 8259): foreign bytes, read with bounds on depth and number of values.
namespace reputed::feedback {

// One place in a document, or nowhere: whatever is asked of nowhere is nowhere again. Valid while its JsonTree lives.
class JsonValue {
  public:
    JsonValue() = default;

    // Whether something stands there. null counts as nothing: services write it for what they do not know.
    explicit operator bool() const;

    JsonValue operator[](std::string_view member) const;  // nowhere unless this is an object that has it
    JsonValue at(std::size_t index) const;                // nowhere unless this is an array that is so long
    JsonValue pointer(
        std::string_view pointer) const;  // JSON Pointer (RFC 6901); nowhere where it is not one
    std::size_t size() const;             // of an array; else 0

    bool is_object() const;
    bool is_array() const;

    // Finite; also written in a string, as ProtoJSON does with 64-bit integers.
    std::optional<double> number() const;
    std::optional<std::int64_t> integer() const;  // a number() without a fraction, below 2^53
    std::optional<bool> boolean() const;
    std::optional<std::string_view> text() const;

  private:
    friend class JsonTree;
    explicit JsonValue(const void* node) : node_(node) {}

    const void* node_ = nullptr;
};

class JsonTree {
  public:
    // Nothing where the text is not JSON in UTF-8, or is deeper than 32 levels, or has more than 100,000 values. Of a
    // member that stands twice in an object the last one counts.
    static std::optional<JsonTree> parse(std::string_view text);

    JsonValue root() const;

  private:
    struct Document;
    explicit JsonTree(std::shared_ptr<const Document> document) : document_(std::move(document)) {}

    std::shared_ptr<const Document> document_;
};

// In double quotes and escaped, as a string of a document that is sent. Bytes that are not UTF-8 are replaced.
std::string json_quoted(std::string_view text);

}  // namespace reputed::feedback
