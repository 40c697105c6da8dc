#include <algorithm>
#include <iostream>
#include <iterator>
#include <map>

#include "agent/command_support.hpp"
#include "agent/exit_codes.hpp"
#include "agent/runtime.hpp"
#include "config/file_text.hpp"
#include "config/import/writer.hpp"
#include "config/text.hpp"

namespace reputed {
namespace {

constexpr std::size_t most_names = 1000;  // to resolve

FileText read_standard_input() {
    FileText result;
    std::vector<char> buffer(65'536);
    while (std::cin.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) ||
           std::cin.gcount() > 0) {
        result.text.append(buffer.data(), static_cast<std::size_t>(std::cin.gcount()));
        if (result.text.size() > imports::largest_source) return {"", "is larger than 1 MiB"};
    }
    return result;
}

using ByKind = std::map<imports::Kind, std::vector<imports::Source>>;

// By kind, in the order given; 0, or the exit code after printing an error.
int read_sources(const ImportOptions& options, ByKind& sources) {
    if (options.files.size() > imports::most_sources) {
        print_error("more than 64 files: import them in several runs");
        return exit_usage;
    }
    for (const auto& path : options.files) {
        const bool input = path == "-";
        auto file = input ? read_standard_input() : read_file(path, imports::largest_source);
        imports::Source source{input ? "standard input" : path, std::move(file.text)};
        if (!file.error.empty()) {
            print_error(source.file + ": " + file.error);
            return exit_no_input;
        }
        const auto kind =
            options.from.empty() ? imports::recognise(source) : imports::parse_kind(options.from);
        if (!kind) {
            print_error(source.file +
                        ": it cannot be told what this is the configuration of: say so with --from");
            return exit_no_input;
        }
        sources[*kind].push_back(std::move(source));
    }
    return exit_ok;
}

std::string origin_of(const ByKind& sources) {
    std::string origin;
    for (const auto& [kind, of_kind] : sources)
        for (const auto& source : of_kind)
            origin += (origin.empty() ? "" : ", ") + source.file + " (" +
                      std::string(imports::to_string(kind)) + ')';
    return origin;
}

// The addresses of the names that the sources watch. A name that could not be looked up has none.
imports::Addresses resolve(const imports::Found& found, Settings settings) {
    auto names = imports::host_names(found);
    names.resize(std::min(names.size(), most_names));
    std::vector<Question> questions;
    for (const auto& name : names) {
        questions.push_back({name, RecordType::a});
        questions.push_back({name, RecordType::aaaa});
    }
    const auto runtime = make_single_runtime(std::move(settings));
    const auto answers = runtime.resolver->lookup(questions);
    imports::Addresses addresses;
    for (std::size_t i = 0; i < answers.size(); ++i)
        for (auto& of_name = addresses[names[i / 2]]; const auto& record : answers[i].records)
            of_name.push_back(record.address);
    return addresses;
}

}  // namespace

int config_import_command(const CommonOptions& common, const ImportOptions& options) {
    ByKind sources;
    if (const int code = read_sources(options, sources); code != exit_ok) return code;
    imports::Found found;
    for (const auto& [kind, of_kind] : sources)
        imports::read_sources(kind, of_kind, found);
    imports::Addresses addresses;
    if (options.resolve) {
        auto settings = command_settings(common, false);
        if (!settings) return exit_config;
        addresses = resolve(found, std::move(*settings));
    }
    const auto written = imports::write_settings(found, origin_of(sources), addresses);
    for (const auto& remark : written.remarks)
        print_error(remark.to_string());
    if (written.lists == 0 && found.targets.empty()) {
        print_error("nothing to import: no list and nobody to watch");
        return exit_no_input;
    }
    std::cout << written.toml;
    return exit_ok;
}

}  // namespace reputed
