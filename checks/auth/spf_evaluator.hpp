#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/auth/spf.hpp"

// The state of one check_host() call. Used by spf.cpp only.
namespace reputed::spf {

// The DNS presentation form of a name that is given as raw octets: what a macro or a mailbox yields.
std::string presentation_name(std::string_view octets);

class Evaluator {
  public:
    Evaluator(const Query& query, Answers& answers, const Options& options);
    Evaluation run();

  private:
    // What one record (with all that it includes or redirects to) says.
    struct Verdict {
        Result result = Result::none;
        std::string reason;     // left out where an include does not match
        std::string mechanism;  // here too
        // The exp= that applies and the domain whose record has it (RFC 7208 section 6.2).
        std::optional<MacroString> exp;
        std::string exp_domain;
    };
    // What one term says.
    struct Match {
        enum class Kind : std::uint8_t { no, yes, temperror, permerror };
        Kind kind = Kind::no;
        std::string detail;  // of yes, for include: the inner reason; of errors: the reason
    };
    // Where a term is evaluated.
    struct Place {
        const Record& record;
        const std::string& domain;
        int depth;
    };

    Verdict evaluate(const std::string& domain, int depth);
    Verdict evaluate_record(const Place& place);
    Verdict evaluate_redirect(const Term& term, const Place& place);
    Match evaluate_term(const Term& term, const Place& place);
    Match evaluate_include(const std::string& target, int depth);
    Match match_addresses(const std::string& name, const Term& term);
    Match match_mx(const std::string& name, const Term& term);
    Match match_ptr(const std::string& target);
    Match match_exists(const std::string& name);

    Verdict error(Result result, const Term& term, const Place& place, std::string_view reason) const;
    Match temperror(const std::string& name, RecordType type, Outcome outcome) const;
    Match count_void(const std::string& name, RecordType type);
    bool count_lookup() { return ++out_.lookups <= options_.lookup_limit; }

    // nullopt: this term can match nothing (RFC 8616 section 4).
    std::optional<std::string> target_of(const Term& term, const std::string& domain);
    MacroValues values_for(const MacroString& macro, const std::string& domain);
    const std::vector<std::string>& validated_names();
    std::string_view validated_name(const std::string& domain);
    std::string explain(const Verdict& verdict);

    bool expired() const;
    const Answer& ask(const std::string& name, RecordType type);
    void prefetch(const std::vector<Question>& questions);
    void prefetch_from(const Place& place, std::size_t index);
    RecordType address_type() const { return ip_.family() == Family::v4 ? RecordType::a : RecordType::aaaa; }

    // Index of the new step, or npos when there is no trace.
    std::size_t begin_step(const Place& place, const Term* term, std::string_view target);
    void end_step(std::size_t step, std::string_view outcome);

    Answers& answers_;
    const Options& options_;
    IpAddress ip_;
    std::string helo_;
    std::string local_part_;
    std::string sender_domain_;
    std::string sender_;
    std::chrono::steady_clock::time_point deadline_;
    Evaluation out_;
    Answer expired_answer_;
    Publication expired_publication_;
    int prefetched_ = 0;  // terms whose questions were asked ahead
    int includes_ = 0;    // how many include terms are being evaluated

    bool validated_ = false;  // the two below are filled in
    Outcome ptr_outcome_ = Outcome::timeout;
    std::vector<std::string> validated_names_;
};

}  // namespace reputed::spf
