// The page: what the address asks for, drawn anew whenever it changes.

const THEMES = ['auto', 'light', 'dark'];

function addressOf(view, choices = {}) {
  const asked = new URLSearchParams(Object.entries(choices).filter(([, value]) => value !== null && value !== undefined));
  const theme = new State().get('theme');
  if (theme && !asked.has('theme')) asked.set('theme', theme);
  const path = view.split('/').map(encodeURIComponent).join('/');
  return `#${path}${asked.size ? `?${asked}` : ''}`;
}

// The part of the address behind #: a view, and choices like those of a query.
class State {
  constructor() {
    const [view, choices] = window.location.hash.slice(1).split('?');
    this.view = decoded(view) || 'board';
    this.choices = new URLSearchParams(choices ?? '');
  }

  get(name) {
    return this.choices.get(name);
  }

  set(changes) {
    this.go(this.view, { ...Object.fromEntries(this.choices), ...changes });
  }

  go(view, choices) {
    window.location.hash = addressOf(view, choices);
  }
}

// An address that somebody has cut says nothing.
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function navigation(marts, state) {
  const isKpi = state.view.startsWith('kpi/');
  const kpi = isKpi ? state.view.slice(4) : boardKpis(marts)[0]?.kpi ?? marts.kpis[0]?.kpi;
  const places = [['board', 'Board'], ...marts.families.map((family) => [family, capitalized(family)]),
    [`kpi/${kpi}`, 'Explore']];
  return element('ul', {}, places.map(([view, text]) => element('li', {},
    element('a', { href: addressOf(view), text, 'aria-current': view === state.view ? 'page' : null }))));
}

// On a phone the pages are a row to scroll: the one that is shown is seen.
function showPlace(list) {
  const current = list.querySelector('[aria-current]');
  list.scrollLeft = current ? current.offsetLeft - list.offsetLeft - (list.clientWidth - current.offsetWidth) / 2 : 0;
}

function pageOf(marts, state) {
  if (state.view.startsWith('kpi/')) return kpiPage(marts, state, state.view.slice(4));
  if (marts.families.includes(state.view)) return familyPage(marts, state, state.view);
  return boardPage(marts, state);
}

function drawPage(marts) {
  const state = new State();
  const theme = THEMES.includes(state.get('theme')) ? state.get('theme') : 'auto';
  document.documentElement.dataset.theme = theme;
  const focused = document.activeElement?.id;
  forgetCharts();
  const main = document.getElementById('main');
  const list = document.getElementById('navigation');
  list.replaceChildren(navigation(marts, state));
  showPlace(list);
  document.getElementById('theme').replaceChildren(chooser('theme-choice', 'Colours',
    THEMES.map((name) => [name, name]), theme, (chosen) => state.set({ theme: chosen })));
  main.replaceChildren(...pageOf(marts, state).filter(Boolean));
  const title = main.querySelector('h2')?.textContent ?? '';
  document.title = `${title} – Sales KPIs`;
  document.getElementById('said').textContent = title;
  if (focused) document.getElementById(focused)?.focus();
  document.body.dataset.ready = state.view;
}

function drawHead(marts) {
  const asOf = marts.asOf ? `As of ${dateText(marts.asOf)}.` : '';
  document.getElementById('as-of').textContent = asOf;
  if (!marts.staleSources.length) return;
  document.getElementById('stale').append(element('details', {},
    element('summary', { text: `${plural(marts.staleSources.length, 'raw table')} out of date` }),
    element('ul', {}, marts.staleSources.map((text) => element('li', { text })))));
}

async function start() {
  const marts = new Marts(await unpacked(document.getElementById('data').textContent));
  drawHead(marts);
  drawPage(marts);
  window.addEventListener('hashchange', () => {
    const before = document.body.dataset.ready;
    drawPage(marts);
    if (before !== document.body.dataset.ready) window.scrollTo(0, 0);
  });
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => drawPage(marts));
}

start();
