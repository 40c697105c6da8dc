#pragma once

#include <vector>

#include "checks/check.hpp"
#include "checks/mta/log/delivery_view.hpp"

namespace reputed::mta {

// Every family that add_delivery_samples() fills.
std::vector<const MetricInfo*> delivery_metrics();

void add_delivery_samples(const DeliveryView& view, Report& report);

// Sums over the outcomes of a view.
struct Shares {
    std::uint64_t attempts = 0;
    std::uint64_t deferred = 0;
    std::uint64_t failed = 0;  // bounced or expired

    double error_percent() const;     // NaN without attempts
    double deferral_percent() const;  // NaN without attempts
};
enum class Period : std::uint8_t { hour, day };
// Of one provider, or of all.
Shares shares(const DeliveryView& view, Period period, std::optional<ProviderId> provider = {});

}  // namespace reputed::mta
