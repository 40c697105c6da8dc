#include "config/mta_names.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace reputed {
namespace {

using Texts = std::vector<std::string>;

TEST(MtaNamesPostfix, UsualNameFirstThenThoseOfServices) {
    EXPECT_EQ(parse_postfix_names("mail.example.org\n", ""), Texts{"mail.example.org"});
    EXPECT_EQ(parse_postfix_names("mail.example.org\n",
                                  "out2/unix/smtp_helo_name = two.example.org\n"
                                  "out3/unix/smtp_helo_name = MAIL.example.org\n"
                                  "out4/unix/smtp_bind_address = 192.0.2.1\n"
                                  "smtp/inet/smtp_helo_name = bogus\n"),
              (Texts{"mail.example.org", "two.example.org"}));
    EXPECT_EQ(parse_postfix_names("", ""), Texts());
    EXPECT_EQ(parse_postfix_names("\n", "\n=\n/unix/smtp_helo_name =\n"), Texts());
    std::string many;
    for (int i = 0; i < 1000; ++i)
        many += "s/unix/smtp_helo_name = n" + std::to_string(i) + ".example\n";
    EXPECT_EQ(parse_postfix_names("mail.example.org", many).size(), 16U);
}

TEST(MtaNamesExim, PrimaryHostname) {
    EXPECT_EQ(parse_exim_hostname("primary_hostname = mail.example.org\n"), "mail.example.org");
    EXPECT_EQ(parse_exim_hostname("warning = x\r\nprimary_hostname = a.example\r\n"), "a.example");
    for (const auto* text : {"", "\n", "primary_hostname", "primary_hostname =", "mail.example.org"})
        EXPECT_EQ(parse_exim_hostname(text), "") << text;
}

TEST(MtaNamesExim, HeloDataOfSmtpTransports) {
    const auto greetings = [](const char* text) {
        const auto found = parse_exim_transports(text, "mail.example.org");
        std::string out;
        for (const auto& name : found.names)
            out += name + ' ';
        return out + '|' + found.computed;
    };
    EXPECT_EQ(greetings("\nremote transport:\ndriver = smtp\nhelo_data = $primary_hostname\n"),
              "mail.example.org |");
    EXPECT_EQ(greetings("a transport:\ndriver = smtp\nhelo_data = out.example.org\n\n"
                        "b transport:\nhelo_data = ${primary_hostname}\ndriver = smtp\n"
                        "c transport:\ndriver = smtp\nhelo_data = ${if eq{a}{b}{x}{y}}\n"
                        "d transport:\ndriver = pipe\nhelo_data = no.example.org\n"),
              "out.example.org mail.example.org |helo_data of the transport c");
    EXPECT_EQ(greetings("local transport:\ndriver = appendfile\n"), "|");
    EXPECT_EQ(greetings(""), "|");
}

TEST(MtaNamesSendmail, IdentityTable) {
    const std::string head = "Version 8.17.1.9\n Compiled with: DNSMAP\n $j = not.this\n\n";
    const std::string rule = "============ SYSTEM IDENTITY (after readcf) ============\n";
    const std::string end =
        "========================================================\n  (later) $j = nor.this\n> ";
    const auto parse = [&](const std::string& rows) {
        return parse_sendmail_identity(head + rule + rows + end);
    };
    EXPECT_EQ(parse("      (short domain name) $w = mail\n  (canonical domain name) $j = mail.example.org\n"
                    "         (subdomain name) $m = example.org\n              (node name) $k = mail\n"),
              "mail.example.org");
    EXPECT_EQ(parse("      (short domain name) $w = mail\n  (canonical domain name) $j = $w.lab.example\n"
                    "         (subdomain name) $m = <null>\n"),
              "mail.lab.example");
    EXPECT_EQ(parse("(x) $w = mail\n(x) $j = $w.$m\n(x) $m = lab.example\n"), "mail.lab.example");
    EXPECT_EQ(parse("(x) $j = $q$\n"), "$q$");
    EXPECT_EQ(parse(""), "");
    EXPECT_EQ(parse_sendmail_identity("postfix/sendmail: fatal\n $j = x\n"), "");
}

TEST(MtaNamesOpensmtpd, RelayingActions) {
    const auto read = [](const char* text) {
        const auto found = parse_smtpd_conf(text);
        std::string out;
        for (const auto& name : found.names)
            out += name + ' ';
        return out + (found.own_name ? "own " : "") + (found.from_table ? "table" : "");
    };
    EXPECT_EQ(read("action \"outbound\" relay\n"), "own ");
    EXPECT_EQ(read("action outbound relay helo mail.example.org"), "mail.example.org ");
    EXPECT_EQ(
        read("name = \"mail.example.org\"\naction out relay host smtp://r.example \\\n helo $name # $x\n"),
        "mail.example.org ");
    EXPECT_EQ(read("action out relay helo-src <names>\naction \"b\" relay"), "own table");
    EXPECT_EQ(
        read("action local maildir\nmatch from any helo bogus reject\n# action x relay helo no.example\n"),
        "");
    EXPECT_EQ(read("table t { a,\n b }\naction out relay helo \"unterminated"), "unterminated ");
    EXPECT_EQ(read("action out relay helo"), "own ");
    EXPECT_EQ(read("action out relay helo $none"), "$none ");
    EXPECT_EQ(read("}}}\n{{{ action"), "");
}

// A directory with programs that stand in for MTAs.
class MtaNamesAsked : public testing::Test {
  protected:
    void SetUp() override {
        directory_ =
            std::filesystem::temp_directory_path() / ("reputed_mta_names_" + std::to_string(getpid()));
        std::filesystem::create_directories(directory_ / "control");
        places_.postconf = {path("postconf")};
        places_.postfix_directories = {directory_.string()};
        places_.exim = {path("exim4")};
        places_.smtpd_conf = {path("smtpd.conf")};
        places_.mailname = {path("mailname")};
        places_.sendmail = {path("sendmail")};
        places_.sendmail_cf = path("sendmail.cf");
        places_.qmail_control = {path("control")};
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    std::string path(const std::string& name) const { return (directory_ / name).string(); }
    void file(const std::string& name, const std::string& text) { std::ofstream(path(name)) << text; }
    void program(const std::string& name, const std::string& script) {
        file(name, "#!/bin/sh\n" + script);
        std::filesystem::permissions(path(name), std::filesystem::perms::owner_all);
    }
    MtaNames ask(MtaKind kind = MtaKind::automatic, const std::string& config_directory = "") {
        MtaSettings settings;
        settings.kind = kind;
        settings.config_directory = config_directory;
        return ask_mta_names(settings, places_);
    }

    std::filesystem::path directory_;
    MtaPlaces places_;
};

TEST_F(MtaNamesAsked, NothingIsThere) {
    const auto none = ask();
    EXPECT_EQ(none.mta, "");
    EXPECT_EQ(none.error, "");
    EXPECT_TRUE(none.names.empty());
    EXPECT_EQ(ask(MtaKind::none).mta, "");
    EXPECT_EQ(ask(MtaKind::postfix).error, "there is no postconf on this machine");
    EXPECT_EQ(ask(MtaKind::exim).error, "there is no exim on this machine");
    EXPECT_EQ(ask(MtaKind::opensmtpd).error, "there is no smtpd.conf on this machine");
    EXPECT_EQ(ask(MtaKind::sendmail).error, "there is no sendmail on this machine");
    EXPECT_EQ(ask(MtaKind::qmail).error, "there is neither control/helohost nor control/me below /var/qmail");
}

TEST_F(MtaNamesAsked, Postfix) {
    program("postconf",
            "case \"$*\" in\n'-x -h smtp_helo_name') echo mail.example.org;;\n"
            "'-c /elsewhere -x -h smtp_helo_name') echo else.example.org;;\n"
            "'-x -P */unix/smtp_helo_name') echo o/unix/smtp_helo_name = two.example.org;;\n"
            "*) exit 1;;\nesac\n");
    EXPECT_EQ(ask().mta, "");  // postconf alone is no Postfix
    file("main.cf", "");
    EXPECT_EQ(ask().mta, "Postfix");
    EXPECT_EQ(ask().names, (Texts{"mail.example.org", "two.example.org"}));
    EXPECT_EQ(ask(MtaKind::automatic, "/elsewhere").names, Texts{"else.example.org"});
    const auto failed = ask(MtaKind::postfix, "/nowhere");
    EXPECT_TRUE(failed.names.empty());
    EXPECT_EQ(failed.error, path("postconf") + " does not tell smtp_helo_name of /nowhere");
}

TEST_F(MtaNamesAsked, TheOthers) {
    file("control/me", "qmail.example.org\nx\n");
    EXPECT_EQ(ask().mta, "qmail");
    EXPECT_EQ(ask().names, Texts{"qmail.example.org"});
    file("control/helohost", "helo.example.org\n");
    EXPECT_EQ(ask().names, Texts{"helo.example.org"});

    program("sendmail", "echo '==== SYSTEM IDENTITY ===='; echo ' (x) $j = sm.example.org'");
    EXPECT_EQ(ask().mta, "qmail");  // every MTA has a sendmail
    file("sendmail.cf", "");
    EXPECT_EQ(ask().mta, "Sendmail");
    EXPECT_EQ(ask().names, Texts{"sm.example.org"});

    file("smtpd.conf", "action out relay\n");
    file("mailname", "smtpd.example.org\n");
    EXPECT_EQ(ask().mta, "OpenSMTPD");
    EXPECT_EQ(ask().names, Texts{"smtpd.example.org"});
    file("smtpd.conf", "action out relay helo-src <t>\n");
    EXPECT_EQ(ask().names, Texts());
    EXPECT_EQ(ask().computed, "helo-src in " + path("smtpd.conf"));

    program("exim4", "[ \"$2\" = primary_hostname ] && echo primary_hostname = exim.example.org || exit 1");
    EXPECT_EQ(ask().mta, "Exim");
    EXPECT_EQ(ask().names, Texts{"exim.example.org"});
    program("exim4", "exit 1");
    EXPECT_EQ(ask().error, path("exim4") + " -bP primary_hostname tells no name");
}

}  // namespace
}  // namespace reputed
