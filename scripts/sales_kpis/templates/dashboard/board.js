// The board's screen: the numbers that matter, what changed, what needs attention.

const CARDS = 12;
const TREND_POINTS = 13;
const MOST_ALERTS = 4;

// The KPIs that the board sees, in their order; one that is not connected makes room for the next.
function boardKpis(marts) {
  return marts.kpis
    .filter((kpi) => kpi.board_place !== null && marts.isConnected(kpi))
    .sort((one, other) => one.board_place - other.board_place || one.kpi.localeCompare(other.kpi))
    .slice(0, CARDS);
}

function boardPage(marts, state) {
  const grains = marts.longGrains();
  const grain = grains.includes(state.get('grain')) ? state.get('grain') : grains[0];
  const kpis = boardKpis(marts);
  return [
    element('div', { class: 'head' },
      element('h2', { text: 'Board' }),
      element('div', { class: 'choices' }, chooser('board-grain', 'Period',
        grains.map((name) => [name, words(name)]), grain, (chosen) => state.set({ grain: chosen })))),
    element('div', { class: 'board' },
      element('ul', { class: 'cards' }, kpis.map((kpi) => boardCard(marts, kpi, grain))),
      element('div', { class: 'aside' }, attention(marts), objectives(marts))),
    notConnected(marts),
  ];
}

function boardCard(marts, kpi, chosenGrain) {
  const grain = marts.grainsOf(kpi).includes(chosenGrain)
    ? chosenGrain : marts.grainsOf(kpi).find((name) => marts.longGrains().includes(name));
  const series = marts.total(kpi, grain);
  const point = series?.shown;
  const link = addressOf(`kpi/${kpi.kpi}`, { grain });
  if (!point) return element('li', { class: 'card' }, element('h3', { text: kpi.title }), element('p', { text: 'No value yet.' }));
  const standing = standingOf(marts, kpi, grain);
  return element('li', { class: 'card', 'data-kpi': kpi.kpi },
    element('div', { class: 'card-head' },
      element('h3', {}, element('a', { href: link, text: kpi.title })),
      element('span', { class: 'when', text: periodText(point, grain) + (point.isRunning ? ' so far' : '') })),
    element('p', { class: 'value-line' },
      element('span', { class: 'value', text: pointText(point, series) }), standing.chip),
    changes(kpi, point),
    trendChart(series, kpi),
    standing.text && element('p', { class: 'target-line', text: standing.text }),
    element('p', { class: 'sentence', text: whatChanged(marts, kpi, grain) }));
}

function changes(kpi, point) {
  const part = (before, than) => {
    const text = changeText(point.value, before, kpi.unit);
    return text === NOTHING ? null : element('span', {},
      element('b', { class: toneOf(point, before, kpi), text }), ` ${than}`);
  };
  if (point.isRunning) return element('p', { class: 'changes soft', text: 'Nothing to compare yet.' });
  return element('p', { class: 'changes' }, part(point.previous, 'to previous'), part(point.yearAgo, 'to last year'));
}

// Where the KPI stands: against its target in the grain or the next longer one that has a target,
// else its trend.
function standingOf(marts, kpi, grain) {
  const grains = marts.longGrains();
  for (const one of grains.slice(grains.indexOf(grain))) {
    for (const which of ['running', 'newest_complete']) {
      const row = marts.scorecard.get(keyOf(kpi.kpi, one, which));
      if (row?.status && row.target_value !== null) return standingToTarget(marts, kpi, one, row);
    }
  }
  const trend = marts.scorecard.get(keyOf(kpi.kpi, grain, 'newest_complete'))?.trend;
  const tones = { improving: 'good', worsening: 'bad', steady: 'neutral' };
  return { chip: trend ? chip([capitalized(trend), tones[trend]]) : null, text: '' };
}

function standingToTarget(marts, kpi, grain, row) {
  const isRunning = row.which_period === 'running';
  const series = marts.total(kpi, grain);
  const point = series.points.find((each) => each.start === row.period_start_date);
  const target = valueText(row.target_value, kpi.unit, marts.currency);
  const when = `${periodText(point, grain)}${isRunning ? ' so far' : ''}`;
  return {
    chip: chip(statusWords(row.status, isRunning)),
    text: `${when} ${pointText(point, series)}, target ${target}`,
  };
}

// The sentence of what changed: the slice that moved the KPI most, in the direction it went.
function whatChanged(marts, kpi, grain) {
  const point = marts.total(kpi, grain)?.newest;
  if (!point || point.previous === null || point.value === null) return '';
  const change = point.value - point.previous;
  if (Math.abs(change) < 1e-9) return 'Unchanged to the period before.';
  const rows = (marts.drivers.get(keyOf(kpi.kpi, grain, 'previous')) ?? [])
    .filter((row) => row.period_start_date === point.start && row.contribution * change > 0);
  const named = rows.filter((row) => !row.dimension_value.startsWith('('));
  const row = named.find((each) => !each.is_small_sample) ?? named[0];
  const verb = change > 0 ? 'Up' : 'Down';
  const amount = signedText(change, kpi.unit, marts.currency).slice(1);
  if (!row) return `${verb} ${amount}.`;
  const name = marts.labelOf(kpi, grain, row.dimension, row.dimension_value);
  const part = signedText(row.contribution, kpi.unit, marts.currency);
  return `${verb} ${amount}, most by ${words(row.dimension)} ${name} (${part}).`;
}

function trendChart(series, kpi) {
  const points = series.points.slice(-TREND_POINTS - 1);
  const { soft, line } = colours();
  const shown = overTime({ series: [series], from: points[0].place, to: points.at(-1).place, names: [kpi.title] });
  const option = {
    ...shown.option,
    legend: undefined,
    grid: { left: 4, right: 6, top: 5, bottom: 16 },
    xAxis: {
      ...shown.option.xAxis, boundaryGap: false, axisLine: { lineStyle: { color: line } },
      axisLabel: {
        color: soft, fontSize: 11, interval: (place) => place === 0 || place === points.length - 1,
        alignMinLabel: 'left', alignMaxLabel: 'right', showMinLabel: true, showMaxLabel: true,
      },
    },
    yAxis: { type: 'value', show: false, scale: true },
  };
  const first = points.find((point) => point.value !== null);
  const last = series.shown;
  const label = first
    ? `${kpi.title} from ${pointText(first, series)} in ${periodText(first, series.grain)} to`
      + ` ${pointText(last, series)} in ${periodText(last, series.grain)}`
    : `${kpi.title} has no value yet`;
  return canvas(label, 'small', option);
}

function attention(marts) {
  const tones = { critical: ['Critical', 'bad'], warning: ['Warning', 'warn'] };
  const ofKpis = marts.alerts.filter((alert) => alert.kpi);
  const all = [...ofKpis, ...marts.alerts.filter((alert) => !alert.kpi)];
  const shown = all.slice(0, MOST_ALERTS);
  const more = all.slice(MOST_ALERTS);
  const item = (alert) => element('li', {},
    chip(tones[alert.severity] ?? [capitalized(alert.severity), 'neutral']),
    element('span', { text: ` ${alert.sentence}` }));
  return element('section', { 'aria-labelledby': 'attention' },
    element('h3', { id: 'attention', text: 'Needs attention' }),
    shown.length ? element('ul', { class: 'plain' }, shown.map(item))
      : element('p', { class: 'soft', text: 'No alert is active.' }),
    more.length ? element('details', {}, element('summary', { text: plural(more.length, 'more alert') }),
      element('ul', { class: 'plain' }, more.map(item))) : null);
}

function objectives(marts) {
  if (!marts.objectives.length) return null;
  const byGoal = [...grouped(marts.objectives, (row) => row.objective)];
  return element('section', { 'aria-labelledby': 'goals' },
    element('h3', { id: 'goals', text: 'Objectives' }),
    element('ul', { class: 'plain' }, byGoal.map(([goal, rows]) => element('li', {},
      element('b', { text: goal }), element('span', { class: 'soft', text: `, due ${dateText(rows[0].due_date)}` }),
      rows.map((row) => objectiveLine(marts, row))))));
}

function objectiveLine(marts, row) {
  const kpi = marts.kpi(row.kpi);
  if (!kpi) return null;
  const slice = row.dimension === 'total' ? ''
    : ` of ${marts.labelOf(kpi, row.period_grain, row.dimension, row.dimension_value)}`;
  const value = valueText(row.value, kpi.unit, marts.currency) + (row.is_small_sample ? ' °' : '');
  const target = valueText(row.target_value, kpi.unit, marts.currency);
  return element('div', { class: 'goal' }, chip(statusWords(row.status, false)),
    element('span', { text: ` ${kpi.title}${slice}: ${value}, goal ${target}` }));
}

// What is not connected, said once: the inputs, and the KPIs that wait for them.
function notConnected(marts, kpis = marts.kpis) {
  const missing = kpis.filter((kpi) => !marts.isConnected(kpi));
  if (!missing.length) return null;
  const byReason = [...grouped(missing, (kpi) => kpi.not_connected ?? 'no value yet')];
  return element('details', { class: 'not-connected' },
    element('summary', { text: `Not connected: ${plural(missing.length, 'KPI')}` }),
    element('ul', {}, byReason.map(([reason, kpis]) => element('li', {},
      element('b', { text: reason }), ` – ${kpis.map((kpi) => kpi.title).join(', ')}`))));
}
