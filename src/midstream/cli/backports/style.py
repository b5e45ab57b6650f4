"""The style of the board as a page: light and dark, narrow and wide, on screen and on paper."""

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --wash: #f6f8fa;
  --good: #116329; --bad: #a40e26; --todo: #0550ae; --look: #7d4e00; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171b; --ink: #e6e9ed; --soft: #a3adb8; --line: #3a424b;
  --wash: #1d2228; --good: #6fd08c; --bad: #ff9a93; --todo: #84bfff; --look: #f0c065; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 90rem; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p { margin: .25rem 0; } .soft, small { color: var(--soft); } a { color: inherit; }
a:focus-visible { outline: 2px solid var(--todo); outline-offset: 2px; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: .75rem 0; padding: 0; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
caption { text-align: left; color: var(--soft); padding-bottom: .5rem; }
th, td { border: 1px solid var(--line); padding: .4rem .6rem; text-align: left; vertical-align: top; }
thead th { background: var(--wash); } tbody th { font-weight: 600; min-width: 12rem; }
th small, td small { display: block; font-weight: 400; }
.sign { display: inline-block; min-width: 1.2em; font-weight: 700; }
.good { color: var(--good); } .bad { color: var(--bad); } .todo { color: var(--todo); } .look { color: var(--look); }
.none { color: var(--soft); } td a { text-decoration: underline dotted; }
dl { margin: 0; } dt { font-weight: 600; margin-top: .6rem; } dd { margin: 0 0 0 1.2rem; }
:target { background: var(--wash); outline: 1px solid var(--line); }
.notice { border-left: .3rem solid var(--look); padding-left: .6rem; }
@media (max-width: 40rem) {
  body { padding: .75rem; } thead { position: absolute; left: -100rem; }
  table, caption, tbody, tr, tbody th, td { display: block; width: 100%; border: 0; padding: .2rem 0; }
  tr { border: 1px solid var(--line); border-radius: .4rem; padding: .5rem .75rem; margin-bottom: .75rem; }
  td { display: grid; grid-template-columns: 8rem 1fr; gap: .5rem; border-top: 1px solid var(--line); }
  td::before { content: attr(data-branch); color: var(--soft); }
}
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; --soft: #333; --line: #999; --wash: #fff; --good: #000;
    --bad: #000; --todo: #000; --look: #000; }
  body { max-width: none; padding: 0; font-size: 9pt; } tr, dt, dd { break-inside: avoid; }
  thead { display: table-header-group; } td a { text-decoration: none; }
}
"""
