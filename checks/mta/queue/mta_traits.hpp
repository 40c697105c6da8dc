#pragma once

#include <chrono>
#include <string_view>

namespace reputed::mta {

// What an MTA's queues stand for, and what an operator does about them.
struct MtaTraits {
    std::string_view mta;
    std::string_view waiting;  // the queue in which mail that could not be delivered waits
    bool under_way;            // it also holds mail that has not been tried yet
    std::string_view
        handed_in;             // mail from this machine that the server has not picked up; "" = no such queue
    std::string_view damaged;  // mail that the server gave up to read; "" = no such queue
    bool freezes;              // it sets mail aside until an operator acts
    std::chrono::seconds lifetime;  // after which it gives mail back, unless told otherwise
    std::string_view handed_in_remedy;
    std::string_view damaged_remedy;
    std::string_view frozen_remedy;
    std::string_view old_remedy;
};

// One of the five; Postfix's for an unknown name.
const MtaTraits& mta_traits(std::string_view mta);

}  // namespace reputed::mta
