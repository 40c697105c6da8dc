#pragma once

#include <map>
#include <string>
#include <vector>

#include "checks/net/http.hpp"

namespace reputed::test {

// Answers by URL as it is told; others with 404. Keeps what was asked.
class FakeHttp : public http::Client {
  public:
    struct Answer {
        int status = 200;  // 0: no answer
        std::string body;
        std::string etag{};
        bool cut = false;
        std::optional<std::chrono::seconds> retry_after{};
    };

    http::Response exchange(const http::Request& request, const std::stop_token&) override {
        requests.push_back(request);
        const auto found = answers.find(request.url);
        const Answer answer = found != answers.end() ? found->second : Answer{404, ""};
        http::Response response;
        response.status = answer.status;
        response.body = answer.body.substr(0, request.max_response);
        response.body_cut = answer.cut || response.body.size() < answer.body.size();
        response.etag = answer.etag;
        response.retry_after = answer.retry_after;
        const bool good = (answer.status >= 200 && answer.status < 300) ||
                          (answer.status == 304 && !request.if_none_match.empty());
        if (!good)
            response.error = answer.status == 0
                                 ? "https://service.test did not answer within 30s"
                                 : "https://service.test answered " + std::to_string(answer.status);
        return response;
    }

    std::map<std::string, Answer> answers;
    std::vector<http::Request> requests;
};

}  // namespace reputed::test
