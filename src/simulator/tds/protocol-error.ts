/** What a client sent does not follow MS-TDS. The connection that sent it ends; no other does. */
export class TdsProtocolError extends Error {
  override readonly name = 'TdsProtocolError';
}
