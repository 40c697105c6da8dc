#include <algorithm>
#include <iostream>
#include <optional>

#include <poll.h>
#include <unistd.h>

#include "agent/command_support.hpp"
#include "agent/exit_codes.hpp"
#include "agent/json_text.hpp"
#include "agent/terminal.hpp"

namespace reputed {
namespace {

constexpr std::size_t longest_request =
    65'536;  // of JSON; of a plain reply the classifier takes what it looks at

struct Answer {
    mta::Classification what;
    std::string_view provider;
};

// What is to be classified, and what is known beside it.
struct Request {
    std::string reply;
    std::string provider;
    std::string relay;
    std::string domain;
    std::string dsn;
};

std::optional<std::string> text_member(const Json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string()) return {};
    return found->get<std::string>();
}

// A line that begins like a JSON object and is none, or has no reply, is a reply itself.
std::optional<Request> request_of_json(std::string_view line) {
    if (!line.starts_with('{') || line.size() > longest_request) return {};
    const Json object = Json::parse(line, nullptr, false);
    if (!object.is_object()) return {};
    auto reply = text_member(object, "reply");
    if (!reply) return {};
    return Request{*reply, text_member(object, "provider").value_or(""),
                   text_member(object, "relay").value_or(""), text_member(object, "domain").value_or(""),
                   text_member(object, "dsn").value_or("")};
}

class Classify {
  public:
    Classify(const mta::Classifier& classifier, const ClassifyOptions& options)
        : classifier_(classifier), options_(options) {}

    Answer answer(const Request& request) const {
        const auto provider = provider_of(request);
        return {classifier_.classify(request.reply, provider, request.dsn),
                classifier_.provider_name(provider)};
    }

    Request request_of(std::string line) const {
        if (line.ends_with('\r')) line.pop_back();
        if (auto request = request_of_json(line)) return std::move(*request);
        return {std::move(line), "", "", "", ""};
    }

  private:
    mta::ProviderId provider_of(const Request& request) const {
        const auto& name = request.provider.empty() ? options_.provider : request.provider;
        if (!name.empty()) return classifier_.find_provider(name).value_or(mta::other_provider);
        const auto& relay = request.relay.empty() ? options_.relay : request.relay;
        const auto& domain = request.domain.empty() ? options_.domain : request.domain;
        const auto known = classifier_.provider(relay, domain);
        if (known != mta::other_provider || !relay.empty()) return known;
        return classifier_.guess_provider(request.reply);
    }

    const mta::Classifier& classifier_;
    const ClassifyOptions& options_;
};

Json text_or_null(std::string_view text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

std::string json_line(const Answer& answer) {
    const auto& what = answer.what;
    return json_text({{"class", to_string(what.reply_class)},
                      {"hard", what.hard},
                      {"provider", answer.provider},
                      {"smtp", what.smtp == 0 ? Json(nullptr) : Json(what.smtp)},
                      {"dsn", text_or_null(what.dsn)},
                      {"list", text_or_null(what.list)}});
}

// A line without its end; of a longer one than `longest_request` the beginning, which is no JSON then.
bool read_line(std::string& line) {
    line.clear();
    auto& input = *std::cin.rdbuf();
    int c = input.sbumpc();
    if (c == EOF) return false;
    for (; c != EOF && c != '\n'; c = input.sbumpc())
        if (line.size() <= longest_request) line += static_cast<char>(c);
    return true;
}

bool more_waits() {
    if (std::cin.rdbuf()->in_avail() > 0) return true;
    pollfd input{STDIN_FILENO, POLLIN, 0};
    return poll(&input, 1, 0) > 0 && (input.revents & POLLIN) != 0;
}

// Line by line, and out at once where somebody waits for the answer.
void print_json(const Classify& classify) {
    for (std::string line; read_line(line);) {
        const auto request = classify.request_of(std::move(line));
        std::cout << json_line(classify.answer(request)) << '\n';
        if (!more_waits()) std::cout.flush();
    }
}

constexpr std::size_t shown_reply = 100;

void print_table(const Classify& classify) {
    Table table({"CLASS", "HARD", "PROVIDER", "SMTP", "DSN", "LIST", "REPLY"});
    for (std::string line; read_line(line);) {
        const auto request = classify.request_of(std::move(line));
        const auto [what, provider] = classify.answer(request);
        table.add({{std::string(to_string(what.reply_class))},
                   {what.hard ? "hard" : "soft"},
                   {std::string(provider)},
                   {what.smtp == 0 ? "-" : std::to_string(what.smtp)},
                   {what.dsn.empty() ? "-" : std::string(what.dsn)},
                   {what.list.empty() ? "-" : std::string(what.list)},
                   {plain_text(request.reply.substr(0, shown_reply))}});
    }
    std::cout << table.to_string();
}

}  // namespace

int classify_command(const CommonOptions& common, const ClassifyOptions& options) {
    const auto settings = command_settings(common, false);
    if (!settings) return exit_config;
    const auto classifier = command_classifier(*settings);
    if (!classifier) return exit_config;
    if (!options.provider.empty() && !classifier->find_provider(options.provider)) {
        std::vector<std::string_view> known;
        for (std::size_t i = 0; i < classifier->provider_count(); ++i)
            known.push_back(classifier->provider_name(static_cast<mta::ProviderId>(i)));
        const auto meant = nearest(options.provider, known);
        print_error("--provider \"" + options.provider + "\" is not known" +
                    (meant.empty() ? ": see config/providers.toml"
                                   : ": did you mean \"" + std::string(meant) + "\"?"));
        return exit_usage;
    }
    const Classify classify(*classifier, options);
    if (common.format == Format::table)
        print_table(classify);
    else
        print_json(classify);
    return exit_ok;
}

}  // namespace reputed
