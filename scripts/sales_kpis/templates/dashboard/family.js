// The sales leader's pages: a family of KPIs as one list and as the charts that belong to it.

// The charts of a family, in their order; one whose KPI nobody has is left out.
const FAMILY_CHARTS = {
  revenue: [
    { kind: 'trend', kpis: ['total_revenue'], isBars: true },
    { kind: 'forecast', title: 'Revenue forecast' },
    { kind: 'stack', kpi: 'total_revenue', by: 'territory', title: 'Where the revenue comes from' },
    { kind: 'slices', kpi: 'total_revenue', by: 'product_line', title: 'Revenue by slice' },
    { kind: 'trend', kpis: ['revenue_per_sale', 'median_deal_size'], title: 'Size of a deal' },
    { kind: 'trend', kpis: ['new_business_revenue_share', 'expansion_revenue_share'], title: 'New business and expansion' },
  ],
  pipeline: [
    { kind: 'slices', kpi: 'open_pipeline_amount', by: 'stage', title: 'Open pipeline by stage' },
    { kind: 'stack', kpi: 'open_pipeline_amount', by: 'stage', title: 'How the pipeline moved' },
    { kind: 'trend', kpis: ['pipeline_created', 'total_revenue'], isBars: true, title: 'Created and won' },
    { kind: 'slices', kpi: 'stage_conversion_rate', by: 'stage', title: 'Which stages deals pass' },
    { kind: 'slices', kpi: 'win_rate', by: 'team', title: 'Win rate by slice' },
    { kind: 'slices', kpi: 'sales_cycle_days', by: 'team', title: 'Sales cycle by slice' },
    { kind: 'trend', kpis: ['win_rate'] },
    { kind: 'trend', kpis: ['slipped_deals_share', 'stalled_deals_share'], title: 'Slipped and stalled' },
  ],
  leads: [
    { kind: 'slices', kpi: 'lead_funnel_conversion', by: 'funnel_stage', title: 'The funnel' },
    { kind: 'stack', kpi: 'lead_volume', by: 'lead_source', title: 'Where leads come from' },
    { kind: 'trend', kpis: ['lead_volume'], isBars: true },
    { kind: 'slices', kpi: 'lead_to_customer_rate', by: 'lead_source', title: 'Which leads become customers' },
    { kind: 'trend', kpis: ['speed_to_lead_within_target', 'lead_follow_up_rate'], title: 'Answered and followed up' },
    { kind: 'slices', kpi: 'cost_per_lead', by: 'lead_source', title: 'What a lead costs' },
  ],
  customers: [
    { kind: 'cohorts', title: 'Who stays: customers by the quarter of their first contract' },
    { kind: 'trend', kpis: ['net_revenue_retention', 'gross_revenue_retention'], title: 'Revenue retention' },
    { kind: 'trend', kpis: ['new_customers', 'cancellations'], isBars: true, title: 'Customers won and lost' },
    { kind: 'slices', kpi: 'churn_rate', by: 'segment', title: 'Churn by slice' },
    { kind: 'trend', kpis: ['customer_lifetime_value', 'customer_acquisition_cost'], title: 'Value and cost of a customer' },
    { kind: 'trend', kpis: ['active_customers'], isBars: true },
    { kind: 'trend', kpis: ['net_promoter_score', 'customer_sentiment'], title: 'What customers say' },
  ],
  reps: [
    { kind: 'slices', kpi: 'quota_attainment', by: 'rep', title: 'Quota attainment by rep', goal: 1, most: 25 },
    { kind: 'trend', kpis: ['quota_attainment', 'reps_at_quota_share'], title: 'Quota attainment of all' },
    { kind: 'slices', kpi: 'win_rate', by: 'rep', title: 'Win rate by rep' },
    { kind: 'stack', kpi: 'activities', by: 'activity_type', title: 'What reps do' },
    { kind: 'trend', kpis: ['revenue_per_rep'], isBars: true },
    { kind: 'slices', kpi: 'commission_ratio', by: 'rep', title: 'Commission by rep' },
  ],
  marketing: [
    { kind: 'slices', kpi: 'attributed_revenue', by: 'channel__position_based', title: 'Revenue by channel and model' },
    { kind: 'slices', kpi: 'marketing_roi', by: 'channel', title: 'Return on marketing' },
    { kind: 'stack', kpi: 'web_sessions', by: 'channel', title: 'Where sessions come from' },
    { kind: 'slices', kpi: 'session_to_lead_rate', by: 'channel', title: 'Which sessions become leads' },
    { kind: 'trend', kpis: ['email_open_rate', 'email_click_rate'], title: 'E-mail' },
    { kind: 'trend', kpis: ['engaged_session_rate', 'content_influence'], title: 'Engagement' },
  ],
};
const TREND_PERIODS = { day: 90, week: 53, month: 25, quarter: 13, fiscal_quarter: 13 };

function familyPage(marts, state, family) {
  const grains = marts.longGrains();
  const usual = grains.includes('quarter') ? 'quarter' : grains[0];
  const grain = grains.includes(state.get('grain')) ? state.get('grain') : usual;
  const specs = FAMILY_CHARTS[family] ?? marts.kpisOf(family).map((kpi) => ({ kind: 'trend', kpis: [kpi.kpi] }));
  const kpis = inOrderOf(specs, marts.kpisOf(family))
    .filter((kpi) => marts.isConnected(kpi) && marts.total(kpi, grain));
  const figures = specs.map((spec) => familyFigure(marts, state, grain, spec)).filter(Boolean);
  return [
    element('div', { class: 'head' },
      element('h2', { text: capitalized(family) }),
      element('div', { class: 'choices' }, chooser('family-grain', 'Period',
        grains.map((name) => [name, words(name)]), grain, (chosen) => state.set({ grain: chosen })))),
    element('div', { class: 'figures' }, figures),
    element('section', { 'aria-labelledby': 'all-of-family' },
      element('h3', { id: 'all-of-family', text: `All KPIs of ${family}` }),
      familyTable(marts, kpis, grain, family)),
    notConnected(marts, marts.kpisOf(family)),
  ];
}

// The KPIs as the charts name them, then the others by their titles.
function inOrderOf(specs, kpis) {
  const named = specs.flatMap((spec) => spec.kpis ?? [spec.kpi]);
  const placeOf = (kpi) => (named.includes(kpi.kpi) ? named.indexOf(kpi.kpi) : named.length);
  return kpis.toSorted((one, other) => placeOf(one) - placeOf(other) || one.title.localeCompare(other.title));
}

function familyFigure(marts, state, grain, spec) {
  if (spec.kind === 'forecast') return forecastFigure(marts, grain, spec);
  if (spec.kind === 'cohorts') return cohortFigure(marts, spec);
  if (spec.kind === 'trend') return trendFigure(marts, grain, spec);
  return slicedFigure(marts, state, grain, spec);
}

function trendFigure(marts, grain, spec) {
  const found = spec.kpis.map((id) => marts.kpi(id))
    .filter((kpi) => kpi && marts.isConnected(kpi) && marts.total(kpi, grain));
  const series = found.map((kpi) => marts.total(kpi, grain));
  if (!series.some((each) => each.points.some((point) => point.value !== null))) return null;
  const { from, to } = rangeOf(series, grain);
  const shown = overTime({ series, from, to, isBars: spec.isBars, names: found.map((kpi) => kpi.title) });
  return figure({
    id: `trend-${spec.kpis.join('-')}`, title: spec.title ?? found[0].title, about: found[0].question,
    option: shown.option, notes: shown.notes, rows: shown.rows,
    label: found.map((kpi, place) => sentenceOf(series[place], kpi)).join('; '),
    link: addressOf(`kpi/${found[0].kpi}`, { grain }),
  });
}

function sentenceOf(series, kpi) {
  const point = series.shown;
  return point ? `${kpi.title}: ${pointText(point, series)} in ${periodText(point, series.grain)}` : kpi.title;
}

function rangeOf(series, grain) {
  const to = Math.max(...series.map((each) => each.points.at(-1).place));
  const first = Math.min(...series.map((each) => each.first));
  return { from: Math.max(first, to - (TREND_PERIODS[grain] ?? 100) + 1), to };
}

function slicedFigure(marts, state, grain, spec) {
  const kpi = marts.kpi(spec.kpi);
  if (!kpi || !marts.isConnected(kpi)) return null;
  const dimensions = marts.dimensionsOf(kpi, grain);
  if (!dimensions.length) return null;
  const id = `${spec.kind}-${spec.kpi}-${spec.by}`;
  const asked = state.get(id);
  const usual = dimensions.includes(spec.by) ? spec.by : dimensions[0];
  const dimension = dimensions.includes(asked) ? asked : usual;
  const choices = [chooser(`${id}-by`, 'By', dimensions.map((name) => [name, words(name)]),
    dimension, (chosen) => state.set({ [id]: chosen }))];
  const common = {
    id, choices, title: spec.title,
    about: `${kpi.title}: ${kpi.question}`, link: addressOf(`kpi/${kpi.kpi}`, { grain, by: dimension }),
  };
  return spec.kind === 'stack'
    ? stackFigure(marts, kpi, grain, dimension, common)
    : sliceFigure(marts, kpi, grain, dimension, common, spec);
}

function sliceFigure(marts, kpi, grain, dimension, common, spec) {
  const point = marts.total(kpi, grain)?.shown;
  if (!point) return null;
  const shown = bySlice({ kpi, grain, dimension, place: point.place, marts, goal: spec.goal, most: spec.most });
  if (!shown.count) return null;
  return figure({
    ...common, about: `${kpi.question} ${periodText(point, grain)}.`, option: shown.option,
    notes: shown.notes, rows: shown.rows, size: shown.count > MOST_BARS ? 'taller' : shown.count > 8 ? 'tall' : '',
    label: `${kpi.title} by ${words(dimension)} in ${periodText(point, grain)}`,
  });
}

// Slices on each other; what is not among the largest is one of them, so that they sum up.
function stackFigure(marts, kpi, grain, dimension, common) {
  const slices = marts.slices(kpi, grain, dimension);
  const total = marts.total(kpi, grain);
  const { from, to } = rangeOf([total], grain);
  const largest = slices.slice(0, MOST_SERIES - 1);
  const shown = overTime({ series: largest, from, to, isStacked: kpi.is_additive });
  if (kpi.is_additive && (slices.length > largest.length || marts.leftOut.has(keyOf(kpi.kpi, dimension)))) {
    shown.option.series.push(restSeries(total, shown.all, from, to));
    shown.option.legend.data.push('all others');
  }
  return figure({
    ...common, option: shown.option, notes: shown.notes.filter((text) => !text.startsWith('Gap')),
    rows: shown.rows, label: `${kpi.title} by ${words(dimension)}, over time`,
  });
}

function restSeries(total, all, from, to) {
  const [whole] = aligned([total], from, to);
  const points = whole.map((point, place) => {
    const rest = (point.value ?? 0) - all.reduce((sum, points) => sum + (points[place].value ?? 0), 0);
    // What rounding leaves over is nothing.
    return { ...point, value: Math.abs(rest) <= 1e-9 * Math.abs(point.value ?? 0) ? 0 : rest };
  });
  return barSeries('all others', points, colours().rest, 'all')[0];
}

function forecastFigure(marts, grain, spec) {
  const rows = marts.forecasts.filter((row) => row.period_grain === grain);
  const kpi = marts.kpi('total_revenue');
  if (!rows.length || !kpi || !marts.total(kpi, grain)) return null;
  const palette = colours();
  const past = marts.total(kpi, grain).points.filter((point) => !point.isRunning).slice(-6);
  const periods = marts.periods[grain];
  const nameOf = (row) => {
    const place = periods.start.indexOf(row.period_start_date);
    return place < 0 ? row.period_label : periods.label[place];
  };
  const labels = [...past.map((point) => periodText(point, grain)), ...rows.map(nameOf)];
  const padded = (values) => [...past.map(() => null), ...values];
  const base = axes(kpi.unit, marts.currency, labels, []);
  const text = (value) => valueText(value, kpi.unit, marts.currency);
  base.grid.bottom = 34;
  const bar = { type: 'bar', stack: 'all', barMaxWidth: 36 };
  const parts = [['Won so far', 'won_so_far', 0], ['Open deals', 'open_deals_revenue', 1], ['New deals', 'new_deals_revenue', 2]];
  const lineOf = (row) => [`${nameOf(row)}: ${text(row.expected_revenue)} expected`,
    `${text(row.low_revenue)} to ${text(row.high_revenue)} in 8 of 10 cases`,
    ...parts.map(([name, column]) => `${name}: ${text(row[column])}`)];
  return figure({
    id: 'forecast', title: spec.title, about: 'What will the running and the next period bring?',
    label: rows.map((row) => lineOf(row).slice(0, 2).join(', ')).join('; '),
    option: {
      ...base, ...legend(['Won', ...parts.map(([name]) => name)]),
      tooltip: {
        trigger: 'axis',
        ...tooltip((found) => {
          const place = found[0]?.dataIndex ?? 0;
          return place < past.length ? [labels[place], text(past[place].value)] : lineOf(rows[place - past.length]);
        }),
      },
      series: [
        { ...bar, name: 'Won', color: palette.rest, data: past.map((point) => point.value) },
        ...parts.map(([name, column, place]) => ({
          ...bar, name, color: palette.series[place], data: padded(rows.map((row) => row[column])),
        })),
        ...[['low_revenue', 'from'], ['high_revenue', 'to']].map(([column, name]) => ({
          type: 'line', name, data: padded(rows.map((row) => row[column])), symbol: 'rect', symbolSize: [28, 3],
          color: palette.ink, lineStyle: { width: 0 }, z: 5,
        })),
      ],
    },
    notes: ['Dark marks: the range of the forecast.'],
    rows: {
      heads: ['Period', 'Expected', 'Low', 'High', ...parts.map(([name]) => name)],
      rows: rows.map((row) => [nameOf(row), text(row.expected_revenue), text(row.low_revenue), text(row.high_revenue),
        ...parts.map(([, column]) => text(row[column]))]),
    },
    link: addressOf('kpi/total_revenue', { grain }),
  });
}

// Retention as a table: a row per cohort, a column per quarter since; the darker, the more stay.
function cohortFigure(marts, spec) {
  if (!marts.cohorts.length) return null;
  const cohorts = [...grouped(marts.cohorts, (row) => row.cohort_start_date)];
  const most = Math.max(...marts.cohorts.map((row) => row.quarters_later));
  const quarter = (start) => `${start.slice(0, 4)}-Q${Math.ceil(Number(start.slice(5, 7)) / 3)}`;
  const cells = cohorts.map(([start, rows]) => {
    const later = new Map(rows.map((row) => [row.quarters_later, row]));
    return [quarter(start), number(rows[0].count_customers, 0),
      ...Array.from({ length: most + 1 }, (_, place) => cohortCell(later.get(place)))];
  });
  return element('figure', { id: 'cohorts', class: 'broad', 'aria-labelledby': 'cohorts-title' },
    element('figcaption', {}, element('h3', { id: 'cohorts-title', text: spec.title }),
      element('p', { class: 'soft', text: 'Share of a quarter\'s new customers that were active at the end of each later quarter.' })),
    table(spec.title, ['First quarter', 'Customers', ...Array.from({ length: most + 1 }, (_, place) =>
      (place ? `+${place} q` : 'same q'))], cells));
}

function cohortCell(row) {
  if (!row) return '';
  const share = row.count_active / row.count_customers;
  return element('span', { class: `heat heat-${Math.round(share * 10)}`, text: `${number(share * 100, 0)} %` });
}

function familyTable(marts, kpis, grain, family) {
  const whole = table(`Values of ${family}`, ['KPI', 'Period', 'Value', 'To previous', 'To year ago', 'Target', 'Running', 'Trend'],
    kpis.map((kpi) => {
      const series = marts.total(kpi, grain);
      const link = element('a', { href: addressOf(`kpi/${kpi.kpi}`, { grain }), text: kpi.title });
      if (kpi.slices_of) return [link, `${marts.kpi(kpi.slices_of)?.title ?? words(kpi.slices_of)}, divided by ${kpi.dimensions.map(words).join(', ')}`];
      const { newest, running } = series;
      const change = (before) => element('span', {
        class: newest ? toneOf(newest, before, kpi) : '', text: newest ? changeText(newest.value, before, kpi.unit) : NOTHING,
      });
      return [
        link, newest ? periodText(newest, grain) : NOTHING, newest ? pointText(newest, series) : NOTHING,
        change(newest?.previous ?? null), change(newest?.yearAgo ?? null),
        newest ? valueText(newest.target, kpi.unit, marts.currency) : NOTHING,
        running && running.value !== null ? `${pointText(running, series)} in ${periodText(running, grain)}` : NOTHING,
        sparkline(series.points.filter((point) => !point.isRunning).slice(-13)),
      ];
    }));
  whole.classList.add('whole');
  return whole;
}
