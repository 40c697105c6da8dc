#include "agent/page/page.hpp"

namespace reputed {

std::string_view page_style() {
    return R"css(:root {
  color-scheme: light dark;
  --ground: #ffffff; --text: #1b1f24; --faint: #59636e; --line: #d4d9df; --raised: #f5f7f9; --link: #0a58b0;
  --ok: #1a6e33; --ok-ground: #e3f4e7;
  --info: #0a58b0; --info-ground: #e2eefb;
  --unknown: #5b4a8a; --unknown-ground: #ece7f8;
  --warning: #7d4e00; --warning-ground: #fdf0d0;
  --critical: #a8121f; --critical-ground: #fde4e4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171b; --text: #e4e8ec; --faint: #a0a9b3; --line: #363c44; --raised: #1d2127; --link: #7fb6ff;
    --ok: #7fd694; --ok-ground: #17301e;
    --info: #7fb6ff; --info-ground: #172a42;
    --unknown: #c3b1f5; --unknown-ground: #2a2340;
    --warning: #f2c063; --warning-ground: #382a0e;
    --critical: #ff9a9a; --critical-ground: #431a1d;
  }
}
* { box-sizing: border-box; }
html { overflow-wrap: anywhere; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
header, main { max-width: 84rem; margin: 0 auto; padding: 0 1rem; overflow-wrap: anywhere; }
header { margin-top: 1rem; padding: .75rem 1rem; border-left: .5rem solid var(--line); background: var(--raised); }
main { padding-bottom: 3rem; }
.skip { position: absolute; left: .5rem; top: -4rem; padding: .5rem .75rem; background: var(--ground); z-index: 2; }
.skip:focus { top: .5rem; }
.bar { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; justify-content: space-between;
  max-width: 84rem; margin: 0 auto; padding: .5rem 1rem; }
.bar nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: center; }
.bar form { flex: 0 1 32rem; display: flex; flex-wrap: wrap; gap: .25rem .5rem; align-items: center; min-width: 0; }
input, button { font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--faint);
  border-radius: .25rem; padding: .15rem .5rem; min-height: 1.75rem; }
input { flex: 1 1 8rem; width: 8rem; min-width: 0; }
input::placeholder { color: var(--faint); opacity: 1; }
button { cursor: pointer; background: var(--raised); }
#live { max-width: 84rem; margin: 0 auto; padding: 0 1rem; }
#live:not(:empty) { padding: .5rem 1rem; color: var(--unknown); background: var(--unknown-ground); font-weight: 600; }
main:focus { outline: none; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 2rem 0 .5rem; font-size: 1.2rem; }
h3 { margin: 1rem 0 .25rem; font-size: 1rem; }
p { margin: .25rem 0; }
a { color: var(--link); }
.small { color: var(--faint); font-size: .85rem; }
time { white-space: nowrap; }

header.ok { border-color: var(--ok); background: var(--ok-ground); }
header.info { border-color: var(--info); background: var(--info-ground); }
header.unknown { border-color: var(--unknown); background: var(--unknown-ground); }
header.warning { border-color: var(--warning); background: var(--warning-ground); }
header.critical { border-color: var(--critical); background: var(--critical-ground); }

.badge { display: inline-block; padding: 0 .4rem; border: 1px solid; border-radius: .25rem; font-size: .85rem;
  font-weight: 600; white-space: nowrap; }
.badge.ok, td.ok { color: var(--ok); background: var(--ok-ground); }
.badge.info, td.info { color: var(--info); background: var(--info-ground); }
.badge.unknown, td.unknown { color: var(--unknown); background: var(--unknown-ground); }
.badge.warning, td.warning { color: var(--warning); background: var(--warning-ground); }
.badge.critical, td.critical { color: var(--critical); background: var(--critical-ground); }
td.warning, td.critical { font-weight: 700; }
td.held { color: var(--unknown); background: var(--unknown-ground); font-style: italic; }
thead th { white-space: nowrap; }
td.none, td.plain { color: var(--faint); }

.findings { margin: 0; padding: 0; list-style: none; }
.findings li { margin: .5rem 0; padding: .5rem .75rem; border: 1px solid var(--line); border-left-width: .4rem;
  border-radius: .25rem; break-inside: avoid; }
.findings h3 { margin: 0; }
li.info { border-left-color: var(--info); }
li.unknown { border-left-color: var(--unknown); }
li.warning { border-left-color: var(--warning); }
li.critical { border-left-color: var(--critical); }
.findings li.drill { border-style: dashed; border-left-color: var(--unknown); }
pre { margin: .4rem 0; padding: .4rem .6rem; background: var(--raised); font: .85rem/1.4 ui-monospace, monospace;
  white-space: pre-wrap; overflow-wrap: anywhere; }

.scroll { position: relative; overflow-x: auto; margin: .5rem 0; border: 1px solid var(--line); border-radius: .25rem; }
.scroll:focus-visible, a:focus-visible, summary:focus-visible, input:focus-visible, button:focus-visible { outline: 2px solid var(--link); outline-offset: 1px; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { padding: .3rem .6rem; line-height: 1.6; border-top: 1px solid var(--line); text-align: left; vertical-align: top;
  overflow-wrap: normal; }
thead th { background: var(--raised); vertical-align: bottom; }
tbody th { font-weight: 600; white-space: nowrap; }
.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.signs table { width: auto; }
.signs td { padding: .1rem .35rem; min-width: 1.6rem; text-align: center; }
.signs tbody th { position: sticky; left: 0; background: var(--ground); }
.upright { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; font-weight: 400; }
caption, .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
dl { margin: .5rem 0; font-size: .9rem; }
dt { font-weight: 600; }
dd { margin: 0 0 .25rem 1rem; color: var(--faint); }
summary { cursor: pointer; }
.facts { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .2rem 1rem; }
.facts dd { margin: 0; color: inherit; }
.score .badge { font-size: 1.1rem; }
td pre { margin: 0; min-width: 14rem; max-width: 40rem; }
.answers td { white-space: nowrap; }

svg.days, svg.chart { display: block; width: 100%; min-width: 12rem; height: 2rem; background: var(--raised); }
svg .ok { fill: var(--ok); }
svg .info { fill: var(--info); }
svg .unknown { fill: var(--unknown); }
svg .warning { fill: var(--warning); }
svg .critical { fill: var(--critical); }
svg .none { fill: var(--line); }
svg.days + p { margin: 0; }
.legend > span { display: inline-block; margin-right: .75rem; white-space: nowrap; }
.key { display: inline-block; width: .8rem; height: .8rem; }
.key.ok { background: var(--ok); }
.key.info { background: var(--info); }
.key.unknown { background: var(--unknown); }
.key.warning { background: var(--warning); }
.key.critical { background: var(--critical); }
.key.none { background: var(--line); }

@media (prefers-reduced-motion: no-preference) {
  .skip { transition: top .15s; }
}
@media (forced-colors: active) {
  svg, .key { forced-color-adjust: none; }
}
@media (max-width: 40rem) {
  body { font-size: 15px; }
  header, main, .bar { padding-left: .6rem; padding-right: .6rem; }
  .bar form { flex-basis: 100%; }
  .cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .cards table, .cards tbody, .cards tr, .cards th, .cards td { display: block; border: 0; padding: .1rem .4rem; }
  .cards tr { border-top: 1px solid var(--line); padding: .4rem 0; }
  .cards td::before { content: attr(data-label) ": "; color: var(--faint); }
  .facts { grid-template-columns: 1fr; gap: 0; }
  .facts dd { margin-bottom: .3rem; }
  th, td { padding: .25rem .4rem; }
  tbody th, td time { white-space: normal; }
  table { font-size: .85rem; }
}
@media print {
  .bar, .skip, #live { display: none; }
  svg, .key, .badge, td, header { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  header, main { max-width: none; padding: 0 .5rem; }
  .scroll { overflow: visible; border: 0; }
  a { color: inherit; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
}
)css";
}

}  // namespace reputed
