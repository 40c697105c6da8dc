#pragma once

#include <string>

#include "agent/web/server.hpp"

// What is answered to those who get nothing.
namespace reputed::web {

Reply refusal(unsigned status, std::string text, Headers headers = {});
Reply still_starting();                                                    // 503: before the first edition
Reply login_wanted();                                                      // 401
Reply come_later(unsigned status, std::string text, const char* seconds);  // with Retry-After
Reply wrong_method(const Route& route);                                    // 405

}  // namespace reputed::web
