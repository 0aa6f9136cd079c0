/**
 * Lets a file be dropped on, or pasted anywhere in the page, besides being chosen or photographed by the input itself.
 * Names the file and refuses one that is too large before it travels. Without JavaScript it is a plain file input.
 * Markup: <div class="ft-drop" data-behaviour="dropzone" data-max-bytes="8388608" data-submit>
 *           <label for="f">…</label><input type="file" id="f" accept="image/*"><output></output></div>
 *         data-submit sends the form as soon as there is a file. Tells others by the input's own "change" event.
 */
export function attach(zone) {
  const input = zone.querySelector('input[type="file"]');
  const output = zone.querySelector('output');
  zone.classList.add('ft-drop--live');

  input.addEventListener('change', (event) => {
    const problem = tooLarge(input.files, Number(zone.dataset.maxBytes));
    if (problem) {
      input.value = '';
      output.textContent = problem;
      event.stopImmediatePropagation();
      return;
    }
    output.textContent = [...input.files].map((file) => `${file.name}, ${size(file.size)}`).join('; ');
    if ('submit' in zone.dataset && input.files.length) input.form.requestSubmit();
  });

  for (const name of ['dragenter', 'dragover']) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.add('ft-drop--over');
    });
  }
  for (const name of ['dragleave', 'drop']) zone.addEventListener(name, () => zone.classList.remove('ft-drop--over'));
  zone.addEventListener('drop', (event) => {
    event.preventDefault();
    give(input, event.dataTransfer.files);
  });
  document.addEventListener('paste', (event) => {
    if (event.clipboardData.files.length && zone.isConnected && zone.checkVisibility()) give(input, event.clipboardData.files);
  });
}

function give(input, files) {
  const wanted = [...files].filter((file) => accepts(input.accept, file)).slice(0, input.multiple ? undefined : 1);
  if (!wanted.length) return;
  const transfer = new DataTransfer();
  for (const file of wanted) transfer.items.add(file);
  input.files = transfer.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
}

/** Whether `accept` ("image/*,.csv,application/pdf") lets this file in. An empty one lets in all. */
export function accepts(accept, { name, type }) {
  const rules = accept.split(',').map((rule) => rule.trim().toLowerCase()).filter(Boolean);
  return !rules.length || rules.some((rule) => (
    rule.startsWith('.') ? name.toLowerCase().endsWith(rule) : rule.endsWith('/*') ? type.startsWith(rule.slice(0, -1)) : type === rule
  ));
}

function tooLarge(files, most) {
  const file = [...files].find(({ size: bytes }) => most && bytes > most);
  return file ? `${file.name} is ${size(file.size)}. The limit is ${size(most)}.` : null;
}

const size = (bytes) => (bytes < 1024 ** 2 ? `${Math.max(1, Math.round(bytes / 1024))} kB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`);
