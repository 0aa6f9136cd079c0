/**
 * Gives elements their behaviours: <div data-behaviour="menu"> gets attach(element) of behaviours/menu.js,
 * data-behaviour="confirm submit-once" gets both, in that order. Every page works without any of them.
 */
const BEHAVIOURS = {
  amount: () => import('./behaviours/amount.js'),
  'bulk-select': () => import('./behaviours/bulk-select.js'),
  chart: () => import('./behaviours/chart.js'),
  combo: () => import('./behaviours/combo.js'),
  'command-bar': () => import('./behaviours/command-bar.js'),
  confirm: () => import('./behaviours/confirm.js'),
  dismiss: () => import('./behaviours/dismiss.js'),
  dropzone: () => import('./behaviours/dropzone.js'),
  menu: () => import('./behaviours/menu.js'),
  print: () => import('./behaviours/print.js'),
  progress: () => import('./behaviours/progress.js'),
  'receipt-form': () => import('./behaviours/receipt-form.js'),
  shortcuts: () => import('./behaviours/shortcuts.js'),
  slider: () => import('./behaviours/slider.js'),
  'split-lines': () => import('./behaviours/split-lines.js'),
  'submit-once': () => import('./behaviours/submit-once.js'),
  'transaction-form': () => import('./behaviours/transaction-form.js'),
};

/** Attaches what `root` and everything in it asks for. Behaviours that add elements call it for what they added. */
export async function enliven(root) {
  const elements = [...root.querySelectorAll('[data-behaviour]')];
  if (root.matches?.('[data-behaviour]')) elements.unshift(root);
  await Promise.all(elements.map(async (element) => {
    for (const name of element.dataset.behaviour.split(/\s+/).filter(Boolean)) {
      const { attach } = await BEHAVIOURS[name]();
      attach(element);
    }
  }));
}

// No top-level await: behaviours may import this module while it is bringing them in.
enliven(document.documentElement).then(() => {
  document.documentElement.dataset.ready = ''; // for tests that press buttons as soon as they can
});
