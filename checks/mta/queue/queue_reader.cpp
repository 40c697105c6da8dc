#include "checks/mta/queue/queue_reader.hpp"

#include <array>

#include "checks/mta/queue/exim.hpp"
#include "checks/mta/queue/exim_mailq.hpp"
#include "checks/mta/queue/exim_spool.hpp"
#include "checks/mta/queue/listing.hpp"
#include "checks/mta/queue/opensmtpd.hpp"
#include "checks/mta/queue/places.hpp"
#include "checks/mta/queue/postfix.hpp"
#include "checks/mta/queue/postfix_spool.hpp"
#include "checks/mta/queue/postqueue_json.hpp"
#include "checks/mta/queue/qmail.hpp"
#include "checks/mta/queue/qmail_listing.hpp"
#include "checks/mta/queue/qmail_spool.hpp"
#include "checks/mta/queue/sendmail.hpp"
#include "checks/mta/queue/sendmail_mailq.hpp"
#include "checks/mta/queue/smtpctl_queue.hpp"
#include "checks/mta/queue/text_scan.hpp"

namespace reputed::mta {
namespace {

constexpr std::array<std::string_view, 2> exim_queues = {"input", "frozen"};
constexpr std::array<std::string_view, 4> sendmail_queues = {"clientmqueue", "mqueue", "quarantine", "lost"};
constexpr std::array<std::string_view, 5> opensmtpd_queues = {"offline", "mta", "mda", "bounce", "corrupt"};
constexpr std::array<std::string_view, 5> qmail_queues = {"intd", "todo", "local", "remote", "bounce"};
// Beyond Postfix's, whose names tell most, every file of the sample is read whole.
constexpr std::size_t sampled_messages = 2000;

struct Reader {
    std::string_view name;
    MtaKind kind;
    std::span<const std::string_view> queues;
    bool (*present)(const MtaSettings&);
    QueueResult (*read)(const MtaSettings&, const QueueQuery&);
    QueueResult (*read_listing)(ListingFile&, const QueueContext&);
};

SpoolLimits spool_limits(const QueueQuery& query) {
    return {.sample = sampled_messages, .stop = query.stop, .now = query.now, .classifier = query.classifier};
}

QueueResult read_postfix(const MtaSettings& settings, const QueueQuery& query) {
    auto located = locate_postfix(settings);
    if (auto* error = std::get_if<QueueError>(&located)) return std::move(*error);
    PostfixLimits limits;
    limits.stop = query.stop;
    limits.now = query.now;
    limits.classifier = query.classifier;
    return read_postfix_queue(std::get<PostfixInstance>(located), limits);
}

QueueResult read_exim(const MtaSettings& settings, const QueueQuery& query) {
    auto located = locate_exim_spool(settings);
    if (auto* error = std::get_if<QueueError>(&located)) return std::move(*error);
    return read_exim_spool(std::get<std::string>(located), spool_limits(query));
}

QueueResult read_sendmail(const MtaSettings& settings, const QueueQuery& query) {
    return read_sendmail_spool(locate_sendmail_queues(settings), spool_limits(query));
}

QueueResult read_opensmtpd(const MtaSettings& settings, const QueueQuery& query) {
    return read_opensmtpd_queue(settings, spool_limits(query));
}

QueueResult read_qmail(const MtaSettings& settings, const QueueQuery& query) {
    return read_qmail_spool(locate_qmail_queue(settings), spool_limits(query));
}

template <class Parser>
QueueResult read_listing_of(ListingFile& file, const QueueContext& context) {
    return file.parse(Parser(context));
}

std::span<const Reader> readers() {
    static const std::vector<Reader> table = {
        {"postfix", MtaKind::postfix, postfix_queues,
         [](const MtaSettings& settings) { return postfix_present(settings); }, read_postfix, read_postqueue},
        {"exim", MtaKind::exim, exim_queues,
         [](const MtaSettings& settings) { return exim_present(settings); }, read_exim,
         read_listing_of<EximMailqParser>},
        {"sendmail", MtaKind::sendmail, sendmail_queues,
         [](const MtaSettings& settings) { return sendmail_present(settings); }, read_sendmail,
         read_listing_of<SendmailMailqParser>},
        {"opensmtpd", MtaKind::opensmtpd, opensmtpd_queues,
         [](const MtaSettings& settings) { return opensmtpd_present(settings); }, read_opensmtpd,
         read_listing_of<SmtpctlParser>},
        {"qmail", MtaKind::qmail, qmail_queues,
         [](const MtaSettings& settings) { return qmail_present(settings); }, read_qmail,
         read_listing_of<QmailParser>},
    };
    return table;
}

const Reader* reader_named(std::string_view name) {
    for (const auto& reader : readers())
        if (reader.name == name) return &reader;
    return nullptr;
}

std::vector<const Reader*> present_readers(const MtaSettings& settings) {
    std::vector<const Reader*> found;
    for (const auto& reader : readers())
        if (reader.present(settings)) found.push_back(&reader);
    return found;
}

std::string joined_names() {
    std::string text;
    for (const auto name : known_mtas())
        text += (text.empty() ? "" : ", ") + std::string(name);
    return text;
}

// Directories of the settings belong to the MTA of the settings; to Postfix, where they do not name one.
QueueResult read_with(const Reader& reader, const MtaSettings& settings, const QueueQuery& query) {
    auto effective = settings;
    const auto owner = settings.kind == MtaKind::automatic ? MtaKind::postfix : settings.kind;
    if (owner != reader.kind) effective.queue_directory = effective.config_directory = "";
    effective.kind = reader.kind;
    if (!query.path.empty()) effective.queue_directory = query.path;
    return reader.read(effective, query);
}

QueueResult read_file(const Reader* reader, const MtaSettings& settings, const QueueQuery& query) {
    ListingFile file(query.file);
    const auto head = file.head();
    if (!file.error().empty()) return QueueError{file.name(), file.error(), ""};
    if (reader == nullptr) reader = reader_named(listing_mta(head));
    if (reader == nullptr && head.find_first_not_of(" \t\r\n") != std::string_view::npos)
        return QueueError{
            file.name(), "it is no queue listing of a known MTA",
            "save the output of postqueue -j, exim -bp, mailq, smtpctl show queue or qmail-qread"};
    // Most of these commands print nothing for an empty queue: whose, the machine must say.
    if (reader == nullptr) {
        const auto found = present_readers(settings);
        reader = found.empty() ? &readers().front() : found.front();
    }
    return reader->read_listing(file, {query.now, query.classifier});
}

// The first that has mail, else the first that can be read, else the first.
QueueResult read_several(const std::vector<const Reader*>& found, const MtaSettings& settings,
                         const QueueQuery& query) {
    std::vector<QueueResult> results;
    std::size_t best = 0;
    int best_worth = -1;
    for (const auto* reader : found) {
        results.push_back(read_with(*reader, settings, query));
        const auto* report = std::get_if<QueueReport>(&results.back());
        int worth = report == nullptr ? 0 : 1;
        if (report != nullptr && report->total.messages.value_or(0) > 0) worth = 2;
        if (worth <= best_worth) continue;
        best = results.size() - 1;
        best_worth = worth;
    }
    auto* chosen = std::get_if<QueueReport>(&results[best]);
    if (chosen == nullptr) return std::move(results[best]);
    std::vector<QueueOther> others;
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (i == best) continue;
        const auto* report = std::get_if<QueueReport>(&results[i]);
        others.push_back({std::string(found[i]->name),
                          report == nullptr ? std::optional<std::uint64_t>() : report->total.messages});
        if (report == nullptr) chosen->add_note(std::get<QueueError>(results[i]).sentence());
    }
    chosen->others = std::move(others);
    return std::move(results[best]);
}

}  // namespace

std::vector<std::string_view> known_mtas() {
    std::vector<std::string_view> names;
    for (const auto& reader : readers())
        names.push_back(reader.name);
    return names;
}

std::span<const std::string_view> queue_names(std::string_view mta) {
    const auto* reader = reader_named(mta);
    return reader == nullptr ? std::span<const std::string_view>() : reader->queues;
}

std::vector<std::string> present_mtas(const MtaSettings& settings) {
    std::vector<std::string> names;
    for (const auto* reader : present_readers(settings))
        names.emplace_back(reader->name);
    return names;
}

std::string_view directory_mta(const std::string& path) {
    const auto has = [&](const char* name) { return is_directory(path + '/' + name); };
    if (has("deferred") || has("maildrop") || has("active")) return "postfix";
    if (has("input")) return "exim";
    if (has("queue") && (has("offline") || has("purge") || has("corrupt"))) return "opensmtpd";
    if (has("mess")) return "qmail";
    if (path.find("mqueue") != std::string::npos || has("qf")) return "sendmail";
    return {};
}

QueueResult read_queue(const MtaSettings& settings, const QueueQuery& query) {
    const bool automatic = query.mta.empty() || query.mta == "auto";
    const Reader* chosen = nullptr;
    for (const auto& reader : readers())
        if (automatic ? settings.kind == reader.kind : reader.name == query.mta) chosen = &reader;
    if (chosen == nullptr && !automatic)
        return QueueError{"the queue of " + query.mta, "this MTA is not known",
                          "use one of: " + joined_names()};
    if (!query.file.empty()) return read_file(chosen, settings, query);
    if (chosen == nullptr && !query.path.empty()) {
        chosen = reader_named(directory_mta(query.path));
        if (chosen == nullptr && settings.kind == MtaKind::automatic) chosen = &readers().front();
    }
    if (chosen != nullptr) return read_with(*chosen, settings, query);
    const auto found = present_readers(settings);
    if (found.empty()) {
        const bool off = settings.kind == MtaKind::none;
        return QueueError{"a mail queue",
                          off ? "[mta] kind is none" : "no known MTA was found on this machine",
                          "name it with --mta and --path, or in [mta]"};
    }
    return read_several(found, settings, query);
}

}  // namespace reputed::mta
