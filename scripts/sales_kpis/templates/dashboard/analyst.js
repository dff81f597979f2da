// The analyst's page: any KPI in any grain, range, dimension and slice, with all that is known of it.

const LARGEST = '(largest)';

function kpiPage(marts, state, id) {
  const kpi = marts.kpi(id) ?? boardKpis(marts)[0] ?? marts.kpis[0];
  if (!kpi) return [element('h2', { text: 'No KPI' })];
  const view = viewOf(marts, state, kpi);
  return [
    element('div', { class: 'head' }, element('div', { class: 'brand' }, element('h2', { text: kpi.title }),
      element('p', { class: 'soft', text: kpi.question }))),
    analystChoices(marts, state, kpi, view),
    view.series.length ? analystFigure(marts, kpi, view)
      : element('p', { class: 'empty', text: kpi.not_connected ?? 'No value yet.' }),
    element('div', { class: 'panels' },
      definition(marts, kpi), driversPanel(marts, kpi, view, state), restatementsPanel(marts, kpi),
      sqlPanel(marts, kpi)),
  ];
}

// What the address asks for, where the KPI has it.
function viewOf(marts, state, kpi) {
  const grains = marts.grainsOf(kpi);
  const among = (choices, asked, usual) => (choices.includes(asked) ? asked : usual);
  const grain = among(grains, state.get('grain'), among(grains, 'month', grains[0]));
  const dimensions = grain ? marts.dimensionsOf(kpi, grain) : [];
  const by = among(dimensions, state.get('by'), kpi.slices_of ? dimensions[0] : 'total');
  const held = grain ? marts.slices(kpi, grain, by) : [];
  const slice = among(held.map((each) => each.slice), state.get('slice'), LARGEST);
  const chosen = slice === LARGEST ? held.slice(0, MOST_SERIES) : held.filter((each) => each.slice === slice);
  const periods = marts.periods[grain] ?? { start: [] };
  const usual = held.length ? rangeOf(marts.slices(kpi, grain, 'total'), grain) : { from: 0, to: 0 };
  const placeOf = (start, other) => (periods.start.includes(start) ? periods.start.indexOf(start) : other);
  const ends = [placeOf(state.get('from'), usual.from), placeOf(state.get('to'), usual.to)];
  return {
    grains, grain, dimensions, by, slice, held, periods,
    from: Math.min(...ends), to: Math.max(...ends), series: chosen,
    comparison: state.get('compare') === 'year_ago' ? 'year_ago' : 'previous',
  };
}

function analystChoices(marts, state, kpi, view) {
  const families = marts.families.map((family) => ({
    group: capitalized(family), options: marts.kpisOf(family).map((each) => [each.kpi, each.title]),
  }));
  const total = view.grain ? marts.total(kpi, view.grain)?.points ?? [] : [];
  const periods = total.map((point) => [point.start, periodText(point, view.grain)]);
  const start = (place) => view.periods.start[place];
  const choices = [
    chooser('kpi', 'KPI', families, kpi.kpi, (chosen) => state.go(`kpi/${chosen}`, { grain: view.grain })),
  ];
  if (view.grain) {
    choices.push(
      chooser('grain', 'Grain', view.grains.map((name) => [name, words(name)]), view.grain,
        (grain) => state.set({ grain, from: null, to: null })),
      chooser('by', 'By', [['total', 'nothing, the total'], ...view.dimensions.map((name) => [name, words(name)])],
        view.by, (by) => state.set({ by, slice: null })),
      view.by === 'total' ? null : chooser('slice', 'Slice',
        [[LARGEST, 'the largest'], ...view.held.map((each) => [each.slice, each.label])], view.slice,
        (slice) => state.set({ slice })),
      chooser('from', 'From', periods, start(view.from), (from) => state.set({ from })),
      chooser('to', 'To', periods, start(view.to), (to) => state.set({ to })),
      element('button', { type: 'button', id: 'csv', text: 'Download CSV', onclick: () => downloadView(marts, kpi, view) }));
  }
  return element('form', { class: 'choices', 'aria-label': 'What to show', onsubmit: (event) => event.preventDefault() }, choices);
}

function analystFigure(marts, kpi, view) {
  const isStacked = kpi.is_additive && view.series.length > 1;
  const isOne = view.series.length === 1;
  const names = view.by === 'total' ? [kpi.title] : undefined;
  const shown = overTime({ series: view.series, from: view.from, to: view.to, isStacked, isBars: kpi.is_additive, names });
  const more = marts.leftOut.get(keyOf(kpi.kpi, view.by));
  const notes = [
    ...shown.notes,
    view.slice === LARGEST && view.held.length > view.series.length
      ? `The ${view.series.length} largest of ${view.held.length}; choose a slice to see another.` : '',
    more ? `${plural(more, 'small slice')} more in the table kpi_values only.` : '',
  ];
  return element('div', {},
    figure({
      id: 'kpi-chart', title: view.by === 'total' ? kpi.title : `${kpi.title} by ${words(view.by)}`, size: 'large',
      option: shown.option, notes, label: view.series.map((each) => sentenceOf(each, { title: names ? kpi.title : each.label })).join('; '),
    }),
    element('h3', { text: 'Numbers' }),
    isOne ? numbersOfOne(marts, kpi, view, shown.all[0]) : table(`${kpi.title} by ${words(view.by)}`, shown.rows.heads, shown.rows.rows));
}

function numbersOfOne(marts, kpi, view, points) {
  const [series] = view.series;
  const change = (point, before) => element('span', {
    class: point.isRunning ? '' : toneOf(point, before, kpi),
    text: point.isRunning ? NOTHING : changeText(point.value, before, kpi.unit),
  });
  const remark = (point) => [
    point.isRunning ? 'still runs' : '', point.isFew ? 'few cases' : '',
    point.value === null ? (point.denominator === 0 ? 'nothing to divide by' : 'no value') : '',
    point.status ? `target ${words(point.status)}` : '',
  ].filter(Boolean).join(', ');
  return table(`${kpi.title} by period`,
    ['Period', 'Value', 'To previous', 'To year ago', 'Target', 'Numerator', 'Denominator', 'Remarks'],
    points.toReversed().map((point) => [
      periodText(point, view.grain), pointText(point, series), change(point, point.previous),
      change(point, point.yearAgo), valueText(point.target, kpi.unit, marts.currency),
      measureText(point.numerator), measureText(point.denominator), remark(point),
    ]));
}

function downloadView(marts, kpi, view) {
  const heads = ['kpi', 'period_grain', 'period_start_date', 'period_end_date', 'is_period_complete', 'dimension',
    'dimension_value', 'dimension_label', 'numerator', 'denominator', 'value', 'target_value', 'is_small_sample'];
  const series = view.slice === LARGEST ? view.held : view.series;
  const rows = series.flatMap((each) => each.points
    .filter((point) => point.place >= view.from && point.place <= view.to)
    .map((point) => [kpi.kpi, view.grain, point.start, point.end, String(!point.isRunning), each.dimension, each.slice,
      each.label, point.numerator, point.denominator, point.value, point.target, String(point.isFew)]));
  download(`${kpi.kpi}_${view.grain}_${view.by}.csv`, heads, rows);
}

function panel(id, title, ...children) {
  return element('section', { class: 'panel', 'aria-labelledby': id }, element('h3', { id, text: title }), children);
}

// Marks of Markdown are for other readers.
const plain = (text) => text.replaceAll('`', '');

function definition(marts, kpi) {
  const [grain, ...meaning] = kpi.description.split('. ');
  const facts = [
    ['Formula', kpi.formula], ['Means', plain(meaning.join('. '))], ['Grain', plain(grain)],
    ['Unit', unitText(kpi.unit, marts.currency)],
    ['Better', kpi.direction === 'lower' ? 'lower' : 'higher'],
    ['Adds up', kpi.is_additive ? 'slices add up to the total' : 'no: a part is not a share of the whole'],
    ['Owner', kpi.owner], ['Source', kpi.source], ['Family', kpi.family],
    ['Table', `kpis.kpi_${kpi.kpi}`],
    ['Proven', kpi.is_proven ? 'yes: equal to a company whose answers are known' : 'no'],
    ...(kpi.slices_of ? [['Divides', marts.kpi(kpi.slices_of)?.title ?? kpi.slices_of]] : []),
    ...(kpi.not_connected ? [['Missing', kpi.not_connected]] : []),
  ];
  return panel('definition', 'Definition', element('dl', {}, facts.flatMap(([name, text]) =>
    [element('dt', { text: name }), element('dd', { text })])));
}

function driversPanel(marts, kpi, view, state) {
  const rows = marts.drivers.get(keyOf(kpi.kpi, view.grain, view.comparison)) ?? [];
  const point = view.grain && marts.total(kpi, view.grain)?.newest;
  const choice = chooser('compare', 'Compared with', [['previous', 'the period before'], ['year_ago', 'the year before']],
    view.comparison, (compare) => state.set({ compare }));
  const shown = rows.filter((row) => point && row.period_start_date === point.start
    && (view.by === 'total' || row.dimension === view.by)).slice(0, 12);
  const before = point && (view.comparison === 'previous' ? point.previous : point.yearAgo);
  const known = point && point.value !== null && before !== null && before !== undefined;
  const sentence = known
    ? `${signedText(point.value - before, kpi.unit, marts.currency)} in ${periodText(point, view.grain)}:`
      + ` ${valueText(before, kpi.unit, marts.currency)} before, ${valueText(point.value, kpi.unit, marts.currency)} now.`
    : 'No two complete periods to compare.';
  return panel('drivers', 'What moved it', choice, element('p', { text: sentence }),
    shown.length ? driversTable(marts, kpi, view.grain, shown)
      : element('p', { class: 'soft', text: 'No slice explains it.' }));
}

// The parts of a contribution are those of a ratio.
function driversTable(marts, kpi, grain, rows) {
  const isRatio = rows.some((row) => row.rate_effect !== null);
  const columns = ['contribution', ...(isRatio ? ['rate_effect', 'mix_effect'] : [])];
  const amount = (value) => (value === null ? NOTHING : signedText(value, kpi.unit, marts.currency));
  return table('What each slice contributed',
    ['Slice', 'Contribution', ...(isRatio ? ['Its rate', 'Its weight'] : [])],
    rows.map((row) => [
      `${words(row.dimension)}: ${marts.labelOf(kpi, grain, row.dimension, row.dimension_value)}${row.is_small_sample ? ' °' : ''}`,
      ...columns.map((name) => amount(row[name])),
    ]));
}

function restatementsPanel(marts, kpi) {
  const rows = marts.restatements.get(kpi.kpi) ?? [];
  const text = (value) => valueText(value, kpi.unit, marts.currency);
  return panel('restatements', 'Restated', rows.length
    ? table('Values that changed since they were published', ['Period', 'Slice', 'Before', 'After', 'On', 'Why'],
      rows.map((row) => [`${words(row.period_grain)} from ${dateText(row.period_start_date)}`,
        row.dimension === 'total' ? 'total' : `${words(row.dimension)}: ${marts.labelOf(kpi, row.period_grain, row.dimension, row.dimension_value)}`,
        text(row.value_before), text(row.value_after), dateText(row.changed_at), words(row.reason ?? '')]))
    : element('p', { class: 'soft', text: 'No complete period changed since it was published.' }));
}

function sqlPanel(marts, kpi) {
  const sql = marts.sql[kpi.kpi];
  return panel('sql', 'SQL', sql
    ? element('details', {}, element('summary', { text: `The SQL of kpis.kpi_${kpi.kpi}` }),
      element('pre', { tabindex: 0, role: 'region', 'aria-label': 'Text of the SQL', text: sql }))
    : element('p', { class: 'soft', text: 'Not kept with these marts.' }));
}
