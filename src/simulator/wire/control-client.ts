/** One request to the control port of a running estate, from another process; the connection ends with its answer. */
import { connect } from 'node:net';
import { LineSplitter, type ControlAnswer, type ControlRequest } from './control-protocol.ts';

type OneShot = Exclude<ControlRequest, { readonly kind: 'shell' }>;
/** Over a union, each member without its id. */
type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** Rejects when the estate refuses, is gone, or `signal` aborts. */
export function askEstate(port: number, request: WithoutId<OneShot>, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const splitter = new LineSplitter();
    const end = (act: () => void): void => {
      signal.removeEventListener('abort', aborted);
      socket.destroy();
      act();
    };
    const aborted = (): void => end(() => reject(new Error('the estate did not answer in time')));
    signal.addEventListener('abort', aborted, { once: true });
    socket.on('error', (error) => end(() => reject(new Error('the estate does not run', { cause: error }))));
    socket.on('close', () => end(() => reject(new Error('the estate closed the connection'))));
    socket.on('connect', () => socket.write(`${JSON.stringify({ ...request, id: '1' })}\n`));
    socket.setEncoding('utf8').on('data', (chunk) => {
      for (const line of splitter.push(chunk.toString())) {
        const answer = JSON.parse(line) as ControlAnswer;
        if (answer.kind === 'done') end(() => resolve(answer.value));
        if (answer.kind === 'cmdlet') end(() => resolve(answer.outcome));
        if (answer.kind === 'refused') end(() => reject(new Error(answer.problem)));
      }
    });
  });
}
