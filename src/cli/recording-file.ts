/** A recording on disk: begun once, only ever appended to, each round there before the next one is looked at. Never overwrites. */
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { readRecording, type Recording } from '../recording/recording-lines.ts';
import { PoolError } from '../topology/pool-error.ts';

const why = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export class RecordingFile implements AsyncDisposable {
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Throws PCO_USAGE when there is something of that name, or it cannot be made. */
  static async begin(file: string, header: string): Promise<RecordingFile> {
    let handle: FileHandle;
    try {
      handle = await open(file, 'ax', 0o600);
    } catch (error) {
      const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      throw new PoolError(
        'PCO_USAGE',
        exists ? `${file} is there already` : `${file} cannot be written: ${why(error)}`,
        { cause: error, ...(exists ? { hint: 'name a new file; a recording is never written over' } : {}) },
      );
    }
    const recording = new RecordingFile(handle);
    await recording.append(header);
    return recording;
  }

  /** On disk once this resolves; a crash leaves at most one line that has no end. */
  async append(text: string): Promise<void> {
    await this.#handle.appendFile(text);
    await this.#handle.sync();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

/** Throws PCO_USAGE naming file and line. */
export async function readRecordingFile(file: string): Promise<Recording> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new PoolError('PCO_USAGE', `${file} cannot be read: ${why(error)}`, { cause: error });
  });
  return readRecording(bytes, file);
}
