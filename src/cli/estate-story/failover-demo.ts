/** The main job: home is lost with content of every kind, one line is edited, home comes back empty, the line is edited back. */
import { PoolError } from '../../topology/pool-error.ts';
import { toArray } from '../../simulator/instance/chunks.ts';
import { renderEvidence } from '../render-evidence.ts';
import type { EstateStory } from './estate-story.ts';
import { clockOffsets, lostLogBackups, shippedFiles } from './shipped-files.ts';
import { reportStory, type StoryReport } from './transition-report.ts';

/** How long the story watches that nothing moves by itself. */
const STILL_MS = 2_000;
const LEAST_FILES = 2;
/** So many messages must be in no file when home is lost, so that something is at risk wherever the share stands. */
const LEAST_MESSAGES = 10;

export async function playLostHome(story: EstateStory): Promise<StoryReport> {
  const { estate } = story;
  await story.converge('home', 'The pool is as declared');
  await estate.fault('clients on');
  story.say('Chat clients post messages; log backups are taken and shipped ...');
  await story.until('content of every kind', () => contentOfEveryKind(story));
  await loseHome(story);
  await story.edit('lyon');
  await story.converge('backup', 'The service lives in lyon');
  await story.postAgain();
  const lostFiles = lostLogBackups(estate.checker());
  story.say('The home datacenter comes back: rebuilt, empty.');
  await estate.fault('rebuild site home');
  await story.until(
    'home answers again',
    async () => (await story.status()).evidence?.home.verdict === 'alive',
  );
  await story.edit('paris');
  await story.converge('home', 'The service lives in paris again, mirrored and shipped');
  await story.postAgain();
  await estate.fault('clients off');
  const state = estate.state();
  return reportStory({
    records: story.records(),
    account: estate.checker(),
    acknowledged: toArray(state.chat.acknowledged),
    clockOffsetsMs: clockOffsets(state),
    lostFiles: lostFiles.length,
  });
}

async function loseHome(story: EstateStory): Promise<void> {
  const { estate } = story;
  const { uncopied, unapplied, messagesInNoFile } = shippedFiles(estate);
  const { shareSite } = estate.state().options;
  story.say(
    `The home datacenter is lost: ${uncopied.length} log backups are not copied, ${unapplied.length} not applied, and ` +
      `${messagesInNoFile} messages are in no log backup yet` +
      (shareSite === 'home' ? '. The share dies with it.' : '. The share survives.'),
  );
  await estate.fault('down site home');
  await story.until(
    'the silence of home',
    async () => (await story.status()).evidence?.home.level === 'silent',
  );
  const { evidence, datacenters } = await story.status();
  if (evidence !== null) story.say(renderEvidence(evidence, datacenters));
  await watchNothingMove(story);
}

async function watchNothingMove(story: EstateStory): Promise<void> {
  const intents = (): number => story.records().filter(({ kind }) => kind === 'intent').length;
  const before = intents();
  await story.rest(STILL_MS);
  if (intents() !== before)
    throw new PoolError('PCO_INTERNAL', 'a step was begun although nobody edited the desired state');
  story.say('Nothing moves by itself: the file still says paris.');
}

function contentOfEveryKind({ estate }: EstateStory): boolean {
  const { uncopied, unapplied, messagesInNoFile } = shippedFiles(estate);
  return (
    uncopied.length >= LEAST_FILES && unapplied.length >= LEAST_FILES && messagesInNoFile >= LEAST_MESSAGES
  );
}
