// Elements. Text is only ever set as text, so nothing of the data can become markup.

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === 'text') made.textContent = value;
    else if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return made;
}

function chip([text, toneName]) {
  return element('span', { class: `chip ${toneName}`, text });
}

// A labelled list of choices. `options` are [value, text], or {group, options}.
function chooser(id, label, options, chosen, onchange) {
  const option = ([value, text]) =>
    element('option', { value, text, selected: value === chosen });
  const select = element('select', { id, onchange: () => onchange(select.value) },
    options.map((each) => (each.group
      ? element('optgroup', { label: each.group }, each.options.map(option)) : option(each))));
  return element('label', { class: 'choice', for: id }, element('span', { text: label }), select);
}

function table(caption, heads, rows) {
  return element('div', { class: 'wide', tabindex: 0, role: 'region', 'aria-label': caption },
    element('table', {},
      element('caption', { class: 'unseen', text: caption }),
      element('thead', {}, element('tr', {},
        heads.map((text) => element('th', { scope: 'col', text })))),
      element('tbody', {}, rows.map((cells) => element('tr', {},
        cells.map((cell, place) => tableCell(cell, place === 0,
          place === cells.length - 1 ? heads.length - place : 1)))))));
}

// The last cell of a short row takes the room that is left.
function tableCell(cell, isHead, span) {
  const attributes = { ...(isHead ? { scope: 'row' } : {}), ...(span > 1 ? { colspan: span, class: 'spread' } : {}) };
  const name = isHead ? 'th' : 'td';
  return cell instanceof Node
    ? element(name, attributes, cell) : element(name, { ...attributes, text: cell });
}

const SVG = 'http://www.w3.org/2000/svg';

// The trend as a small line; a period without a value interrupts it. The text beside it says it all.
function sparkline(points, width = 96, height = 24) {
  const values = points.map((point) => point.value).filter((value) => value !== null);
  const drawing = document.createElementNS(SVG, 'svg');
  drawing.setAttribute('viewBox', `0 0 ${width} ${height}`);
  drawing.setAttribute('class', 'spark');
  drawing.setAttribute('aria-hidden', 'true');
  if (values.length < 2) return drawing;
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const step = width / (points.length - 1);
  let path = '';
  let isOn = false;
  points.forEach((point, place) => {
    if (point.value === null) { isOn = false; return; }
    const y = height - 2 - ((point.value - low) / span) * (height - 4);
    path += `${isOn ? 'L' : 'M'}${(place * step).toFixed(1)} ${y.toFixed(1)}`;
    isOn = true;
  });
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', path);
  drawing.append(line);
  return drawing;
}

// The text of a CSV cell. A text that a spreadsheet would compute gets a quotation mark before it.
function csvCell(value) {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function download(name, heads, rows) {
  const text = [heads, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n');
  const address = URL.createObjectURL(new Blob([`${text}\r\n`], { type: 'text/csv' }));
  const link = element('a', { href: address, download: name });
  link.click();
  URL.revokeObjectURL(address);
}
