#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"

// The names that the mail server on this machine greets other servers with (EHLO), as its own configuration
// says. Asking (ask_mta_names) and reading what was told (parse_*) are apart, so that every MTA's answer is
// tested without it.
namespace reputed {

struct MtaNames {
    std::string mta;  // "Postfix"; "" where none was found or [mta] says that there is none
    // As told, the usual one first, each once, none empty; at most 16. Nothing says that they are host names.
    std::vector<std::string> names;
    std::string key;  // where the usual name is set, in the MTA's own words: "myhostname"
    std::string
        remedy;  // how to set it, with NAME in the place of the name: "set myhostname = NAME in main.cf"
    std::string computed;  // where further names are only known while mail is sent; "" = nowhere
    std::string error;     // why no name could be told; then there are none
};

// Where MTAs are looked for. Tests name their own.
struct MtaPlaces {
    std::vector<std::string> postconf{"/usr/sbin/postconf", "/usr/local/sbin/postconf", "/usr/bin/postconf"};
    std::vector<std::string> postfix_directories{"/etc/postfix", "/usr/local/etc/postfix"};
    std::vector<std::string> exim{"/usr/sbin/exim4", "/usr/sbin/exim", "/usr/local/sbin/exim"};
    std::vector<std::string> smtpd_conf{"/etc/smtpd.conf", "/etc/mail/smtpd.conf",
                                        "/etc/opensmtpd/smtpd.conf"};
    std::vector<std::string> mailname{"/etc/mailname", "/etc/mail/mailname"};
    // Debian's first, then what other MTAs may have put a program of their own at.
    std::vector<std::string> sendmail{"/usr/libexec/sendmail/sendmail", "/usr/lib/sm.bin/sendmail",
                                      "/usr/sbin/sendmail"};
    std::string sendmail_cf = "/etc/mail/sendmail.cf";
    std::vector<std::string> qmail_control{"/var/qmail/control", "/etc/qmail"};
};

// Asks the MTA of the settings, or the first that is found. Blocks at most for some seconds.
MtaNames ask_mta_names(const MtaSettings& settings, const MtaPlaces& places = {});

// `usual`: `postconf -x -h smtp_helo_name`. `services`: `postconf -x -P '*/unix/smtp_helo_name'`, a line
// "NAME/unix/smtp_helo_name = VALUE" for each service of master.cf that has a name of its own.
std::vector<std::string> parse_postfix_names(std::string_view usual, std::string_view services);

// `exim -bP primary_hostname`: "primary_hostname = NAME". "" where it says nothing.
std::string parse_exim_hostname(std::string_view text);

// `exim -bP transports`: "key = value" lines with a heading "NAME transport:" each. Gives the helo_data of the
// smtp transports; what is expanded while mail is sent goes into `computed`.
struct EximGreetings {
    std::vector<std::string> names;
    std::string computed;  // "helo_data of the transport NAME"
};
EximGreetings parse_exim_transports(std::string_view text, const std::string& primary_hostname);

// `sendmail -bt -d0.1`: $j of the table "SYSTEM IDENTITY", with the macros $w, $m and $k of that table in
// their places. "" where there is no such table.
std::string parse_sendmail_identity(std::string_view text);

// smtpd.conf(5) of OpenSMTPD 6.4 and later: the `helo` of each relaying action.
struct SmtpdGreetings {
    std::vector<std::string> names;
    bool own_name = false;    // an action without one: the server's own name
    bool from_table = false;  // helo-src
};
SmtpdGreetings parse_smtpd_conf(std::string_view text);

}  // namespace reputed
