#include "checks/reputation/feedback/snds.hpp"

namespace reputed::feedback {

Reading read_snds(const Context&) {
    Reading reading;
    reading.fault = Fault::malformed;
    reading.message = "this kind cannot be read yet";
    return reading;
}

std::vector<Judgement> snds_judgements() {
    return {};
}

}  // namespace reputed::feedback
