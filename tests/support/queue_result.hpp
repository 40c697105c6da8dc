#pragma once

#include <string>

#include <gtest/gtest.h>

#include "checks/mta/queue/queue.hpp"

// What reading a queue gave.
namespace reputed::test {

// An error fails the test.
inline mta::QueueReport report(const mta::QueueResult& result) {
    const auto* error = std::get_if<mta::QueueError>(&result);
    EXPECT_EQ(error, nullptr) << error->sentence();
    return error == nullptr ? std::get<mta::QueueReport>(result) : mta::QueueReport{};
}

// Of the error; "" = none.
inline std::string sentence(const mta::QueueResult& result) {
    const auto* error = std::get_if<mta::QueueError>(&result);
    return error == nullptr ? "" : error->sentence();
}

}  // namespace reputed::test
