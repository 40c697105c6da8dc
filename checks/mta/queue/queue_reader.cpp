#include "checks/mta/queue/queue_reader.hpp"

#include "checks/mta/queue/postfix.hpp"
#include "checks/mta/queue/postfix_spool.hpp"
#include "checks/mta/queue/postqueue_json.hpp"

namespace reputed::mta {
namespace {

struct Reader {
    std::string_view name;
    MtaKind kind;
    std::span<const std::string_view> queues;
    bool (*present)(const MtaSettings&);
    QueueResult (*read)(const MtaSettings&, const QueueQuery&);
    QueueResult (*read_file)(const std::string& path, std::time_t now);

    bool can_read() const { return read != nullptr; }
};

QueueResult read_postfix(const MtaSettings& settings, const QueueQuery& query) {
    auto located = locate_postfix(settings);
    if (auto* error = std::get_if<QueueError>(&located)) return std::move(*error);
    PostfixLimits limits;
    limits.stop = query.stop;
    limits.now = query.now;
    return read_postfix_queue(std::get<PostfixInstance>(located), limits);
}

template <MtaKind kind>
bool named(const MtaSettings& settings) {
    return settings.kind == kind;
}

std::span<const Reader> readers() {
    static const std::vector<Reader> table = {
        {"postfix", MtaKind::postfix, postfix_queues,
         [](const MtaSettings& settings) { return postfix_present(settings); }, read_postfix,
         read_postqueue_file},
        {"exim", MtaKind::exim, {}, named<MtaKind::exim>, nullptr, nullptr},
        {"sendmail", MtaKind::sendmail, {}, named<MtaKind::sendmail>, nullptr, nullptr},
        {"opensmtpd", MtaKind::opensmtpd, {}, named<MtaKind::opensmtpd>, nullptr, nullptr},
        {"qmail", MtaKind::qmail, {}, named<MtaKind::qmail>, nullptr, nullptr},
    };
    return table;
}

// The first MTA that is found. A saved listing or a directory without a word on whose it is goes to the first
// at all.
const Reader* find_reader(const MtaSettings& settings, bool given) {
    for (const auto& reader : readers())
        if (reader.can_read() && (given || reader.present(settings))) return &reader;
    return nullptr;
}

std::string joined_names() {
    std::string text;
    for (const auto name : known_mtas())
        text += (text.empty() ? "" : ", ") + std::string(name);
    return text;
}

}  // namespace

std::vector<std::string_view> known_mtas() {
    std::vector<std::string_view> names;
    for (const auto& reader : readers())
        if (reader.can_read()) names.push_back(reader.name);
    return names;
}

std::span<const std::string_view> queue_names(std::string_view mta) {
    for (const auto& reader : readers())
        if (reader.name == mta) return reader.queues;
    return {};
}

std::vector<std::string> present_mtas(const MtaSettings& settings) {
    std::vector<std::string> names;
    for (const auto& reader : readers())
        if (reader.present(settings)) names.emplace_back(reader.name);
    return names;
}

QueueResult read_queue(const MtaSettings& settings, const QueueQuery& query) {
    const bool automatic = query.mta.empty() || query.mta == "auto";
    const Reader* chosen = nullptr;
    for (const auto& reader : readers())
        if (automatic ? settings.kind == reader.kind : reader.name == query.mta) chosen = &reader;
    if (chosen == nullptr && !automatic)
        return QueueError{"the queue of " + query.mta, "this MTA is not known",
                          "use one of: " + joined_names()};
    if (chosen == nullptr && settings.kind == MtaKind::automatic)
        chosen = find_reader(settings, !query.file.empty() || !query.path.empty());
    if (chosen == nullptr) {
        const bool off = settings.kind == MtaKind::none;
        return QueueError{"a mail queue",
                          off ? "[mta] kind is none" : "no known MTA was found on this machine",
                          "name it with --mta and --path, or in [mta]"};
    }
    if (!chosen->can_read())
        return QueueError{"the queue of " + std::string(chosen->name),
                          "this MTA's queue is not supported yet", "supported: " + joined_names()};
    if (!query.file.empty()) return chosen->read_file(query.file, query.now);

    auto effective = settings;
    // Directories of the settings belong to the MTA of the settings.
    if (settings.kind != chosen->kind && settings.kind != MtaKind::automatic)
        effective.queue_directory = effective.config_directory = "";
    effective.kind = chosen->kind;
    if (!query.path.empty()) effective.queue_directory = query.path;
    return chosen->read(effective, query);
}

}  // namespace reputed::mta
