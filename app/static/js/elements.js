/** Building elements without innerHTML, so that no text can ever become markup. */

/** make('p', { class: 'x', text: 'hello' }, child, …): attributes by name; `text` sets the content. */
export function make(tag, { text, ...attributes } = {}, ...children) {
  return fill(document.createElement(tag), text, attributes, children);
}

/** The same for SVG. */
export function draw(tag, { text, ...attributes } = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), text, attributes, children);
}

export const icon = (name) => make('i', { class: `bi bi-${name}`, 'aria-hidden': 'true' });

function fill(element, text, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value === true ? '' : value);
  }
  if (text !== undefined) element.textContent = text;
  element.append(...children);
  return element;
}
