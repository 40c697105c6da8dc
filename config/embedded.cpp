#include "config/embedded.hpp"

// The assembler copies the file's bytes into the binary; the build knows each as a dependency of this file.
#define REPUTED_EMBED(symbol, file)                            \
    asm(".section .rodata\n" symbol                            \
        "_begin:\n"                                            \
        ".incbin \"" REPUTED_CONFIG_DIR "/" file "\"\n" symbol \
        "_end:\n"                                              \
        ".byte 0\n"                                            \
        ".text\n")

REPUTED_EMBED("reputed_lists", "lists.toml");
REPUTED_EMBED("reputed_codes", "codes.toml");
REPUTED_EMBED("reputed_providers", "providers.toml");
REPUTED_EMBED("reputed_bounces", "bounces.toml");

extern "C" const char reputed_lists_begin[];
extern "C" const char reputed_lists_end[];
extern "C" const char reputed_codes_begin[];
extern "C" const char reputed_codes_end[];
extern "C" const char reputed_providers_begin[];
extern "C" const char reputed_providers_end[];
extern "C" const char reputed_bounces_begin[];
extern "C" const char reputed_bounces_end[];

namespace reputed {

std::string_view embedded_lists_toml() {
    return {reputed_lists_begin, static_cast<std::size_t>(reputed_lists_end - reputed_lists_begin)};
}

std::string_view embedded_codes_toml() {
    return {reputed_codes_begin, static_cast<std::size_t>(reputed_codes_end - reputed_codes_begin)};
}

std::string_view embedded_providers_toml() {
    return {reputed_providers_begin,
            static_cast<std::size_t>(reputed_providers_end - reputed_providers_begin)};
}

std::string_view embedded_bounces_toml() {
    return {reputed_bounces_begin, static_cast<std::size_t>(reputed_bounces_end - reputed_bounces_begin)};
}

}  // namespace reputed
