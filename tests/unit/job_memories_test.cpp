#include "agent/job_memories.hpp"

#include <gtest/gtest.h>

#include "agent/agent.hpp"
#include "agent/logging.hpp"
#include "tests/support/fake_resolver.hpp"
#include "tests/support/temporary_folder.hpp"

namespace reputed {
namespace {

using namespace std::chrono_literals;
using Parts = std::vector<StoredPart>;

TEST(JobMemories, WhatChangedIsWrittenOnce) {
    JobMemories memories;
    const JobKey snds{"feedback", "snds"};
    EXPECT_EQ(memories.of(snds), "");
    memories.keep(snds, "one");
    EXPECT_EQ(memories.of(snds), "one");
    EXPECT_EQ(memories.take_changes(), (Parts{{"job/feedback", "snds", "one"}}));
    memories.keep(snds, "one");
    EXPECT_EQ(memories.take_changes(), Parts{});
    memories.keep(snds, "");
    EXPECT_EQ(memories.take_changes(), (Parts{{"job/feedback", "snds", {}}}));
    EXPECT_EQ(memories.state(), Parts{});
    memories.keep(snds, std::string(longest_part + 1, 'x'));
    EXPECT_EQ(memories.of(snds), "") << "the store would not keep it either";
}

TEST(JobMemories, OfJobsThatAreGoneNothingStays) {
    JobMemories memories;
    memories.keep({"feedback", "a"}, "1");
    memories.keep({"feedback", "b"}, "2");
    memories.take_changes();
    memories.keep_only({{"feedback", "b"}});
    EXPECT_EQ(memories.take_changes(), (Parts{{"job/feedback", "a", {}}}));
    EXPECT_EQ(memories.state(), (Parts{{"job/feedback", "b", "2"}}));
}

TEST(JobMemories, TakesItsOwnPartsOnly) {
    JobMemories memories;
    StoredPart own{"job/feedback", "a/b c", "1"};
    StoredPart other{"log/postfix", "cursor", "1"};
    EXPECT_TRUE(memories.restore(own));
    EXPECT_FALSE(memories.restore(other));
    EXPECT_EQ(other.value, "1");
    EXPECT_EQ(memories.of({"feedback", "a/b c"}), "1");
    EXPECT_EQ(memories.take_changes(), Parts{}) << "what was read is not to be written";
}

std::vector<std::string> one_subject(const Settings&, const ActiveLists&) {
    return {"it"};
}
std::chrono::seconds each_hour(const Settings&, const ActiveLists&, const std::string&) {
    return 1h;
}
// Counts its runs in what it is given back.
Report count_runs(const std::string&, const Services& services) {
    Report report;
    report.memory = services.memory + "+";
    return report;
}
const Check counting{"counting", "", one_subject, each_hour, count_runs, {}};

std::string stored_memory(const std::string& path) {
    Store store(path);
    for (const auto& part : store.load().parts)
        if (part.owner == "job/counting" && part.name == "it") return part.value.value_or("");
    return "none";
}

TEST(JobMemories, AJobIsGivenItsMemoryAlsoAfterARestart) {
    set_up_logging({.level = "off", .format = "plain", .levels = {}});
    const test::TemporaryFolder folder;
    Settings settings;
    settings.store.path = folder / "a.db";
    for (const auto* expected : {"++", "++++"}) {
        Runtime runtime;
        runtime.settings = std::make_shared<const Settings>(settings);
        runtime.lists = std::make_shared<const ActiveLists>();
        runtime.resolver = std::make_shared<test::FakeResolver>();
        Agent agent(std::move(runtime), {&counting, 1}, {});
        agent.remember();
        agent.run_all(1, {});
        agent.run_all(1, {});
        agent.stop();
        EXPECT_EQ(stored_memory(settings.store.path), expected);
    }
    set_up_logging({});
}

}  // namespace
}  // namespace reputed
