/**
 * Follows long work by asking for its state, less often the longer it takes, and goes to where its result is.
 * Without JavaScript the page shows how far it was when it was drawn.
 * Markup: <div data-behaviour="progress" data-url="/imports/7/progress" data-unit="rows"> with a <progress>,
 *         [data-progress-count] and [data-progress-note]. The URL answers {done, total, state, next}: a `next` ends the wait;
 *         state "failed" ends it too, with {error}.
 */
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 3000;
const FORGIVEN_FAILURES = 5;

export async function attach(section, { fetch = globalThis.fetch, sleep = wait, go = open, now = () => performance.now() } = {}) {
  const started = { at: now(), done: null };
  let failures = 0;
  for (let ms = FIRST_WAIT_MS; section.isConnected; ms = Math.min(ms * 1.5, LONGEST_WAIT_MS)) {
    await sleep(ms);
    const answer = await ask(section.dataset.url, fetch);
    if (!answer) {
      failures += 1;
      if (failures > FORGIVEN_FAILURES) return say(section, 'The server does not answer. Load this page again to see how far it is.');
      continue;
    }
    failures = 0;
    started.done ??= answer.done;
    show(section, answer, remaining(answer, started, now()));
    if (answer.next) return go(answer.next);
    if (answer.state === 'failed') return say(section, answer.error ?? 'This did not work. Nothing was half-saved.');
  }
  return undefined;
}

async function ask(url, fetch) {
  try {
    const response = await fetch(url, { headers: { Accept: 'application/json' } });
    return response.ok ? await response.json() : null;
  } catch {
    return null; // the network, for a moment
  }
}

function show(section, { done, total }, seconds) {
  const bar = section.querySelector('progress');
  bar.max = Math.max(total, 1);
  bar.value = done;
  const number = new Intl.NumberFormat(document.documentElement.dataset.locale);
  section.querySelector('[data-progress-count]').textContent = `${number.format(done)} of ${number.format(total)} ${section.dataset.unit ?? ''}`.trim();
  say(section, seconds === null ? 'You can leave this page.' : `${inWords(seconds)} You can leave this page.`);
}

/** Seconds left at the speed so far, or null while that is a guess. */
function remaining({ done, total }, started, now) {
  const elapsed = (now - started.at) / 1000;
  const moved = done - started.done;
  return moved > 0 && elapsed > 1 ? ((total - done) * elapsed) / moved : null;
}

function inWords(seconds) {
  if (seconds < 8) return 'A few seconds.';
  if (seconds < 90) return `About ${Math.ceil(seconds / 10) * 10} seconds.`;
  return `About ${Math.ceil(seconds / 60)} minutes.`;
}

const say = (section, words) => { section.querySelector('[data-progress-note]').textContent = words; };
const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const open = (url) => globalThis.location.assign(url);
