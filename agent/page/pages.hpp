#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "agent/chronicle.hpp"
#include "agent/page/names.hpp"
#include "agent/page/page.hpp"
#include "agent/published.hpp"
#include "agent/web/server.hpp"

namespace reputed {

// What pages are made of at one moment.
struct PageSource {
    std::shared_ptr<const Edition> edition;
    std::shared_ptr<const Chronicle> chronicle;  // null: there is none
};

// Draws the overview on a thread of its own: with many addresses it takes longer than the web server's one thread may
// be held. A large one takes a twentieth of one core at most; meanwhile the last one is shown, which says of when it is.
class OverviewPainter {
  public:
    OverviewPainter();
    ~OverviewPainter();
    OverviewPainter(const OverviewPainter&) = delete;
    OverviewPainter& operator=(const OverviewPainter&) = delete;

    // Drawn from `source`, or, where that takes long, from one before it. Null: the first one is still being drawn.
    std::shared_ptr<const Content> get(const PageSource& source);

  private:
    using Clock = std::chrono::steady_clock;
    void work(const std::stop_token& stop);

    std::mutex mutex_;
    std::condition_variable_any changed_;
    PageSource wanted_;
    bool waiting_ = false;  // for `wanted_` to be taken up
    bool drawing_ = false;
    // Not kept alive: an edition is large, and nobody may look again.
    std::weak_ptr<const Edition> drawn_edition_;
    std::weak_ptr<const Chronicle> drawn_chronicle_;
    std::shared_ptr<const Content> drawn_;
    bool large_ = false;  // it took long
    Clock::time_point not_before_{};
    std::jthread thread_;
};

// Answers for the pages. For the web server's one thread alone; nothing here is locked.
class Pages {
  public:
    // `store_path` "": there is no store. `published` must outlive it.
    Pages(const Published& published, const std::string& store_path);

    Reply overview();
    using Page = page::Answer (*)(const page::View&, std::string_view);
    Reply about(Page page, std::string_view name);

  private:
    PageSource look();

    const Published& published_;
    ChronicleReader reader_;
    OverviewPainter painter_;
    std::weak_ptr<const Edition> named_;  // not kept alive
    std::unique_ptr<page::Names> names_;  // of that; they point into it
};

}  // namespace reputed
