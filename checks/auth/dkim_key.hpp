#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Public keys as DKIM publishes them, and the private keys that belong to them.
namespace reputed::dkim {

enum class KeyType : std::uint8_t { rsa, ed25519 };
std::string_view to_string(KeyType type);

struct PublicKey {
    KeyType type = KeyType::rsa;
    int bits = 0;              // of the RSA modulus; 256 for ed25519
    bool bare = false;         // an RSAPublicKey without SubjectPublicKeyInfo around it
    std::size_t trailing = 0;  // octets behind the key
    std::string spki;          // DER SubjectPublicKeyInfo, the same for the same key
    bool operator==(const PublicKey& other) const { return spki == other.spki; }
};

struct KeyResult {
    PublicKey key;
    std::string error;  // "" when the key is good; else why not, as the end of a sentence
};

// Strict base64 (RFC 4648 section 4); the padding may be missing. `padded` says whether it was there.
struct Base64 {
    std::string octets;
    bool padded = true;
    std::string error;  // "" or the end of a sentence
};
Base64 decode_base64(std::string_view text);
std::string encode_base64(std::string_view octets);

// The decoded p= of a key record: RFC 6376 section 3.6.1 for RSA, RFC 8463 section 4 for Ed25519 (32 octets).
KeyResult read_public_key(KeyType type, std::string_view octets);

// The public half of a private key in PEM; a key behind a pass phrase is an error.
KeyResult public_half(const std::string& pem);

// What p= says for this key.
std::string published(const PublicKey& key);

}  // namespace reputed::dkim
