import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';

interface Definition {
  [key: string]: unknown;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
}

interface Workload {
  kind: string;
  spec: {
    replicas?: number;
    template: { spec: { containers: { resources: { requests: { memory: string } } }[] } };
  };
}

/** Kinds of meshes and operators that a plain cluster has no schema of. */
const custom = [
  'AuthorizationPolicy',
  'HTTPRoute',
  'MeshTLSAuthentication',
  'PeerAuthentication',
  'PrometheusRule',
  'Server',
  'ServiceMonitor',
];
const golden = 'test/chart/golden';

describe('the chart', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'outlay-schemas-'));
    writeSchemas(folder);
  });
  after(() => rmSync(folder, { recursive: true }));

  it('passes helm lint --strict', () => {
    const { status, stdout } = spawnSync('helm', ['lint', '--strict', '--kube-version', '1.34.0', 'charts/outlay'], {
      encoding: 'utf8',
    });
    expect(status, stdout).to.equal(0);
  });

  for (const file of [
    ...readdirSync(golden).map((name) => join(golden, name)),
    'k8s/outlay.yaml',
    'k8s/namespace.yaml',
  ])
    it(`renders ${file} as this cluster’s own API describes it, with no field too many`, () => {
      const location = join(folder, '{{.ResourceKind}}{{.KindSuffix}}.json');
      const { status, stdout, stderr } = spawnSync(
        'kubeconform',
        ['-strict', '-summary', '-schema-location', location, '-skip', custom.join(), file],
        { encoding: 'utf8' },
      );
      expect(status, stdout + stderr).to.equal(0);
      expect(stdout).to.match(/Valid: [1-9]/);
    });

  it('asks for no more than 640 MiB in all, MongoDB with it', () => {
    const workloads = parseAllDocuments(readFileSync(join(golden, 'default.yaml'), 'utf8'))
      .map((document) => document.toJS() as Workload | null)
      .filter((manifest) => manifest?.kind === 'Deployment' || manifest?.kind === 'StatefulSet');
    const asked = workloads.map((workload) => {
      const { replicas = 1, template } = (workload as Workload).spec;
      const sizes = template.spec.containers.map(({ resources }) =>
        Number(/^(\d+)Mi$/.exec(resources.requests.memory)?.[1]),
      );
      return replicas * sizes.reduce((sum, size) => sum + size, 0);
    });

    expect(asked).to.have.length(5);
    expect(asked.reduce((sum, size) => sum + size, 0)).to.be.at.most(640);
  });

  for (const [values, sentence] of [
    ['gatewy.replicas=2', "additional properties 'gatewy' not allowed"],
    ['gateway.replicas=two', 'got string, want integer'],
    ['mongodb.replicas=0', 'mongodb.replicas is 0: set mongodb.external'],
    ['mongodb.external.existingSecret=mine', 'mongodb.external is set: set mongodb.replicas to 0 too'],
    ['workloadIdentity.verifyTokens=false', 'then a mesh must prove who calls'],
    ['jaeger.enabled=true,tracing.endpoint=http://collector:4318', 'choose where traces go'],
    ['ingress.enabled=true', 'ingress.enabled needs at least one of ingress.hosts'],
  ] as const)
    it(`refuses ${values} with a sentence`, () => {
      const { status, stderr } = spawnSync(
        'helm',
        ['template', 'outlay', 'charts/outlay', '--kube-version', '1.34.0', '--set', values],
        { encoding: 'utf8' },
      );
      expect(status).to.equal(1);
      expect(stderr).to.include(sentence);
    });

  it('is refused by those schemas where a field is wrong, so that the tests above say something', () => {
    const wrong = join(folder, 'wrong.yaml');
    writeFileSync(wrong, 'apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { prots: [] }\n');
    const { status } = spawnSync('kubeconform', [
      '-strict',
      '-schema-location',
      join(folder, '{{.ResourceKind}}{{.KindSuffix}}.json'),
      wrong,
    ]);
    expect(status).to.equal(1);
  });
});

/** JSON Schemas by the names that kubeconform looks for, from the OpenAPI document that the API server serves. */
function writeSchemas(folder: string): void {
  const document = execFileSync('kubectl', ['get', '--raw', '/openapi/v2'], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  const { definitions } = JSON.parse(document) as { definitions: Record<string, Definition> };
  writeFileSync(join(folder, 'definitions.json'), JSON.stringify({ definitions: strict(definitions) }));
  for (const [name, definition] of Object.entries(definitions))
    for (const { group, version, kind } of definition['x-kubernetes-group-version-kind'] ?? []) {
      const suffix = [group.split('.')[0], version].filter(Boolean).join('-');
      const reference = { $ref: `file://${folder}/definitions.json#/definitions/${name}` };
      writeFileSync(join(folder, `${kind.toLowerCase()}-${suffix}.json`), JSON.stringify(reference));
    }
}

/** Closes every object with named properties, and says of numbers-or-texts what OpenAPI v2 cannot. */
function strict(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => strict(item));
  if (typeof value !== 'object' || value === null) return value;
  const schema = value as Definition;
  if (schema.format === 'int-or-string' || key.endsWith('resource.Quantity')) return { type: ['string', 'number'] };
  const open =
    'properties' in schema &&
    typeof schema.properties === 'object' &&
    !('additionalProperties' in schema) &&
    key !== 'properties';
  return Object.fromEntries([
    ...Object.entries(schema).map(([name, inner]) => [name, strict(inner, name)] as const),
    ...(open ? [['additionalProperties', false] as const] : []),
  ]);
}
