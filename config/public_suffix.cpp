#include "config/public_suffix.hpp"

#include <libpsl.h>

#include <memory>

#include "config/ip_address.hpp"

namespace reputed {

namespace {

// The system's list where it is newer than the one that libpsl was built with.
const psl_ctx_t* list() {
    struct Free {
        void operator()(psl_ctx_t* context) const { psl_free(context); }
    };
    static const std::unique_ptr<psl_ctx_t, Free> latest(psl_latest(nullptr));
    return latest ? latest.get() : psl_builtin();
}

bool is_name(const std::string& name) {
    return !name.empty() && name.front() != '.' && name.back() != '.' && name.size() <= 253 &&
           name.find('\0') == std::string::npos && !IpAddress::parse(name);
}

}  // namespace

std::string organizational_domain(std::string_view name) {
    const std::string text(name);
    if (!is_name(text)) return "";
    const char* domain = psl_registrable_domain(list(), text.c_str());
    return domain ? domain : "";
}

std::string private_suffix(std::string_view name) {
    const std::string text(name);
    if (!is_name(text)) return "";
    const char* suffix = psl_unregistrable_domain(list(), text.c_str());
    if (!suffix || text == suffix) return "";
    // Without the rule "*": a top-level domain that the list does not know is not private.
    if (!psl_is_public_suffix2(list(), suffix, PSL_TYPE_PRIVATE | PSL_TYPE_NO_STAR_RULE)) return "";
    return suffix;
}

}  // namespace reputed
