#include "checks/reputation/feedback/json_source.hpp"

namespace reputed::feedback {

Reading read_json(const Context&) {
    Reading reading;
    reading.fault = Fault::malformed;
    reading.message = "this kind cannot be read yet";
    return reading;
}

}  // namespace reputed::feedback
