#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "checks/reputation/feedback/json_reader.hpp"

// What the Gmail Postmaster Tools API is asked, and what it answers beside figures.
namespace reputed::feedback::postmaster {

using Day = std::chrono::sys_days;

// The body of a v2 domains.domainStats.query for the days `first` to `last`. `all`: with the reasons of delivery errors.
std::string domain_stats_query(Day first, Day last, bool all, std::string_view page_token);

// Whether it is one of the metrics in that query.
bool is_domain_stat(std::string_view metric);

// The domains of an account: v1 and v2 domains.list. Names in lower case.
struct Account {
    std::set<std::string> readable;
    std::set<std::string> unverified;  // known there, but not ours to read
};
std::string read_domains(const JsonValue& answer, Account& account);

// "" at the last page, or where the token is not one.
std::string next_page(const JsonValue& answer);

// Why a call was not answered, by the machine-readable reason in a Google error; its sentences are not looked at.
enum class Denial : std::uint8_t { other, scope, disabled, quota };
Denial denial_of(std::string_view body);

}  // namespace reputed::feedback::postmaster
