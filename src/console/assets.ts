/** The style and the script of the pages. */
import { STYLE as REPORT_STYLE } from '../rendering/html/style.js';

/** That of reports, and what is of pages alone. */
export const STYLE = `${REPORT_STYLE}nav{display:flex;flex-wrap:wrap;gap:1rem}
.boxes{list-style:none;display:grid;grid-template-columns:repeat(4,1fr);gap:1rem;padding:0}
.boxes li{border:1px solid var(--line);border-left:6px solid currentColor;padding:.6rem .8rem}
.boxes b,.boxes span,.boxes small{display:block}.boxes span{color:var(--fg)}
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
