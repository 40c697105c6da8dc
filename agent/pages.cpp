#include "agent/pages.hpp"

#include <cmath>

#include "agent/page_parts.hpp"

namespace reputed {
namespace {

constexpr std::string_view html_type = "text/html; charset=utf-8";
constexpr int share = 20;

Reply starting() {
    Reply reply;
    reply.status = 503;
    reply.preamble = "The agent is starting: it has nothing to show yet.\n";
    return reply;
}

// Rises with each thing that the store is given to remember.
std::uint64_t mark_of(const Snapshot& snapshot) {
    double sum = 0;
    for (const auto& sample : snapshot.own)
        if (sample.metric->name == "reputed_transitions_total" && std::isfinite(sample.value))
            sum += sample.value;
    return static_cast<std::uint64_t>(sum);
}

}  // namespace

Pages::Pages(const Published& published, const std::string& store_path)
    : published_(published), reader_(store_path) {}

bool Pages::look() {
    auto edition = published_.current();
    if (!edition) return false;
    if (edition != now_.edition) {
        now_.edition = std::move(edition);
        names_ = std::make_unique<page::Names>(now_.edition->snapshot());
    }
    now_.chronicle = reader_.get(mark_of(now_.edition->snapshot()));
    return true;
}

page::View Pages::view() const {
    return {now_.edition->snapshot(), *names_, now_.chronicle.get(), &now_.edition->course()};
}

Reply Pages::overview() {
    if (!look()) return starting();
    const bool other = now_.edition != overview_of_.edition || now_.chronicle != overview_of_.chronicle;
    const auto begun = Clock::now();
    if (!overview_ || (other && begun >= next_overview_)) {
        overview_ = std::make_shared<const Content>(render_page(view()));
        overview_of_ = now_;
        const auto ended = Clock::now();
        next_overview_ = ended + (ended - begun) * share;
    }
    return {.content_type = html_type, .preamble = {}, .content = overview_};
}

Reply Pages::about(Page page, std::string_view name) {
    if (!look()) return starting();
    auto answer = page(view(), name);
    return {.status = answer.status,
            .content_type = html_type,
            .preamble = {},
            .content = std::make_shared<const Content>(std::move(answer.html))};
}

}  // namespace reputed
