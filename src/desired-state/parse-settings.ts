/** Text of the settings file to settings with absolute paths, or a PoolError whose lines name file, line and column. */
import path from 'node:path';
import { PoolError } from '../topology/pool-error.ts';
import type { AllowedKeys } from './git-signature.ts';
import type { Forge } from './git-settings-schema.ts';
import type { HttpSettings } from './http-settings-schema.ts';
import type { NotificationSettings } from './notification-settings-schema.ts';
import type { SecretReference } from './settings-parts.ts';
import { settingsSchema, type SettingsDocument } from './settings-schema.ts';
import { formatFinding, parseYaml, schemaFindings, type Finding } from './yaml-document.ts';

export interface InstanceSettings {
  readonly host: string;
  /** TCP; undefined: SQL Server Browser knows it. */
  readonly port: number | undefined;
  /** UDP. */
  readonly browserPort: number;
  readonly multiSubnetFailover: boolean;
  readonly user: string | undefined;
  /** Of a Windows account. */
  readonly domain: string | undefined;
  readonly password: SecretReference | undefined;
  readonly caFile: string | undefined;
  readonly serverName: string | undefined;
  readonly encrypt: 'tds7' | 'strict';
}

/** Where the desired state comes from, with absolute paths. */
export type SourceSettings =
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'directory'; readonly directory: string }
  | {
      readonly kind: 'git';
      readonly url: string;
      readonly branch: string;
      readonly path: string;
      readonly fetchEveryMs: number;
      /** Commits; undefined: all. */
      readonly depth: number | undefined;
      readonly maxBytes: number;
      /** Of the bare clone, in the journal's folder. */
      readonly directory: string;
      readonly signedBy: AllowedKeys | undefined;
      readonly webhook: WebhookSettings | undefined;
      readonly status: CommitStatusSettings | undefined;
    };

export interface WebhookSettings {
  readonly forge: Forge;
  readonly secret: SecretReference;
  readonly replayWindowMs: number;
}

export interface CommitStatusSettings {
  /** Without a slash at its end. */
  readonly api: string;
  /** OWNER/NAME. */
  readonly repository: string;
  readonly token: SecretReference;
  readonly context: string;
  readonly targetUrl: string | undefined;
}

export interface Settings extends Omit<
  SettingsDocument,
  'defaults' | 'instances' | 'desiredState' | 'stopFile'
> {
  readonly desiredState: SourceSettings;
  readonly stopFile: string;
  /** What is known of an instance: its own entry over the defaults; the host is part of the name when not given. */
  readonly instance: (name: string) => InstanceSettings;
  /** Names of the environment variables that hold secrets. */
  readonly secretVariables: readonly string[];
}

const STOP_FILE = 'STOP';
const SQL_SERVER_PORT = 1433;
const SQL_BROWSER_PORT = 1434;
const BYTES_PER_MEGABYTE = 1_048_576;

/** @param file path of the settings file; relative paths inside are resolved against its folder. Throws PCO_SETTINGS_INVALID. */
export function parseSettings(text: string, file: string): Settings {
  const yaml = parseYaml(text, file);
  if (yaml.kind === 'broken') throw settingsError(yaml.findings);
  const [document, second] = yaml.documents;
  if (document === undefined || second !== undefined) {
    const message = 'expected one YAML document';
    throw settingsError([
      second?.finding([], message) ?? { file, line: 1, column: 1, path: '', message, hint: undefined },
    ]);
  }
  const parsed = settingsSchema.safeParse(document.value);
  if (!parsed.success) throw settingsError(schemaFindings(document, parsed.error.issues));
  return resolveSettings(parsed.data, path.dirname(path.resolve(file)));
}

const settingsError = (findings: readonly Finding[]): PoolError =>
  new PoolError('PCO_SETTINGS_INVALID', findings.map(formatFinding).join('\n'));

/** A repository on this machine by an absolute path; any other address as it is. */
const repositoryUrl = (url: string, absolute: Absolute): string =>
  /^\.{1,2}\//.test(url) ? absolute(url) : url;

type GitDocument = NonNullable<SettingsDocument['desiredState']['git']>;
type Absolute = (file: string) => string;

const secretIn = (reference: SecretReference, absolute: Absolute): SecretReference =>
  'file' in reference ? { file: absolute(reference.file) } : reference;

function gitSettings(git: GitDocument, journal: string, absolute: Absolute): SourceSettings {
  const { url, branch, path: place, fetchEvery, depth, maxMegabytes, signedBy, webhook, status } = git;
  const keys = (file: string | undefined): string | undefined =>
    file === undefined ? undefined : absolute(file);
  return {
    kind: 'git',
    url: repositoryUrl(url, absolute),
    branch,
    path: place.replace(/\/+$/, ''),
    fetchEveryMs: fetchEvery,
    depth,
    maxBytes: maxMegabytes * BYTES_PER_MEGABYTE,
    directory: path.join(journal, 'desired-state.git'),
    signedBy: signedBy && {
      allowedSigners: keys(signedBy.allowedSigners),
      gnupgHome: keys(signedBy.gnupgHome),
    },
    webhook: webhook && {
      forge: webhook.forge,
      secret: secretIn(webhook.secret, absolute),
      replayWindowMs: webhook.replayWindow,
    },
    status: status && {
      api: status.api.replace(/\/+$/, ''),
      repository: status.repository,
      token: secretIn(status.token, absolute),
      context: status.context,
      targetUrl: status.targetUrl,
    },
  };
}

function sourceSettings(
  { file, directory, git }: SettingsDocument['desiredState'],
  journal: string,
  absolute: Absolute,
): SourceSettings {
  if (git !== undefined) return gitSettings(git, journal, absolute);
  return directory === undefined
    ? { kind: 'file', file: absolute(file ?? '') }
    : { kind: 'directory', directory: absolute(directory) };
}

function shellSettings(shell: SettingsDocument['shell'], absolute: Absolute): SettingsDocument['shell'] {
  if (shell?.ssh === undefined) return shell;
  const { keyFile, knownHostsFile } = shell.ssh;
  return {
    ...shell,
    ssh: { ...shell.ssh, keyFile: absolute(keyFile), knownHostsFile: absolute(knownHostsFile) },
  };
}

function notificationSettings(one: NotificationSettings, absolute: Absolute): NotificationSettings {
  if (one.kind === 'smtp') {
    const { caFile, password } = one;
    return {
      ...one,
      ...(caFile === undefined ? {} : { caFile: absolute(caFile) }),
      ...(password === undefined ? {} : { password: secretIn(password, absolute) }),
    };
  }
  if (one.kind === 'event-log') return one;
  const url = secretIn(one.url, absolute);
  if (one.kind !== 'webhook' || one.token === undefined) return { ...one, url };
  return { ...one, url, token: secretIn(one.token, absolute) };
}

function httpSettings(http: HttpSettings, absolute: Absolute): HttpSettings {
  if (http.tls === undefined) return http;
  const { cert, key, clientCa } = http.tls;
  const tls = { cert: absolute(cert), key: absolute(key) };
  return { ...http, tls: clientCa === undefined ? tls : { ...tls, clientCa: absolute(clientCa) } };
}

function tracingSettings(
  tracing: SettingsDocument['tracing'],
  absolute: Absolute,
): SettingsDocument['tracing'] {
  if (tracing?.token === undefined) return tracing;
  return { ...tracing, token: secretIn(tracing.token, absolute) };
}

/** References to the secrets of one receiver. */
export function notificationSecrets(one: NotificationSettings): readonly SecretReference[] {
  if (one.kind === 'event-log') return [];
  const found =
    one.kind === 'smtp' ? [one.password] : [one.url, one.kind === 'webhook' ? one.token : undefined];
  return found.filter((reference) => reference !== undefined);
}

function resolveSettings(settings: SettingsDocument, base: string): Settings {
  const absolute: Absolute = (file) => path.resolve(base, file);
  const { defaults, instances, ...rest } = settings;
  const byName = new Map(Object.entries(instances).map(([name, entry]) => [name.toLowerCase(), entry]));
  const instance = (name: string): InstanceSettings => {
    const own = byName.get(name.toLowerCase());
    const caFile = own?.caFile ?? defaults.caFile;
    const password = own?.password ?? defaults.password;
    return {
      host: own?.host ?? name.split('\\')[0] ?? name,
      port: own?.port ?? defaults.port ?? (name.includes('\\') ? undefined : SQL_SERVER_PORT),
      browserPort: own?.browserPort ?? defaults.browserPort ?? SQL_BROWSER_PORT,
      multiSubnetFailover: own?.multiSubnetFailover ?? defaults.multiSubnetFailover ?? false,
      user: own?.user ?? defaults.user,
      domain: own?.domain ?? (own?.user === undefined ? defaults.domain : undefined),
      password: password && secretIn(password, absolute),
      caFile: caFile === undefined ? undefined : absolute(caFile),
      serverName: own?.serverName ?? defaults.serverName,
      encrypt: own?.encrypt ?? defaults.encrypt ?? 'tds7',
    };
  };
  const directory = absolute(rest.journal.directory);
  return {
    ...rest,
    desiredState: sourceSettings(rest.desiredState, directory, absolute),
    journal: { ...rest.journal, directory },
    stopFile: rest.stopFile === undefined ? path.join(directory, STOP_FILE) : absolute(rest.stopFile),
    shell: shellSettings(rest.shell, absolute),
    pathMap: rest.pathMap.map(({ sqlServer, local, mountPoint }) => ({
      sqlServer,
      local: absolute(local),
      ...(mountPoint === undefined ? {} : { mountPoint: absolute(mountPoint) }),
    })),
    http: httpSettings(rest.http, absolute),
    notifications: rest.notifications.map((one) => notificationSettings(one, absolute)),
    tracing: tracingSettings(rest.tracing, absolute),
    instance,
    secretVariables: [
      ...[defaults, ...Object.values(instances)].map(({ password }) => password),
      rest.desiredState.git?.webhook?.secret,
      rest.desiredState.git?.status?.token,
      ...rest.notifications.flatMap(notificationSecrets),
      rest.tracing?.token,
    ].flatMap((reference) => (reference !== undefined && 'env' in reference ? [reference.env] : [])),
  };
}
