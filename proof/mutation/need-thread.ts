/** A thread that tries broken needs: it makes the worlds once, then answers each name that it is sent with a verdict. */
import { isMainThread, parentPort } from 'node:worker_threads';
import { makeCorpus, type Corpus } from './corpus.ts';
import { tryNeed } from './kill-need.ts';
import { NEED_MUTANTS } from './need-mutants.ts';
import { argumentOf, nowS, verdictOf, type Verdict } from './verdict.ts';

export type Told = { readonly progress: string } | { readonly ready: true } | { readonly verdict: Verdict };

async function judge(corpus: Corpus, name: string): Promise<Verdict> {
  const sinceS = nowS();
  const mutant = NEED_MUTANTS.find((one) => one.name === name);
  if (mutant === undefined) throw new RangeError(`no mutant is called ${name}`);
  const { notice, may, chosen, run, followed } = await tryNeed(corpus, mutant, argumentOf(name));
  const stood = `may newly run in ${String(may)} of ${String(corpus.asked.size)} questions, is chosen in ${String(chosen)}, run in ${String(run)}; ${String(followed)} plans followed`;
  return verdictOf(name, notice, stood, sinceS);
}

async function work(): Promise<void> {
  // Errors are values here; nobody reads where they were made.
  Error.stackTraceLimit = 0;
  const tell = (told: Told): void => parentPort?.postMessage(told);
  const corpus = await makeCorpus((progress) => {
    tell({ progress });
  });
  const [broken] = corpus.broken;
  if (broken !== undefined) throw new Error(`noticed with nothing broken: ${broken.by}: ${broken.how}`);
  parentPort?.on('message', (name: string) => {
    void judge(corpus, name).then((verdict) => {
      tell({ verdict });
    });
  });
  tell({ ready: true });
}

if (!isMainThread) await work();
