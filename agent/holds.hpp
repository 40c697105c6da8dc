#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "agent/finding_view.hpp"

namespace reputed {

// A list that half fails holds thousands of its subjects, so that they are looked up and not gone through.
class Holds {
  public:
    explicit Holds(const std::vector<Hold>& holds) {
        for (const auto& hold : holds)
            keys_.insert(identity_of(hold.code, hold.subject, hold.object, false));
    }

    bool cover(const LedgerEntry& entry) const {
        if (keys_.empty() || entry.drill) return false;  // whether a drill is on is always known
        static const std::string any;
        for (const std::string* code : {&entry.code, &any})
            for (const std::string* subject : {&entry.subject, &any})
                for (const std::string* object : {&entry.object, &any})
                    if (keys_.contains(identity_of(*code, *subject, *object, false))) return true;
        return false;
    }

  private:
    std::unordered_set<std::string> keys_;
};

}  // namespace reputed
