#include "config/embedded.hpp"

// The assembler copies the file's bytes into the binary; the build knows it as a dependency of this file.
asm(R"(
    .section .rodata
reputed_lists_begin:
    .incbin ")" REPUTED_CONFIG_DIR R"(/lists.toml"
reputed_lists_end:
    .byte 0
    .text
)");

extern "C" const char reputed_lists_begin[];
extern "C" const char reputed_lists_end[];

namespace reputed {

std::string_view embedded_lists_toml() {
    return {reputed_lists_begin, static_cast<std::size_t>(reputed_lists_end - reputed_lists_begin)};
}

}  // namespace reputed
