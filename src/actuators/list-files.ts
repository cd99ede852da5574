/** The files of a folder now: by the daemon itself, or through the step's own connection where the daemon does not reach them. */
import type { FileEntry } from '../ports/backup-files.ts';
import { folderEntries, listFolder } from '../statements/list-folder.ts';
import type { InstanceSession } from './instance-session.ts';
import { requireInstance } from './serving-instance.ts';
import type { ActuatorPorts } from './step-context.ts';

export async function listFiles(
  ports: ActuatorPorts,
  session: InstanceSession,
  folder: string,
): Promise<readonly FileEntry[]> {
  const { facts, signal } = session.context;
  if (ports.files.reaches(folder)) return ports.files.list(folder, signal);
  const { version } = requireInstance(facts, session.instance);
  const answer = await session.read(listFolder(folder, version), { tolerate: 'all' });
  return folderEntries(session.instance, folder, answer);
}
