#include "agent/notify/signature.hpp"

#include <array>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace reputed::notify {

std::string hmac_sha256(std::string_view key, std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
             &length) == nullptr)
        throw std::runtime_error("HMAC-SHA256 is not to be had");
    std::string out;
    for (unsigned i = 0; i < length; ++i) {
        out += digits[digest[i] >> 4];
        out += digits[digest[i] & 15];
    }
    return out;
}

std::string signature(std::string_view key, std::string_view timestamp, std::string_view body) {
    return "sha256=" + hmac_sha256(key, std::string(timestamp) + '.' + std::string(body));
}

}  // namespace reputed::notify
