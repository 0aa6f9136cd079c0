/**
 * Search or jump: Ctrl K, the find button or / open it; pages of the sidebar, then actions with the typed text.
 * Without JavaScript the find button is a link to the search page.
 * Markup: <dialog data-behaviour="command-bar" data-search-url="/transactions" data-add-url="/transactions/new"> with an <input> in a
 *         <form> and a [role=listbox]; openers are links with data-opens="the dialog's id". Pages are the links of .ft-side.
 */
import { icon, make } from '../elements.js';

const MOST_PAGES = 6;

export function attach(dialog, { go = (url) => globalThis.location.assign(url) } = {}) {
  const input = dialog.querySelector('input');
  const list = dialog.querySelector('[role="listbox"]');
  let chosen = 0;

  function open() {
    if (dialog.open) return;
    input.value = '';
    render();
    dialog.showModal(); // the browser gives focus back to the opener on close
    input.focus();
  }
  function render() {
    const words = input.value.trim();
    list.replaceChildren(...groups(words, dialog.dataset).flatMap(([title, entries]) => [
      make('p', { class: 'ft-cmd__group', text: title }), ...entries.map(item),
    ]));
    choose(0);
  }
  const items = () => [...list.querySelectorAll('[role="option"]')];
  function choose(index) {
    const all = items();
    chosen = (index + all.length) % all.length;
    all.forEach((element, i) => {
      element.id = `command-bar-${i}`;
      element.setAttribute('aria-selected', String(i === chosen));
    });
    all[chosen].scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', all[chosen].id);
  }

  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener('click', (event) => {
    if (event.target.closest(`[data-opens="${dialog.id}"]`)) {
      event.preventDefault();
      open();
    } else if (event.target === dialog) dialog.close(); // the scrim
  });
  input.addEventListener('input', render);
  dialog.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') choose(chosen + 1);
    else if (event.key === 'ArrowUp') choose(chosen - 1);
    else if (event.key === 'Enter') go(items()[chosen].dataset.url);
    else return;
    event.preventDefault();
  });
  list.addEventListener('click', (event) => {
    const option = event.target.closest('[role="option"]');
    if (option) go(option.dataset.url);
  });
}

/** What to offer for the typed words: [title, [{label, url, icon}]] in the order shown. */
function groups(words, { searchUrl, addUrl }) {
  const pages = pagesMatching(words);
  const actions = words
    ? [
      { icon: 'search', label: `Search transactions for \u201c${words}\u201d`, url: withQuery(searchUrl, 'q', words) },
      { icon: 'plus-lg', label: `Add a transaction for \u201c${words}\u201d`, url: withQuery(addUrl, 'payee', words) },
    ]
    : [{ icon: 'plus-lg', label: 'Add transaction', url: addUrl }];
  return [['Pages', pages], ['Do', actions]].filter(([, entries]) => entries.length);
}

function pagesMatching(words) {
  const wanted = words.toLocaleLowerCase();
  return [...document.querySelectorAll('.ft-side > nav .ft-nav')]
    .map((link) => ({
      label: nameOf(link), url: link.href, icon: link.querySelector('.bi')?.className.match(/bi-([\w-]+)/)?.[1] ?? 'arrow-right',
    }))
    .filter(({ label }) => label.toLocaleLowerCase().includes(wanted))
    .slice(0, MOST_PAGES);
}

// The words of the link itself, without the count that waits there.
const nameOf = (link) => [...link.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data).join('').trim();

function withQuery(url, name, value) {
  const target = new URL(url, globalThis.location.href);
  target.searchParams.set(name, value);
  return target.href;
}

const item = ({ label, url, icon: name }) => make('div', { class: 'ft-cmd__item', role: 'option', 'data-url': url }, icon(name), make('span', { text: label }));
