/** Text of a desired-state file to the pools that it declares, or to findings with their places. Reads no file. */
import { PoolError } from '../topology/pool-error.ts';
import type { DesiredPool, Revision } from '../topology/pool-topology.ts';
import { Claims } from './claims.ts';
import { CROSS_CHECKS } from './cross-checks.ts';
import { desiredDocumentSchema, poolDocumentSchema, type PoolDocument } from './schema.ts';
import { toDesiredPool, type KnownPool } from './to-desired-pool.ts';
import { formatFinding, parseYaml, schemaFindings, type Finding, type YamlValue } from './yaml-document.ts';

export type ParsedDesiredState =
  | { readonly kind: 'ok'; readonly pools: readonly DesiredPool[] }
  | { readonly kind: 'invalid'; readonly findings: readonly Finding[] };

export interface ParseContext {
  /** Last accepted generation per pool; an unchanged document keeps its counter. */
  readonly known?: ReadonlyMap<string, Pick<KnownPool, 'generation' | 'revision'>>;
  readonly revision?: Revision | null;
  /** What other files of the same source declare already; gains what this file declares, when it is valid. */
  readonly claims?: Claims;
}

interface Declared {
  readonly document: PoolDocument;
  readonly declared: unknown;
}

export function parseDesiredState(
  text: string,
  file: string,
  { known = new Map(), revision = null, claims = new Claims() }: ParseContext = {},
): ParsedDesiredState {
  const yaml = parseYaml(text, file);
  if (yaml.kind === 'broken') return { kind: 'invalid', findings: yaml.findings };
  const findings: Finding[] = [];
  const pools: Declared[] = [];
  const claimed = claims.copy();
  for (const value of yaml.documents) {
    const parsed = desiredDocumentSchema.safeParse(value.value);
    if (!parsed.success) {
      findings.push(...schemaFindings(value, parsed.error.issues));
      continue;
    }
    parsed.data.pools.forEach((document, index) => {
      findings.push(...crossFindings(value, document, index), ...claimed.claim(value, document, index));
      pools.push({ document, declared: declaredAt(value, index) });
    });
  }
  if (findings.length > 0) return { kind: 'invalid', findings };
  claims.become(claimed);
  return {
    kind: 'ok',
    pools: pools.map(({ document, declared }) =>
      toDesiredPool(document, { origin: file, revision, declared }, known.get(document.name)),
    ),
  };
}

/** As the YAML says it, before defaults. */
const declaredAt = ({ value }: YamlValue, index: number): unknown =>
  (value as { readonly pools: readonly unknown[] }).pools[index];

/** undefined: today's rules refuse what was accepted then. */
export function restoreDesiredPool(known: KnownPool): DesiredPool | undefined {
  const parsed = poolDocumentSchema.safeParse(known.declared);
  if (!parsed.success || CROSS_CHECKS.some((check) => check(parsed.data).length > 0)) return undefined;
  return toDesiredPool(parsed.data, known, known);
}

function crossFindings(document: YamlValue, pool: PoolDocument, index: number): Finding[] {
  return CROSS_CHECKS.flatMap((check) => check(pool)).map((problem) =>
    document.finding(['pools', index, ...problem.path], problem.message, problem.hint),
  );
}

/** The findings as one error, each on a line of its own. */
export function desiredStateError(findings: readonly Finding[]): PoolError {
  return new PoolError('PCO_DESIRED_INVALID', findings.map(formatFinding).join('\n'), {
    hint: 'the last good generation stays in force until the file is valid again',
  });
}
