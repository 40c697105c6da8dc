#pragma once

#include "checks/reputation/feedback/source.hpp"

// Any service that answers with JSON: what its numbers are called, where they stand and how they are judged is
// configured.
namespace reputed::feedback {

// The numbers of one answer.
struct JsonNumbers {
    struct Number {
        std::string metric;
        double value = 0;
    };
    std::vector<Number> numbers;
    std::optional<WallTime> day;  // nothing: of now, unless a day is configured
    std::string fault;            // what was expected and is not there, "" = nothing
};

// Of `text` as an answer to one request. A pointer that leads nowhere, or to null, is no number; one that leads to
// something else is a fault.
JsonNumbers numbers_of(std::string_view text, const FeedbackSettings& settings);

Reading read_json(const Context& context);

}  // namespace reputed::feedback
