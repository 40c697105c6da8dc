#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "checks/reputation/feedback/source.hpp"

namespace reputed::feedback {

// A service without a network: answers by method and the begin of the path, and keeps what it was asked.
class FakeService {
  public:
    static constexpr auto base = "https://service.example";

    struct Asked {
        std::string method;
        std::string path;
        std::string body;
        std::string bearer;
        std::vector<std::pair<std::string, std::string>> headers;
    };

    // The longest begin that fits answers. Several answers come one after the other, the last one for ever.
    FakeService& on(const std::string& method_and_path, int status, std::string body) {
        return on(method_and_path, response(status, std::move(body)));
    }
    FakeService& on(const std::string& method_and_path, http::Response answer) {
        answers_[method_and_path].push_back(std::move(answer));
        return *this;
    }
    static http::Response response(int status, std::string body = "") {
        http::Response answer;
        answer.status = status;
        answer.body = std::move(body);
        if (status < 200 || status > 299)
            answer.error = std::string(base) + " answered " + std::to_string(status);
        return answer;
    }

    http::Response fetch(http::Request&& request) {
        const std::string url_base(base);
        const std::string path =
            request.url.starts_with(url_base) ? request.url.substr(url_base.size()) : request.url;
        asked.push_back({request.method, path, request.body, request.bearer, request.headers});
        std::deque<http::Response>* found = nullptr;
        std::size_t longest = 0;
        for (auto& [begin, list] : answers_) {
            if (!(request.method + " " + path).starts_with(begin) || begin.size() < longest) continue;
            found = &list;
            longest = begin.size();
        }
        if (found == nullptr) return response(404, "{}");
        auto answer = found->front();
        if (found->size() > 1) found->pop_front();
        return answer;
    }

    Context context(const FeedbackSettings& settings, std::chrono::system_clock::time_point now) {
        return {.settings = settings,
                .addresses = {},
                .domains = {},
                .now = now,
                .stop = {},
                .fetch = [this](http::Request&& request) { return fetch(std::move(request)); },
                .memory = ""};
    }

    std::vector<std::string> paths() const {
        std::vector<std::string> paths;
        for (const auto& one : asked)
            paths.push_back(one.method + " " + one.path);
        return paths;
    }

    std::vector<Asked> asked;

  private:
    std::map<std::string, std::deque<http::Response>> answers_;
};

// "subject metric value day", in order.
std::vector<std::string> shown(const std::vector<Point>& points);
const Point* point_of(const std::vector<Point>& points, std::string_view subject, std::string_view metric);
// Everything that goes on from a reading, as one text: to look for secrets in it.
std::string all_text(const Reading& reading);

}  // namespace reputed::feedback
