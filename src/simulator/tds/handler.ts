/**
 * What a TDS server tells its owner. Answers may come inside the call or at any time later. What the owner throws here is not
 * caught: it is an error of the estate, not of a client.
 */
import type { LoginRequest, SqlRequest } from '../estate-contract.ts';

export interface TdsHandler {
  /** TCP accepted; a connection may never get further. */
  connect?(connectionId: string): void;
  /** Answer with acceptLogin or refuseLogin. */
  login(connectionId: string, request: LoginRequest): void;
  /** Answer with send; requests of one connection never overlap. */
  request(connectionId: string, request: SqlRequest): void;
  /** Cancel what runs, then acknowledgeAttention. Not called when nothing runs. */
  attention(connectionId: string): void;
  /** RESETCONNECTION: session state and context database are again those after login. */
  reset?(connectionId: string): void;
  /** Gone, whoever ended it; once for every connection whose login was announced. */
  disconnect(connectionId: string): void;
}
