#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "agent/chronicle.hpp"
#include "agent/page.hpp"
#include "agent/page_names.hpp"
#include "agent/published.hpp"
#include "agent/web.hpp"

namespace reputed {

// Answers for the pages. Used by the web server's one thread alone, so that nothing here is locked; what takes long is
// made once: the overview when the edition or what the store tells is another, and then not more often than one
// twentieth of that thread's time; the rest when it is asked for.
class Pages {
  public:
    // `store_path` "": there is no store. `published` must outlive it.
    Pages(const Published& published, const std::string& store_path);

    Reply overview();
    using Page = page::Answer (*)(const page::View&, std::string_view);
    Reply about(Page page, std::string_view name);

  private:
    using Clock = std::chrono::steady_clock;
    struct Now {
        std::shared_ptr<const Edition> edition;
        std::shared_ptr<const Chronicle> chronicle;
    };
    bool look();  // false: there is no edition yet
    page::View view() const;

    const Published& published_;
    ChronicleReader reader_;
    Now now_;
    std::unique_ptr<page::Names> names_;  // of the edition
    Now overview_of_;
    std::shared_ptr<const Content> overview_;
    Clock::time_point next_overview_{};
};

}  // namespace reputed
