/** Text of a desired-state file to the pools that it declares, or to findings with their places. Reads no file. */
import { PoolError } from '../topology/pool-error.ts';
import type { DesiredPool, Generation } from '../topology/pool-topology.ts';
import { CROSS_CHECKS } from './cross-checks.ts';
import { desiredDocumentSchema, type PoolDocument } from './schema.ts';
import { toDesiredPool } from './to-desired-pool.ts';
import { formatFinding, parseYaml, schemaFindings, type Finding, type YamlValue } from './yaml-document.ts';

export type ParsedDesiredState =
  | { readonly kind: 'ok'; readonly pools: readonly DesiredPool[] }
  | { readonly kind: 'invalid'; readonly findings: readonly Finding[] };

/** @param previous last accepted generation per pool; an unchanged document keeps its counter. */
export function parseDesiredState(
  text: string,
  file: string,
  previous: ReadonlyMap<string, Generation> = new Map(),
): ParsedDesiredState {
  const yaml = parseYaml(text, file);
  if (yaml.kind === 'broken') return { kind: 'invalid', findings: yaml.findings };
  const findings: Finding[] = [];
  const pools: PoolDocument[] = [];
  const names = new Map<string, Finding>();
  for (const document of yaml.documents) {
    const parsed = desiredDocumentSchema.safeParse(document.value);
    if (!parsed.success) {
      findings.push(...schemaFindings(document, parsed.error.issues));
      continue;
    }
    parsed.data.pools.forEach((pool, index) => {
      findings.push(...crossFindings(document, pool, index), ...nameTwice(document, pool, index, names));
      pools.push(pool);
    });
  }
  if (findings.length > 0) return { kind: 'invalid', findings };
  return { kind: 'ok', pools: pools.map((pool) => toDesiredPool(pool, file, previous.get(pool.name))) };
}

function crossFindings(document: YamlValue, pool: PoolDocument, index: number): Finding[] {
  return CROSS_CHECKS.flatMap((check) => check(pool)).map((problem) =>
    document.finding(['pools', index, ...problem.path], problem.message, problem.hint),
  );
}

function nameTwice(
  document: YamlValue,
  pool: PoolDocument,
  index: number,
  names: Map<string, Finding>,
): Finding[] {
  const here = document.finding(['pools', index, 'name'], `a pool named ${pool.name} is already declared`);
  const before = names.get(pool.name);
  if (before === undefined) {
    names.set(pool.name, here);
    return [];
  }
  return [{ ...here, hint: `the other one is in line ${before.line}` }];
}

/** The findings as one error, each on a line of its own. */
export function desiredStateError(findings: readonly Finding[]): PoolError {
  return new PoolError('PCO_DESIRED_INVALID', findings.map(formatFinding).join('\n'), {
    hint: 'the last good generation stays in force until the file is valid again',
  });
}
