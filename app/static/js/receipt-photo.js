/** The receipt beside its form: a box around each value, in the photo's own pixels; focus in a field shows where it was read. */
import { draw, make } from './elements.js';

export function show(figure, { image_url: source, image, fields }, form) {
  const stage = figure.querySelector('[data-stage]');
  const { width, height } = image;
  const marks = draw('svg', { viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' });
  stage.replaceChildren(
    make('a', { href: source, target: '_blank', rel: 'noopener', 'aria-label': 'The receipt, full size in a new tab' },
      make('img', { src: source, width, height, alt: 'The receipt you gave' })),
    marks,
  );
  stage.hidden = false;
  figure.querySelector('[data-photo-bar]').hidden = false;
  for (const [name, { box, sure }] of Object.entries(fields)) {
    const control = form.elements[name];
    if (box && control) follow(control, marks, stage, box, { sure, height });
  }
  const toggle = figure.querySelector('[data-marks]');
  if (toggle) toggle.onclick = () => {
    const hide = toggle.getAttribute('aria-pressed') !== 'true';
    toggle.setAttribute('aria-pressed', String(hide));
    marks.classList.toggle('d-none', hide);
  };
}

function follow(control, marks, stage, [x, y, w, h], { sure, height }) {
  const group = draw('g', { class: sure ? 'ft-mark' : 'ft-mark ft-mark--check' }, draw('rect', { x, y, width: w, height: h, rx: 6 }));
  marks.append(group);
  control.addEventListener('focus', () => {
    if (!group.isConnected) return; // another photo took its place
    group.classList.add('ft-mark--now');
    const scale = marks.clientHeight / height;
    stage.scrollTo({ top: (y + h / 2) * scale - stage.clientHeight / 2 });
  });
  control.addEventListener('blur', () => group.classList.remove('ft-mark--now'));
  control.addEventListener('input', () => group.classList.remove('ft-mark--check'));
}
