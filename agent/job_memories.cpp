#include "agent/job_memories.hpp"

#include <utility>

namespace reputed {
namespace {

constexpr std::string_view prefix = "job/";  // of the owner; the check's name follows

StoredPart part_of(const JobKey& job, std::optional<std::string> memory) {
    return {std::string(prefix) + job.check, job.subject, std::move(memory)};
}

}  // namespace

std::string JobMemories::of(const JobKey& job) const {
    const auto found = memories_.find(job);
    return found == memories_.end() ? "" : found->second;
}

void JobMemories::keep(const JobKey& job, std::string&& memory) {
    if (memory.size() > longest_part) memory.clear();
    auto& kept = memories_[job];
    if (kept != memory) changed_.insert(job);
    kept = std::move(memory);
}

void JobMemories::keep_only(const std::set<JobKey>& jobs) {
    std::erase_if(memories_, [&](const auto& entry) {
        if (jobs.contains(entry.first)) return false;
        changed_.insert(entry.first);
        return true;
    });
}

std::vector<StoredPart> JobMemories::take_changes() {
    std::vector<StoredPart> parts;
    for (const auto& job : std::exchange(changed_, {})) {
        auto memory = of(job);
        parts.push_back(part_of(job, memory.empty() ? std::nullopt : std::optional(std::move(memory))));
    }
    return parts;
}

std::vector<StoredPart> JobMemories::state() const {
    std::vector<StoredPart> parts;
    for (const auto& [job, memory] : memories_)
        if (!memory.empty()) parts.push_back(part_of(job, memory));
    return parts;
}

bool JobMemories::restore(StoredPart& part) {
    if (!part.owner.starts_with(prefix)) return false;
    if (part.value) memories_[{part.owner.substr(prefix.size()), part.name}] = std::move(*part.value);
    return true;
}

}  // namespace reputed
