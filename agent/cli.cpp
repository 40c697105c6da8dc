#include "agent/cli.hpp"

#include <exception>
#include <functional>
#include <iostream>
#include <map>

#include <CLI/CLI.hpp>

#include "agent/command_support.hpp"
#include "agent/commands.hpp"
#include "agent/daemon.hpp"
#include "agent/exit_codes.hpp"
#include "agent/logging.hpp"
#include "agent/manual/command_tree.hpp"
#include "config/import/source.hpp"

namespace reputed {
namespace {

const std::map<std::string, Format> formats = {{"table", Format::table}, {"json", Format::json}};
const std::map<std::string, Format> check_formats = {
    {"table", Format::table}, {"json", Format::json}, {"csv", Format::csv}, {"nagios", Format::nagios}};

const std::map<std::string, Format> history_formats = {
    {"table", Format::table}, {"json", Format::json}, {"csv", Format::csv}};

// Everything that arguments can set. It outlives the parsing, as CLI11 wants it.
struct Arguments {
    CommonOptions common;
    DaemonOptions daemon;
    CheckOptions check;
    std::vector<std::string> subjects;
    std::vector<std::string> lists;
    bool verify = false;
    SpfOptions spf;
    RecordOptions record;
    QueueOptions queue;
    ClassifyOptions classify;
    LogOptions log;
    std::string code;
    HistoryOptions history;
    NotifyOptions notify;
    DrillOptions drill;
    std::string output;
    bool sample = false;
    ImportOptions import_options;
    std::string kind;
    std::function<int()> command;
};

void add_config(CLI::App& command, Arguments& arguments) {
    command
        .add_option("-c,--config", arguments.common.config,
                    "Configuration file (default: /etc/reputed/reputed.toml, if it is there)")
        ->type_name("FILE");
}

void add_format(CLI::App& command, Arguments& arguments, const std::map<std::string, Format>& names,
                const std::string& shown) {
    command.add_option("--format", arguments.common.format, "How to print: " + shown)
        ->transform(CLI::Transformer(names))
        ->check([names, shown](const std::string& text) {
            for (const auto& [name, format] : names)
                if (text == name || text == std::to_string(static_cast<int>(format))) return std::string();
            return '"' + text + "\" is no format: write " + shown;
        })
        ->type_name("FORMAT");
}

void add_dns(CLI::App& command, Arguments& arguments) {
    command
        .add_option("--dns", arguments.common.dns,
                    "Ask this DNS server only: ADDRESS, ADDRESS:PORT or [IPV6]:PORT")
        ->check([](const std::string& text) {
            return is_dns_server(text)
                       ? ""
                       : '"' + text + "\" is no DNS server: write ADDRESS, ADDRESS:PORT or [IPV6]:PORT";
        })
        ->type_name("HOST[:PORT]");
}

void add_run(CLI::App& app, Arguments& arguments) {
    auto* run = app.add_subcommand("run", "Run the agent until it is told to end");
    add_config(*run, arguments);
    add_dns(*run, arguments);
    run->callback([&arguments] {
        arguments.command = [&arguments] {
            return run_daemon({arguments.common.config, arguments.common.dns});
        };
    });
}

void add_check(CLI::App& app, Arguments& arguments) {
    auto* check = app.add_subcommand(
        "check", "Examine everything once, as configured or for the given IPs and domains");
    add_config(*check, arguments);
    add_dns(*check, arguments);
    add_format(*check, arguments, check_formats, "table, json, csv or nagios");
    check
        ->add_option("subjects", arguments.check.subjects,
                     "IP addresses, networks or domains; - reads them from standard input")
        ->type_name("IP or DOMAIN");
    check->add_flag("--findings", arguments.check.findings,
                    "Show every finding below the table, also for more than ten domains");
    check->callback([&arguments] {
        arguments.command = [&arguments] { return check_command(arguments.common, arguments.check); };
    });
}

void add_dnsbl(CLI::App& app, Arguments& arguments) {
    auto* dnsbl = app.add_subcommand("dnsbl", "Ask the DNS lists about IPs and domains");
    add_config(*dnsbl, arguments);
    add_dns(*dnsbl, arguments);
    add_format(*dnsbl, arguments, formats, "table or json");
    dnsbl
        ->add_option("subjects", arguments.subjects,
                     "IP addresses, networks or domains; - reads them from standard input")
        ->required()
        ->type_name("IP or DOMAIN");
    dnsbl->add_option("--lists", arguments.lists, "Ask these lists only, separated by commas")
        ->delimiter(',')
        ->type_name("ZONE,...")
        ->allow_extra_args(false);
    dnsbl->callback([&arguments] {
        arguments.command = [&arguments] {
            return dnsbl_command(arguments.common, arguments.subjects, arguments.lists);
        };
    });
}

void add_neighbours(CLI::App& app, Arguments& arguments) {
    auto* neighbours =
        app.add_subcommand("neighbours", "Ask the DNS lists about the network around an IP address");
    add_config(*neighbours, arguments);
    add_dns(*neighbours, arguments);
    add_format(*neighbours, arguments, formats, "table or json");
    neighbours
        ->add_option("addresses", arguments.subjects,
                     "IP addresses, at most 32; - reads them from standard input")
        ->required()
        ->type_name("IP");
    neighbours
        ->add_option("--lists", arguments.lists,
                     "Ask these lists only, separated by commas; blocklists of some weight when not given")
        ->delimiter(',')
        ->type_name("ZONE,...")
        ->allow_extra_args(false);
    neighbours->callback([&arguments] {
        arguments.command = [&arguments] {
            return neighbours_command(arguments.common, arguments.subjects, arguments.lists);
        };
    });
}

void add_lists(CLI::App& app, Arguments& arguments) {
    auto* lists = app.add_subcommand("lists", "Show the catalogue of DNS lists");
    add_config(*lists, arguments);
    add_dns(*lists, arguments);
    add_format(*lists, arguments, formats, "table or json");
    lists->add_flag("--verify", arguments.verify, "Probe each list that is on, and judge the resolver");
    lists->callback([&arguments] {
        arguments.command = [&arguments] { return lists_command(arguments.common, arguments.verify); };
    });
}

void add_spf(CLI::App& app, Arguments& arguments) {
    auto* spf = app.add_subcommand("spf", "Evaluate SPF as a receiver would (RFC 7208 check_host())");
    add_config(*spf, arguments);
    add_dns(*spf, arguments);
    add_format(*spf, arguments, formats, "table or json");
    spf->add_option("--ip", arguments.spf.ip, "The address that sends")->type_name("ADDRESS");
    spf->add_option("--from", arguments.spf.from, "MAIL FROM; empty for bounces")->type_name("MAILBOX");
    spf->add_option("--helo", arguments.spf.helo, "The EHLO name")->type_name("NAME");
    spf->add_flag(
        "--batch", arguments.spf.batch,
        R"(Read {"ip","mailfrom","helo"} objects from standard input, one a line; answer line by line)");
    spf->callback([&arguments] {
        arguments.command = [&arguments] { return spf_command(arguments.common, arguments.spf); };
    });
}

void add_record(CLI::App& app, Arguments& arguments) {
    auto* record = app.add_subcommand("record", "Parse and criticise one DNS record of mail authentication");
    add_format(*record, arguments, formats, "table or json");
    record
        ->add_option("kind", arguments.record.kind,
                     "dkim, dmarc, spf, mta-sts (record or policy), tls-rpt or bimi")
        ->required()
        ->type_name("KIND");
    record->add_option("text", arguments.record.text, "The record; - reads it from standard input")
        ->type_name("TEXT");
    record->add_flag("--batch", arguments.record.batch,
                     R"(Read {"record"} objects from standard input, one a line; answer line by line)");
    record->callback([&arguments] {
        arguments.command = [&arguments] { return record_command(arguments.common, arguments.record); };
    });
}

void add_queue(CLI::App& app, Arguments& arguments) {
    auto* queue = app.add_subcommand("queue", "Show the depth of the mail queue, ages and reasons");
    add_config(*queue, arguments);
    add_format(*queue, arguments, formats, "table or json");
    queue->add_option("--mta", arguments.queue.mta, "Which MTA; found by itself when not given")
        ->type_name("KIND");
    auto* path =
        queue->add_option("--path", arguments.queue.path, "Read this queue directory")->type_name("DIR");
    queue->add_option("--input", arguments.queue.input, "Read a saved listing; - for standard input")
        ->type_name("FILE")
        ->excludes(path);
    queue->callback([&arguments] {
        arguments.command = [&arguments] { return queue_command(arguments.common, arguments.queue); };
    });
}

void add_classify(CLI::App& app, Arguments& arguments) {
    auto* classify = app.add_subcommand(
        "classify",
        "Say what replies of receivers mean: one a line on standard input, one JSON object a line out");
    add_config(*classify, arguments);
    add_format(*classify, arguments, formats, "table or json");
    auto* provider = classify
                         ->add_option("--provider", arguments.classify.provider,
                                      "Who said all of them: gmail, outlook, ...")
                         ->type_name("NAME");
    classify
        ->add_option("--relay", arguments.classify.relay,
                     "The host that said them, where a line does not name it")
        ->type_name("HOST")
        ->excludes(provider);
    classify->add_option("--domain", arguments.classify.domain, "The recipient's domain, likewise")
        ->type_name("NAME")
        ->excludes(provider);
    classify->callback([&arguments, classify] {
        // Scripts read it line by line: a table is only for who asks for one.
        if (classify->get_option("--format")->count() == 0) arguments.common.format = Format::json;
        arguments.command = [&arguments] { return classify_command(arguments.common, arguments.classify); };
    });
}

void add_log(CLI::App& app, Arguments& arguments) {
    auto& options = arguments.log;
    auto* log =
        app.add_subcommand("log", "Report from an MTA's log who took our mail, who refused it and why");
    add_config(*log, arguments);
    add_format(*log, arguments, formats, "table or json");
    log->add_option("files", options.files,
                    "Logs, plain or compressed (gz, xz, zst, bz2); - reads standard input")
        ->required()
        ->type_name("FILE");
    log->add_option("--mta", options.mta, "Whose log it is; found out when not given")->type_name("KIND");
    log->add_flag("--events", options.events, "Print each delivery attempt as a JSON object on a line");
    log->add_option("--since", options.since, "Only events since then: 24h, 2026-01-31")->type_name("TIME");
    log->add_option("--until", options.until, "Only events before then")->type_name("TIME");
    log->callback([&arguments] {
        arguments.command = [&arguments] { return log_command(arguments.common, arguments.log); };
    });
}

void add_explain(CLI::App& app, Arguments& arguments) {
    auto* explain = app.add_subcommand("explain", "Say what a finding means and what to do about it");
    add_format(*explain, arguments, formats, "table or json");
    explain->add_option("code", arguments.code, "A code such as dnsbl.listed, or a family such as dnsbl")
        ->type_name("CODE");
    explain->callback([&arguments] {
        arguments.command = [&arguments] { return explain_command(arguments.common, arguments.code); };
    });
}

void add_history(CLI::App& app, Arguments& arguments) {
    auto& options = arguments.history;
    auto* history =
        app.add_subcommand("history", "Show listings and other findings of the past, with durations");
    add_config(*history, arguments);
    add_format(*history, arguments, history_formats, "table, json or csv");
    history->add_option("--store", options.store, "Read this database")->type_name("PATH");
    history->add_option("--since", options.since, "Open at some time since then: 30d, 2026-01-31")
        ->type_name("TIME");
    history->add_option("--until", options.until, "Opened before then")->type_name("TIME");
    auto* ip = history->add_option("--ip", options.ip, "About this address or network")->type_name("ADDRESS");
    history->add_option("--domain", options.domain, "About this domain")->type_name("NAME")->excludes(ip);
    history->add_option("--list", options.list, "About this list")->type_name("LIST");
    history->add_option("--code", options.code, "With this code: dnsbl.listed")->type_name("CODE");
    history->add_option("--check", options.check, "Of this check")->type_name("CHECK");
    history->add_option("--sender", options.sender, "That concern this sender")->type_name("NAME");
    history->add_option("--severity", options.severity, "At least so severe")->type_name("SEVERITY");
    history->add_flag("--open", options.open, "Only what is still open");
    history->add_flag("--drill", options.drill, "Only drills");
    history->add_flag("--transitions", options.transitions, "Each opening, change and clearing on its own");
    history->add_option("--limit", options.limit, "At most so many (1000)")->type_name("N");
    history->add_option("--before", options.before, "Go on below this id")->type_name("ID");
    history->callback([&arguments] {
        arguments.command = [&arguments] { return history_command(arguments.common, arguments.history); };
    });
}

void add_notify(CLI::App& app, Arguments& arguments) {
    auto* notify = app.add_subcommand("notify", "Try the notifiers out");
    notify->require_subcommand(1);
    auto* test = notify->add_subcommand("test", "Send a marked test message through every notifier");
    add_config(*test, arguments);
    add_format(*test, arguments, formats, "table or json");
    test->add_option("--notifier", arguments.notify.notifier, "Only this one")->type_name("NAME");
    test->add_flag("--dry-run", arguments.notify.dry_run, "Print what would go out, and send nothing");
    test->callback([&arguments] {
        arguments.command = [&arguments] { return notify_test_command(arguments.common, arguments.notify); };
    });
}

void add_drill(CLI::App& app, Arguments& arguments) {
    auto& options = arguments.drill;
    auto* drill = app.add_subcommand(
        "drill", "Make up a listing in the running agent, see that everybody is told, and take it away");
    add_config(*drill, arguments);
    add_format(*drill, arguments, formats, "table or json");
    drill->add_option("--list", options.list, "The list that is to list it")->required()->type_name("LIST");
    auto* subject = drill->add_option_group("subject");
    subject->add_option("--ip", options.subject, "An address of a sender")->type_name("ADDRESS");
    subject->add_option("--domain", options.subject, "For domain lists: a domain or host name of a sender")
        ->type_name("NAME");
    subject->require_option(1);
    drill
        ->add_option("--timeout", options.timeout,
                     "How long to wait for the alert, and then for its end (5m)")
        ->type_name("DURATION");
    drill->add_flag("--keep", options.keep, "Leave it planted until the timeout is over");
    drill->callback([&arguments] {
        arguments.command = [&arguments] { return drill_command(arguments.common, arguments.drill); };
    });
}

void add_config_import(CLI::App& config, Arguments& arguments) {
    auto& options = arguments.import_options;
    auto* command = config.add_subcommand(
        "import", "Make a configuration of what another tool asks and watches; it goes to standard output");
    add_config(*command, arguments);
    add_dns(*command, arguments);
    command
        ->add_option("files", options.files,
                     "rbls.ini, targets.ini, check_rbl.ini, main.cf, rbl.conf, ...; - reads standard input")
        ->required()
        ->type_name("FILE");
    std::string kinds;
    for (const auto kind : imports::kind_names)
        kinds += (kinds.empty() ? "" : ", ") + std::string(kind);
    command->add_option("--from", options.from, "Whose files they are, found out when not given: " + kinds)
        ->check([kinds](const std::string& text) {
            return imports::parse_kind(text) ? ""
                                             : '"' + text + "\" is no tool that is known: write " + kinds;
        })
        ->type_name("KIND");
    command->add_flag("--resolve", options.resolve,
                      "Look up the addresses of the host names that are watched");
    command->callback([&arguments] {
        arguments.command = [&arguments] {
            return config_import_command(arguments.common, arguments.import_options);
        };
    });
}

void add_config_commands(CLI::App& app, Arguments& arguments) {
    auto* config = app.add_subcommand("config", "Validate, show or begin a configuration");
    config->require_subcommand(1);
    auto* check =
        config->add_subcommand("check", "Read the configuration and report everything that is wrong");
    add_config(*check, arguments);
    check->add_option("file", arguments.common.config, "The same as --config")->type_name("FILE");
    check->callback([&arguments] {
        arguments.command = [&arguments] { return config_check_command(arguments.common); };
    });
    auto* show = config->add_subcommand("show", "Print the effective values, without secrets");
    add_config(*show, arguments);
    show->callback(
        [&arguments] { arguments.command = [&arguments] { return config_show_command(arguments.common); }; });
    auto* init = config->add_subcommand("init", "Write a first configuration from what this machine tells");
    init->add_option("-o,--output", arguments.output, "The new file; standard output when not given")
        ->type_name("FILE");
    init->add_flag("--sample", arguments.sample, "Write the documented sample with every key instead");
    init->callback([&arguments] {
        arguments.command = [&arguments] { return config_init_command(arguments.output, arguments.sample); };
    });
    add_config_import(*config, arguments);
}

// For whoever builds the package: it is in no help.
void add_docs(CLI::App& app, Arguments& arguments) {
    auto* docs =
        app.add_subcommand("docs", "Print a manual page, a completion script or a reference")->group("");
    docs->add_option("kind", arguments.kind, "reputed.8, bash, findings.md, ...")
        ->required()
        ->type_name("KIND");
    docs->callback(
        [&] { arguments.command = [&] { return docs_command(manual::command_tree(app), arguments.kind); }; });
}

// CLI11 says no more than that a command is missing when there is an unknown one.
std::string fault_text(const CLI::App& app, const CLI::ParseError& error) {
    const CLI::App* parent = &app;
    std::string name;
    for (auto chosen = app.get_subcommands(); !chosen.empty(); chosen = parent->get_subcommands()) {
        parent = chosen.front();
        name += parent->get_name() + ' ';
    }
    const auto rest = parent->remaining();
    if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr &&
        parent->get_require_subcommand_min() > 0 && !rest.empty())
        return "no command \"" + name + rest.front() + '"';
    const std::string text = error.what();
    return text.substr(0, text.find('\n'));
}

}  // namespace

int run_command_line(int argc, char** argv) {
    std::ios::sync_with_stdio(false);
    Arguments arguments;
    CLI::App app("Watches the reputation of a mail server: DNS lists, sending identity, queue.", "reputed");
    app.set_version_flag("--version", "reputed " REPUTED_VERSION);
    app.require_subcommand(1);
    add_run(app, arguments);
    add_check(app, arguments);
    add_dnsbl(app, arguments);
    add_neighbours(app, arguments);
    add_lists(app, arguments);
    add_spf(app, arguments);
    add_record(app, arguments);
    add_queue(app, arguments);
    add_classify(app, arguments);
    add_log(app, arguments);
    add_explain(app, arguments);
    add_history(app, arguments);
    add_notify(app, arguments);
    add_drill(app, arguments);
    add_config_commands(app, arguments);
    add_docs(app, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& error) {
        print_error(fault_text(app, error) + "; see reputed --help");
        return exit_usage;
    }
    try {
        const int code = arguments.command();
        std::cout.flush();
        if (std::cout) return code;
        print_error("standard output: the result could not be written");
    } catch (const std::exception& error) {
        print_error(error.what());
    }
    return exit_unavailable;
}

}  // namespace reputed
