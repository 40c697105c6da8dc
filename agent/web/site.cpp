#include "agent/web/site.hpp"

#include <algorithm>

#include "agent/page/page.hpp"
#include "agent/page/pages.hpp"
#include "agent/plain_text.hpp"
#include "agent/process_metrics.hpp"
#include "agent/web/api.hpp"
#include "agent/web/refusals.hpp"

namespace reputed {
namespace {

constexpr std::string_view metrics_type = "text/plain; version=0.0.4; charset=utf-8";

Reply metrics(const Published& published) {
    const auto edition = published.current();
    if (!edition) return web::still_starting();
    return {
        .content_type = metrics_type, .preamble = render_process_metrics(), .content = edition->metrics()};
}

Reply style() {
    static const auto sheet = std::make_shared<const Content>(std::string(page_style()));
    return {.content_type = "text/css; charset=utf-8", .preamble = {}, .content = sheet};
}

Reply script() {
    static const auto text = std::make_shared<const Content>(std::string(page_script()));
    return {.content_type = "text/javascript; charset=utf-8", .preamble = {}, .content = text};
}

// A page about whatever stands below the path.
Route page_route(std::string path, const std::shared_ptr<Pages>& pages, Pages::Page page) {
    return {std::move(path),
            [pages, page](const Request& request) { return pages->about(page, request.below); }};
}

Reply search(Pages& pages, const QueryParameters& parameters) {
    std::string_view asked;
    for (const auto& parameter : parameters)
        if (parameter.name == "q") asked = parameter.value;
    return pages.about(page::search_page, asked);
}

Reply healthy() {
    return {.preamble = "The agent is healthy.\n", .content = {}};
}

Reply ready(const Published& published) {
    const auto edition = published.current();
    if (!edition) return web::still_starting();
    if (edition->snapshot().ready) return {.preamble = "The agent is ready.\n", .content = {}};

    const auto& jobs = edition->snapshot().jobs;
    const auto has_not_run = [](const JobState& job) { return job.runs == 0; };
    const auto waiting = std::count_if(jobs.begin(), jobs.end(), has_not_run);
    if (waiting == 0) return web::refusal(503, "Not ready: the first round is not complete.\n");
    const auto first = std::find_if(jobs.begin(), jobs.end(), has_not_run);
    return web::refusal(503, "Not ready: " + std::to_string(waiting) + " of " + std::to_string(jobs.size()) +
                                 " jobs have not run yet, among them " +
                                 plain_text(first->check + " " + first->subject, 300) + ".\n");
}

Reply json(api::Answer answer) {
    Reply reply;
    reply.status = answer.status;
    reply.content_type = "application/json";
    reply.content = std::make_shared<const Content>(std::move(answer.json));
    return reply;
}

using SnapshotApi = api::Answer (*)(const Snapshot&, const QueryParameters&);

Route api_route(std::string path, const Published& published, SnapshotApi function) {
    return {std::move(path), [&published, function](const Request& request) {
                const auto edition = published.current();
                if (!edition) return json({503, "{\"error\":\"the agent is starting\"}\n"});
                return json(function(edition->snapshot(), request.parameters));
            }};
}

Route transitions_route(const std::string& store_path) {
    return {
        "/api/v1/transitions", [store_path](const Request& request) {
            return json(api::transitions(store_path, request.parameters, std::chrono::system_clock::now()));
        }};
}

}  // namespace

std::vector<Route> site_routes(const Published& published, const std::string& store_path) {
    const auto pages = std::make_shared<Pages>(published, store_path);
    return {
        {"/", [pages](const Request&) { return pages->overview(); }},
        page_route("/ip/", pages, page::address_page),
        page_route("/list/", pages, page::list_page),
        page_route("/domain/", pages, page::domain_page),
        page_route("/explain/", pages, page::explain_page),
        {"/search", [pages](const Request& request) { return search(*pages, request.parameters); }},
        {"/style.css", [](const Request&) { return style(); }},
        {"/page.js", [](const Request&) { return script(); }},
        {"/metrics", [&published](const Request&) { return metrics(published); }},
        {"/-/healthy", [](const Request&) { return healthy(); }},
        {"/-/ready", [&published](const Request&) { return ready(published); }},
        api_route("/api/v1/findings", published, api::findings),
        api_route("/api/v1/senders", published, api::senders),
        api_route("/api/v1/lists", published, api::lists),
        transitions_route(store_path),
    };
}

}  // namespace reputed
