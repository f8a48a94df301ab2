/** What /stats and /clusters tell, drawn anew every two seconds. Reads only: no request of this page changes anything. */

const intervalMs = 2_000;
/** Two minutes of lines. */
const samplesMax = 60;
const lines = { rate: [], failed: [], p50: [], p99: [], active: [] };
let before;

const at = (id) => document.getElementById(id);
const get = async (path) => {
  const response = await fetch(path, { signal: AbortSignal.timeout(intervalMs) });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
};

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const rounded = (value) =>
  Number.isFinite(value) ? value.toLocaleString('en', { maximumSignificantDigits: value < 100 ? 2 : 4 }) : '–';

/** The counts of http_request_duration_seconds: in all, by route, by bucket. */
function requestsOf(stats) {
  const histogram = stats.find(({ name }) => name === 'http_request_duration_seconds');
  const routes = new Map();
  for (const { labels, value, metricName } of histogram?.values ?? []) {
    if (!labels.route) continue;
    if (!routes.has(labels.route)) routes.set(labels.route, { count: 0, classes: {}, buckets: new Map() });
    const route = routes.get(labels.route);
    if (metricName.endsWith('_count')) {
      const group = labels.status[0];
      route.count += value;
      route.classes[group] = (route.classes[group] ?? 0) + value;
    } else if (metricName.endsWith('_bucket')) {
      route.buckets.set(String(labels.le), (route.buckets.get(String(labels.le)) ?? 0) + value);
    }
  }
  return routes;
}

/** What came since the last look: the difference of two counts. */
function since(now, then) {
  const difference = { count: now.count - (then?.count ?? 0), classes: {}, buckets: new Map() };
  for (const [key, value] of Object.entries(now.classes)) difference.classes[key] = value - (then?.classes[key] ?? 0);
  for (const [key, value] of now.buckets) difference.buckets.set(key, value - (then?.buckets.get(key) ?? 0));
  return difference;
}

function sum(all) {
  const total = { count: 0, classes: {}, buckets: new Map() };
  for (const { count, classes, buckets } of all) {
    total.count += count;
    for (const [key, value] of Object.entries(classes)) total.classes[key] = (total.classes[key] ?? 0) + value;
    for (const [key, value] of buckets) total.buckets.set(key, (total.buckets.get(key) ?? 0) + value);
  }
  return total;
}

/** Milliseconds within which a part of the requests was answered: the bound of their bucket, as Prometheus has no more. */
function within(part, { count, buckets }) {
  if (count === 0) return Number.NaN;
  for (const [bound, value] of buckets) if (value >= part * count) return Number(bound) * 1_000;
  return Number.NaN;
}

function drawLine(id, value) {
  const values = lines[id];
  values.push(Number.isFinite(value) ? value : 0);
  if (values.length > samplesMax) values.shift();
  at(id).textContent = rounded(value);
  const top = Math.max(...values, 1e-9);
  const points = values.map((one, i) => `${samplesMax - values.length + i},${(1 - one / top) * 20}`);
  const svg = at(`${id}-line`);
  svg.setAttribute('viewBox', `0 0 ${samplesMax - 1} 20`);
  svg.setAttribute('preserveAspectRatio', 'none');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', `M${points.join('L')}`);
  svg.replaceChildren(path);
}

const drawBreaker = ([name, { count, max, overflows, isOpen }]) =>
  element(
    'div',
    { class: 'breaker' },
    element(
      'span',
      {},
      name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
    ),
    element(
      'span',
      { class: isOpen && max > 0 ? 'pill bad' : 'quiet' },
      `${count} of ${max}${overflows ? `, refused ${overflows}` : ''}`,
    ),
    element('meter', { 'aria-label': name, min: 0, max: Math.max(max, 1), value: count, high: max * 0.8, optimum: 0 }),
  );

function drawEndpoint(endpoint, then, seconds) {
  const { address, zone, isHealthy, healthFlags, activeRequests, activeConnections, idleConnections, totals } =
    endpoint;
  const rate = then ? rounded((totals.requests - then.requests) / seconds) : '–';
  const state = healthFlags.join(' ').replaceAll('_', ' ') || (isHealthy ? 'healthy' : 'unhealthy');
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, address, ...(zone ? [element('div', { class: 'quiet' }, zone)] : [])),
    element('td', { class: 'number' }, `${rate} /s`),
    element(
      'td',
      { class: 'number quiet', title: `${activeConnections} connections busy, ${idleConnections} idle` },
      `${activeRequests} now`,
    ),
    element('td', { class: 'number' }, element('span', { class: `pill ${isHealthy ? 'good' : 'bad'}` }, state)),
  );
}

function drawClusters(clusters, failures, then, seconds) {
  at('clusters').replaceChildren(
    ...clusters.map(({ name, type, isPanicking, circuitBreakers, endpoints }) => {
      const flags = failures
        .filter(({ labels }) => labels.cluster === name)
        .map(({ labels, value }) => `${labels.flag} ${value}`);
      const healthy = endpoints.filter(({ isHealthy }) => isHealthy).length;
      const kind = healthy === endpoints.length ? 'good' : healthy ? 'warn' : 'bad';
      return element(
        'article',
        {},
        element(
          'div',
          { class: 'title' },
          element('h3', {}, name, element('span', { class: 'quiet' }, ` ${type.toLowerCase().replaceAll('_', ' ')}`)),
          element(
            'span',
            { class: `pill ${kind}` },
            isPanicking ? 'panicking' : `${healthy} of ${endpoints.length} healthy`,
          ),
        ),
        ...Object.entries(circuitBreakers).map(drawBreaker),
        element(
          'table',
          {},
          element(
            'tbody',
            {},
            ...endpoints.map((endpoint) => drawEndpoint(endpoint, then?.get(`${name} ${endpoint.address}`), seconds)),
          ),
        ),
        element('p', { class: 'quiet' }, flags.length ? `Failed so far: ${flags.join(' · ')}` : 'No failure so far'),
      );
    }),
  );
}

function drawRoutes(routes, differences, seconds) {
  const rows = [...routes].sort(([, a], [, b]) => b.count - a.count);
  const number = (text, state = '') =>
    element('td', { class: 'number' }, element('span', { class: state && `pill ${state}` }, text));
  at('routes').replaceChildren(
    ...rows.map(([name, { count, classes }]) => {
      const latest = differences.get(name);
      const p99 = within(0.99, latest);
      return element(
        'tr',
        {},
        element('th', { scope: 'row' }, name),
        number(rounded(latest.count / seconds)),
        number(Number.isFinite(p99) ? `${rounded(p99)} ms` : '–'),
        number(rounded(classes[4] ?? 0), latest.classes[4] ? 'warn' : ''),
        number(rounded(classes[5] ?? 0), latest.classes[5] ? 'bad' : ''),
        number(rounded(count)),
      );
    }),
  );
}

function drawState(text, kind) {
  at('state').textContent = text;
  at('state').className = `pill ${kind}`;
}

async function look() {
  const [{ stats }, { clusters }, { listeners }, ready] = await Promise.all([
    get('stats?format=json'),
    get('clusters?format=json'),
    get('listeners?format=json'),
    fetch('ready').then((response) => response.text()),
  ]);
  const valuesOf = (name) => stats.find((one) => one.name === name)?.values ?? [];
  const firstOf = (name) => valuesOf(name)[0]?.value ?? 0;
  const now = performance.now();
  const routes = requestsOf(stats);

  const seconds = before ? (now - before.at) / 1_000 : Number.NaN;
  if (before) {
    const differences = new Map([...routes].map(([name, route]) => [name, since(route, before.routes.get(name))]));
    const all = sum(differences.values());
    drawLine('rate', all.count / seconds);
    drawLine('failed', all.count ? ((all.classes[5] ?? 0) / all.count) * 100 : 0);
    drawLine('p50', within(0.5, all));
    drawLine('p99', within(0.99, all));
    drawRoutes(routes, differences, seconds);
  }
  drawLine('active', firstOf('outlay_gateway_requests_active'));
  drawClusters(clusters, valuesOf('outlay_gateway_upstream_failures_total'), before?.endpoints, seconds);
  const endpoints = new Map(
    clusters.flatMap(({ name, endpoints: all }) => all.map(({ address, totals }) => [`${name} ${address}`, totals])),
  );
  before = { at: now, routes, endpoints };

  const shed = valuesOf('outlay_gateway_overload_active').some(({ value }) => value === 1);
  const state = ready.trim();
  if (shed) drawState('sheds load', 'bad');
  else drawState({ LIVE: 'live', DRAINING: 'draining' }[state] ?? 'starting', state === 'LIVE' ? 'good' : 'warn');
  const pressures = valuesOf('outlay_gateway_overload_pressure').map(
    ({ labels, value }) => `${labels.resource.replaceAll('_', ' ')} ${Math.round(value * 100)} %`,
  );
  const upMinutes = Math.floor((Date.now() / 1_000 - firstOf('process_start_time_seconds')) / 60);
  at('facts').textContent = [
    ...listeners.map(({ name, address }) => `${name} on ${address}`),
    `up ${upMinutes} min`,
    `${Math.round(firstOf('process_resident_memory_bytes') / 1_048_576)} MiB`,
    ...pressures,
  ].join(' · ');
}

async function goOn() {
  if (!document.hidden) await look().catch(() => drawState('no answer', 'bad'));
  setTimeout(goOn, intervalMs);
}
void goOn();
