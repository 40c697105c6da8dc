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
    std::shared_ptr<const std::variant<Record, SyntaxError>> parsed;
};

// Records by their text, each parsed once: many domains include the same few. What it holds is bounded. Not for several
// threads at once.
class ParsedRecords {
  public:
    std::shared_ptr<const std::variant<Record, SyntaxError>> parse(std::string_view text);

  private:
    std::unordered_map<std::string, std::shared_ptr<const std::variant<Record, SyntaxError>>> known_;
    std::size_t octets_ = 0;
};

// The answers that one evaluation, or many evaluations in a row, got from the resolver: no question is asked
// twice. TTLs are not looked at, so it must not outlive the run of a check. Not for several threads at once.
class Answers {
  public:
    // `parsed`: outlives this object; null: it parses for itself.
    explicit Answers(Resolver& resolver, ParsedRecords* parsed = nullptr)
        : resolver_(resolver), parsed_(parsed) {}

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
    ParsedRecords* parsed_;
    std::unordered_map<std::string, Known> known_;  // normalized name, '/', type
    std::string key_;                               // reused
    Known cancelled_;
};

}  // namespace reputed::spf
