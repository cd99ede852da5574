/**
 * One TDS server per instance: hands logins, requests and ends of connections to the model and its outputs back to the clients.
 * A stopped instance refuses connections (its port is closed); one without power or hung takes them and says nothing.
 */
import type { EstateInput, EstateOutput } from '../estate-contract.ts';
import type { EstateState } from '../estate/estate-state.ts';
import type { InstanceDraft } from '../instance/instance-state.ts';
import type { EncryptionMode } from '../tds/prelogin.ts';
import { createTdsServer, type TdsServer } from '../tds/server.ts';
import type { TlsMaterial } from '../tds/tls-in-tds.ts';
import type { WindowsDomain } from '../tds/windows-login.ts';

export interface InstanceAddress {
  readonly host: string;
  readonly port: number;
}

export interface ServerSecurity {
  readonly tls: TlsMaterial;
  /** 'not-supported': as a server without a certificate. */
  readonly encryption: EncryptionMode;
  readonly domain: WindowsDomain | undefined;
}

type ServedInstance = Pick<InstanceDraft, 'name' | 'serverName' | 'productVersion'>;

interface Served {
  readonly name: string;
  readonly server: TdsServer;
  port: number;
  /** What was asked for last; changes are carried out one after the other. */
  open: boolean;
  change: Promise<void>;
}

const HOST = '127.0.0.1';
/** Logins of persons: they stand beside the daemon, faults on the daemon's links do not touch them. */
const OPERATOR_LOGINS = ['sa', 'operator'];

/** The model's connection names are unique over all servers. */
const modelName = (instance: string, connection: string): string => `${instance}#${connection}`;
const wireName = (connection: string): string => connection.slice(connection.lastIndexOf('#') + 1);

export class InstanceServers {
  readonly #served = new Map<string, Served>();
  readonly #input: (input: EstateInput) => void;
  readonly #state: () => EstateState;

  constructor(input: (input: EstateInput) => void, state: () => EstateState) {
    this.#input = input;
    this.#state = state;
  }

  async start(security: ServerSecurity): Promise<void> {
    for (const instance of Object.values(this.#state().instances)) {
      const server = this.#serverFor(instance, security);
      const port = await server.listen(0, HOST);
      this.#served.set(instance.name, {
        name: instance.name,
        server,
        port,
        open: true,
        change: Promise.resolve(),
      });
    }
  }

  get addresses(): Readonly<Record<string, InstanceAddress>> {
    return Object.fromEntries(
      [...this.#served.values()].map(({ name, port }) => [name, { host: HOST, port }]),
    );
  }

  #serverFor(
    { name: instance, serverName, productVersion: version }: ServedInstance,
    { tls, domain, encryption }: ServerSecurity,
  ): TdsServer {
    return createTdsServer({
      serverName,
      version,
      tls,
      strict: encryption !== 'not-supported' && isStrictServed(version),
      ...(domain === undefined ? {} : { domain }),
      encryption,
      fault: (stage) => (stage === 'connect' && this.#isSilent(instance) ? 'silence' : undefined),
      handler: {
        login: (id, request) =>
          this.#input({
            kind: 'login',
            instance,
            connection: modelName(instance, id),
            party: OPERATOR_LOGINS.includes(request.login.toLowerCase()) ? 'operator' : 'daemon',
            request,
          }),
        request: (id, request) =>
          this.#input({ kind: 'request', instance, connection: modelName(instance, id), request }),
        attention: (id) => this.#input({ kind: 'attention', instance, connection: modelName(instance, id) }),
        disconnect: (id) =>
          this.#input({ kind: 'disconnect', instance, connection: modelName(instance, id) }),
      },
    });
  }

  #isSilent(instance: string): boolean {
    const state = this.#state();
    const host = state.hosts[instance];
    return host === undefined || host.hung || !state.sites[host.site].up;
  }

  deliver(output: Extract<EstateOutput, { readonly connection: string }>): void {
    const server = this.#served.get(output.instance)?.server;
    if (server === undefined) return;
    const id = wireName(output.connection);
    switch (output.kind) {
      case 'tokens':
        server.send(id, output.tokens);
        return;
      case 'login-accepted':
        server.acceptLogin(id, { sessionId: output.sessionId, database: output.database });
        return;
      case 'login-refused':
        server.refuseLogin(id, output.errors);
        return;
      case 'drop':
        server.drop(id, output.how);
        return;
      case 'attention-acknowledged':
        server.acknowledgeAttention(id);
    }
  }

  /** Opens and closes ports so that they agree with the state. */
  follow(): void {
    const state = this.#state();
    for (const served of this.#served.values()) {
      const instance = state.instances[served.name];
      const host = state.hosts[served.name];
      if (instance === undefined || host === undefined) continue;
      const open = instance.status === 'running' || !state.sites[host.site].up;
      if (open === served.open) continue;
      served.open = open;
      served.change = served.change.then(() => (open ? reopen(served) : served.server.stop('reset')));
    }
  }

  /** Ports that are changing have changed. */
  async settled(): Promise<void> {
    await Promise.all([...this.#served.values()].map(({ change }) => change));
  }

  async stop(): Promise<void> {
    await this.settled();
    await Promise.all([...this.#served.values()].map(({ server }) => server.stop('reset')));
  }
}

/** TDS 8 came with SQL Server 2022. */
const FIRST_STRICT_MAJOR = 16;
const isStrictServed = (version: string): boolean => Number(version.split('.')[0]) >= FIRST_STRICT_MAJOR;

/** On the port that it had: clients know no other. */
async function reopen(served: Served): Promise<void> {
  await served.server.listen(served.port, HOST);
}
