#include "agent/web/login.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace reputed;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto login = web::parse_basic(fuzz::text_of(data, size));
    if (!login) return 0;
    fuzz::require(login->user.find(':') == std::string::npos, "the first colon ends the name");
    fuzz::require((login->user + login->password).find('\0') == std::string::npos, "no zero byte");
    return 0;
}
