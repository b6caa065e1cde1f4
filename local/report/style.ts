/** The report's style sheet: no font and no file from elsewhere, so that it opens offline. */
export const STYLE = `
:root { color-scheme: light dark; --bg: #ffffff; --card: #f6f8fa; --ink: #1f2328; --soft: #656d76; --line: #d8dee4;
  --good: #1a7f4b; --warn: #9a6700; --bad: #cf222e; --good-bg: #dafbe1; --warn-bg: #fff8c5; --bad-bg: #ffebe9; }
@media (prefers-color-scheme: dark) { :root { --bg: #0d1117; --card: #161b22; --ink: #e6edf3; --soft: #8b949e; --line: #30363d;
  --good: #3fb950; --warn: #d29922; --bad: #f85149; --good-bg: #12261e; --warn-bg: #272115; --bad-bg: #2d1315; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 40px 24px 80px; }
header { display: flex; flex-wrap: wrap; gap: 12px 24px; align-items: baseline; justify-content: space-between; }
h1 { font-size: 28px; line-height: 1.2; margin: 0; letter-spacing: -0.02em; }
h2 { font-size: 17px; margin: 44px 0 4px; letter-spacing: -0.01em; }
p { margin: 0 0 12px; color: var(--soft); max-width: 75ch; }
.lead { font-size: 16px; margin-top: 10px; }
.badge { padding: 4px 12px; border-radius: 999px; font-weight: 600; font-size: 14px; }
.badge.good { color: var(--good); background: var(--good-bg); } .badge.bad { color: var(--bad); background: var(--bad-bg); }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: 10px; margin: 24px 0 0; padding: 0; }
.figure { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px; }
.figure dt { color: var(--soft); font-size: 12.5px; } .figure dd { margin: 2px 0 0; font-size: 20px; font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.chart { border: 1px solid var(--line); border-radius: 10px; padding: 10px 8px 4px; overflow-x: auto; } .chart svg { display: block; width: 100%; height: auto; min-width: 640px; }
.empty { border: 1px dashed var(--line); border-radius: 10px; padding: 18px; color: var(--soft); }
table { border-collapse: collapse; width: 100%; font-size: 14px; } 
td { padding: 5px 10px 5px 0; vertical-align: top; border-top: 1px solid var(--line); } td.at { white-space: nowrap; color: var(--soft); font-variant-numeric: tabular-nums; width: 1%; }
td.type { white-space: nowrap; width: 1%; font-weight: 500; } td.detail { overflow-wrap: anywhere; }
tr.day td { border-top: 0; padding-top: 22px; font-weight: 600; } tr.note td { background: var(--card); } tr.note td.detail { font-style: italic; }
.dot { display: inline-block; width: 8px; height: 8px; border-radius: 50%; margin-right: 8px; background: var(--line); }
.dot.good { background: var(--good); } .dot.warn { background: var(--warn); } .dot.bad { background: var(--bad); } .good td.type { color: var(--good); } .warn td.type { color: var(--warn); } .bad td.type { color: var(--bad); }
footer { margin-top: 48px; color: var(--soft); font-size: 13px; }
`;
