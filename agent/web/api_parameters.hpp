#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "agent/json_text.hpp"
#include "agent/web/api.hpp"
#include "config/severity.hpp"

namespace reputed::api {

// A parameter that cannot be: 400 with this sentence.
class BadParameter : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// The parameters of one request, of those that are known.
class Parameters {
  public:
    // `known` beside limit and after. Throws BadParameter.
    Parameters(const QueryParameters& query, std::initializer_list<std::string_view> known);

    std::string text(std::string_view name) const;  // "" where it was not given
    std::size_t limit() const;
    std::optional<Severity> severity() const;
    // A cursor that is a number; 0 where it was not given.
    std::uint64_t after_id() const;
    // A cursor that token_of() made: its fields, none where it was not given.
    std::vector<std::string> after_token(std::size_t fields) const;

  private:
    std::map<std::string, std::string, std::less<>> values_;
};

// Texts as one word that needs no escape in a URL.
std::string token_of(const std::vector<std::string>& fields);

// {"NAME":[...],"next":...}
Answer page_of(std::string_view name, Json&& rows, Json&& next);
Answer error(unsigned status, std::string_view text);

}  // namespace reputed::api
