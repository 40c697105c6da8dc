#include "agent/manual/manual_page.hpp"

#include "agent/exit_codes.hpp"

namespace reputed::manual {
namespace {

std::string title(std::string_view name, int section, std::string_view version) {
    return ".TH " + std::string(name) + ' ' + std::to_string(section) + " \"\" \"reputed " +
           std::string(version) + "\" \"\"\n";
}

std::string usage_of(const Option& option) {
    std::string out = "\\fB" + roff_text(option.long_name) + "\\fR";
    if (!option.short_name.empty()) out = "\\fB" + roff_text(option.short_name) + "\\fR, " + out;
    if (option.long_name.empty()) return "\\fI" + roff_text(option.value) + "\\fR";
    return option.value.empty() ? out : out + " \\fI" + roff_text(option.value) + "\\fR";
}

std::string command_text(const Command& command) {
    std::string out = ".SS \"reputed " + command.name + "\"\n" + roff_text(command.help) + ".\n";
    for (const auto& option : command.options)
        out += ".TP\n" + usage_of(option) + '\n' + roff_text(option.help) + ".\n";
    return out;
}

std::string exit_text() {
    const auto line = [](int code, std::string_view what) {
        return ".TP\n\\fB" + std::to_string(code) + "\\fR\n" + std::string(what) + '\n';
    };
    return ".SH EXIT STATUS\n" + line(exit_ok, "Nothing is wrong, or remarks only.") +
           line(exit_warning, "Something wants to be looked at.") +
           line(exit_critical, "Mail is refused, or will be.") + line(exit_unknown, "It could not be told.") +
           line(exit_usage, "The command line is wrong.") +
           line(exit_no_input, "A file that was named cannot be read.") +
           line(exit_unavailable, "Something that is needed cannot be had.") +
           line(exit_config, "The configuration is wrong.");
}

std::string file_line(std::string_view path, std::string_view what) {
    return ".TP\n.I " + roff_text(path) + '\n' + std::string(what) + '\n';
}

}  // namespace

std::string roff_text(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool begins = i == 0 || text[i - 1] == '\n';
        if (begins && (text[i] == '.' || text[i] == '\'')) out += "\\&";
        if (text[i] == '\\')
            out += "\\e";
        else if (text[i] == '-')
            out += "\\-";
        else
            out += text[i];
    }
    return out;
}

std::string program_page(const Command& root, std::string_view version) {
    std::string out = title("REPUTED", 8, version);
    out +=
        ".SH NAME\nreputed \\- watches the reputation of a mail server\n"
        ".SH SYNOPSIS\n.B reputed\n.I COMMAND\n[\\fIOPTION\\fR ...]\n"
        ".SH DESCRIPTION\n"
        "Answers whether the mail that leaves this machine will be accepted, and if not, who refuses it and "
        "what to "
        "do.\nIt asks DNS lists about the sending addresses and domains, checks that the sending identity "
        "holds "
        "together,\nwatches the queue and the log of the mail server, publishes Prometheus metrics and a "
        "page, and "
        "tells when\nsomething changes.\n"
        ".SH COMMANDS\n";
    for (const auto* command : leaves(root))
        out += command_text(*command);
    out += exit_text();
    out += ".SH FILES\n" +
           file_line("/etc/reputed/reputed.toml", "The configuration, see \\fBreputed.toml\\fR(5).") +
           file_line("/var/lib/reputed/reputed.db", "What is remembered: findings, history, figures.");
    return out + ".SH SEE ALSO\n\\fBreputed.toml\\fR(5)\n";
}

std::string configuration_page(std::span<const Table> tables, std::string_view version) {
    std::string out = title("REPUTED.TOML", 5, version);
    out +=
        ".SH NAME\nreputed.toml \\- configuration of reputed\n"
        ".SH DESCRIPTION\n"
        "A TOML file, usually \\fI/etc/reputed/reputed.toml\\fR. Everything may be left out. What stands "
        "beside a key "
        "is its\ndefault, or an example where there is none. \\fBreputed config check\\fR tells what is "
        "wrong with a "
        "file,\n\\fBreputed config show\\fR what is in effect, and \\fBsystemctl reload reputed\\fR takes it "
        "up.\n";
    for (const auto& table : tables) {
        out += ".SH \"" + roff_text(table.header) + "\"\n";
        if (!table.help.empty()) out += roff_text(table.help) + '\n';
        for (const auto& key : table.keys)
            out += ".TP\n\\fB" + roff_text(key.name) + "\\fR = " + roff_text(key.value) + '\n' +
                   roff_text(key.help) + '\n';
        if (!table.example.empty()) out += ".PP\n.nf\n" + roff_text(table.example) + ".fi\n";
    }
    return out + ".SH SEE ALSO\n\\fBreputed\\fR(8)\n";
}

}  // namespace reputed::manual
