/** Writes what a daemon needs to work on a simulated estate: desired-state.yaml and settings.yaml, as an administrator would. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { desiredDocument, type DesiredDocumentOptions } from '../../simulator/estate/desired-document.ts';
import { isClosedToDaemon } from '../../simulator/estate/links.ts';
import { DAEMON_LOGIN } from '../../simulator/estate/fresh-instance.ts';
import type { WireEstate } from '../../simulator/wire/wire-estate.ts';

export interface EstateDocuments {
  readonly desiredFile: string;
  readonly settingsFile: string;
  readonly journalDirectory: string;
}

export function writeEstateDocuments(
  estate: WireEstate,
  directory: string,
  options: Partial<DesiredDocumentOptions> = {},
): EstateDocuments {
  const desiredFile = path.join(directory, 'desired-state.yaml');
  const settingsFile = path.join(directory, 'settings.yaml');
  const journalDirectory = path.join(directory, 'state');
  writeFileSync(desiredFile, desiredDocument(estate.state().options, options));
  writeFileSync(settingsFile, stringify(settings(estate)));
  return { desiredFile, settingsFile, journalDirectory };
}

/** Deadlines fit a loopback and an estate whose clock runs fast. */
function settings(estate: WireEstate): Readonly<Record<string, unknown>> {
  const instances = Object.entries(estate.instances).map(
    ([name, { host, port }]) => [name, { host, port }] as const,
  );
  return {
    desiredState: { file: 'desired-state.yaml' },
    journal: { directory: 'state' },
    defaults: { user: DAEMON_LOGIN, password: { file: estate.passwordFile }, caFile: estate.caFile },
    instances: Object.fromEntries(instances),
    pathMap: [...estate.folders]
      .filter(([sqlServer]) => !isClosedToDaemon(estate.state().options, sqlServer))
      .map(([sqlServer, local]) => ({ sqlServer, local })),
    shell: { command: estate.shellCommand, startDeadline: '10s' },
    http: { port: 0 },
    schedule: { pollInterval: '1s' },
    deadlines: { connect: '500ms', instance: '1s', folder: '1s', shell: '3s', chatServer: '1500ms' },
  };
}
