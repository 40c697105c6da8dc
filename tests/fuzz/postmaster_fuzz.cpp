#include <cmath>
#include <set>

#include "checks/reputation/feedback/oauth_token.hpp"
#include "checks/reputation/feedback/postmaster_answers.hpp"
#include "checks/reputation/feedback/postmaster_calls.hpp"
#include "tests/fuzz/fuzz.hpp"

// One answer, taken for each of those that there are: whatever comes out of it are figures that can be.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace reputed;
    using namespace reputed::feedback;
    using namespace reputed::feedback::postmaster;
    const auto text = fuzz::text_of(data, size);
    http::Response response;
    response.status = size == 0 || data[0] % 2 == 0 ? 200 : 400;
    response.body = text;
    const auto token = read_access_token(response);
    fuzz::require(token.value.empty() != (token.fault == Fault::none), "a token or a fault");
    fuzz::require(token.value.find_first_of(" \r\n") == std::string::npos, "a token fits into a header");
    (void)denial_of(text);

    const auto json = JsonTree::parse(text);
    if (!json) return 0;
    const Day last{std::chrono::days(20'779)};
    const Day first = last - std::chrono::days(7);
    const std::set<IpAddress> ours{IpAddress::v4(0xc0000201)};
    Figures figures("example.com", first, last, ours);
    figures.read_traffic_stats(json->root());
    figures.read_domain_stats(json->root());
    figures.read_compliance(json->root(), last);
    const auto points = figures.points();
    std::set<std::pair<std::string, std::string>> seen;
    for (const auto& point : points) {
        fuzz::require(seen.emplace(point.subject, point.metric).second, "each figure once");
        fuzz::require(point.subject == "example.com" || point.subject == "192.0.2.1", "about us");
        fuzz::require(std::isfinite(point.value) && point.value >= 0 && point.value <= 11, "in its range");
        fuzz::require(point.time >= first && point.time <= last, "of a day that was asked for");
        fuzz::require(point.metric.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos,
                      "of a closed set");
        fuzz::require(point.detail.size() <= 300, "with short words");
    }
    fuzz::require(points.size() <= 60, "no more than there are metrics");
    Account account;
    read_domains(json->root(), account);
    (void)next_page(json->root());
    return 0;
}
