/**
 * Keys for those who like them: n adds, / searches, g d dashboard, g t transactions. Silent while something is typed.
 * Markup: <body data-behaviour="shortcuts" data-add-url="/transactions/new" data-home-url="/dashboard" data-activity-url="/transactions">
 */
const SECOND_KEY_MS = 1200;

export function attach(body, { go = (url) => globalThis.location.assign(url) } = {}) {
  let goPressedAt = 0;

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector('dialog[open]')) return;
    const afterGo = event.timeStamp - goPressedAt < SECOND_KEY_MS;
    goPressedAt = 0;
    const { addUrl, homeUrl, activityUrl } = body.dataset;
    if (afterGo && event.key === 'd') go(homeUrl);
    else if (afterGo && event.key === 't') go(activityUrl);
    else if (event.key === 'g') goPressedAt = event.timeStamp;
    else if (event.key === 'n') go(addUrl);
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
