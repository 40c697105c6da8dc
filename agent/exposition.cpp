#include "agent/exposition.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <sstream>
#include <utility>

#include <prometheus/text_serializer.h>

#include "agent/plain_text.hpp"

// prometheus-cpp's model of a series takes some 300 bytes. A family is therefore serialized in slices, each
// through the same few objects, so that a hundred thousand series cost no more memory than their text.
namespace reputed {
namespace {

constexpr std::size_t slice_size = 512;
constexpr std::size_t usual_line = 96;  // bytes, a little more than most

struct FamilySeries {
    const MetricInfo* info = nullptr;
    std::vector<const Sample*> samples;
    std::vector<const HistogramSample*> histograms;
};

using LabelValues = std::vector<std::string>;

std::size_t hash_of(const LabelValues& values) {
    std::size_t hash = 0;
    for (const auto& value : values)
        hash = hash * 31 + std::hash<std::string>{}(value);
    return hash;
}

// The first of each stays. Sorted by hash, so that only neighbours need be compared: of a hundred thousand, a table
// would miss the cache with each.
template <typename Series>
void drop_repeated(std::vector<const Series*>& series) {
    std::vector<std::pair<std::size_t, std::size_t>> places;  // hash, index
    places.reserve(series.size());
    for (std::size_t i = 0; i < series.size(); ++i)
        places.emplace_back(hash_of(series[i]->values), i);
    std::sort(places.begin(), places.end());
    for (auto one = places.begin(); one != places.end(); ++one)
        for (auto other = one + 1; other != places.end() && other->first == one->first; ++other)
            if (series[one->second] && series[other->second] &&
                series[one->second]->values == series[other->second]->values)
                series[other->second] = nullptr;
    std::erase(series, nullptr);
}

// prometheus-cpp 1.0 writes HELP as it is; the format wants backslash and line feed escaped.
std::string escaped_help(std::string_view help) {
    std::string out;
    for (const char c : help)
        if (c == '\\')
            out += "\\\\";
        else if (c == '\n')
            out += "\\n";
        else
            out += c;
    return out;
}

bool is_plain_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

template <typename Series>
void fill_labels(const Series& series, std::vector<prometheus::ClientMetric::Label>& labels) {
    labels.resize(series.values.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
        labels[i].name = series.metric->labels[i];
        if (is_plain_ascii(series.values[i]))
            labels[i].value = series.values[i];
        else
            labels[i].value = plain_text(series.values[i]);
    }
}

void fill(const Sample& sample, prometheus::ClientMetric& out) {
    fill_labels(sample, out.label);
    out.gauge.value = out.counter.value = sample.value;
}

void fill(const HistogramSample& sample, prometheus::ClientMetric& out) {
    fill_labels(sample, out.label);
    out.histogram.sample_count = sample.count;
    out.histogram.sample_sum = sample.sum;
    out.histogram.bucket.clear();
    for (std::size_t i = 0; i < sample.upper_bounds.size(); ++i)
        out.histogram.bucket.push_back({sample.cumulative_counts[i], sample.upper_bounds[i]});
}

class Writer {
  public:
    explicit Writer(std::size_t series) { text_.reserve(series * usual_line); }

    template <typename Series>
    void write(const MetricInfo& info, prometheus::MetricType type,
               const std::vector<const Series*>& series) {
        auto& family = families_.front();
        family.name = info.name;
        family.type = type;
        for (std::size_t begin = 0; begin < series.size(); begin += slice_size) {
            const auto end = std::min(begin + slice_size, series.size());
            family.help = begin == 0 ? escaped_help(info.help) : "";
            family.metric.resize(end - begin);
            for (std::size_t i = begin; i < end; ++i)
                fill(*series[i], family.metric[i - begin]);
            append_slice(begin > 0);
        }
    }
    std::string take() && { return std::move(text_); }

  private:
    // Every slice comes with its own TYPE line, which a family may have once only.
    void append_slice(bool continues) {
        buffer_.str({});
        serializer_.Serialize(buffer_, families_);
        const auto slice = buffer_.view();
        text_ += continues ? slice.substr(slice.find('\n') + 1) : slice;
    }

    prometheus::TextSerializer serializer_;
    std::vector<prometheus::MetricFamily> families_{1};
    std::ostringstream buffer_;
    std::string text_;
};

}  // namespace

std::string expose(std::span<const Sample* const> samples, std::span<const HistogramSample> histograms) {
    std::map<std::string_view, FamilySeries> families;
    for (const auto* sample : samples) {
        if (std::isnan(sample->value) || sample->values.size() != sample->metric->labels.size()) continue;
        auto& family = families[sample->metric->name];
        family.info = sample->metric;
        family.samples.push_back(sample);
    }
    for (const auto& histogram : histograms) {
        if (histogram.values.size() != histogram.metric->labels.size() ||
            histogram.cumulative_counts.size() != histogram.upper_bounds.size())
            continue;
        auto& family = families[histogram.metric->name];
        family.info = histogram.metric;
        family.histograms.push_back(&histogram);
    }

    Writer writer(samples.size());
    for (auto& [name, family] : families) {
        if (!family.histograms.empty()) {
            drop_repeated(family.histograms);
            writer.write(*family.info, prometheus::MetricType::Histogram, family.histograms);
            continue;
        }
        drop_repeated(family.samples);
        const bool counter = family.info->type == SampleType::counter;
        writer.write(*family.info, counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge,
                     family.samples);
    }
    return std::move(writer).take();
}

}  // namespace reputed
