#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace reputed::mta {

struct DeliveryView;

// What the MTAs' logs tell. Somebody else follows them; a check only looks.
class DeliveryLog {
  public:
    virtual ~DeliveryLog() = default;
    // Of the MTA of this name ("postfix"); nullptr: nobody follows its log.
    virtual std::shared_ptr<const DeliveryView> view(std::string_view mta) const = 0;
    virtual std::vector<std::shared_ptr<const DeliveryView>> views()
        const = 0;  // of each whose log is followed
};

}  // namespace reputed::mta
