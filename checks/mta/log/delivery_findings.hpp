#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "checks/check.hpp"
#include "checks/mta/log/delivery_view.hpp"

// What an MTA's log says about how receivers treat us, as findings. Nothing here asks anybody.
namespace reputed::mta {

// delivery.log_unreadable, delivery.refused (subject the MTA, object PROVIDER/CLASS), and the ratings delivery.error_rate
// and delivery.deferral_rate (object the provider, or none for all together).
void add_delivery_findings(const DeliveryView& view, std::int64_t now, Report& report);

// A provider does not take our mail for this reason at present: it did so within three hours, or has taken none since.
bool is_current(const Refusal& refusal, std::int64_t now);

// "missing authentication": what follows "refuses us for". "" for classes that say nothing about us.
std::string_view refusal_cause(ReplyClass reply_class);

}  // namespace reputed::mta
