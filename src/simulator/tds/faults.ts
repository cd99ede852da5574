/** Where a TDS server can be told to break, and how. Decides nothing: the estate does, per server and stage. */

/**
 * connect: TCP accepted, nothing read. prelogin, tls, login: that message has arrived and gets no answer. login-half, result-half:
 * half of the answer's bytes leave. request: a batch or call has arrived and is not passed up.
 */
export type FaultStage = 'connect' | 'prelogin' | 'tls' | 'login' | 'login-half' | 'request' | 'result-half';

/** `silence`: the connection stays open and says nothing more; `reset`: RST; `close`: FIN. */
export type FaultEffect = 'silence' | 'reset' | 'close';

export type FaultHook = (stage: FaultStage, connectionId: string) => FaultEffect | undefined;
