#pragma once

#include <memory>
#include <string>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "checks/auth/dkim_key.hpp"

// Fresh keys for tests, made by OpenSSL.
namespace reputed::test {

struct KeyPair {
    std::string pem;        // private, PKCS #8
    std::string spki;       // public, DER
    std::string bare;       // RSA only: RSAPublicKey, DER
    std::string published;  // what p= says
};

inline std::string der(EVP_PKEY* key, int (*encode)(const EVP_PKEY*, unsigned char**)) {
    std::string out(static_cast<std::size_t>(encode(key, nullptr)), '\0');
    auto* at = reinterpret_cast<unsigned char*>(out.data());
    encode(key, &at);
    return out;
}

inline KeyPair pair_of(EVP_PKEY* raw) {
    const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(raw, EVP_PKEY_free);
    KeyPair out;
    BIO* memory = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(memory, raw, nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory, &text);
    out.pem.assign(text, static_cast<std::size_t>(size));
    BIO_free(memory);
    out.spki = der(raw, i2d_PUBKEY);
    if (EVP_PKEY_get_base_id(raw) == EVP_PKEY_RSA) out.bare = der(raw, i2d_PublicKey);
    out.published = dkim::encode_base64(
        EVP_PKEY_get_base_id(raw) == EVP_PKEY_RSA ? out.spki : out.spki.substr(out.spki.size() - 32));
    return out;
}

inline KeyPair rsa_key(unsigned bits) {
    return pair_of(EVP_RSA_gen(bits));
}
inline KeyPair ed25519_key() {
    return pair_of(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}
// One of 2048 bits, made once.
inline const KeyPair& good_key() {
    static const KeyPair key = rsa_key(2048);
    return key;
}

}  // namespace reputed::test
