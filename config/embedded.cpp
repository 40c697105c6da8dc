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

extern "C" const char reputed_lists_begin[];
extern "C" const char reputed_lists_end[];
extern "C" const char reputed_codes_begin[];
extern "C" const char reputed_codes_end[];

namespace reputed {

std::string_view embedded_lists_toml() {
    return {reputed_lists_begin, static_cast<std::size_t>(reputed_lists_end - reputed_lists_begin)};
}

std::string_view embedded_codes_toml() {
    return {reputed_codes_begin, static_cast<std::size_t>(reputed_codes_end - reputed_codes_begin)};
}

}  // namespace reputed
