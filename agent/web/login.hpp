#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "config/ip_address.hpp"

// Who may read: HTTP basic authentication (RFC 7617) against bcrypt hashes. All of it is bounded, and none of it waits;
// the one slow thing, bcrypt, is apart (`matches`).
namespace reputed::web {

struct Login {
    std::string user;
    std::string password;
};

// The login in the value of an Authorization header; nothing when it is another scheme or not well-formed.
std::optional<Login> parse_basic(std::string_view authorization);

// bcrypt: some 50 ms of work and more, by the cost of the hash. False for what is not a hash that crypt(3) knows.
bool matches(const std::string& password, const std::string& hash);

using Users = std::map<std::string, std::string>;  // name -> bcrypt hash

// The hash that a login is held against. An unknown user gets one that no password matches and that costs as much as that
// of some user, the same one each time: the time of an answer does not tell who exists.
std::string hash_for(const Users& users, const std::string& user, std::string_view salt);

// What has been found out of logins, for as long as the agent runs. Keys are digests of salt, name, password and hash: a
// changed hash asks anew, and no password is kept.
class LoginCache {
  public:
    LoginCache();
    using Key = std::array<unsigned char, 32>;
    Key key(const Login& login, const std::string& hash) const;
    std::optional<bool> find(const Key& key) const;
    void add(const Key& key, bool right);
    const std::string& salt() const { return salt_; }

  private:
    std::string salt_;
    std::set<Key> right_;
    std::set<Key> wrong_;
};

// Failures of one client: an IPv4 address, or an IPv6 network of 64 bits, which is what one customer has. Ten at once,
// then one in five seconds. Of more than 4,096 clients the one that is heard of for longest is forgotten.
class FailureLimit {
  public:
    using Time = std::chrono::steady_clock::time_point;

    // Takes one of the client's attempts; false when it has none left.
    bool attempt(const IpAddress& client, Time now);
    void give_back(const IpAddress& client);  // it was no failure

    static IpAddress client_of(const IpAddress& address);

  private:
    struct Bucket {
        double left = 0;
        Time since;
    };
    std::map<IpAddress, Bucket> buckets_;
};

// A limit over all requests, as [rate_limit] has it.
class RequestLimit {
  public:
    using Time = std::chrono::steady_clock::time_point;
    bool take(std::chrono::nanoseconds interval, int burst, Time now);

  private:
    double left_ = -1;  // below 0: not used yet
    Time since_;
};

}  // namespace reputed::web
