#include "checks/reputation/feedback/kept_feedback.hpp"

#include <gtest/gtest.h>

namespace reputed::feedback {
namespace {

const WallTime noon = WallTime{} + std::chrono::seconds(1795176000);

TEST(KeptFeedback, ComesBackAsItWas) {
    KeptFeedback kept;
    kept.points[{"192.0.2.1", "score"}] = {0.1, noon, "a \"word\"\n", false};
    kept.points[{"192.0.2.1", "volume"}] = {-3e20, noon, "", true};
    kept.points[{"example.org", "score"}] = {7, noon, "", false};
    kept.source_memory = "etag x\n";
    kept.link = "https://service.test/";
    kept.not_before = noon;
    kept.fault = Fault::quota;
    kept.message = "enough";
    const auto text = write_kept(kept);
    const auto again = read_kept(text);
    EXPECT_EQ(write_kept(again), text);
    ASSERT_EQ(again.points.size(), 3U);
    const auto& point = again.points.at({"192.0.2.1", "score"});
    EXPECT_EQ(point.value, 0.1);
    EXPECT_EQ(point.time, noon);
    EXPECT_EQ(point.detail, "a \"word\"\n");
    EXPECT_TRUE(again.points.at({"192.0.2.1", "volume"}).of_now);
    EXPECT_EQ(again.source_memory, kept.source_memory);
    EXPECT_EQ(again.link, kept.link);
    EXPECT_EQ(again.not_before, kept.not_before);
    EXPECT_EQ(again.fault, kept.fault);
    EXPECT_EQ(again.message, kept.message);
}

TEST(KeptFeedback, BytesThatAreNoUtf8AreWrittenAllTheSame) {
    KeptFeedback kept;
    kept.points[{"192.0.2.1", "score"}] = {1, noon, "\xff\xfe", false};
    EXPECT_EQ(read_kept(write_kept(kept)).points.size(), 1U);
}

TEST(KeptFeedback, OfAnyBytes) {
    const std::string tables = R"("subjects":["192.0.2.1"],"metrics":["score"])";
    const std::string rows[] = {
        "",
        "null",
        "[]",
        "{",
        "{\"points\":3}",
        std::string(100'000, '['),
        "{" + tables + R"(,"points":[3]})",
        "{" + tables + R"(,"points":[[0,0,1]]})",
        "{" + tables + R"(,"points":[[1,0,1,1795176000]]})",
        "{" + tables + R"(,"points":[[0,-1,1,1795176000]]})",
        "{" + tables + R"(,"points":[[0,0,"1",1795176000]]})",
        "{" + tables + R"(,"points":[[0,0,1e999,1795176000]]})",
        "{" + tables + R"(,"points":[[0,0,1,1795176000.5]]})",
        "{" + tables + R"(,"points":[[0,0,1,99999999999999]]})",
        "{" + tables + R"(,"points":[[0,0,1,0]]})",
        R"({"subjects":[7],"metrics":["score"],"points":[[0,0,1,1795176000]]})",
    };
    for (const auto& text : rows)
        EXPECT_TRUE(read_kept(text).points.empty()) << text.substr(0, 100);
    EXPECT_EQ(read_kept("{" + tables + R"(,"points":[[0,0,1,1795176000,7,"x",{}]],"not_before":1795176000})")
                  .points.size(),
              1U);
    const auto waits = read_kept(R"({"not_before":1795176000,"fault":"none"})");
    EXPECT_FALSE(waits.not_before) << "without a reason nobody waits";
}

TEST(KeptFeedback, IsNeverTooLong) {
    KeptFeedback kept;
    for (std::size_t i = 0; i < most_points; ++i)
        kept.points[{std::to_string(i), "score"}] = {1.0 / 3, noon, std::string(300, 'x'), true};
    kept.source_memory = std::string(400'000, 'x');
    const auto text = write_kept(kept);
    EXPECT_LE(text.size(), longest_memory);
    EXPECT_GT(read_kept(text).points.size(), 5'000U);
    EXPECT_EQ(read_kept(text).source_memory, "");
    kept.source_memory = "192.0.2.1";  // whose turn it was
    EXPECT_EQ(read_kept(write_kept(kept)).source_memory, "192.0.2.1");
}

}  // namespace
}  // namespace reputed::feedback
