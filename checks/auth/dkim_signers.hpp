#pragma once

#include <string>
#include <string_view>
#include <vector>

// What the signers on this machine are set up to sign with: OpenDKIM, Rspamd, Exim.
namespace reputed::dkim {

struct SigningKey {
    std::string domain;    // d=, lower case
    std::string selector;  // s=, lower case
    std::string path;      // of the private key
    std::string source;    // the file that says so
    bool assumed = false;  // named by defaults only: the key counts where its file exists
};

// The three readers, over the text of their files.
struct OpenDkimText {
    std::string configuration;
    std::string key_table;
    std::string signing_table;
};
// Fills in `path` and `selector` only from what the texts say; sources are left empty.
std::vector<SigningKey> opendkim_keys(const OpenDkimText& text, std::string_view domain);
std::vector<SigningKey> rspamd_keys(std::string_view dkim_signing, std::string_view domain);
std::vector<SigningKey> exim_keys(std::string_view text, std::string_view domain);

// What the files say. Those that cannot be read say nothing; bounded in number and size. `root` stands before
// every path that is read, for tests.
struct Signers {
    std::string root;
    OpenDkimText opendkim;
    std::string key_table;  // its path
    std::string rspamd;
    std::string rspamd_file;
    std::string exim;
};
Signers read_signers(const std::string& root = "");

// The keys that mail from `domain` is signed with. What takes a lookup or an expansion of the MTA to tell is
// left out.
std::vector<SigningKey> signing_keys(const Signers& signers, std::string_view domain);

// The value of a setting in opendkim.conf without "file:" or "refile:" before it; "" when it is not set or is
// another kind of table.
std::string opendkim_setting(std::string_view configuration, std::string_view name);

}  // namespace reputed::dkim
