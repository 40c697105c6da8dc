#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/ledger.hpp"
#include "agent/reputation.hpp"
#include "agent/reputation_course.hpp"
#include "agent/series.hpp"

namespace reputed {

// One weighted reputation for each sending address, from all open findings that concern it: the muted ones too, since
// receivers know nothing of that. Belongs to one job; only gather() needs the agent's lock.
//
// Findings about a domain count for the addresses of the senders that have it. What is only known of the machine, such
// as what its log tells, counts where it can be of one address alone. An address has a reputation once lists of half
// of the weight that is asked about its family have given a good answer.
class Picture {
  public:
    // What an open finding of this very job says, by its address.
    struct Standing {
        Severity severity = Severity::ok;  // by the last transition
        std::string message;
    };
    struct Input {
        std::shared_ptr<const Settings> settings;
        std::shared_ptr<const ActiveLists> lists;
        // Of each active list, in order; null where it does not list addresses.
        std::vector<std::shared_ptr<const std::vector<Sample>>> listed;
        std::uint64_t revision = 0;     // of the ledger
        bool other_findings = false;    // than at the last time; else the next two are empty
        std::vector<Finding> findings;  // code, subject, object and severity of those that count
        std::unordered_map<std::string, Standing> standing;
    };
    Input gather(const Ledger& ledger, const Series& series, std::shared_ptr<const Settings> settings,
                 std::shared_ptr<const ActiveLists> lists) const;

    // The report of the job's run. `memory`: what the last report asked to keep, in whichever process; any bytes.
    Report draw(Input&& input, const std::string& memory, WallTime now);

    std::shared_ptr<const Reputations> reputations() const { return reputations_; }  // by the last draw

  private:
    struct Address {
        IpAddress ip;
        std::string text;
        std::vector<std::size_t> senders;
        int known = 0;  // weight of the lists that gave a good answer about it
        std::vector<reputation::Deduction> parts;
        ReputationCourse course;
    };
    struct Told {  // what one list's series tell
        std::shared_ptr<const std::vector<Sample>> samples;
        std::vector<bool> about;  // by address
    };

    void take_up(const Input& input, const std::string& memory, WallTime now);
    void read_series(Input& input);
    void weigh(const std::vector<Finding>& findings);
    bool is_known(const Address& address) const;
    void judge(Address& address, WallTime now, Report& report);
    void add_samples(const Address& address, Report& report) const;
    void show();
    void remember(WallTime now, Report& report);

    std::shared_ptr<const Settings> settings_;
    std::shared_ptr<const ActiveLists> lists_;
    std::uint64_t revision_ = 0;
    std::vector<Address> addresses_;  // sorted, each once
    std::unordered_map<std::string, std::size_t> places_;
    std::unordered_map<std::string, std::vector<std::size_t>>
        parties_;                 // senders by the names that they go by
    std::vector<Told> told_;      // by list
    std::array<int, 2> asked_{};  // weight of all lists, by family
    std::unordered_map<std::string, Standing> standing_;
    bool news_ = false;                // there is something else to remember
    std::optional<WallTime> less_by_;  // when less need be remembered
    std::shared_ptr<const Reputations> reputations_ = std::make_shared<const Reputations>();
};

// The families that it fills.
extern const MetricInfo reputation_score;
extern const MetricInfo reputation_level;
extern const MetricInfo reputation_deduction;

}  // namespace reputed
