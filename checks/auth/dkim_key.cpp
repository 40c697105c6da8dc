#include "checks/auth/dkim_key.hpp"

#include <algorithm>
#include <memory>

#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace reputed::dkim {
namespace {

struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t ed25519_octets = 32;
// SubjectPublicKeyInfo of an Ed25519 key is these octets and the key (RFC 8410 section 4).
constexpr std::size_t ed25519_prefix = 12;

const unsigned char* bytes(std::string_view octets) {
    return reinterpret_cast<const unsigned char*>(octets.data());
}

std::string spki_of(EVP_PKEY* key) {
    const int size = i2d_PUBKEY(key, nullptr);
    if (size <= 0) return "";
    std::string out(static_cast<std::size_t>(size), '\0');
    auto* at = reinterpret_cast<unsigned char*>(out.data());
    i2d_PUBKEY(key, &at);
    return out;
}

// The facts of a key that OpenSSL has read.
KeyResult facts(EVP_PKEY* key) {
    KeyResult result;
    const int type = EVP_PKEY_get_base_id(key);
    if (type == EVP_PKEY_RSA) {
        result.key.type = KeyType::rsa;
        result.key.bits = EVP_PKEY_get_bits(key);
    } else if (type == EVP_PKEY_ED25519) {
        result.key.type = KeyType::ed25519;
        result.key.bits = 8 * ed25519_octets;
    } else {
        result.error = "is neither an RSA nor an Ed25519 key";
        return result;
    }
    result.key.spki = spki_of(key);
    if (result.key.spki.empty()) result.error = "cannot be encoded again";
    return result;
}

// RSAPublicKey alone (PKCS #1), which RFC 6376 names and few publish.
Key read_bare_rsa(std::string_view octets, std::size_t& used) {
    EVP_PKEY* raw = nullptr;
    OSSL_DECODER_CTX* context = OSSL_DECODER_CTX_new_for_pkey(
        &raw, "DER", "type-specific", "RSA", OSSL_KEYMGMT_SELECT_PUBLIC_KEY, nullptr, nullptr);
    if (context == nullptr) return nullptr;
    const unsigned char* at = bytes(octets);
    std::size_t rest = octets.size();
    const bool good = OSSL_DECODER_from_data(context, &at, &rest) == 1;
    OSSL_DECODER_CTX_free(context);
    Key key(raw);
    if (!good) return nullptr;
    used = octets.size() - rest;
    return key;
}

KeyResult read_rsa(std::string_view octets) {
    KeyResult result;
    const unsigned char* at = bytes(octets);
    Key key(d2i_PUBKEY(nullptr, &at, static_cast<long>(octets.size())));
    auto used = static_cast<std::size_t>(at - bytes(octets));
    const bool bare = !key;
    if (!key) key = read_bare_rsa(octets, used);
    if (!key) {
        result.error = octets.size() == ed25519_octets
                           ? "is no RSA key: its 32 octets look like Ed25519, which needs k=ed25519"
                           : "is no RSA key: its " + std::to_string(octets.size()) +
                                 " octets are no SubjectPublicKeyInfo, cut off perhaps";
        return result;
    }
    result = facts(key.get());
    if (result.error.empty() && result.key.type != KeyType::rsa)
        result.error = "is no RSA key: it is an Ed25519 key in SubjectPublicKeyInfo";
    result.key.bare = bare;
    result.key.trailing = octets.size() - std::min(used, octets.size());
    return result;
}

KeyResult read_ed25519(std::string_view octets) {
    KeyResult result;
    result.key.type = KeyType::ed25519;
    if (octets.size() != ed25519_octets) {
        result.error = "is no Ed25519 key: it has " + std::to_string(octets.size()) + " octets, not 32";
        if (octets.size() == ed25519_octets + ed25519_prefix)
            result.error += "; publish the last 32 of them, without SubjectPublicKeyInfo";
        return result;
    }
    const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(octets), octets.size()));
    if (!key) {
        result.error = "is no Ed25519 key";
        return result;
    }
    return facts(key.get());
}

}  // namespace

std::string_view to_string(KeyType type) {
    return type == KeyType::rsa ? "rsa" : "ed25519";
}

Base64 decode_base64(std::string_view text) {
    Base64 result;
    std::size_t padding = 0;
    while (padding < 2 && !text.empty() && text.back() == '=') {
        text.remove_suffix(1);
        ++padding;
    }
    const auto bad = text.find_first_not_of(alphabet);
    if (bad != std::string_view::npos) {
        const auto c = static_cast<unsigned char>(text[bad]);
        result.error = "holds ";
        if (c > ' ' && c < 0x7f)
            result.error += std::string("'") + text[bad] + '\'';
        else
            result.error += "octet " + std::to_string(c);
        result.error += ", which is not base64";
        return result;
    }
    if (text.size() % 4 == 1) {
        result.error = "is cut off: base64 never has " + std::to_string(text.size()) + " characters";
        return result;
    }
    result.padded = (text.size() + padding) % 4 == 0;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        bits = bits << 6 | static_cast<std::uint32_t>(alphabet.find(c));
        count += 6;
        if (count < 8) continue;
        count -= 8;
        result.octets += static_cast<char>(bits >> count & 0xffU);
    }
    return result;
}

std::string encode_base64(std::string_view octets) {
    std::string out((octets.size() + 2) / 3 * 4 + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes(octets),
                                     static_cast<int>(octets.size()));
    out.resize(static_cast<std::size_t>(std::max(size, 0)));
    return out;
}

KeyResult read_public_key(KeyType type, std::string_view octets) {
    auto result = type == KeyType::rsa ? read_rsa(octets) : read_ed25519(octets);
    ERR_clear_error();
    return result;
}

KeyResult public_half(const std::string& pem) {
    KeyResult result;
    BIO* memory = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    const auto no_pass_phrase = [](char*, int, int, void*) { return -1; };
    const Key key(PEM_read_bio_PrivateKey(memory, nullptr, no_pass_phrase, nullptr));
    BIO_free(memory);
    if (key)
        result = facts(key.get());
    else
        result.error = "is no private key in PEM";
    ERR_clear_error();
    return result;
}

std::string published(const PublicKey& key) {
    std::string_view octets = key.spki;
    if (key.type == KeyType::ed25519) octets.remove_prefix(std::min(octets.size(), ed25519_prefix));
    return encode_base64(octets);
}

}  // namespace reputed::dkim
