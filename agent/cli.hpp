#pragma once

namespace reputed {

// The whole program: reads the arguments, runs the command, returns the exit code. Bad usage is 64 with one line on
// standard error.
int run_command_line(int argc, char** argv);

}  // namespace reputed
