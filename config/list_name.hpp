#pragma once

#include <string>

namespace reputed {

// What forbids asking a list of this name: a key inside it, or that the catalogue knows it as dead or of no use. One
// phrase that says what to do and repeats no key; "" = nothing. The name must be in lower case.
std::string list_name_fault(const std::string& name);

// The same for a name as an operator wrote it, which is put into lower case without a trailing dot; also refuses what
// is no zone name.
std::string take_list_name(std::string& name);

}  // namespace reputed
