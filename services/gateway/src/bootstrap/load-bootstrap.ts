import { ConfigError } from '@outlay/service-kit/config.ts';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, Scalar, visit } from 'yaml';
import type { z } from 'zod';
import { Bootstrap } from './bootstrap-schema.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A wrong file. */
export class BootstrapError extends ConfigError {
  /** Each wrong place as file:line, what is wrong there and what would be right. */
  readonly wrong: readonly string[];

  constructor(wrong: readonly string[]) {
    super(`Wrong configuration: ${wrong.join('; ')}`);
    this.wrong = wrong;
  }
}

/**
 * Reads the gateway's YAML and validates it as a whole.
 * @param source shown in errors: the file's name
 * @param env values for `${NAME}` and `${NAME:-default}`
 * @throws {BootstrapError}
 */
export function loadBootstrap(text: string, source: string, env: Environment): Bootstrap {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const at = (offset: number) => `${source}:${lines.linePos(offset).line}`;
  const refuse = (wrong: readonly string[]): never => {
    throw new BootstrapError(wrong);
  };

  // The first syntax error only: those after it tend to follow from it.
  const [syntax] = document.errors;
  if (syntax) refuse([`${at(syntax.pos[0])} ${syntax.message.split(/ at line|\n/)[0]}`]);
  const unset = substitute(document, env).map(({ offset, name }) => `${at(offset)} ${name} is not set`);
  if (unset.length) refuse(unset);

  const result = Bootstrap.safeParse(document.toJS());
  if (result.success) return result.data;
  const wrong = result.error.issues.map((issue) => {
    const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
    const reason = document.hasIn(path) ? reasonOf(issue) : 'is missing';
    return { offset: offsetOf(document, path), message: `${nameOf(path)} ${reason}` };
  });
  wrong.sort((a, b) => a.offset - b.offset);
  return refuse(wrong.map(({ offset, message }) => `${at(offset)} ${message}`));
}

/**
 * Replaces `${NAME:-default}` in the document's scalars, after parsing: a value can never become structure.
 * A plain scalar that turns out as a number or a boolean is one.
 */
function substitute(document: Document, env: Environment): { offset: number; name: string }[] {
  const unset: { offset: number; name: string }[] = [];
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value !== 'string' || !node.value.includes('${')) return;
      const value = node.value.replaceAll(
        /\$\{([A-Z][A-Z0-9_]*)(?::-([^}]*))?\}/g,
        (_all, name: string, fallback?: string) => {
          // An empty variable counts as unset, as in the shell's `:-`.
          const found = env[name] || fallback;
          if (found === undefined) unset.push({ offset: node.range?.[0] ?? 0, name });
          return found ?? '';
        },
      );
      node.value = node.type === Scalar.PLAIN ? typed(value) : value;
    },
  });
  return unset;
}

function typed(value: string): string | number | boolean {
  if (/^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  return value === 'true' || value === 'false' ? value === 'true' : value;
}

/** Where a path stands in the text: at its key if it has one, else at the nearest part above it. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    if (isMap(parent)) {
      const pair = parent.items.find(({ key }) => isScalar(key) && key.value === last);
      if (pair && isNode(pair.key)) return pair.key.range?.[0] ?? 0;
    }
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node)) return node.range?.[0] ?? 0;
  }
  return 0;
}

/** listeners[0].port */
const nameOf = (path: readonly PropertyKey[]): string =>
  path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i ? '.' : ''}${String(key)}`)).join('') || 'the file';

function reasonOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return 'is not known here';
  // Of a name that is refused, why it is.
  const [reason = issue] = issue.code === 'invalid_key' ? issue.issues : [];
  return reason.message.replace(/^./, (first) => first.toLowerCase());
}
