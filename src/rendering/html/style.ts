/** The style of reports: light and dark by the preference of the reader, from 400 pixels on. */

/** Also of the pictures in this folder. Text has a contrast of 4.5 or more to its ground. */
export const STYLE = `:root{color-scheme:light dark;--bg:light-dark(#fff,#14171a);
--fg:light-dark(#1d2125,#e4e7ea);--quiet:light-dark(#59626b,#9aa4ad);
--line:light-dark(#d9dee3,#30363c);--ok:light-dark(#157347,#4cc38a);
--warn:light-dark(#855700,#f0b429);--bad:light-dark(#b3261e,#ff8a80);
--link:light-dark(#0b5cad,#7ab8ff)}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.45 system-ui,sans-serif}
header{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center;padding:.6rem 1.2rem;
border-bottom:1px solid var(--line)}
h1{font-size:1.15rem;margin:0}h2{font-size:1rem;margin:1.4rem 0 .5rem}
h1,h2,p,li,.changes td{overflow-wrap:anywhere}
small,.quiet{color:var(--quiet);font-weight:400}a{color:var(--link)}
main{padding:1rem 1.2rem;max-width:1320px}
.verdict{font-size:1.3rem;font-weight:700;text-transform:uppercase;margin:0}
.ok{color:var(--ok)}.warn{color:var(--warn)}.bad{color:var(--bad)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}
th{text-align:left;color:var(--quiet);font-size:.82rem}
td,th{padding:.28rem .7rem .28rem 0;border-bottom:1px solid var(--line);vertical-align:top}
.changes td[class]{white-space:nowrap}
@media(max-width:640px){.changes td{display:block;border:0}.changes td:empty{display:none}
.changes tr{display:block;border-bottom:1px solid var(--line)}}
code,pre{font:13px/1.4 ui-monospace,monospace;overflow-wrap:anywhere}pre{white-space:pre-wrap}
del{color:var(--bad)}ins{color:var(--ok)}
figure{margin:.5rem 0}figcaption{color:var(--quiet);font-size:.82rem}
.ring svg{display:block;max-width:min(100%,44rem);height:auto;margin:auto}
.arc{fill:none;stroke:var(--quiet);stroke-width:1.3;stroke-opacity:.75}.arrow{fill:var(--quiet)}
.arc.new{stroke:var(--ok);stroke-width:2.6;stroke-opacity:1}
.arc.ending{stroke:var(--bad);stroke-width:2;stroke-dasharray:1.5 4;stroke-opacity:1}
.arc.thin{stroke:var(--warn);stroke-width:2.4;stroke-dasharray:7 4;stroke-opacity:1}
.arc.lost{stroke:var(--bad);stroke-width:3;stroke-opacity:1}
.node.well{fill:var(--quiet)}.node.new{fill:var(--ok)}.node.ending,.node.offline{fill:var(--bad)}
.node.read-only{fill:var(--link)}.node.write-only{fill:var(--warn)}
.letter{font:700 12px system-ui,sans-serif;fill:var(--bg);text-anchor:middle}
.host{font-family:system-ui,sans-serif;fill:var(--fg)}.leader{stroke:var(--quiet);stroke-width:1}
.times svg{display:block;width:100%}
.times text{font:12px system-ui,sans-serif;fill:var(--quiet);paint-order:stroke;
stroke:var(--bg);stroke-width:4px;stroke-linejoin:round}
.times .name{font-family:ui-monospace,monospace;fill:var(--fg)}
.times tspan{font-family:system-ui,sans-serif;font-weight:600}
.grid{stroke:var(--line)}.now{stroke:var(--bad);stroke-width:1.5}
.boundary{stroke:var(--link);stroke-width:1.5;stroke-dasharray:5 3}
.bar.present{fill:var(--ok)}.bar.coming,.times .coming{fill:var(--link)}
.bar.leaving,.times .leaving{fill:var(--warn)}.bar.history,.times .history{fill:var(--quiet)}
`;
