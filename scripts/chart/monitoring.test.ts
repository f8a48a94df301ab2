import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMetrics } from '@outlay/service-kit/metrics.ts';
import { expect } from 'chai';
import { Registry } from 'prom-client';
import { parseAllDocuments } from 'yaml';
import { createAuthMetrics } from '../../services/auth/src/auth-metrics.ts';
import { serviceNames } from '../start/services.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
/** Rendered from the template by `npm run generate`, and compared by `npm run check`. */
const rendered = parseAllDocuments(read('test/chart/golden/production.yaml')).map((one) => one.toJS() ?? {});
const alerts = read('charts/outlay/files/alerts.yaml');

describe('what the chart gives to Prometheus', () => {
  it('keeps the label `service` as the services set it, by which alerts and dashboards go', async () => {
    const [monitor] = rendered.filter(({ kind }) => kind === 'ServiceMonitor');
    const asked = [...alerts.matchAll(/service=~?"([^"]+)"/g)].flatMap(([, names = '']) => names.split('|'));

    // Else the operator's own `service`, the name of the Kubernetes Service, would stand in its place.
    expect(monitor.spec.endpoints).to.have.lengthOf(1);
    expect(monitor.spec.endpoints[0].honorLabels).to.equal(true);
    expect(asked).to.not.be.empty;
    expect(serviceNames).to.include.members(asked);
    expect(await createMetrics('expense').registry.metrics()).to.include('service="expense"');
  });

  it('names a runbook that is there with each alert', () => {
    const slugs = [...read('docs/operations.md').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(' ', '-')
        .replaceAll(/[^\w-]/g, ''),
    );
    const named = [...alerts.matchAll(/runbook: docs\/operations\.md#(\S+)/g)].map(([, slug = '']) => slug);

    expect(named).to.have.lengthOf([...alerts.matchAll(/- alert:/g)].length);
    expect(slugs).to.include.members(named);
  });

  it('asks for outcomes that auth counts', async () => {
    const registry = new Registry();
    createAuthMetrics(registry);
    const told = (await registry.metrics()).split('\n').map((line) => line.replace(/ \S+$/, ''));
    const asked = [...alerts.matchAll(/(auth_\w+)\{outcome=~?"([^"]+)"\}/g)].flatMap(([, metric, names = '']) =>
      names.split('|').map((name) => `${metric}{outcome="${name}"}`),
    );

    expect(asked).to.not.be.empty;
    expect(told).to.include.members(asked);
  });

  it('alerts when it should, as promtool works it out', function () {
    const { error, status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', 'test/chart/alerts.yaml'], {
      cwd: root,
      encoding: 'utf8',
    });
    if (error && 'code' in error && error.code === 'ENOENT') this.skip();
    expect(status, stdout + stderr).to.equal(0);
  });
});
