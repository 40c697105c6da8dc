#include <algorithm>
#include <cstdio>
#include <numeric>

#include "agent/page/parts.hpp"

// Every list's word on every target. A few targets stand as columns, with a word in each cell; many stand as
// rows, with a sign in each cell and the word for those who do not see it.
namespace reputed::page {
namespace {

constexpr std::size_t most_columns_of_words = 4;

struct Look {
    const char* css;
    const char* sign;
    const char* word;
};

const char* css_of(Severity severity) {
    return to_string(severity).data();
}  // ends in NUL: a literal

Look look_of(const Cell& cell) {
    switch (cell.state) {
        case CellState::not_asked:
            return {"none", "", "not asked"};
        case CellState::unknown:
            return {"unknown", "?", "not known"};
        case CellState::clean:
            return cell.held ? Look{"held", "~", "was clean"} : Look{"ok", "\u2713", "clean"};
        case CellState::listed:
            return cell.held ? Look{"held", "!", "was listed"}
                             : Look{css_of(cell.severity), "\u2717", "listed"};
        case CellState::not_allowed:
            return cell.held ? Look{"held", "~", "was not on it"} : Look{"plain", "\u00b7", "not on it"};
        case CellState::allowed:
            return cell.held ? Look{"held", "~", "was on it"} : Look{"ok", "+", "on it"};
        case CellState::score:
            return {cell.held ? "held" : "plain", "", cell.held ? "was" : "score"};
        case CellState::no_score:
            return cell.held ? Look{"held", "~", "had no score"} : Look{"plain", "\u00b7", "no score"};
    }
    return {"unknown", "?", "not known"};
}

std::string score_text(double score) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", score);
    return text;
}

// 0 listed, 1 not known or old, 2 fine.
int rank_of(const Cell& cell) {
    if (cell.state == CellState::listed && !cell.held) return 0;
    return cell.is_good() ? 2 : 1;
}

struct Selection {
    std::vector<std::size_t> targets;
    std::vector<std::size_t> lists;  // those with the worst cells first
    std::size_t good_targets = 0;    // left out because all is well
};

Selection select(const Matrix& matrix) {
    Selection selection;
    const bool only_the_bad = matrix.targets.size() > most_targets;
    std::vector<int> list_ranks(matrix.lists.size(), 2);
    for (std::size_t target = 0; target < matrix.targets.size(); ++target) {
        int rank = 2;
        for (std::size_t list = 0; list < matrix.lists.size(); ++list) {
            const int of_cell = rank_of(matrix.at(target, list));
            rank = std::min(rank, of_cell);
            list_ranks[list] = std::min(list_ranks[list], of_cell);
        }
        if (only_the_bad && rank == 2)
            ++selection.good_targets;
        else
            selection.targets.push_back(target);
    }
    selection.lists.resize(matrix.lists.size());
    std::iota(selection.lists.begin(), selection.lists.end(), 0U);
    std::stable_sort(selection.lists.begin(), selection.lists.end(),
                     [&](std::size_t a, std::size_t b) { return list_ranks[a] < list_ranks[b]; });
    return selection;
}

std::string lists_as_rows(const View& view, const Matrix& matrix, const Selection& selection,
                          std::string_view heading) {
    std::vector<std::string> names = {"List"};
    for (const auto target : selection.targets)
        names.push_back(view.names.link(matrix.targets[target], true));
    const std::vector<std::string_view> headers(names.begin(), names.end());
    std::string out = table_begin(heading, headers);
    for (const auto list : selection.lists) {
        out += "<tr><th scope=\"row\">" + view.names.link(matrix.lists[list].name, true) + "</th>";
        for (const auto target : selection.targets)
            out += cell_html(matrix.at(target, list), true);
        out += "</tr>\n";
    }
    return out + table_end();
}

std::string lists_as_columns(const View& view, const Matrix& matrix, const Selection& selection,
                             std::string_view heading, std::string_view targets) {
    std::vector<std::string> names = {std::string(targets)};
    for (const auto list : selection.lists)
        names.push_back("<span class=\"upright\">" + view.names.link(matrix.lists[list].name) + "</span>");
    const std::vector<std::string_view> headers(names.begin(), names.end());
    std::string out =
        "<div class=\"signs\"><p class=\"small\">\u2713 clean, \u2717 listed, ? not known, ~ was clean and ! "
        "was "
        "listed by the last good answer, + on an allowlist, \u00b7 not on it or no score; empty: not "
        "asked.</p>\n" +
        table_begin(heading, headers);
    for (const auto target : selection.targets) {
        out += "<tr><th scope=\"row\">" + view.names.link(matrix.targets[target], true) + "</th>";
        for (const auto list : selection.lists)
            out += cell_html(matrix.at(target, list), false);
        out += "</tr>\n";
    }
    return out + table_end() + "</div>\n";
}

std::string not_shown(std::size_t n, std::string_view what) {
    return n == 0 ? "" : "<p>" + std::to_string(n) + " more " + std::string(what) + " not shown.</p>\n";
}

}  // namespace

std::string cell_html(const Cell& cell, bool with_word) {
    const auto look = look_of(cell);
    std::string out = std::string("<td class=\"") + look.css + "\">";
    const auto score = cell.state == CellState::score ? score_text(cell.score) : "";
    if (with_word) {
        out += cell.state == CellState::not_asked ? look.word : std::string(look.sign) + " " + look.word;
        if (!score.empty()) out += " " + score;
        if (cell.held && cell.answered > 0)
            out += "<br><span class=\"small\">" + time(cell.answered) + "</span>";
    } else {
        out += "<span aria-hidden=\"true\">" + (score.empty() ? look.sign : score) +
               "</span><span class=\"unseen\">" + look.word + (score.empty() ? "" : " " + score) + "</span>";
    }
    return out + "</td>";
}

std::string matrix_section(const View& view, const Matrix& matrix, std::string_view id,
                           std::string_view heading, std::string_view targets) {
    if (matrix.targets.empty() || matrix.lists.empty()) return "";
    auto selection = select(matrix);
    const auto bad_targets = selection.targets.size();
    selection.targets.resize(std::min(bad_targets, most_targets));
    selection.lists.resize(std::min(selection.lists.size(), most_lists));

    std::string out = "<section aria-labelledby=\"" + std::string(id) + "\">\n<h2 id=\"" + std::string(id) +
                      "\">" + std::string(heading) + "</h2>\n";
    if (!selection.targets.empty())
        out += matrix.targets.size() <= most_columns_of_words
                   ? lists_as_rows(view, matrix, selection, heading)
                   : lists_as_columns(view, matrix, selection, heading, targets);
    if (selection.good_targets > 0)
        out += "<p>" + std::to_string(selection.good_targets) + " of " +
               std::to_string(matrix.targets.size()) + " are fine on every list and not shown.</p>\n";
    out += not_shown(bad_targets - selection.targets.size(), "that are listed or not known");
    out += not_shown(matrix.lists.size() - selection.lists.size(), "lists");
    return out + "</section>\n";
}

}  // namespace reputed::page
