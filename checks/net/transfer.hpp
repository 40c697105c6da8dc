#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>

#include <curl/curl.h>

#include "config/service_url.hpp"

// What HTTP and SMTP over libcurl have in common. Only checks/net includes this.
namespace reputed::net {

struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using StringList = std::unique_ptr<curl_slist, FreeList>;

void append(StringList& list, const std::string& text);

// One transfer. Certificates are always verified, TLS is 1.2 or later, redirects are not followed, no signal is used.
class Transfer {
  public:
    // `protocols` as CURLOPT_PROTOCOLS_STR takes them. `ca_file` "" = the system's.
    Transfer(const ServiceUrl& url, const char* protocols, std::chrono::milliseconds timeout,
             const std::string& ca_file);

    CURL* handle() const { return easy_.get(); }
    // Blocks until the end, the timeout or the stop, whatever comes first.
    CURLcode run(const std::stop_token& stop);
    // What went wrong, in a sentence that names nothing but the origin of the URL.
    std::string fault(CURLcode code) const;

  private:
    struct FreeEasy {
        void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    };
    std::unique_ptr<CURL, FreeEasy> easy_;
    std::string origin_;
    std::chrono::milliseconds timeout_;
};

}  // namespace reputed::net
