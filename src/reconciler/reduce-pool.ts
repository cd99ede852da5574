/**
 * Facts and people's decisions -> the vector of planner variables, each with the sentence and source behind it, the evidence
 * per site and the loss ledger. The only way from the world into the planner.
 */
import type { Decision } from '../ports/journal.ts';
import type { Evidence } from '../topology/evidence.ts';
import type { LossLedger } from '../topology/loss-ledger.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import { otherSite, SITES, type DesiredPool, type Site } from '../topology/pool-topology.ts';
import { currentOf, holdsOf, keptSite, positionOf, type Reaches } from './compare-copies.ts';
import type { CopyViews } from './copy-view.ts';
import { computeLoss } from './compute-loss.ts';
import { unknownFinding, type Finding, type Findings } from './finding.ts';
import { judgeEvidence } from './judge-evidence.ts';
import { reduceCopy } from './reduce-copy.ts';
import { salvageableOf } from './reduce-damaged.ts';
import { reduceFull } from './reduce-full.ts';
import { reduceService } from './reduce-service.ts';
import { reduceShipping } from './reduce-shipping.ts';
import { waitingMirrorOf } from './reduce-waiting-mirror.ts';
import { shipBackOf } from './ship-back.ts';
import { ALL_VARIABLES, ofSite, type Variable, type Vector } from './variables.ts';

export interface Reduction {
  readonly vector: Vector;
  readonly because: Readonly<Record<Variable, Finding>>;
  readonly evidence: Readonly<Record<Site, Evidence>>;
  readonly ledger: LossLedger;
}

/** Every variable with the sentence and the source behind it, as people read it. */
export const inSentences = ({
  because,
}: Reduction): Readonly<Record<string, { readonly value: string; readonly because: string }>> =>
  Object.fromEntries(
    Object.entries(because).map(([name, found]) => [
      name,
      { value: found.value, because: `${found.because} (${found.source})` },
    ]),
  );

const NOT_SEEN = unknownFinding('nothing was observed', 'facts');

/** `SITE.mgc` of a site whose principal nobody sees and whose mirror waits. */
function waitingMirrors(
  pool: DesiredPool,
  facts: PoolFacts,
  views: CopyViews,
  evidence: Readonly<Record<Site, Evidence>>,
  { share, reaches }: { readonly share: Finding; readonly reaches: Reaches },
): Findings {
  return Object.fromEntries(
    SITES.flatMap((site) => {
      const other = otherSite(site);
      const copy = { mgc: views[other].mgc, reach: reaches[other]?.lsn ?? positionOf(views[other]) };
      const found = waitingMirrorOf(pool, facts, site, evidence[site], copy, share);
      return found === undefined ? [] : [[ofSite(site, 'mgc'), found]];
    }),
  );
}

export function reducePool(
  pool: DesiredPool,
  facts: PoolFacts,
  decisions: readonly Decision[],
  nowMs: number,
): Reduction {
  const evidence = judgeEvidence(pool, facts, decisions, nowMs);
  const home = reduceCopy(pool, facts, 'home', evidence.home);
  const backup = reduceCopy(pool, facts, 'backup', evidence.backup);
  const view = (site: Site, copy: typeof home) => ({
    seen: copy.seen,
    mgc: copy.findings[ofSite(site, 'mgc')] ?? NOT_SEEN,
    cannotWrite: copy.findings[ofSite(site, 'cannotWrite')] ?? NOT_SEEN,
  });
  const views: CopyViews = { home: view('home', home), backup: view('backup', backup) };
  const shipping = reduceShipping(pool, facts, views, evidence);
  const keep = keptSite(pool, decisions, nowMs);
  const back = shipBackOf(pool, facts, views, shipping.findings.share ?? NOT_SEEN);
  const reaches = { home: back.reaches, backup: shipping.files?.everything.reaches };
  const current = currentOf(pool, facts, views, keep, shipping.files, back.reaches);
  const waiting = waitingMirrors(pool, facts, views, evidence, {
    share: shipping.findings.share ?? NOT_SEEN,
    reaches: { home: back.reaches, backup: shipping.files?.everything.reaches },
  });
  const full = reduceFull(pool, facts, views);
  const salvageable = salvageableOf(pool, views, keep, shipping.files);
  const found: Readonly<Partial<Record<Variable, Finding>>> = {
    ...home.findings,
    ...backup.findings,
    ...waiting,
    ...(salvageable === undefined ? {} : { 'home.mgc': salvageable }),
    ...shipping.findings,
    ...reduceService(pool, facts, views),
    ...full.findings,
    'shipping.back': back.finding,
    current,
    'home.holds': holdsOf(facts, views, 'home', current, keep, reaches),
    'backup.holds': holdsOf(facts, views, 'backup', current, keep, reaches),
  };
  const because = Object.fromEntries(ALL_VARIABLES.map((name) => [name, found[name] ?? NOT_SEEN])) as Record<
    Variable,
    Finding
  >;
  const vector = Object.fromEntries(ALL_VARIABLES.map((name) => [name, because[name].value])) as Vector;
  return {
    vector,
    because,
    evidence,
    ledger: computeLoss(pool, facts, views, vector, full.files ?? shipping.files, full.full),
  };
}
