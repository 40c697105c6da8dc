#include <cmath>

#include "checks/reputation/feedback/fetch.hpp"
#include "checks/reputation/feedback/json_source.hpp"
#include "tests/fuzz/fuzz.hpp"

// Any bytes as the answer of a JSON service, and as what its last reading kept.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace reputed;
    using namespace reputed::feedback;
    const std::string text(fuzz::text_of(data, size));
    FeedbackSettings settings;
    settings.name = "scores";
    settings.url.value = "https://scores.test/";
    settings.values = {{"a", "/a", 0.01, nullptr}, {"b", "/b/0/~1", 1, nullptr}, {"c", "", 1e300, nullptr}};
    for (const std::string day : {"", "/day"}) {
        settings.day_pointer = day;
        const auto numbers = numbers_of(text, settings);
        for (const auto& number : numbers.numbers)
            fuzz::require(std::isfinite(number.value), "a number is finite");
        fuzz::require(!numbers.day || is_possible(*numbers.day), "a day that can be");
        for (const int status : {200, 304}) {
            const Context context{settings,
                                  {},
                                  {},
                                  WallTime() + std::chrono::seconds(1795176000),
                                  {},
                                  [&](http::Request&&) {
                                      http::Response response;
                                      response.status = status;
                                      response.body = text;
                                      response.etag = "e";
                                      return response;
                                  },
                                  text};
            const auto reading = read_json(context);
            fuzz::require(reading.points.size() <= settings.values.size(), "one point a metric");
            for (const auto& point : reading.points)
                fuzz::require(std::isfinite(point.value), "a point is finite");
        }
    }
    return 0;
}
