#include "config/sources.hpp"

#include <cstdlib>

namespace reputed {

Sources system_sources() {
    const auto environment = [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        if (!value) return {};
        return value;
    };
    return {read_file, environment, discover_machine};
}

}  // namespace reputed
