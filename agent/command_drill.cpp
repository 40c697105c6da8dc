#include <atomic>
#include <csignal>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <thread>

#include <unistd.h>

#include "agent/command_support.hpp"
#include "agent/drill.hpp"
#include "agent/exit_codes.hpp"
#include "agent/history.hpp"
#include "agent/history_json.hpp"
#include "agent/store_files.hpp"
#include "config/duration.hpp"
#include "config/utc.hpp"

namespace reputed {
namespace {

using namespace std::chrono_literals;
using std::chrono::system_clock;

constexpr auto look_gap = 300ms;
constexpr auto shortest_timeout = 1s;
// The request outlives the waiting a little; whoever planted it takes it away in time.
constexpr auto spare = 30s;

std::atomic<bool> interrupted = false;

// Ctrl-C takes the drill away before it ends the command.
class Interrupts {
  public:
    Interrupts() {
        for (const int signal : {SIGINT, SIGTERM, SIGHUP})
            std::signal(signal, [](int) { interrupted = true; });
    }
    ~Interrupts() {
        for (const int signal : {SIGINT, SIGTERM, SIGHUP})
            std::signal(signal, SIG_DFL);
    }
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;
};

// The request, taken away at the end whatever happens.
class Planted {
  public:
    Planted(const std::string& store, const DrillRequest& request) : path_(drill_path(store)) {
        write_drill(store, request);
    }
    ~Planted() { take_away(); }
    Planted(const Planted&) = delete;
    Planted& operator=(const Planted&) = delete;

    void take_away() {
        if (!path_.empty()) remove_drill(path_);
        path_.clear();
    }
    void keep() { path_.clear(); }

  private:
    std::string path_;
};

// One line an event: words, or JSON.
class Teller {
  public:
    explicit Teller(Format format) : format_(format) {}

    void tell(const char* event, const std::string& words, Json more = Json::object()) const {
        if (format_ == Format::json) {
            Json json = {{"event", event}, {"time", rfc3339(system_clock::now())}};
            json.update(more);
            std::cout << json_text(json) << std::endl;
        } else {
            std::cout << one_line(words) << std::endl;
        }
    }

  private:
    Format format_;
};

std::string shown(WallTime time) {
    auto text = rfc3339(time);
    text[10] = ' ';
    text.replace(19, 1, " UTC");
    return text;
}

enum class Standing { unheard, waits, told };

// Follows what the agent writes down of the drill.
class Follower {
  public:
    Follower(const std::string& store, const Finding& finding, const Settings& settings, const Teller& teller)
        : history_(store), finding_(finding), teller_(teller) {
        for (const auto& notifier : settings.notifiers)
            notifiers_.push_back(notifier.name);
        last_ = newest().id;
    }

    bool is_open() {
        HistoryQuery query = about();
        query.open_only = true;
        return !history_.episodes(query).empty();
    }

    // True when it has happened, and everybody was told, before `limit` was over and nobody interrupted.
    bool follow(TransitionKind kind, std::chrono::milliseconds limit) {
        const auto end = std::chrono::steady_clock::now() + limit;
        standings_.clear();
        const std::string what(to_string(kind));
        for (std::optional<Transition> seen; !interrupted; std::this_thread::sleep_for(look_gap)) {
            if (!seen) {
                auto transition = newest();
                if (transition.id > last_ && transition.kind == kind) {
                    last_ = transition.id;
                    teller_.tell(what.c_str(),
                                 what + " at " + shown(transition.time) + ": " + transition.finding.message,
                                 {{"transition", transition_json(transition)}});
                    seen = std::move(transition);
                    ids_.push_back(last_);
                }
            }
            if (seen && all_told(what)) return true;
            if (std::chrono::steady_clock::now() >= end) {
                if (!seen)
                    teller_.tell("timeout", "not " + what + " within " + format_duration(limit) +
                                                ": see the agent's log");
                break;
            }
        }
        if (!interrupted) tell_missing(what);
        return false;
    }

  private:
    HistoryQuery about() const {
        HistoryQuery query;
        query.code = finding_.code;
        query.target = finding_.subject;
        query.list = finding_.object;
        query.drill = true;
        query.limit = 1;
        return query;
    }
    Transition newest() {
        auto found = history_.transitions(about());
        return found.empty() ? Transition{} : std::move(found.front());
    }

    // A notifier that was told keeps a mark while the episode is open, and has nothing left of it afterwards.
    bool all_told(const std::string& what) {
        std::map<std::string, OutboxEntry> entries;  // the one that waits goes before the one that is told
        for (const auto id : ids_)
            for (auto& entry : history_.outbox(id)) {
                auto& known = entries[entry.notifier];
                if (known.id == 0 || known.told) known = std::move(entry);
            }
        bool all = true;
        for (const auto& name : notifiers_) {
            const auto found = entries.find(name);
            const bool waits = found != entries.end() && !found->second.told;
            const bool told = found != entries.end() ? found->second.told : heard_.contains(name);
            if (found != entries.end()) heard_.insert(name);
            if (waits)
                tell_waiting(name, found->second);
            else if (told)
                tell_told(name, what);
            all = all && told;
        }
        return all;
    }

    void tell_told(const std::string& name, const std::string& what) {
        auto& standing = standings_[name];
        if (standing.first == Standing::told) return;
        standing.first = Standing::told;
        teller_.tell("told", "told " + name + " at " + shown(system_clock::now()),
                     {{"notifier", name}, {"what", what}});
    }

    void tell_waiting(const std::string& name, const OutboxEntry& entry) {
        auto& [standing, error] = standings_[name];
        const auto reason = entry.last_error.empty() ? error_before(name) : entry.last_error;
        if (standing == Standing::waits && error == reason) return;
        standing = Standing::waits;
        error = reason;
        teller_.tell("waits", name + " waits" + (error.empty() ? "" : ": " + error),
                     {{"notifier", name}, {"error", plain_text(error)}});
    }

    // Of the message that is under way, behind which the drill waits.
    std::string error_before(const std::string& name) {
        for (const auto& entry : history_.outbox(0))
            if (entry.notifier == name && !entry.last_error.empty()) return entry.last_error;
        return "";
    }

    void tell_missing(const std::string& what) {
        for (const auto& name : notifiers_) {
            if (standings_[name].first == Standing::told) continue;
            const bool unheard = standings_[name].first == Standing::unheard && !ids_.empty();
            teller_.tell("not_told",
                         name + " was not told that it " + what +
                             (unheard ? ": the agent runs on a configuration without it" : ""),
                         {{"notifier", name}, {"what", what}});
        }
    }

    History history_;
    const Finding finding_;
    const Teller& teller_;
    std::vector<std::string> notifiers_;
    std::uint64_t last_ = 0;          // the newest transition that was seen
    std::vector<std::uint64_t> ids_;  // of this drill's transitions
    std::set<std::string> heard_;     // notifiers to which the agent has entries of it
    std::map<std::string, std::pair<Standing, std::string>> standings_;
};

int run_drill(const std::string& store, const Finding& finding, const Settings& settings,
              std::chrono::milliseconds timeout, const CommonOptions& common, bool keep) {
    const auto now = std::chrono::floor<std::chrono::seconds>(system_clock::now());
    const std::string path = drill_path(store);
    if (const auto other = read_drill(path, geteuid(), now)) {
        print_error("a drill is on until " + shown(other->until) + ", about " + other->subject + " on " +
                    other->list + "; remove " + path + " to end it");
        return exit_unavailable;
    }
    const Teller teller(common.format);
    Follower follower(store, finding, settings, teller);
    if (follower.is_open()) {
        print_error("the drill before has not cleared yet: wait a few minutes");
        return exit_unavailable;
    }
    const auto length = std::chrono::ceil<std::chrono::seconds>(timeout + (keep ? 0s : spare));
    const DrillRequest request{finding.object, finding.subject,
                               now + std::min<std::chrono::seconds>(length, longest_drill)};
    const Interrupts interrupts;
    Planted planted(store, request);
    teller.tell("planted",
                "planted: " + finding.subject + " on " + finding.object + ", until " + shown(request.until),
                {{"list", finding.object}, {"subject", finding.subject}, {"until", rfc3339(request.until)}});
    const bool opened = follower.follow(TransitionKind::opened, timeout);
    if (keep && !interrupted) {
        planted.keep();
        return opened ? exit_ok : exit_warning;
    }
    planted.take_away();
    teller.tell("taken_away", "taken away");
    if (interrupted) return exit_warning;
    const bool cleared = follower.follow(TransitionKind::cleared, timeout);
    return opened && cleared ? exit_ok : exit_warning;
}

}  // namespace

int drill_command(const CommonOptions& common, const DrillOptions& options) {
    const auto timeout = parse_duration(options.timeout);
    if (!timeout || *timeout < shortest_timeout || *timeout > longest_drill) {
        print_error("--timeout \"" + options.timeout + "\": write a duration from 1s to 1h");
        return exit_usage;
    }
    const auto settings = command_settings(common, true);
    if (!settings) return exit_config;
    try {
        const auto lists = active_lists(settings->dnsbl, Catalogue::builtin());
        const auto finding = planted_finding(shown_name(options.list), options.subject, *settings, lists);
        if (settings->notifiers.empty()) {
            print_error("no [[notifier]] is configured: nobody would be told");
            return exit_config;
        }
        const auto store = readable_store_path(settings->store);
        if (!is_store_in_use(store)) {
            print_error("no agent keeps its memory in " + store +
                        ": start it, or name its configuration with --config");
            return exit_unavailable;
        }
        return run_drill(store, finding, *settings, *timeout, common, options.keep);
    } catch (const PlantError& error) {
        print_error(error.what());
        return exit_usage;
    } catch (const std::runtime_error& error) {  // the request's file, or the store
        print_error(error.what());
        return exit_unavailable;
    }
}

}  // namespace reputed
