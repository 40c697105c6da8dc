#include <algorithm>
#include <iterator>
#include <utility>

#include "agent/store.hpp"

namespace reputed {
namespace {

template <class T>
void move_behind(std::vector<T>& rows, std::vector<T>&& more) {
    rows.insert(rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

// The keys that these rows have, for a look-up.
template <class Rows, class KeyOf>
auto keys_of(const Rows& rows, KeyOf key_of) {
    std::vector<std::decay_t<decltype(key_of(*rows.begin()))>> keys;
    keys.reserve(rows.size());
    for (const auto& row : rows)
        keys.push_back(key_of(row));
    std::sort(keys.begin(), keys.end());
    return keys;
}

template <class T, class Key, class KeyOf>
void drop_rows(std::vector<T>& rows, const std::vector<Key>& keys, KeyOf key_of) {
    if (keys.empty()) return;
    std::erase_if(rows,
                  [&](const T& row) { return std::binary_search(keys.begin(), keys.end(), key_of(row)); });
}

// `rows` and the keys that were dropped, followed by the same of a later batch. A whole batch has no need to drop.
template <class T, class Key, class KeyOf>
void merge(std::vector<T>& rows, std::vector<Key>& dropped, std::vector<T>&& later,
           std::vector<Key>&& later_dropped, bool whole, KeyOf key_of) {
    const auto same = [](const Key& key) { return key; };
    const auto written = keys_of(later, key_of);
    drop_rows(rows, written, key_of);
    drop_rows(rows, keys_of(later_dropped, same), key_of);
    drop_rows(dropped, written, same);
    move_behind(rows, std::move(later));
    if (!whole) move_behind(dropped, std::move(later_dropped));
}

// One that takes a row away stays: an earlier commit may have written that row.
void append_parts(std::vector<StoredPart>& parts, std::vector<StoredPart>&& later) {
    const auto key_of = [](const StoredPart& part) { return std::pair(part.owner, part.name); };
    drop_rows(parts, keys_of(later, key_of), key_of);
    move_behind(parts, std::move(later));
}

}  // namespace

bool Batch::empty() const {
    return !whole && entries.empty() && dropped_entries.empty() && jobs.empty() && dropped_jobs.empty() &&
           transitions.empty() && outbox.empty() && delivered.empty() && parts.empty();
}

void Batch::append(Batch&& later) {
    if (later.whole) {
        std::vector<Transition> earlier = std::move(transitions);
        *this = std::move(later);
        std::swap(transitions, earlier);
        later.transitions = std::move(earlier);
    } else {
        const auto id_of = [](const auto& row) { return row.id; };
        merge(entries, dropped_entries, std::move(later.entries), std::move(later.dropped_entries), whole,
              id_of);
        merge(jobs, dropped_jobs, std::move(later.jobs), std::move(later.dropped_jobs), whole,
              [](const StoredJob& job) { return job.key; });
        append_parts(parts, std::move(later.parts));
        merge(outbox, delivered, std::move(later.outbox), std::move(later.delivered), whole, id_of);
    }
    drop_rows(transitions, keys_of(later.transitions, [](const Transition& one) { return one.id; }),
              [](const Transition& one) { return one.id; });
    move_behind(transitions, std::move(later.transitions));
}

}  // namespace reputed
