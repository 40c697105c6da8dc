#include "checks/net/transfer.hpp"

#include <cstring>
#include <new>

#include <openssl/x509_vfy.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#include "config/duration.hpp"

namespace reputed::net {

namespace {

void initialise_once() {
    static const CURLcode done = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (done != CURLE_OK) throw std::bad_alloc();
}

struct FreeMulti {
    void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};

// The end of an SMTP connection is a QUIT whose reply libcurl awaits for up to two minutes. What matters is over: let it
// find the end of the stream instead.
void say_goodbye_only(CURL* handle) {
    curl_socket_t socket = CURL_SOCKET_BAD;
    if (curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK && socket != CURL_SOCKET_BAD)
        shutdown(socket, SHUT_RD);
}

// A handle is in exactly one multi handle while it runs.
class Running {
  public:
    Running(CURLM* multi, CURL* easy) : multi_(multi), easy_(easy) { curl_multi_add_handle(multi, easy); }
    ~Running() { curl_multi_remove_handle(multi_, easy_); }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

  private:
    CURLM* multi_;
    CURL* easy_;
};

// Writing to a connection that is gone raises SIGPIPE in the thread that writes; libcurl keeps it away only where it
// may change the handlers of the whole process, which it may not here.
class NoBrokenPipe {
  public:
    NoBrokenPipe() {
        sigemptyset(&pipe_);
        sigaddset(&pipe_, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    ~NoBrokenPipe() {
        if (sigismember(&before_, SIGPIPE) == 1) return;
        constexpr timespec at_once{};
        while (sigtimedwait(&pipe_, nullptr, &at_once) == SIGPIPE) {
        }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    NoBrokenPipe(const NoBrokenPipe&) = delete;
    NoBrokenPipe& operator=(const NoBrokenPipe&) = delete;

  private:
    sigset_t pipe_{};
    sigset_t before_{};
};

// A value of curl's that is 0 when there is none.
long number(CURL* handle, CURLINFO info) {
    long value = 0;
    curl_easy_getinfo(handle, info, &value);
    return value;
}

}  // namespace

void append(StringList& list, const std::string& text) {
    curl_slist* longer = curl_slist_append(list.get(), text.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    (void)list.release();
    list.reset(longer);
}

Transfer::Transfer(const ServiceUrl& url, const char* protocols, std::chrono::milliseconds timeout,
                   const std::string& ca_file)
    : origin_(url.origin()), timeout_(timeout) {
    initialise_once();
    easy_.reset(curl_easy_init());
    if (!easy_) throw std::bad_alloc();
    CURL* const curl = easy_.get();
    curl_easy_setopt(curl, CURLOPT_URL, url.whole().c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols);
    curl_easy_setopt(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    // A name server that is silent must not hold the end of a transfer up for longer than its timeout.
    curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!ca_file.empty()) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file.c_str());
        curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
    }
}

CURLcode Transfer::run(const std::stop_token& stop) {
    const std::unique_ptr<CURLM, FreeMulti> multi(curl_multi_init());
    if (!multi) return CURLE_OUT_OF_MEMORY;
    const NoBrokenPipe no_broken_pipe;
    const Running running(multi.get(), easy_.get());
    const std::stop_callback wake(stop, [&multi] { curl_multi_wakeup(multi.get()); });
    while (!stop.stop_requested()) {
        int active = 0;
        if (curl_multi_perform(multi.get(), &active) != CURLM_OK) return CURLE_OUT_OF_MEMORY;
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left))
            if (message->msg == CURLMSG_DONE) {
                const CURLcode result = message->data.result;
                say_goodbye_only(easy_.get());
                return result;
            }
        if (curl_multi_poll(multi.get(), nullptr, 0, 1000, nullptr) != CURLM_OK) return CURLE_OUT_OF_MEMORY;
    }
    return CURLE_ABORTED_BY_CALLBACK;
}

std::string Transfer::fault(CURLcode code) const {
    switch (code) {
        case CURLE_OK:
            return "";
        case CURLE_ABORTED_BY_CALLBACK:
            return origin_ + ": given up, since the agent ends";
        case CURLE_OPERATION_TIMEDOUT:
            return origin_ + " did not answer within " + format_duration(timeout_);
        case CURLE_COULDNT_RESOLVE_HOST:
            return origin_ + ": the name does not resolve";
        case CURLE_COULDNT_RESOLVE_PROXY:
            return origin_ + ": the name of the proxy does not resolve";
        case CURLE_COULDNT_CONNECT: {
            const long error = number(easy_.get(), CURLINFO_OS_ERRNO);
            return origin_ + ": no connection" +
                   (error != 0 ? std::string(": ") + std::strerror(static_cast<int>(error)) : "");
        }
        case CURLE_PEER_FAILED_VERIFICATION: {
            // The chain is in order when only the name is not: there is no error of its own for that.
            const long error = number(easy_.get(), CURLINFO_SSL_VERIFYRESULT);
            const bool chain = error != X509_V_OK && error != X509_V_ERR_UNSPECIFIED;
            return origin_ + ": its certificate is not accepted: " +
                   (chain ? X509_verify_cert_error_string(error) : "it is for another name");
        }
        case CURLE_SSL_CONNECT_ERROR:
            return origin_ + ": no TLS connection (1.2 or later)";
        case CURLE_SSL_CACERT_BADFILE:
            return origin_ + ": \"ca_file\" cannot be read or holds no certificate";
        case CURLE_USE_SSL_FAILED:
            return origin_ + " offers no STARTTLS";
        case CURLE_GOT_NOTHING:
        case CURLE_RECV_ERROR:
        case CURLE_SEND_ERROR:
        case CURLE_PARTIAL_FILE:
            return origin_ + " cut the connection";
        default:
            return origin_ + ": " + curl_easy_strerror(code);
    }
}

}  // namespace reputed::net
