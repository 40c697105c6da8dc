// Runs the public conformance suite for RFC 7208, which is third-party data beside this project.

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include "checks/auth/spf.hpp"

namespace reputed::spf {
namespace {

// The suite's zone data. Entries of type SPF stand for TXT where a name has no TXT entry of its own ("TXT:
// NONE" is one that publishes nothing). A name that times out does so for the types that it has no record of.
class SuiteResolver : public Resolver {
  public:
    explicit SuiteResolver(const YAML::Node& zone) {
        for (const auto& entry : zone)
            add_name(normalized_name(entry.first.as<std::string>()), entry.second);
    }

    std::vector<Answer> lookup(std::span<const Question> questions, std::stop_token) override {
        std::vector<Answer> answers;
        for (const auto& question : questions)
            answers.push_back(reply(question));
        return answers;
    }

    void stream(QuestionStream&, std::stop_token) override {}

  private:
    void add_name(const std::string& name, const YAML::Node& entries) {
        bool has_txt = false;
        for (const auto& entry : entries)
            has_txt = has_txt || (entry.IsMap() && entry["TXT"]);
        names_.insert(name);
        for (const auto& entry : entries) {
            if (entry.IsScalar()) {
                if (entry.as<std::string>() != "TIMEOUT")
                    throw std::invalid_argument("unknown entry at " + name);
                slow_.insert(name);
                continue;
            }
            for (const auto& item : entry) {
                auto type = item.first.as<std::string>();
                if (type == "SPF" && has_txt) continue;
                if (type == "SPF") type = "TXT";
                if (type == "TXT" && item.second.IsScalar() && item.second.as<std::string>() == "NONE")
                    continue;
                add_record(name, type, item.second);
            }
        }
    }

    void add_record(const std::string& name, const std::string& type, const YAML::Node& value) {
        static const std::map<std::string, RecordType> types = {
            {"A", RecordType::a},     {"AAAA", RecordType::aaaa},   {"MX", RecordType::mx},
            {"TXT", RecordType::txt}, {"CNAME", RecordType::cname}, {"PTR", RecordType::ptr},
        };
        Record record;
        if (type == "A" || type == "AAAA") {
            record.address = IpAddress::parse(value.as<std::string>()).value();
        } else if (type == "MX") {
            record.preference = value[0].as<std::uint16_t>();
            record.text = normalized_name(value[1].as<std::string>());
        } else if (type == "TXT" && value.IsSequence()) {
            for (const auto& piece : value)
                record.text += piece.as<std::string>();
        } else {
            record.text = value.as<std::string>();
            if (type != "TXT") record.text = normalized_name(record.text);
        }
        records_[{name, types.at(type)}].push_back(record);
    }

    Answer reply(const Question& question) const {
        Answer answer;
        std::string name = normalized_name(question.name);
        answer.outcome = Outcome::invalid;
        if (!is_valid_name(name)) return answer;
        for (int hops = 0; hops < 10; ++hops) {
            if (const auto found = records_.find({name, question.type}); found != records_.end()) {
                answer.outcome = Outcome::ok;
                answer.records = found->second;
                return answer;
            }
            const auto alias = records_.find({name, RecordType::cname});
            if (alias == records_.end()) {
                answer.outcome = slow_.contains(name)    ? Outcome::timeout
                                 : names_.contains(name) ? Outcome::nodata
                                                         : Outcome::nxdomain;
                return answer;
            }
            name = alias->second.front().text;
        }
        answer.outcome = Outcome::servfail;
        return answer;
    }

    using Record = reputed::Record;
    std::set<std::string> names_;
    std::set<std::string> slow_;
    std::map<std::pair<std::string, RecordType>, std::vector<Record>> records_;
};

std::vector<std::string> acceptable(const YAML::Node& result) {
    if (result.IsScalar()) return {result.as<std::string>()};
    return result.as<std::vector<std::string>>();
}

void run_case(const std::string& name, const YAML::Node& test, SuiteResolver& resolver, bool prefetch) {
    SCOPED_TRACE(name + (prefetch ? " with prefetch" : ""));
    Query query;
    query.ip = IpAddress::parse(test["host"].as<std::string>()).value();
    query.helo = test["helo"].as<std::string>();
    query.mail_from = test["mailfrom"].as<std::string>();
    Options options;
    options.prefetch = prefetch;
    const auto evaluation = check_host(query, resolver, options);
    const auto results = acceptable(test["result"]);
    const std::string got(to_string(evaluation.result));
    EXPECT_NE(std::find(results.begin(), results.end(), got), results.end())
        << "got " << got << ", wanted " << results.front() << ": " << evaluation.reason;
    EXPECT_FALSE(evaluation.reason.empty());
    if (!test["explanation"]) return;
    const auto wanted = test["explanation"].as<std::string>();
    EXPECT_EQ(evaluation.explanation, wanted == "DEFAULT" ? "" : wanted);
}

TEST(SpfSuite, Rfc7208) {
    const std::string path = std::string(REPUTED_SOURCE_DIR) + "/../shared/data/spf/rfc7208-tests.yml";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "the suite is not here: " << path;
    int cases = 0;
    for (const auto& document : YAML::LoadAllFromFile(path)) {
        SuiteResolver resolver(document["zonedata"]);
        for (const auto& test : document["tests"]) {
            ++cases;
            for (const bool prefetch : {true, false})
                run_case(test.first.as<std::string>(), test.second, resolver, prefetch);
        }
    }
    EXPECT_GE(cases, 203);
}

}  // namespace
}  // namespace reputed::spf
