// Figures: a chart of Apache ECharts, what is to be known about it, and its numbers as a table.

const MOST_SERIES = 8;
const MOST_BARS = 14;
const FONT = 'system-ui, -apple-system, "Segoe UI", sans-serif';
let drawn = [];

function colours() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: colour('ink'), soft: colour('soft'), line: colour('line'), card: colour('card'),
    target: colour('target'), rest: colour('rest'),
    series: Array.from({ length: MOST_SERIES }, (_, place) => colour(`series-${place + 1}`)),
  };
}

function forgetCharts() {
  drawn.forEach(({ chart, observer }) => { observer.disconnect(); chart.dispose(); });
  drawn = [];
}

// Charts are drawn when they come into sight, so a long page is there at once.
const inSight = new IntersectionObserver((entries) => entries.forEach((entry) => {
  if (!entry.isIntersecting || !entry.target.draw) return;
  entry.target.draw();
  delete entry.target.draw;
}), { rootMargin: '300px' });

function canvas(label, size, option) {
  const place = element('div', { class: `chart ${size}`, role: 'img', 'aria-label': label });
  place.draw = () => {
    const chart = echarts.init(place, null, { renderer: 'canvas' });
    chart.setOption({ animation: false, textStyle: { fontFamily: FONT }, ...option });
    const observer = new ResizeObserver(() => chart.resize());
    observer.observe(place);
    drawn.push({ chart, observer });
    place.dataset.drawn = chart.getOption().series.length;
  };
  inSight.observe(place);
  return place;
}

// A figure: title, choices, chart, what to know, and the table.
function figure({ id, title, about, choices = [], label, size = '', option, notes = [], rows, link }) {
  const heading = `${id}-title`;
  return element('figure', { id, 'aria-labelledby': heading },
    element('figcaption', {},
      element('h3', { id: heading, text: title }),
      about && element('p', { class: 'soft', text: about })),
    choices.length ? element('div', { class: 'choices' }, choices) : null,
    canvas(label ?? title, size, option),
    notes.filter(Boolean).map((text) => element('p', { class: 'note', text })),
    element('div', { class: 'below' },
      rows && element('details', {},
        element('summary', { text: 'Numbers' }), table(title, rows.heads, rows.rows)),
      link && element('a', { href: link, text: 'Explore', 'aria-label': `Explore ${title}` })));
}

function tooltip(linesOf) {
  return {
    confine: true,
    className: 'tooltip',
    formatter: (found) => {
      const [head, ...lines] = linesOf(found);
      return element('div', {}, element('strong', { text: head }),
        lines.map((text) => element('div', { text })));
    },
  };
}

function axes(unit, currency, labels, values, isSideways = false) {
  const { ink, soft, line } = colours();
  const category = {
    type: 'category', data: labels, axisLine: { lineStyle: { color: line } }, axisTick: { show: false },
    axisLabel: { color: isSideways ? ink : soft, hideOverlap: true, width: 130, overflow: 'truncate' },
  };
  const value = {
    type: 'value', name: unitText(unit, currency), nameTextStyle: { color: soft, align: 'left' },
    nameLocation: 'end', axisLabel: { color: soft, hideOverlap: true, formatter: (tick) => tickText(tick, unit) },
    splitLine: { lineStyle: { color: line } }, splitNumber: 4, ...endOf(values, unit),
  };
  const grid = { left: 8, right: 16, top: 28, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' };
  if (!isSideways) return { grid, xAxis: category, yAxis: value };
  return {
    grid: { ...grid, right: 88, bottom: 22 },
    xAxis: { ...value, nameLocation: 'middle', nameGap: 26, nameTextStyle: { color: soft } },
    yAxis: { ...category, inverse: true },
  };
}

// Where an axis ends: that of shares at 100 %, others where the chart finds it right.
function endOf(values, unit) {
  const largest = Math.max(...values);
  const isShare = PERCENT_UNITS.includes(unit) && Math.min(...values) >= 0 && largest > 0.8 && largest <= 1;
  return isShare ? { max: 1, interval: 0.25 } : {};
}

const valuesOf = (points, name = 'value') => points.map((point) => point[name]).filter((value) => value !== null);

// Which periods are dashed; those of cohorts run longer.
function runningNote(all, grain) {
  const running = new Set(all.flat().filter((point) => point.isRunning && point.value !== null).map((point) => periodText(point, grain)));
  const named = [...running].sort().slice(-2).join(' and ');
  return running.size ? `Dashed: ${named} still ${running.size > 1 ? 'run' : 'runs'}.` : '';
}

// What is to be said of points below their chart.
function notesOf(points, grain) {
  const gaps = points.filter((point) => point.value === null);
  const notes = [];
  if (gaps.length) {
    const nothing = gaps.every((point) => point.denominator === 0);
    const named = gaps.slice(0, 3).map((point) => periodText(point, grain)).join(', ');
    const more = gaps.length > 3 ? ` and ${gaps.length - 3} more` : '';
    notes.push(`Gap: no value in ${named}${more}${nothing ? ', for there was nothing to divide by' : ''}.`);
  }
  if (points.some((point) => point.isFew && point.value !== null)) {
    notes.push('Hollow or marked °: of few cases.');
  }
  return notes;
}

// A line over the periods: solid where they are complete, dashed where the last one runs.
function lineSeries(name, points, colour) {
  const running = points.findIndex((point) => point.isRunning);
  const last = running < 0 ? points.length : running;
  const point = (each) => ({
    value: each.value, symbolSize: each.isFew ? 7 : 5,
    itemStyle: each.isFew ? hollow(colour) : { color: colour },
  });
  const style = {
    type: 'line', name, symbol: 'circle', showSymbol: points.length < 60, color: colour, z: 3,
  };
  const solid = points.map((each, place) => (place < last ? point(each) : null));
  const dashed = points.map((each, place) => (place >= last - 1 ? point(each) : null));
  return [
    { ...style, data: solid, lineStyle: { width: 2, color: colour } },
    ...(running < 0 ? [] : [{
      ...style, data: dashed, lineStyle: { width: 2, type: 'dashed', color: colour },
    }]),
  ];
}

function barSeries(name, points, colour, stack) {
  return [{
    type: 'bar', name, stack, color: colour, barMaxWidth: 36,
    data: points.map((point) => ({
      value: point.value,
      itemStyle: point.isRunning
        ? { opacity: 0.45, borderColor: colour, borderType: 'dashed', borderWidth: 1.5 } : {},
    })),
  }];
}

function hollow(colour) {
  return { color: colours().card, borderColor: colour, borderWidth: 1.5 };
}

function targetSeries(points) {
  if (!points.some((point) => point.target !== null)) return [];
  const { target } = colours();
  return [{
    type: 'line', name: 'Target', step: 'middle', symbol: 'diamond', symbolSize: 6, color: target, z: 4,
    data: points.map((point) => point.target), lineStyle: { type: 'dotted', width: 2, color: target },
  }];
}

function legend(names) {
  if (names.length < 2) return {};
  const { ink } = colours();
  return {
    legend: {
      type: 'scroll', data: names, bottom: 2, left: 0, right: 4, icon: 'roundRect', itemWidth: 12, itemHeight: 12,
      textStyle: { color: ink }, pageTextStyle: { color: ink },
      formatter: (name) => (name.length > 28 ? `${name.slice(0, 27)}…` : name),
    },
  };
}

// The same periods for each of several series.
function aligned(series, from, to) {
  return series.map((each) => Array.from({ length: to - from + 1 }, (_, place) =>
    each.at(from + place) ?? emptyPoint(each, from + place)));
}

function emptyPoint(series, place) {
  const periods = series.marts.periods[series.grain];
  return {
    place, start: periods.start[place], end: periods.end[place], label: periods.label[place],
    value: null, numerator: null, denominator: null, isRunning: false, isFew: false,
    target: null, status: null, previous: null, yearAgo: null, isAbsent: true,
  };
}

// The chart of one or several series over the periods from one place to another.
function overTime({ series, from, to, isStacked = false, isBars = isStacked, names }) {
  const { kpi, grain, marts } = series[0];
  const all = aligned(series, from, to);
  const palette = colours().series;
  const labels = all[0].map((point) => periodText(point, grain));
  const titles = names ?? series.map((each) => each.label);
  const draw = isBars ? barSeries : lineSeries;
  const shown = all.flatMap((points, place) => draw(
    titles[place], points, palette[place % palette.length], isStacked ? 'all' : undefined));
  const targets = series.length === 1 ? targetSeries(all[0]) : [];
  const legendNames = [...titles, ...(targets.length ? ['Target'] : [])];
  const base = axes(kpi.unit, marts.currency, labels, [...valuesOf(all.flat()), ...valuesOf(all.flat(), 'target')]);
  if (legendNames.length > 1) base.grid.bottom = 34;
  return {
    all,
    titles,
    notes: [runningNote(all, grain),
      ...new Set(all.flatMap((points) => notesOf(points.filter((point) => !point.isAbsent), grain)))].slice(0, 4),
    option: {
      ...base, ...legend(legendNames), series: [...shown, ...targets],
      tooltip: {
        trigger: 'axis',
        ...tooltip((found) => tipOfPeriod(found[0]?.dataIndex ?? 0, all, titles, series)),
      },
    },
    rows: {
      heads: ['Period', ...titles, ...(targets.length ? ['Target'] : [])],
      rows: all[0].map((point, place) => [
        periodText(point, grain) + (point.isRunning ? ' (still runs)' : ''),
        ...all.map((points, which) => pointText(points[place], series[which])),
        ...(targets.length ? [valueText(point.target, kpi.unit, marts.currency)] : []),
      ]).reverse(),
    },
  };
}

function pointText(point, series) {
  const mark = point.isFew && point.value !== null ? ' °' : '';
  return valueText(point.value, series.kpi.unit, series.marts.currency) + mark;
}

function tipOfPeriod(place, all, titles, series) {
  const point = all[0][place];
  const { kpi, grain, marts } = series[0];
  const lines = all.map((points, which) => {
    const text = pointText(points[place], series[which]);
    return all.length > 1 ? `${titles[which]}: ${text}` : text;
  });
  if (all.length === 1 && point.target !== null) {
    lines.push(`Target ${valueText(point.target, kpi.unit, marts.currency)}`);
  }
  if (all.length === 1 && point.denominator !== null) {
    lines.push(`${measureText(point.numerator)} of ${measureText(point.denominator)}`);
  }
  return [periodText(point, grain) + (point.isRunning ? ', still runs' : ''), ...lines];
}

// Bars of the slices in one period, with the total as a line.
function bySlice({ kpi, grain, dimension, place, marts, goal, most = MOST_BARS }) {
  const total = marts.total(kpi, grain);
  const found = marts.slices(kpi, grain, dimension)
    .map((series) => ({ series, point: series.at(place) }))
    .filter(({ point }) => point && point.value !== null)
    .slice(0, most);
  found.sort((one, other) => other.point.value - one.point.value);
  const palette = colours();
  const labels = found.map(({ series, point }) => series.label + (point.isFew ? ' °' : ''));
  const texts = found.map(({ series, point }) => pointText(point, series));
  const whole = total?.at(place)?.value ?? null;
  const base = axes(kpi.unit, marts.currency, labels, found.map(({ point }) => point.value), true);
  const lines = [
    ...(kpi.is_additive || whole === null ? []
      : [{ xAxis: whole, name: `all ${valueText(whole, kpi.unit, marts.currency)}`, lineStyle: { color: palette.soft, type: 'dashed' } }]),
    ...(goal === undefined ? [] : [{ xAxis: goal, name: '', lineStyle: { color: palette.target, type: 'solid' } }]),
  ];
  return {
    count: found.length,
    option: {
      ...base,
      tooltip: {
        trigger: 'item',
        ...tooltip(({ dataIndex }) => tipOfSlice(found[dataIndex], grain)),
      },
      series: [{
        type: 'bar', barMaxWidth: 22, color: palette.series[0],
        data: found.map(({ point }, row) => ({
          value: point.value,
          itemStyle: point.isFew ? hollow(palette.series[0]) : {},
          label: {
            show: true, position: point.value < 0 ? 'left' : 'right', color: palette.ink, formatter: () => texts[row],
            backgroundColor: palette.card, padding: [1, 2], distance: 3,
          },
        })),
        markLine: {
          symbol: 'none', silent: true, z: 1, data: lines, lineStyle: { width: 1.5 },
          label: { formatter: ({ name }) => name, color: palette.soft, position: 'start', distance: 4 },
        },
      }],
    },
    notes: [
      found.some(({ point }) => point.isFew) ? 'Hollow and marked °: of few cases.' : '',
      goal === undefined ? '' : `Solid line: the goal, ${valueText(goal, kpi.unit, marts.currency)}.`,
      leftOutNote(marts, kpi, dimension, found.length, most),
    ],
    rows: {
      heads: [capitalized(words(dimension)), kpi.title, ...(kpi.is_additive ? ['Share'] : ['Numerator', 'Denominator'])],
      rows: found.map(({ series, point }) => [
        series.label, pointText(point, series),
        ...(kpi.is_additive
          ? [whole ? `${number((point.value / whole) * 100, 1)} %` : NOTHING]
          : [measureText(point.numerator), measureText(point.denominator)]),
      ]),
    },
  };
}

function tipOfSlice({ series, point }, grain) {
  const lines = [pointText(point, series)];
  if (point.denominator !== null) lines.push(`${measureText(point.numerator)} of ${measureText(point.denominator)}`);
  return [`${series.label}, ${periodText(point, grain)}`, ...lines];
}

function leftOutNote(marts, kpi, dimension, shown, most) {
  const held = marts.slices(kpi, marts.grainsOf(kpi).at(-1), dimension).length;
  const more = (marts.leftOut.get(keyOf(kpi.kpi, dimension)) ?? 0) + Math.max(0, held - shown);
  return more > 0 && shown >= most ? `The ${shown} largest; ${more} more in Explore and kpi_values.` : '';
}
