import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';

interface Row {
  path: string;
  fallback: string;
  text: string;
}

/** The chart's README: its table of values is drawn from the `# --` comments of values.yaml. */
export function chartReadme(
  values: string,
  { version, description }: { version: string; description: string },
): string {
  const root = parseDocument(values).contents;
  if (!isMap(root)) throw new Error('values.yaml holds no map');
  const rows = rowsOf(root, '').map(({ path, fallback, text }) => `| \`${path}\` | ${fallback} | ${text} |`);
  return `# outlay ${version}

${description}.

\`\`\`sh
helm install outlay charts/outlay            # a working system, MongoDB included
helm test outlay                             # registers, imports and sums through the gateway
helm upgrade outlay charts/outlay --reuse-values --set jaeger.enabled=true
\`\`\`

Needs Kubernetes 1.30 or newer. Passwords and keys are made at the first install and kept over upgrades; where charts are
rendered without a cluster (\`helm template\`, Argo CD) name Secrets of your own by the \`existingSecret\` values.
An unknown or contradictory value is refused with a sentence. \`docs/operations.md\` has the runbooks, \`docs/security.md\` says
what is trusted for what.

## Values

Whatever stands under \`defaults\` can also be set for \`gateway\`, \`auth\`, \`expense\` and \`analytics\` alone.

| Value | Default | What it does |
| --- | --- | --- |
${rows.join('\n')}
`;
}

/** A key with a comment is a row; one without, but with keys of its own, is descended into. */
function rowsOf(map: YAMLMap, prefix: string): Row[] {
  return map.items.flatMap(({ key, value }, index): Row[] => {
    if (!isScalar(key)) return [];
    const path = `${prefix}${String(key.value)}`;
    // The comment before a map's first key belongs to the map in YAML's syntax tree.
    const comment = key.commentBefore ?? (index === 0 ? map.commentBefore : undefined) ?? '';
    const text = /(?:^|\n) ?-- (.*(?:\n(?! ?--).*)*)/.exec(comment)?.[1]?.replace(/\s*\n\s*/g, ' ');
    if (text)
      return [
        {
          path,
          fallback: `\`${JSON.stringify(isMap(value) || isScalar(value) ? value.toJSON() : (value as YAMLMap).toJSON())}\``,
          text,
        },
      ];
    if (isMap(value)) return rowsOf(value, `${path}.`);
    throw new Error(`values.yaml: ${path} has no "# --" comment`);
  });
}
