#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/net/resolver.hpp"

namespace reputed::test {

// A resolver that answers from zone text, one record a line: NAME [TTL] TYPE VALUE.
//     example.com      MX    10 mail.example.com
//     example.com      TXT   "v=spf1 " "-all"
//     www.example.com  CNAME example.com
//     *.wild.example   A     127.0.0.2
// A name that has other records, or names below it, answers nodata; an unknown name nxdomain. CNAMEs are
// followed. Instead of TYPE a line may say what goes wrong for every type at that name: SERVFAIL, REFUSED,
// TIMEOUT, MALFORMED, or for one type: "TIMEOUT TXT". Text that it does not understand is an exception: a
// test must not lie to itself.
class FakeResolver : public Resolver {
  public:
    FakeResolver() = default;
    explicit FakeResolver(std::string_view zone) { add(zone); }

    void add(std::string_view zone);
    void clear();
    // Every name below `suffix` gets what `reply` returns; asked before the zone text.
    void answer_below(std::string suffix, std::function<Answer(const Question&)> reply);

    std::vector<Answer> lookup(std::span<const Question> questions, std::stop_token stop = {}) override;
    void stream(QuestionStream& questions, std::stop_token stop = {}) override;

    // Every question so far, in order, "NAME TYPE".
    const std::vector<std::string>& asked() const { return asked_; }

  private:
    Answer reply(const Question& question);
    Answer from_zone(std::string name, RecordType type) const;

    std::map<std::string, std::map<RecordType, Answer>> records_;
    std::map<std::string, Outcome> broken_names_;
    std::map<std::pair<std::string, RecordType>, Outcome> broken_types_;
    std::vector<std::pair<std::string, std::function<Answer(const Question&)>>> below_;
    std::vector<std::string> asked_;
};

}  // namespace reputed::test
