#include "agent/page/pages.hpp"

#include <cmath>
#include <ctime>

#include "agent/page/parts.hpp"
#include "agent/web/refusals.hpp"

namespace reputed {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view html_type = "text/html; charset=utf-8";
// An overview that takes less of a processor than this is waited for; with a larger one a reader may be shown an older.
constexpr auto small = 50ms;
constexpr std::chrono::milliseconds patience = 20ms;     // for a large one, once there is an older one
constexpr std::chrono::milliseconds long_patience = 2s;  // for a small one, or the first
constexpr int share = 20;

std::chrono::nanoseconds processor_time_of_thread() {
    timespec spent{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return std::chrono::seconds(spent.tv_sec) + std::chrono::nanoseconds(spent.tv_nsec);
}

// Rises with each thing that the store is given to remember.
std::uint64_t mark_of(const Snapshot& snapshot) {
    double sum = 0;
    for (const auto& sample : snapshot.own)
        if (sample.metric->name == "reputed_transitions_total" && std::isfinite(sample.value))
            sum += sample.value;
    return static_cast<std::uint64_t>(sum);
}

page::View view_of(const PageSource& source, const page::Names& names) {
    return {source.edition->snapshot(), names, source.chronicle.get(), &source.edition->course()};
}

}  // namespace

OverviewPainter::OverviewPainter() : thread_([this](const std::stop_token& stop) { work(stop); }) {}

OverviewPainter::~OverviewPainter() = default;  // the thread is asked to stop and waited for

void OverviewPainter::work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return waiting_; })) {
        waiting_ = false;
        drawing_ = true;
        auto source = std::move(wanted_);
        lock.unlock();
        const auto begun = processor_time_of_thread();
        const page::Names names(source.edition->snapshot());
        auto drawn = std::make_shared<const Content>(render_page(view_of(source, names)));
        const auto took = processor_time_of_thread() - begun;
        lock.lock();
        drawn_.swap(drawn);
        drawn_edition_ = source.edition;
        drawn_chronicle_ = source.chronicle;
        drawing_ = false;
        large_ = took >= small;
        not_before_ = large_ ? Clock::now() + took * share : Clock::time_point();
        changed_.notify_all();
        lock.unlock();
        source = {};  // freed without the lock
        lock.lock();
    }
}

std::shared_ptr<const Content> OverviewPainter::get(const PageSource& source) {
    std::unique_lock lock(mutex_);
    const bool same = drawn_edition_.lock() == source.edition && drawn_chronicle_.lock() == source.chronicle;
    if (drawn_ && (same || Clock::now() < not_before_)) return drawn_;
    if (!waiting_ && !drawing_) {
        wanted_ = source;
        waiting_ = true;
        changed_.notify_all();
    }
    const auto wait = drawn_ && large_ ? patience : long_patience;
    changed_.wait_for(lock, wait, [this] { return !waiting_ && !drawing_; });
    return drawn_;
}

Pages::Pages(const Published& published, const std::string& store_path)
    : published_(published), reader_(store_path) {}

PageSource Pages::look() {
    auto edition = published_.current();
    if (!edition) return {};
    auto chronicle = reader_.get(mark_of(edition->snapshot()));
    return {std::move(edition), std::move(chronicle)};
}

Reply Pages::overview() {
    const auto now = look();
    if (!now.edition) return web::still_starting();
    auto content = painter_.get(now);
    if (!content) return web::refusal(503, "The page is being drawn: load it again.\n");
    return {.content_type = html_type, .preamble = {}, .content = std::move(content)};
}

Reply Pages::about(Page page, std::string_view name) {
    const auto now = look();
    if (!now.edition) return web::still_starting();
    if (!names_ || named_.lock() != now.edition) {
        names_ = std::make_unique<page::Names>(now.edition->snapshot());
        named_ = now.edition;
    }
    auto answer = page(view_of(now, *names_), name);
    return {.status = answer.status,
            .content_type = html_type,
            .preamble = {},
            .content = std::make_shared<const Content>(std::move(answer.html))};
}

}  // namespace reputed
