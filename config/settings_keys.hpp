#pragma once

#include <span>
#include <vector>

#include "config/schema.hpp"

// The rows of each table of the configuration.
namespace reputed::schema {

std::span<const Key<Sender>> sender_keys();
std::span<const Key<DnsSettings>> dns_keys();
std::span<const Key<DnsblSettings>> dnsbl_keys();
std::span<const Key<BudgetLimit>> budget_keys();
std::span<const Key<IntervalSettings>> check_keys();
std::span<const Key<MtaSettings>> mta_keys();
std::span<const Key<FeedbackSettings>> feedback_keys();
std::span<const Key<AlertSettings>> alert_keys();
std::span<const Key<SeverityRule>> severity_keys();
std::span<const Key<MuteRule>> mute_keys();
std::span<const Key<StoreSettings>> store_keys();
std::span<const Key<NotifierSettings>> notifier_keys();
std::span<const Key<WebSettings>> web_keys();
std::span<const Key<MetricsSettings>> metrics_keys();
std::span<const Key<ModuleSettings>> module_keys();
std::span<const Key<LogSettings>> log_keys();

// What one row cannot see: senders among each other, and what [dnsbl] says of one list in two places.
void read_senders(const toml::node& node, std::vector<Sender>& senders, Reader& reader);
void read_severities(const toml::node& node, std::vector<SeverityRule>& rules, Reader& reader);
void read_mutes(const toml::node& node, std::vector<MuteRule>& rules, Reader& reader);
void read_dnsbl(const toml::table& table, DnsblSettings& settings, std::vector<std::string>& remarks,
                Reader& reader);
void read_feedback(const toml::node& node, std::vector<FeedbackSettings>& sources, Reader& reader);
void read_budgets(const toml::table& table, std::vector<BudgetLimit>& budgets, Reader& reader);
void read_modules(const toml::node& node, std::vector<ModuleSettings>& modules, Reader& reader);
void read_notifiers(const toml::node& node, std::vector<NotifierSettings>& notifiers, Reader& reader);

std::string sample_feedback();
std::string sample_module();
std::string sample_notifiers();

std::string show_budgets(const Settings& settings);
std::string sample_budgets();
// Owners as they are spelled elsewhere, once all that may have one is known; a remark about each that is nobody.
void settle_budgets(Settings& settings);

// What has no effect in a sender.
void remark_senders(const Settings& settings, std::vector<std::string>& remarks);
// What is open or unwise about notifiers, once the senders are known.
void remark_notifiers(const Settings& settings, std::vector<std::string>& remarks);

}  // namespace reputed::schema
