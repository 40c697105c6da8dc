// What one evaluation of an SPF record costs in CPU time, by how much of DNS is in memory already.
// Usage: spf_reputed MODE SERVER DOMAIN IP COUNT; prints microseconds of user and system time, all threads together.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/auth/spf_batch.hpp"
#include "checks/net/cares_resolver.hpp"
#include "tests/bench/cpu_time.hpp"

namespace {

using namespace reputed;

// A cache in front of a resolver, without TTLs.
class Remembering : public Resolver {
  public:
    explicit Remembering(Resolver& below) : below_(below) {}

    std::vector<Answer> lookup(std::span<const Question> questions, std::stop_token stop) override {
        std::vector<Answer> answers;
        answers.reserve(questions.size());
        for (const auto& question : questions) {
            auto& known = known_[{question.name, question.type}];
            if (known.outcome == Outcome::timeout)
                known = below_.lookup_one(question.name, question.type, stop);
            answers.push_back(known);
        }
        return answers;
    }
    void stream(QuestionStream&, std::stop_token) override {}

  private:
    Resolver& below_;
    std::map<std::pair<std::string, RecordType>, Answer> known_;
};

int fail(const spf::Evaluation& evaluation) {
    std::fprintf(stderr, "%s: %s\n", std::string(to_string(evaluation.result)).c_str(),
                 evaluation.reason.c_str());
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6) return 64;
    const std::string_view mode = argv[1];
    DnsSettings settings;
    settings.servers = {argv[2]};
    const std::string domain = argv[3];
    const spf::Query query{IpAddress::parse(argv[4]).value(), "postmaster@" + domain, domain};
    const int count = std::atoi(argv[5]);
    CaresResolver resolver(settings);
    spf::Options options;
    options.trace = mode.ends_with("-trace");

    // Every contender judges once before the clock starts, so that what it sets up once is not counted.
    if (const auto first = spf::check_host(query, resolver, options); first.result != spf::Result::pass)
        return fail(first);
    spf::Evaluation last;
    bench::CpuTime time;
    if (mode.starts_with("shared")) {
        spf::Answers answers(resolver);
        last = spf::check_host(query, answers, options);
        time = {};
        for (int i = 0; i < count; ++i)
            last = spf::check_host(query, answers, options);
    } else if (mode.starts_with("warm")) {
        Remembering remembering(resolver);
        last = spf::check_host(query, remembering, options);
        time = {};
        for (int i = 0; i < count; ++i)
            last = spf::check_host(query, remembering, options);
    } else if (mode == "uncached") {
        for (int i = 0; i < count; ++i)
            last = spf::check_host(query, resolver, options);
    } else if (mode == "parallel") {
        const std::vector<spf::Query> queries(static_cast<std::size_t>(count), query);
        time = {};
        for (auto& evaluation : spf::check_hosts(queries, resolver, options))
            if (last.result == spf::Result::none || evaluation.result != spf::Result::pass)
                last = std::move(evaluation);
    } else {
        return 64;
    }
    if (last.result != spf::Result::pass) return fail(last);
    std::printf("%.2f\n", time.microseconds() / count);
}
