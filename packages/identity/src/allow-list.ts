/** Who may call what: the one table of a service, and the source of the mesh's policies. */
export interface AllowRule {
  /** An exact path, or a prefix that ends in `*`. */
  readonly paths: string;
  readonly callers: readonly string[];
}

/** The first rule that fits a path decides; where none fits, nobody may. */
export function isAllowed(rules: readonly AllowRule[], path: string, caller: string): boolean {
  const rule = rules.find(({ paths }) => (paths.endsWith('*') ? path.startsWith(paths.slice(0, -1)) : path === paths));
  return rule?.callers.includes(caller) ?? false;
}
