#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "agent/store.hpp"
#include "tests/support/temporary_folder.hpp"

// States for tests of what is kept on disk.
namespace reputed::test {

// Any values, text with bytes that are no UTF-8 and with NULs among it.
class RandomState {
  public:
    explicit RandomState(std::uint32_t seed) : engine_(seed) {}

    std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
    bool coin() { return below(2) == 0; }
    std::string text();
    WallTime time();
    Severity severity() { return static_cast<Severity>(below(5)); }
    Finding finding();
    LedgerEntry entry(std::uint64_t id);
    Transition transition(std::uint64_t id);
    StoredJob job(std::uint64_t number);
    OutboxEntry outbox(std::uint64_t id, std::uint64_t transition);

  private:
    std::mt19937_64 engine_;
};

// Everything in it as text: two that are the same have the same.
std::string print(const LedgerEntry& entry);
std::string print(const Transition& transition);
std::string print(const StoredJob& job);
std::string print(const OutboxEntry& entry);
std::string print(const StoredState& state);

// An opening (id = episode), and the clearing of it, at Unix times.
Transition opening(std::uint64_t id, std::int64_t time, const std::string& ip = "192.0.2.10",
                   const std::string& list = "bl.test");
Transition clearing(std::uint64_t id, const Transition& opened, std::int64_t time);
LedgerEntry open_entry(std::uint64_t id, const Transition& opened);

}  // namespace reputed::test
