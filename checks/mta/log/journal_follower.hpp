#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "checks/mta/log/log_source.hpp"
#include "config/settings.hpp"

namespace reputed::mta {

// Follows what an MTA tells systemd's journal: entries of the mail facility, whatever their identifier is, and those of
// the MTA's units. Each becomes a line as a syslog daemon writes it:
//     2026-11-21T18:10:00.123456+00:00 mail postfix/smtp[4711]: 4bXyz1: to=<...
// in UTC, line ends within a message as blanks. An entry that has such a head in its message already (an MTA in the
// foreground, logging to its standard output) is handed over as it is.
class JournalFollower final : public LogSource {
  public:
    // Goes on at `cursor`; where that entry was dropped meanwhile, at the oldest one after it. Without a cursor, or with
    // one of a file, begins at the end. `folder`: the journal's files, "" = those of this machine.
    JournalFollower(MtaKind mta, const std::optional<LogCursor>& cursor, std::string folder = "");
    ~JournalFollower() override;
    JournalFollower(const JournalFollower&) = delete;
    JournalFollower& operator=(const JournalFollower&) = delete;

    std::size_t read(std::size_t max_bytes, const LineSink& line) override;
    LogCursor cursor()
        const override;  // empty: not begun, since there is no entry yet or it could not be read
    int wait_fd() const override;
    std::chrono::milliseconds look_after() const override;
    std::string problem() const override { return problem_; }
    std::uint64_t behind() const override { return 0; }

  private:
    struct Journal;
    bool open();
    bool begin();
    bool at_new_entry();
    void fail(int error);

    MtaKind mta_;
    std::string folder_;
    std::string place_;  // after what was handed over; "" = none
    bool from_head_ = false;
    std::unique_ptr<Journal> journal_;
    std::string problem_;
    std::string text_;
};

// There is a journal on this machine, readable or not.
bool journal_present();

// The units in which this MTA runs; of all where it is automatic.
std::vector<std::string_view> journal_units(MtaKind mta);

}  // namespace reputed::mta
