/**
 * Suggests values while one is typed, through the browser's own <datalist>. Without JavaScript it is a text field.
 * Markup: <input list="payees" data-behaviour="combo" data-url="/payees.json"> and <datalist id="payees"></datalist>.
 *         The URL is asked with ?q=… and answers a JSON list of {value, …}, best first. When the text becomes one of the values,
 *         the input says so with a "combo:chosen" event, whose detail is what the server said of it.
 */
import { make } from '../elements.js';

const PAUSE_MS = 150;

export function attach(input, { fetch = globalThis.fetch } = {}) {
  let pause;
  let asked = null;
  const known = new Map();

  async function suggest() {
    const words = input.value.trim();
    if (words === asked) return;
    asked = words;
    const url = new URL(input.dataset.url, globalThis.location.href);
    url.searchParams.set('q', words);
    try {
      const response = await fetch(url, { headers: { Accept: 'application/json' } });
      if (!response.ok || asked !== words) return; // a later question overtook this one
      const found = await response.json();
      for (const each of found) known.set(each.value, each);
      input.list?.replaceChildren(...found.map(({ value }) => make('option', { value })));
    } catch {
      asked = null; // suggestions are a comfort: without the network the field is still a field
    }
  }

  input.setAttribute('autocomplete', 'off');
  input.addEventListener('focus', suggest);
  input.addEventListener('input', () => {
    const chosen = known.get(input.value);
    if (chosen) input.dispatchEvent(new CustomEvent('combo:chosen', { detail: chosen }));
    clearTimeout(pause);
    pause = setTimeout(suggest, PAUSE_MS);
  });
}
