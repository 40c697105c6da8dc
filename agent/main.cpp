#include "agent/cli.hpp"

int main(int argc, char** argv) {
    return reputed::run_command_line(argc, argv);
}
