#include <algorithm>
#include <chrono>
#include <iostream>
#include <optional>

#include "agent/command_support.hpp"
#include "agent/exit_codes.hpp"
#include "agent/json_text.hpp"
#include "agent/runtime.hpp"
#include "agent/terminal.hpp"
#include "checks/auth/spf.hpp"
#include "checks/auth/spf_tree.hpp"

namespace reputed {
namespace {

constexpr std::size_t longest_line = 65'536;

int exit_code_of(spf::Result result) {
    switch (result) {
        case spf::Result::pass:
            return exit_ok;
        case spf::Result::none:
        case spf::Result::neutral:
        case spf::Result::softfail:
            return exit_warning;
        case spf::Result::fail:
        case spf::Result::permerror:
            return exit_critical;
        case spf::Result::temperror:
            return exit_unknown;
    }
    return exit_unknown;
}

Colour colour_of(spf::Result result) {
    switch (exit_code_of(result)) {
        case exit_ok:
            return Colour::green;
        case exit_warning:
            return Colour::yellow;
        case exit_critical:
            return Colour::red;
        default:
            return Colour::grey;
    }
}

Json to_json(const spf::Evaluation& evaluation) {
    std::vector<std::string> trace;
    for (const auto& step : evaluation.trace)
        trace.push_back(plain_text(step.to_string()));
    return {{"result", to_string(evaluation.result)},
            {"reason", plain_text(evaluation.reason)},
            {"mechanism", plain_text(evaluation.mechanism)},
            {"explanation", plain_text(evaluation.explanation)},
            {"lookups", evaluation.lookups},
            {"void_lookups", evaluation.void_lookups},
            {"trace", trace}};
}

Json to_json(const spf::LookupNode& node) {
    Json children = Json::array();
    for (const auto& child : node.children)
        children.push_back(to_json(child));
    Json out = {{"term", plain_text(node.term)},
                {"domain", plain_text(node.domain)},
                {"lookups", node.lookups},
                {"children", std::move(children)}};
    if (node.fault != spf::LookupNode::Fault::none) {
        out["fault"] = to_string(node.fault);
        out["note"] = plain_text(node.note);
    }
    return out;
}

spf::Options options_now() {
    spf::Options options;
    options.unix_time =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    return options;
}

void print_tree(const spf::LookupTree& tree) {
    std::cout << "if nothing matches: " << (tree.bounded ? "at least " : "") << tree.lookups()
              << " of 10 lookups\n";
    for (const auto& line : spf::lines_of(tree))
        std::cout << "  " << plain_text(line) << '\n';
}

// The domain whose record was looked up; "" when there was none to look at.
std::string evaluated_domain(const spf::Evaluation& evaluation) {
    return evaluation.trace.empty() ? "" : evaluation.trace.front().domain;
}

void print_table(const spf::Evaluation& evaluation) {
    std::cout << coloured(to_string(evaluation.result), colour_of(evaluation.result)) << ": "
              << plain_text(evaluation.reason) << '\n';
    if (!evaluation.explanation.empty())
        std::cout << "explanation of the domain: " << plain_text(evaluation.explanation) << '\n';
    std::cout << evaluation.lookups << " of 10 lookups, " << evaluation.void_lookups << " of 2 void\n";
    for (const auto& step : evaluation.trace)
        std::cout << std::string(2 + 2 * static_cast<std::size_t>(step.depth), ' ')
                  << plain_text(step.to_string()) << '\n';
}

std::string text_member(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// One line of --batch; on a broken line an object with `error`, so that answers stay line by line.
Json batch_answer(const std::string& line, Resolver& resolver) {
    if (line.size() > longest_line) return {{"error", "the line is longer than 65536 bytes"}};
    const Json request = Json::parse(line, nullptr, false);
    if (!request.is_object())
        return {
            {"error",
             R"(not a JSON object such as {"ip":"192.0.2.1","mailfrom":"a@example.com","helo":"mail.example.com"})"}};
    const auto ip = IpAddress::parse(text_member(request, "ip"));
    if (!ip) return {{"error", "\"ip\" is missing or not an IP address"}};
    return to_json(spf::check_host({*ip, text_member(request, "mailfrom"), text_member(request, "helo")},
                                   resolver, options_now()));
}

int run_batch(Resolver& resolver) {
    for (std::string line; std::getline(std::cin, line);) {
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        std::cout << json_text(batch_answer(line, resolver)) << '\n' << std::flush;
    }
    return exit_ok;
}

}  // namespace

int spf_command(const CommonOptions& common, const SpfOptions& options) {
    auto settings = command_settings(common, false);
    if (!settings) return exit_config;
    const Runtime runtime = make_runtime(std::move(*settings));
    if (options.batch) return run_batch(*runtime.resolver);
    const auto ip = IpAddress::parse(options.ip);
    if (!ip) {
        print_error(options.ip.empty() ? "--ip is missing: give the sending address"
                                       : "--ip \"" + options.ip + "\" is not an IP address");
        return exit_usage;
    }
    if (options.from.empty() && options.helo.empty()) {
        print_error("--from and --helo are both missing: give the MAIL FROM address, the EHLO name, or both");
        return exit_usage;
    }
    spf::Answers answers(*runtime.resolver);
    const auto evaluation = spf::check_host({*ip, options.from, options.helo}, answers, options_now());
    const std::string domain = evaluated_domain(evaluation);
    std::optional<spf::LookupTree> tree;
    if (!domain.empty()) tree = spf::lookup_tree(domain, answers);
    if (common.format == Format::json) {
        Json out = to_json(evaluation);
        out["lookup_tree"] = tree ? to_json(tree->root) : Json();
        std::cout << json_text(out) << '\n';
    } else {
        print_table(evaluation);
        if (tree && !tree->root.children.empty()) print_tree(*tree);
    }
    return exit_code_of(evaluation.result);
}

}  // namespace reputed
