#include "tests/support/loopback_server.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config/text.hpp"

namespace reputed::test {

namespace {

void require(bool holds, const char* what) {
    if (!holds) throw std::runtime_error(what);
}

X509* self_signed(EVP_PKEY* key, const std::string& name) {
    X509* const certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* const subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"),
                               -1, -1, 0);
    X509_set_issuer_name(certificate, subject);
    const bool address = name.find_first_not_of("0123456789.") == std::string::npos;
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name,
                                                          ((address ? "IP:" : "DNS:") + name).c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    require(X509_sign(certificate, key, EVP_sha256()) > 0, "signing");
    return certificate;
}

}  // namespace

Certificate::Certificate(const std::string& name) {
    EVP_PKEY* const key = EVP_EC_gen("P-256");
    X509* const certificate = self_signed(key, name);
    context_ = SSL_CTX_new(TLS_server_method());
    require(SSL_CTX_use_certificate(context_, certificate) == 1 && SSL_CTX_use_PrivateKey(context_, key) == 1,
            "certificate");
    char path[] = "/tmp/reputed-test-XXXXXX";
    const int descriptor = mkstemp(path);
    require(descriptor >= 0, "temporary file");
    FILE* const out = fdopen(descriptor, "w");
    PEM_write_X509(out, certificate);
    fclose(out);
    file_ = path;
    X509_free(certificate);
    EVP_PKEY_free(key);
}

Certificate::~Certificate() {
    SSL_CTX_free(context_);
    unlink(file_.c_str());
}

Connection::~Connection() {
    if (tls_ != nullptr) {
        SSL_shutdown(tls_);
        SSL_free(tls_);
    }
    close(socket_);
}

// Blocking until the socket is ready; false when the server ends.
bool Connection::wait(short events) {
    pollfd ready[2] = {{socket_, events, 0}, {wake_, POLLIN, 0}};
    return poll(ready, 2, -1) > 0 && ready[1].revents == 0;
}

bool Connection::start_tls(const Certificate& certificate) {
    tls_ = SSL_new(certificate.context());
    SSL_set_fd(tls_, socket_);
    return SSL_accept(tls_) == 1;
}

bool Connection::fill() {
    if ((tls_ == nullptr || SSL_pending(tls_) == 0) && !wait(POLLIN)) return false;
    char bytes[4096];
    const auto got = tls_ != nullptr ? SSL_read(tls_, bytes, sizeof bytes)
                                     : static_cast<int>(recv(socket_, bytes, sizeof bytes, 0));
    if (got <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
}

std::optional<std::string> Connection::read_line() {
    while (buffer_.find("\r\n") == std::string::npos)
        if (!fill()) return {};
    const auto end = buffer_.find("\r\n");
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 2);
    return line;
}

std::string Connection::read(std::size_t size) {
    while (buffer_.size() < size)
        if (!fill()) break;
    std::string bytes = buffer_.substr(0, size);
    buffer_.erase(0, bytes.size());
    return bytes;
}

bool Connection::write(std::string_view text) {
    while (!text.empty()) {
        if (!wait(POLLOUT)) return false;
        const auto sent = tls_ != nullptr
                              ? SSL_write(tls_, text.data(), static_cast<int>(text.size()))
                              : static_cast<int>(send(socket_, text.data(), text.size(), MSG_NOSIGNAL));
        if (sent <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void Connection::hang() {
    while (fill()) {
    }
}

LoopbackServer::LoopbackServer(std::function<void(Connection&)> serve) : serve_(std::move(serve)) {
    signal(SIGPIPE, SIG_IGN);
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    wake_ = eventfd(0, EFD_CLOEXEC);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    require(bind(listener_, reinterpret_cast<sockaddr*>(&address), length) == 0 &&
                listen(listener_, 16) == 0 &&
                getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) == 0,
            "listening");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
}

LoopbackServer::~LoopbackServer() {
    const std::uint64_t one = 1;
    if (::write(wake_, &one, sizeof one) != sizeof one) std::abort();
    thread_.join();
    close(listener_);
    close(wake_);
}

void LoopbackServer::run() {
    while (true) {
        pollfd ready[2] = {{listener_, POLLIN, 0}, {wake_, POLLIN, 0}};
        if (poll(ready, 2, -1) <= 0 || ready[1].revents != 0) return;
        const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) continue;
        Connection connection(client, wake_);
        serve_(connection);
    }
}

HttpSink::HttpSink(Answer answer)
    : answer_(std::move(answer)), server_([this](Connection& connection) { serve(connection); }) {}

HttpSink::HttpSink() : HttpSink(Answer{}) {}

HttpSink::HttpSink(Answer answer, const Certificate& certificate)
    : answer_(std::move(answer)),
      certificate_(&certificate),
      server_([this](Connection& connection) { serve(connection); }) {}

std::string HttpSink::url(const std::string& path, const std::string& host) const {
    return (certificate_ != nullptr ? "https://" : "http://") + host + ':' + std::to_string(server_.port()) +
           path;
}

std::vector<HttpSink::Request> HttpSink::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

void HttpSink::serve(Connection& connection) {
    if (certificate_ != nullptr && !connection.start_tls(*certificate_)) return;
    if (!answer_.unread) {
        Request request;
        const auto line = connection.read_line();
        if (!line) return;
        request.line = *line;
        while (const auto header = connection.read_line()) {
            if (header->empty()) break;
            const auto colon = header->find(": ");
            if (colon != std::string::npos)
                request.headers[lower(header->substr(0, colon))] = header->substr(colon + 2);
        }
        if (const auto length = request.headers.find("content-length"); length != request.headers.end())
            request.body = connection.read(std::stoul(length->second));
        const std::lock_guard lock(mutex_);
        requests_.push_back(std::move(request));
    }
    connection.write(answer_.head + answer_.body);
    while (answer_.endless && connection.write(answer_.body)) {
    }
    if (answer_.hang) connection.hang();
}

SmtpSink::SmtpSink(Behaviour behaviour)
    : behaviour_(std::move(behaviour)), server_([this](Connection& connection) { serve(connection); }) {}

std::string SmtpSink::url(const std::string& scheme, const std::string& host) const {
    return scheme + "://" + host + ':' + std::to_string(server_.port());
}

std::vector<SmtpSink::Mail> SmtpSink::mails() const {
    const std::lock_guard lock(mutex_);
    return mails_;
}

void SmtpSink::serve(Connection& connection) {
    Mail mail;
    if (behaviour_.tls_first && !(mail.tls = connection.start_tls(*behaviour_.certificate))) return;
    const auto reply = [&](const std::string& command, const std::string& usual) {
        const auto told = behaviour_.replies.find(command);
        connection.write((told == behaviour_.replies.end() ? usual : told->second) + "\r\n");
    };
    reply("", "220 sink ESMTP");
    while (const auto line = connection.read_line()) {
        mail.commands.push_back(*line);
        const std::string command = line->substr(0, line->find(' '));
        if (command == "EHLO") {
            std::string text = "250-sink\r\n";
            for (const auto& one : behaviour_.capabilities)
                text += "250-" + one + "\r\n";
            connection.write(text + "250 SIZE 1000000\r\n");
        } else if (command == "STARTTLS") {
            reply(command, "220 go on");
            if (!(mail.tls = connection.start_tls(*behaviour_.certificate))) return;
        } else if (command == "AUTH") {
            connection.write("334 \r\n");
            connection.read_line();
            reply(command, "235 2.7.0 in");
        } else if (command == "DATA") {
            reply(command, "354 go on");
            if (behaviour_.replies.contains(command)) continue;
            while (const auto text = connection.read_line()) {
                if (*text == ".") break;
                mail.data += *text + "\r\n";
            }
            // Before the reply: who waits for the reply finds the mail.
            const std::lock_guard lock(mutex_);
            mails_.push_back(mail);
            reply(".", "250 2.0.0 queued");
        } else if (command == "QUIT" && behaviour_.replies.contains(command)) {
            connection.hang();
        } else if (command == "QUIT") {
            connection.write("221 bye\r\n");
            return;
        } else {
            reply(command, "250 ok");
        }
    }
}

}  // namespace reputed::test
