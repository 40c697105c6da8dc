#include "agent/drill.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/history_json.hpp"
#include "agent/logging.hpp"
#include "checks/dnsbl/dnsbl_check.hpp"
#include "checks/dnsbl/findings.hpp"
#include "config/utc.hpp"

namespace reputed {
namespace {

constexpr std::size_t longest_request = 1024;  // bytes
constexpr std::size_t longest_name = 255;

std::string errno_text(const std::string& path, const char* what) {
    return path + ": " + what + ": " + std::generic_category().message(errno);
}

class File {
  public:
    explicit File(int fd) : fd_(fd) {}
    ~File() {
        if (fd_ >= 0) close(fd_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int fd() const { return fd_; }

  private:
    int fd_;
};

// "2026-11-21T22:30:00Z" and no other form.
std::optional<WallTime> parse_time(const std::string& text) {
    std::tm utc{};
    const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &utc);
    // The clock counts nanoseconds, to the year 2262.
    if (end == nullptr || *end != '\0' || utc.tm_year < 70 || utc.tm_year > 299) return {};
    const auto time = std::chrono::system_clock::from_time_t(timegm(&utc));
    if (rfc3339(time) != text) return {};
    return time;
}

std::string name_in(const Json& json, const char* key) {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_string())
        throw DrillError(std::string("\"") + key + "\" is missing or no text");
    auto text = found->get<std::string>();
    if (text.empty() || text.size() > longest_name)
        throw DrillError(std::string("\"") + key + "\" is empty or longer than 255 bytes");
    return text;
}

// Nothing where there is no file.
std::optional<std::string> read_text(const std::string& path, uid_t owner) {
    const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (file.fd() < 0) {
        if (errno == ENOENT) return {};
        throw DrillError(errno_text(path, "cannot be read"));
    }
    struct stat status {};
    if (fstat(file.fd(), &status) != 0) throw DrillError(errno_text(path, "cannot be looked at"));
    if (!S_ISREG(status.st_mode)) throw DrillError(path + ": is no regular file");
    if (status.st_uid != 0 && status.st_uid != owner)
        throw DrillError(path + ": belongs neither to root nor to the agent's user");
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        throw DrillError(path + ": others than its owner can write to it");
    std::array<char, longest_request + 1> bytes{};
    const auto size = read(file.fd(), bytes.data(), bytes.size());
    if (size < 0) throw DrillError(errno_text(path, "cannot be read"));
    if (static_cast<std::size_t>(size) > longest_request)
        throw DrillError(path + ": is longer than 1024 bytes");
    return std::string(bytes.data(), static_cast<std::size_t>(size));
}

void write_all(const File& file, const std::string& path, const std::string& text) {
    if (write(file.fd(), text.data(), text.size()) != std::ssize(text))
        throw DrillError(errno_text(path, "cannot be written"));
}

bool is_asked(const dnsbl::Subject& subject, const Settings& settings) {
    if (!subject.address) {
        const auto domains = dnsbl::known_domains(settings);
        return std::any_of(domains.begin(), domains.end(), [&](const std::string& domain) {
            const auto known = dnsbl::Subject::of_domain(domain);
            return known && known->text == subject.text;
        });
    }
    return std::any_of(settings.senders.begin(), settings.senders.end(), [&](const Sender& sender) {
        return std::any_of(sender.networks.begin(), sender.networks.end(),
                           [&](const IpNetwork& network) { return network.contains(*subject.address); });
    });
}

}  // namespace

std::string drill_path(const std::string& store) {
    return store + ".drill";
}

std::string drill_text(const DrillRequest& request) {
    return json_text(
        {{"list", request.list}, {"subject", request.subject}, {"until", rfc3339(request.until)}});
}

DrillRequest parse_drill(std::string_view text) {
    const auto json = Json::parse(text, nullptr, false);
    if (!json.is_object()) throw DrillError("no JSON object");
    DrillRequest request;
    request.list = name_in(json, "list");
    request.subject = name_in(json, "subject");
    const auto until = parse_time(name_in(json, "until"));
    if (!until) throw DrillError("\"until\" is no time such as 2026-01-31T12:00:00Z");
    request.until = *until;
    if (json.size() != 3) throw DrillError("there is more in it than list, subject and until");
    return request;
}

std::optional<DrillRequest> read_drill(const std::string& path, uid_t owner, WallTime now) {
    const auto text = read_text(path, owner);
    if (!text) return {};
    DrillRequest request;
    try {
        request = parse_drill(*text);
    } catch (const DrillError& error) {
        throw DrillError(path + ": " + error.what());
    }
    if (request.until > now + longest_drill) throw DrillError(path + ": ends more than an hour from now");
    if (request.until <= now) return {};
    return request;
}

void write_drill(const std::string& store, const DrillRequest& request) {
    const std::string path = drill_path(store);
    const std::string temporary = path + "." + std::to_string(getpid());
    const File file(
        open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (file.fd() < 0) throw DrillError(errno_text(temporary, "cannot be made"));
    try {
        write_all(file, temporary, drill_text(request));
        // Root plants it for an agent that is another user.
        struct stat status {};
        if (geteuid() == 0 && stat(store.c_str(), &status) == 0 &&
            fchown(file.fd(), status.st_uid, status.st_gid) != 0)
            throw DrillError(errno_text(temporary, "cannot be given to the agent's user"));
        if (std::rename(temporary.c_str(), path.c_str()) != 0)
            throw DrillError(errno_text(path, "cannot be made"));
    } catch (const DrillError&) {
        unlink(temporary.c_str());
        throw;
    }
}

bool remove_drill(const std::string& path) {
    return unlink(path.c_str()) == 0;
}

Finding planted_finding(const std::string& list, const std::string& subject, const Settings& settings,
                        const ActiveLists& lists) {
    const auto known = std::find_if(lists.lists.begin(), lists.lists.end(),
                                    [&](const List& one) { return one.name == list; });
    if (known == lists.lists.end())
        throw PlantError("the configuration asks no list \"" + list + "\"; see reputed lists");
    const auto parsed = dnsbl::Subject::parse(subject);
    if (!parsed) throw PlantError('"' + subject + "\" is neither an IP address nor a domain name");
    if (!is_asked(*parsed, settings))
        throw PlantError("\"" + subject + "\" is no " +
                         (parsed->address ? "address of a sender" : "domain or host name of a sender"));
    auto finding = dnsbl::drill_finding(*known, *parsed);
    if (!finding)
        throw PlantError(list + (accepts(*known, *parsed) ? " is no blocklist: nothing is listed there"
                                                          : " is not asked about such a subject"));
    return std::move(*finding);
}

std::vector<std::string> DrillWatch::look(const std::string& store, const Settings& settings,
                                          const ActiveLists& lists, WallTime now) {
    const std::string path = drill_path(store);
    std::string list;
    std::string problem;
    Finding finding;
    bool is_over = false;
    try {
        if (const auto request = read_drill(path, geteuid(), now)) {
            finding = planted_finding(request->list, request->subject, settings, lists);
            list = request->list;
        } else {
            is_over = true;
        }
    } catch (const DrillError& error) {
        problem = error.what();
    }
    // One that is over has lost whoever planted it.
    if (is_over && access(path.c_str(), F_OK) == 0) remove_drill(path);
    if (!problem.empty() && problem != problem_) log("drill").warn("not planted: {}", problem);
    problem_ = std::move(problem);
    if (list == list_ && finding.subject == finding_.subject) return {};

    std::vector<std::string> touched;
    if (!list_.empty()) {
        log("drill").info("over: {} on {}", finding_.subject, list_);
        touched.push_back(list_);
        ended_ = list_;
    }
    if (!list.empty()) {
        log("drill").info("planted: {} on {}", finding.subject, list);
        if (list != list_) touched.push_back(list);
    }
    list_ = std::move(list);
    finding_ = std::move(finding);
    return touched;
}

std::optional<Finding> DrillWatch::planted_on(const std::string& list) const {
    if (list_.empty() || list != list_) return {};
    return finding_;
}

}  // namespace reputed
