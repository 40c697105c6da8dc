#pragma once

#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "checks/auth/spf_record.hpp"
#include "checks/net/resolver.hpp"

namespace reputed::spf {

// The SPF records among TXT records (RFC 7208 section 4.5); they point into `answer`.
std::vector<std::string_view> select_records(const Answer& answer);

// What a name publishes: its TXT answer, and the record parsed when there is exactly one.
struct Publication {
    Outcome outcome = Outcome::timeout;
    std::size_t records = 0;
    std::variant<Record, SyntaxError> parsed;
};

// The answers that one evaluation, or many evaluations in a row, got from the resolver: no question is asked
// twice. TTLs are not looked at, so it must not outlive the run of a check. Not for several threads at once.
class Answers {
  public:
    explicit Answers(Resolver& resolver) : resolver_(resolver) {}

    // Asks those that are not known yet, all at once.
    void prefetch(std::span<const Question> questions, const std::stop_token& stop);
    // An answer that somebody else got. The first one to a question stays.
    void put(const Question& question, Answer&& answer);
    // The reference stays valid as long as this object. An answer that a stop request cancelled is not kept.
    const Answer& get(const std::string& name, RecordType type, const std::stop_token& stop);
    // The same for TXT; parsed once.
    const Publication& publication(const std::string& name, const std::stop_token& stop);

  private:
    struct Known {
        Answer answer;
        std::unique_ptr<Publication> publication;
    };
    Known& find(const std::string& name, RecordType type, const std::stop_token& stop);

    Resolver& resolver_;
    std::unordered_map<std::string, Known> known_;  // normalized name, '/', type
    std::string key_;                               // reused
    Known cancelled_;
};

}  // namespace reputed::spf
