#include "agent/web/tls.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>
#include <sys/stat.h>

#include "agent/logging.hpp"
#include "config/file_text.hpp"

namespace reputed::web {
namespace {

constexpr std::size_t longest_pem = std::size_t{1024} * 1024;
constexpr auto least_gap = std::chrono::seconds(1);

std::string read_pem(const PemSource& source) {
    if (source.file.empty()) return source.text;
    auto file = read_file(source.file, longest_pem);
    if (!file.error.empty()) throw std::runtime_error(source.file + ": " + file.error);
    return std::move(file.text);
}

std::string name_of(const PemSource& source, const char* key) {
    return source.file.empty() ? key : source.file;
}

gnutls_datum_t datum(const std::string& text) {
    return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())),
            static_cast<unsigned>(text.size())};
}

// Changes when the file does, also when another one takes its name.
std::string state_of(const std::string& file) {
    struct stat status {};
    if (file.empty() || stat(file.c_str(), &status) != 0) return "";
    std::string state;
    for (const auto value :
         {static_cast<long long>(status.st_dev), static_cast<long long>(status.st_ino),
          static_cast<long long>(status.st_size), static_cast<long long>(status.st_mtim.tv_sec),
          static_cast<long long>(status.st_mtim.tv_nsec), static_cast<long long>(status.st_ctim.tv_sec),
          static_cast<long long>(status.st_ctim.tv_nsec)})
        state += std::to_string(value) + ' ';
    return state;
}

std::vector<std::string> states_of(const TlsSettings& settings) {
    return {state_of(settings.certificate.file), state_of(settings.key.file),
            state_of(settings.client_ca.file)};
}

// Go's net.IP.String and ours agree on what inet_ntop writes.
std::string name_text(unsigned type, const gnutls_datum_t& name) {
    if (type == GNUTLS_SAN_IPADDRESS) {
        std::array<char, INET6_ADDRSTRLEN> text{};
        if (name.size != 4 && name.size != 16) return "";
        return inet_ntop(name.size == 4 ? AF_INET : AF_INET6, name.data, text.data(), text.size());
    }
    if (type != GNUTLS_SAN_DNSNAME && type != GNUTLS_SAN_RFC822NAME && type != GNUTLS_SAN_URI) return "";
    return std::string(reinterpret_cast<const char*>(name.data), name.size);
}

bool has_allowed_name(const gnutls_datum_t& certificate, const std::vector<std::string>& allowed) {
    gnutls_x509_crt_t parsed = nullptr;
    if (gnutls_x509_crt_init(&parsed) != GNUTLS_E_SUCCESS) return false;
    const std::unique_ptr<gnutls_x509_crt_int, decltype(&gnutls_x509_crt_deinit)> owner(
        parsed, gnutls_x509_crt_deinit);
    gnutls_subject_alt_names_t names = nullptr;
    gnutls_datum_t extension{};
    unsigned critical = 0;
    if (gnutls_x509_crt_import(parsed, &certificate, GNUTLS_X509_FMT_DER) != GNUTLS_E_SUCCESS ||
        gnutls_x509_crt_get_extension_by_oid2(parsed, GNUTLS_X509EXT_OID_SAN, 0, &extension, &critical) !=
            GNUTLS_E_SUCCESS)
        return false;
    bool found = false;
    if (gnutls_subject_alt_names_init(&names) == GNUTLS_E_SUCCESS) {
        if (gnutls_x509_ext_import_subject_alt_names(&extension, names, 0) == GNUTLS_E_SUCCESS) {
            unsigned type = 0;
            gnutls_datum_t name{};
            for (unsigned i = 0;
                 gnutls_subject_alt_names_get(names, i, &type, &name, nullptr) == GNUTLS_E_SUCCESS; ++i)
                found = found ||
                        std::find(allowed.begin(), allowed.end(), name_text(type, name)) != allowed.end();
        }
        gnutls_subject_alt_names_deinit(names);
    }
    gnutls_free(extension.data);
    return found;
}

}  // namespace

class TlsIdentity {
  public:
    explicit TlsIdentity(const TlsSettings& settings)
        : client_(settings.client), allowed_names_(settings.client_allowed_sans) {
        if (gnutls_certificate_allocate_credentials(&credentials_) != GNUTLS_E_SUCCESS)
            throw std::bad_alloc();
        try {
            load(settings);
        } catch (...) {
            gnutls_certificate_free_credentials(credentials_);
            throw;
        }
    }
    ~TlsIdentity() {
        gnutls_priority_deinit(priorities_);
        gnutls_certificate_free_credentials(credentials_);
    }
    TlsIdentity(const TlsIdentity&) = delete;
    TlsIdentity& operator=(const TlsIdentity&) = delete;

    void set_up(gnutls_session_t session) {
        gnutls_priority_set(session, priorities_);
        gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials_);
        const bool required = client_ == ClientCertificate::any || client_ == ClientCertificate::verified;
        gnutls_certificate_server_set_request(session, client_ == ClientCertificate::none ? GNUTLS_CERT_IGNORE
                                                       : required ? GNUTLS_CERT_REQUIRE
                                                                  : GNUTLS_CERT_REQUEST);
        gnutls_session_set_ptr(session, this);
        gnutls_session_set_verify_function(session, [](gnutls_session_t one) {
            return static_cast<TlsIdentity*>(gnutls_session_get_ptr(one))->lets_in(one)
                       ? 0
                       : GNUTLS_E_CERTIFICATE_ERROR;
        });
    }

  private:
    void load(const TlsSettings& settings) {
        const auto certificate = read_pem(settings.certificate);
        const auto key = read_pem(settings.key);
        const auto certificate_datum = datum(certificate);
        const auto key_datum = datum(key);
        if (const int error = gnutls_certificate_set_x509_key_mem2(
                credentials_, &certificate_datum, &key_datum, GNUTLS_X509_FMT_PEM, nullptr, 0);
            error < 0)
            throw std::runtime_error(name_of(settings.certificate, "cert") + " with " +
                                     name_of(settings.key, "key") + ": " + gnutls_strerror(error));
        if (settings.client_ca.given()) {
            const auto authorities = read_pem(settings.client_ca);
            const auto authorities_datum = datum(authorities);
            if (gnutls_certificate_set_x509_trust_mem(credentials_, &authorities_datum,
                                                      GNUTLS_X509_FMT_PEM) <= 0)
                throw std::runtime_error(name_of(settings.client_ca, "client_ca") + ": no certificate in it");
        }
        if (gnutls_priority_init(&priorities_, settings.priorities.c_str(), nullptr) != GNUTLS_E_SUCCESS)
            throw std::runtime_error("none of what tls_server_config asks for can be spoken here");
    }

    bool lets_in(gnutls_session_t session) const {
        unsigned count = 0;
        const auto* certificates = gnutls_certificate_get_peers(session, &count);
        if (certificates == nullptr || count == 0)
            return client_ != ClientCertificate::any && client_ != ClientCertificate::verified;
        if (client_ == ClientCertificate::verified || client_ == ClientCertificate::verified_if_given) {
            std::string purpose = GNUTLS_KP_TLS_WWW_CLIENT;
            gnutls_typed_vdata_st wanted{GNUTLS_DT_KEY_PURPOSE_OID,
                                         reinterpret_cast<unsigned char*>(purpose.data()), 0};
            unsigned status = 0;
            if (gnutls_certificate_verify_peers(session, &wanted, 1, &status) < 0 || status != 0)
                return false;
        }
        return allowed_names_.empty() || has_allowed_name(certificates[0], allowed_names_);
    }

    gnutls_certificate_credentials_t credentials_ = nullptr;
    gnutls_priority_t priorities_ = nullptr;
    ClientCertificate client_;
    std::vector<std::string> allowed_names_;
};

Tls::Tls(TlsSettings settings)
    : settings_(std::move(settings)),
      state_(states_of(settings_)),
      looked_(std::chrono::steady_clock::now()) {
    identity_ = std::make_shared<TlsIdentity>(settings_);
}

Tls::~Tls() = default;

std::shared_ptr<void> Tls::set_up(void* session) {
    look_again(std::chrono::steady_clock::now());
    identity_->set_up(static_cast<gnutls_session_t>(session));
    return identity_;
}

void Tls::look_again(Time now) {
    if (now - looked_ < least_gap) return;
    looked_ = now;
    auto state = states_of(settings_);
    if (state == state_) return;
    state_ = std::move(state);
    try {
        identity_ = std::make_shared<TlsIdentity>(settings_);
        log("web").info("certificate read again");
    } catch (const std::exception& error) {
        log("web").error("{}: the certificate from before stays in use", error.what());
    }
}

}  // namespace reputed::web

namespace reputed {

std::optional<WebConfig> checked_web_config(const WebSettings& settings, Problems& problems) {
    if (settings.config_file.empty()) return {};
    const auto before = problems.size();
    auto config = load_web_config(settings.config_file, problems);
    if (!config.tls || problems.size() != before) return config;
    try {
        const web::TlsIdentity tried(*config.tls);
    } catch (const std::exception& error) {
        problems.push_back({settings.config_file, 0, 0, error.what()});
    }
    return config;
}

}  // namespace reputed
