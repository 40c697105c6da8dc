#include "agent/web/login.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

#include <crypt.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <strings.h>

namespace reputed::web {
namespace {

constexpr std::size_t most_kept = 256;
constexpr std::size_t most_clients = 4096;
constexpr double attempts_at_once = 10;
constexpr double seconds_per_attempt = 5;
constexpr std::string_view base64_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::optional<std::string> decode_base64(std::string_view text) {
    while (text.ends_with('='))
        text.remove_suffix(1);
    std::string decoded;
    unsigned bits = 0;
    int held = 0;
    for (const char letter : text) {
        const auto value = base64_letters.find(letter);
        if (value == std::string_view::npos) return {};
        bits = (bits << 6 | static_cast<unsigned>(value)) & 0xffff;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        decoded.push_back(static_cast<char>(bits >> held & 0xff));
    }
    if (held == 6) return {};  // a letter that is no byte
    return decoded;
}

double seconds(std::chrono::steady_clock::duration duration) {
    return std::chrono::duration<double>(duration).count();
}

}  // namespace

std::optional<Login> parse_basic(std::string_view authorization) {
    static constexpr std::string_view scheme = "Basic ";
    if (authorization.size() <= scheme.size() ||
        strncasecmp(authorization.data(), scheme.data(), scheme.size()) != 0)
        return {};
    authorization.remove_prefix(scheme.size());
    while (authorization.starts_with(' '))
        authorization.remove_prefix(1);
    while (authorization.ends_with(' '))
        authorization.remove_suffix(1);
    const auto decoded = decode_base64(authorization);
    if (!decoded) return {};
    const auto colon = decoded->find(':');
    // bcrypt would take what stands before a zero byte for the whole.
    if (colon == std::string::npos || decoded->find('\0') != std::string::npos) return {};
    return Login{decoded->substr(0, colon), decoded->substr(colon + 1)};
}

bool matches(const std::string& password, const std::string& hash) {
    const auto data = std::make_unique<crypt_data>();
    const char* computed = crypt_r(password.c_str(), hash.c_str(), data.get());
    const bool same = computed != nullptr && std::strlen(computed) == hash.size() && hash.size() == 60 &&
                      CRYPTO_memcmp(computed, hash.data(), hash.size()) == 0;
    explicit_bzero(data.get(), sizeof *data);
    return same;
}

std::string hash_for(const Users& users, const std::string& user, std::string_view salt) {
    if (const auto known = users.find(user); known != users.end()) return known->second;
    std::string cost = "10";
    if (!users.empty()) {
        const auto which = std::hash<std::string>{}(std::string(salt) + user) % users.size();
        cost = std::next(users.begin(), static_cast<std::ptrdiff_t>(which))->second.substr(4, 2);
    }
    // The last letter of a bcrypt hash has but four bits: nothing ends in "9".
    return "$2b$" + cost + "$......................" + std::string(30, '.') + "9";
}

LoginCache::LoginCache() : salt_(32, '\0') {
    if (RAND_bytes(reinterpret_cast<unsigned char*>(salt_.data()), static_cast<int>(salt_.size())) != 1)
        throw std::runtime_error("no random numbers for the passwords of the web server");
}

LoginCache::Key LoginCache::key(const Login& login, const std::string& hash) const {
    std::string all = salt_;
    for (const auto* part : {&login.user, &login.password, &hash})
        all += std::to_string(part->size()) + ':' + *part;
    Key digest{};
    if (EVP_Digest(all.data(), all.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("SHA-256 failed");
    explicit_bzero(all.data(), all.size());
    return digest;
}

std::optional<bool> LoginCache::find(const Key& key) const {
    if (right_.contains(key)) return true;
    if (wrong_.contains(key)) return false;
    return {};
}

void LoginCache::add(const Key& key, bool right) {
    auto& kept = right ? right_ : wrong_;
    if (kept.size() >= most_kept) kept.erase(kept.begin());  // digests: any is as good as another
    kept.insert(key);
}

IpAddress FailureLimit::client_of(const IpAddress& address) {
    const auto plain = address.unmapped();
    return plain.family() == Family::v4 ? plain : IpNetwork(plain, 64).first();
}

bool FailureLimit::attempt(const IpAddress& client, Time now) {
    const auto key = client_of(client);
    auto found = buckets_.find(key);
    if (found == buckets_.end()) {
        if (buckets_.size() >= most_clients)
            buckets_.erase(std::min_element(
                buckets_.begin(), buckets_.end(),
                [](const auto& a, const auto& b) { return a.second.since < b.second.since; }));
        found = buckets_.emplace(key, Bucket{attempts_at_once, now}).first;
    }
    auto& bucket = found->second;
    bucket.left = std::min(attempts_at_once, bucket.left + seconds(now - bucket.since) / seconds_per_attempt);
    bucket.since = now;
    if (bucket.left < 1) return false;
    bucket.left -= 1;
    return true;
}

void FailureLimit::give_back(const IpAddress& client) {
    if (const auto found = buckets_.find(client_of(client)); found != buckets_.end())
        found->second.left = std::min(attempts_at_once, found->second.left + 1);
}

bool RequestLimit::take(std::chrono::nanoseconds interval, int burst, Time now) {
    if (interval.count() <= 0) return true;
    if (left_ < 0)
        left_ = burst;
    else
        left_ = std::min<double>(
            burst, left_ + seconds(now - since_) / std::chrono::duration<double>(interval).count());
    since_ = now;
    if (left_ < 1) return false;
    left_ -= 1;
    return true;
}

}  // namespace reputed::web
