/**
 * Keys for those who like them: n adds, / searches, g d dashboard, g t transactions. Silent while something is typed.
 * Markup: <body data-behaviour="shortcuts" data-add="/transactions/new" data-home="/dashboard" data-activity="/transactions">
 */
const SECOND_KEY_MS = 1200;

export function attach(body, { go = (url) => globalThis.location.assign(url) } = {}) {
  let goPressedAt = 0;

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector('dialog[open]')) return;
    const afterGo = event.timeStamp - goPressedAt < SECOND_KEY_MS;
    goPressedAt = 0;
    const { add, home, activity } = body.dataset;
    if (afterGo && event.key === 'd') go(home);
    else if (afterGo && event.key === 't') go(activity);
    else if (event.key === 'g') goPressedAt = event.timeStamp;
    else if (event.key === 'n') go(add);
    else if (event.key === '/') focusSearch();
    else return;
    event.preventDefault();
  });
}

const isTyping = (target) => target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);

function focusSearch() {
  const search = document.querySelector('main input[type="search"]');
  if (search) search.focus();
  else document.querySelector('[data-opens="command-bar"]')?.click();
}
