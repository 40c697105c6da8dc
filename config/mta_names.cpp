#include "config/mta_names.hpp"

#include <algorithm>

#include <sys/stat.h>
#include <unistd.h>

#include "config/file_text.hpp"
#include "config/run_command.hpp"

namespace reputed {

namespace {

constexpr CommandLimits limits{std::chrono::milliseconds(3000), std::size_t{256} << 10};
constexpr std::size_t most_file = std::size_t{1} << 20;

bool is_file(const std::string& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

std::string first_program(const std::vector<std::string>& paths) {
    for (const auto& path : paths)
        if (is_file(path) && access(path.c_str(), X_OK) == 0) return path;
    return "";
}

std::string first_file(const std::vector<std::string>& paths) {
    for (const auto& path : paths)
        if (is_file(path)) return path;
    return "";
}

std::string first_line(std::string text) {
    text.erase(std::min(text.find('\n'), text.size()));
    while (!text.empty() && (text.back() == ' ' || text.back() == '\r' || text.back() == '\t'))
        text.pop_back();
    return text;
}

MtaNames failed(std::string mta, std::string error) {
    MtaNames result;
    result.mta = std::move(mta);
    result.error = std::move(error);
    return result;
}

MtaNames ask_postfix(const MtaSettings& settings, const MtaPlaces& places) {
    const auto postconf = first_program(places.postconf);
    if (postconf.empty()) return failed("Postfix", "there is no postconf on this machine");
    std::vector<std::string> command{postconf};
    if (!settings.config_directory.empty()) command.insert(command.end(), {"-c", settings.config_directory});
    command.emplace_back("-x");  // with the values of $myhostname and the like in their places
    auto usual_command = command;
    usual_command.insert(usual_command.end(), {"-h", "smtp_helo_name"});
    const auto usual = run_command(usual_command, limits);
    command.insert(command.end(), {"-P", "*/unix/smtp_helo_name"});
    MtaNames result;
    result.mta = "Postfix";
    result.key = "smtp_helo_name, by default myhostname";
    result.remedy = "set myhostname = NAME in main.cf (or smtp_helo_name, where that is set) and reload it";
    if (usual) result.names = parse_postfix_names(*usual, run_command(command, limits).value_or(""));
    if (!result.names.empty()) return result;
    return failed("Postfix",
                  postconf + " does not tell smtp_helo_name" +
                      (settings.config_directory.empty() ? "" : " of " + settings.config_directory));
}

MtaNames ask_exim(const MtaPlaces& places) {
    const auto exim = first_program(places.exim);
    if (exim.empty()) return failed("Exim", "there is no exim on this machine");
    const auto output = run_command({exim, "-bP", "primary_hostname"}, limits);
    const auto primary = output ? parse_exim_hostname(*output) : "";
    if (primary.empty()) return failed("Exim", exim + " -bP primary_hostname tells no name");
    MtaNames result;
    result.mta = "Exim";
    result.key = "primary_hostname";
    result.remedy =
        "set primary_hostname = NAME (Debian: MAIN_HARDCODE_PRIMARY_HOSTNAME), or helo_data of the smtp "
        "transport, and reload it";
    if (const auto transports = run_command({exim, "-bP", "transports"}, limits)) {
        auto greetings = parse_exim_transports(*transports, primary);
        result.names = std::move(greetings.names);
        result.computed = std::move(greetings.computed);
    }
    if (result.names.empty() && result.computed.empty()) result.names.push_back(primary);
    return result;
}

// Where OpenSMTPD takes its own name from: a file, else the system.
std::string own_name_of_smtpd(const MtaPlaces& places) {
    for (const auto& path : places.mailname)
        if (auto name = first_line(read_file(path, 4096).text); !name.empty()) return name;
    return first_line(run_command({"/bin/hostname", "-f"}, limits).value_or(""));
}

MtaNames ask_opensmtpd(const MtaPlaces& places) {
    const auto path = first_file(places.smtpd_conf);
    if (path.empty()) return failed("OpenSMTPD", "there is no smtpd.conf on this machine");
    const auto file = read_file(path, most_file);
    if (!file.error.empty()) return failed("OpenSMTPD", path + ": " + file.error);
    auto greetings = parse_smtpd_conf(file.text);
    MtaNames result;
    result.mta = "OpenSMTPD";
    result.key = greetings.names.empty() ? "/etc/mailname" : "helo in smtpd.conf";
    result.remedy =
        "write NAME into /etc/mailname, or behind helo in the relaying action of smtpd.conf, and restart it";
    result.names = std::move(greetings.names);
    if (greetings.from_table) result.computed = "helo-src in " + path;
    if (greetings.own_name || (result.names.empty() && !greetings.from_table)) {
        auto name = own_name_of_smtpd(places);
        if (!name.empty()) result.names.push_back(std::move(name));
    }
    if (result.names.empty() && result.computed.empty())
        return failed("OpenSMTPD", "neither smtpd.conf nor /etc/mailname nor the system tells its name");
    return result;
}

MtaNames ask_sendmail(const MtaPlaces& places) {
    const auto sendmail = first_program(places.sendmail);
    if (sendmail.empty()) return failed("Sendmail", "there is no sendmail on this machine");
    const auto output = run_command({sendmail, "-bt", "-d0.1"}, limits);
    MtaNames result;
    result.mta = "Sendmail";
    result.key = "$j";
    result.remedy =
        "define confDOMAIN_NAME as NAME in sendmail.mc (Dj in sendmail.cf), make sendmail.cf anew and "
        "restart it";
    if (output)
        if (auto name = parse_sendmail_identity(*output); !name.empty())
            result.names.push_back(std::move(name));
    if (!result.names.empty()) return result;
    // Without a full name it sleeps for a minute in the hope that DNS finds one.
    return failed("Sendmail", sendmail + " -bt -d0.1 does not tell $j in time");
}

MtaNames ask_qmail(const MtaPlaces& places) {
    MtaNames result;
    result.mta = "qmail";
    result.remedy = "write NAME into control/helohost (or control/me where there is none)";
    for (const auto& directory : places.qmail_control)
        for (const char* name : {"helohost", "me"})
            if (auto line = first_line(read_file(directory + '/' + name, 4096).text); !line.empty()) {
                result.key = std::string("control/") + name;
                result.names.push_back(std::move(line));
                return result;
            }
    return failed("qmail", "there is neither control/helohost nor control/me below /var/qmail");
}

// The MTA that `automatic` stands for on this machine. The sendmail command is no sign, since every MTA has
// one.
MtaKind present_kind(const MtaSettings& settings, const MtaPlaces& places) {
    if (settings.kind != MtaKind::automatic) return settings.kind;
    if (!settings.config_directory.empty() || !settings.queue_directory.empty()) return MtaKind::postfix;
    for (const auto& directory : places.postfix_directories)
        if (is_file(directory + "/main.cf") && !first_program(places.postconf).empty())
            return MtaKind::postfix;
    if (!first_program(places.exim).empty()) return MtaKind::exim;
    if (!first_file(places.smtpd_conf).empty()) return MtaKind::opensmtpd;
    if (is_file(places.sendmail_cf) && !first_program(places.sendmail).empty()) return MtaKind::sendmail;
    for (const auto& directory : places.qmail_control)
        if (is_file(directory + "/me")) return MtaKind::qmail;
    return MtaKind::none;
}

}  // namespace

MtaNames ask_mta_names(const MtaSettings& settings, const MtaPlaces& places) {
    switch (present_kind(settings, places)) {
        case MtaKind::postfix:
            return ask_postfix(settings, places);
        case MtaKind::exim:
            return ask_exim(places);
        case MtaKind::opensmtpd:
            return ask_opensmtpd(places);
        case MtaKind::sendmail:
            return ask_sendmail(places);
        case MtaKind::qmail:
            return ask_qmail(places);
        case MtaKind::automatic:
        case MtaKind::none:
            break;
    }
    return {};
}

}  // namespace reputed
