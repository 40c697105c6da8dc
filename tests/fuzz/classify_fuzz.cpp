#include <cstdint>
#include <string>
#include <string_view>

#include "checks/mta/reply/classifier.hpp"
#include "checks/mta/reply/reply_text.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace reputed;
using namespace reputed::mta;

bool is_inside(std::string_view part, std::string_view whole) {
    return part.empty() ||
           (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

// Any bytes as a reply, with an enhanced code beside it that is any bytes as well.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const auto provider = static_cast<ProviderId>(input.octet());
    const auto text = fuzz::text_of(data, size).substr(size == 0 ? 0 : 1);
    const auto cut = text.find('\n');
    const auto reply = text.substr(0, cut);
    const auto dsn = cut == std::string_view::npos ? std::string_view() : text.substr(cut + 1);

    const auto codes = find_codes(reply);
    fuzz::require(codes.smtp == 0 || (codes.smtp >= 200 && codes.smtp < 600), "a reply code or none");
    fuzz::require(is_inside(codes.dsn, reply), "the enhanced code stands in the reply");
    fuzz::require(codes.begin <= reply.size(), "the words begin in the reply");
    std::string buffer(reply.size(), '\0');
    for (const char c : plain_words(reply, codes, buffer))
        fuzz::require(static_cast<unsigned char>(c) >= ' ' && c != 0x7f && !(c >= 'A' && c <= 'Z'),
                      "plain words");

    const auto& classifier = Classifier::builtin();
    const auto answer = classifier.classify(reply, provider, dsn);
    fuzz::require(answer.smtp == codes.smtp, "the code that was found");
    fuzz::require(is_inside(answer.dsn, reply) || is_inside(answer.dsn, dsn),
                  "the enhanced code that was found");
    fuzz::require(answer.list.empty() || answer.reply_class == ReplyClass::blocklisted,
                  "only a listing has a list");
    fuzz::require(answer.reply_class != ReplyClass::delivered || !answer.hard, "a delivery is no refusal");
    const auto again = classifier.classify(reply, provider, dsn);
    fuzz::require(again.reply_class == answer.reply_class && again.hard == answer.hard,
                  "the same answer twice");
    fuzz::require(classifier.guess_provider(reply) < classifier.provider_count(), "a provider that there is");
    fuzz::require(classifier.provider(reply, dsn) < classifier.provider_count(), "a provider that there is");
    return 0;
}
