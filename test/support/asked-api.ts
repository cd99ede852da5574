/** Requests to the API of a test as they come over the wire, streams included, and what they have changed. */
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { ROLES, type TokenSettings } from '../../src/http/callers.ts';
import { sha256, type ServedApi } from './served-api.ts';

export interface Asked {
  readonly method: NonNullable<InjectOptions['method']>;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload?: string | object;
}

export type Given = Pick<LightMyRequestResponse, 'statusCode' | 'headers' | 'body'>;

/** `secret-ROLE` of ROLEer for each role, and `secret-ended`, which once could do everything. */
export const tokensOf = (): readonly TokenSettings[] => [
  ...ROLES.map((role) => ({ name: `${role}er`, sha256: sha256(`secret-${role}`), role })),
  { name: 'ended', sha256: sha256('secret-ended'), role: 'approve', expires: '1970-01-01T00:00:00.000Z' },
];

/** How many changes were asked of the daemon. */
export const changesOf = ({ decided, broken, resynced }: ServedApi): number =>
  decided.length + broken.length + resynced.length;

/** Of a stream of events only what comes at once. */
export async function ask({ server }: ServedApi, asked: Asked): Promise<Given> {
  const { statusCode, headers, stream } = await server.inject({ ...asked, payloadAsStream: true });
  const streaming = headers['content-type'] === 'text/event-stream';
  let body = '';
  for await (const part of stream()) {
    body += String(part);
    if (streaming) break;
  }
  return { statusCode, headers, body };
}
