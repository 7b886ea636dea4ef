/** The style and the script of the pages. */

/** Light and dark by the preference of the browser. */
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
small,.quiet{color:var(--quiet);font-weight:400}
nav{display:flex;flex-wrap:wrap;gap:1rem}a{color:var(--link)}
main{padding:1rem 1.2rem;max-width:1320px}
.verdict{font-size:1.3rem;font-weight:700;text-transform:uppercase;margin:0}
.ok{color:var(--ok)}.warn{color:var(--warn)}.bad{color:var(--bad)}
.boxes{list-style:none;display:grid;grid-template-columns:repeat(4,1fr);gap:1rem;padding:0}
.boxes li{border:1px solid var(--line);border-left:6px solid currentColor;padding:.6rem .8rem}
.boxes b,.boxes span,.boxes small{display:block}.boxes span{color:var(--fg)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}
th{text-align:left;color:var(--quiet);font-size:.82rem}
td,th{padding:.28rem .7rem .28rem 0;border-bottom:1px solid var(--line);vertical-align:top}
code,pre{font:13px/1.4 ui-monospace,monospace;overflow-wrap:anywhere}pre{white-space:pre-wrap}
@media(max-width:900px){.boxes{grid-template-columns:1fr}}
`;

/** Reads the page again when the server reports that something changed. */
export const SCRIPT = `const renew = async () => {
  const answer = await fetch(location.href);
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const main = page.querySelector('main');
  if (main === null) return;
  document.querySelector('main').replaceWith(main);
  document.title = page.title;
};
new EventSource('/events').addEventListener('message', () => renew().catch(() => {}));
`;
