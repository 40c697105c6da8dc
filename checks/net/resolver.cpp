#include "checks/net/resolver.hpp"

#include <utility>

namespace reputed {

Answer Resolver::lookup_one(const std::string& name, RecordType type, std::stop_token stop) {
    const Question question{name, type};
    return std::move(lookup({&question, 1}, std::move(stop)).front());
}

}  // namespace reputed
