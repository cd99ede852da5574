/** Documents that hold a value in every field of their schema: the desired state in one, the settings in as many as exclude each other. */

const store = (short: string) => ({
  primary: `sql-${short}-1.contoso.com\\CHAT`,
  mirror: `sql-${short}-2.contoso.com`,
  witness: `sql-${short}-w.contoso.com`,
});

const datacenter = (short: string, role: string, other: string) => ({
  role,
  sql: store(short),
  compliance: store(`${short}-c`),
  // Active are others than the first member, which a test calls by other names.
  servers: [`chat-${short}-2.contoso.com`, `chat-${short}-1.contoso.com`],
  activeServers: [`chat-${short}-1.contoso.com`],
  lowLatencyTo: [other],
  quarantineFolder: `D:\\Quarantine\\${short}`,
  mirroringShare: `\\\\fs-${short}\\mirroring`,
});

const duration = '15m';
export const FULL_DESIRED_STATE = {
  pools: [
    {
      name: 'contoso-chat',
      poolFqdn: 'pchat.contoso.com',
      poolIdentity: 'Service:PersistentChatServer:pchat.contoso.com',
      chatDatabase: 'mgc',
      trustworthy: true,
      complianceDatabase: 'mgccomp',
      primaryDatacenter: 'paris',
      datacenters: {
        paris: datacenter('par', 'primary-store', 'lyon'),
        lyon: datacenter('lyo', 'backup-store', 'paris'),
      },
      logShipping: {
        share: '\\\\fs01\\mgc-logs',
        shareDatacenter: 'lyon',
        copyFolder: 'D:\\LSCopy',
        mirroringShare: '\\\\fs01\\mirroring',
        backupEvery: duration,
        copyEvery: duration,
        restoreEvery: duration,
        retention: '72h',
        backupThreshold: '60m',
        restoreThreshold: '45m',
      },
      policy: {
        mode: 'act',
        evidence: 'silent',
        silentAfter: '30s',
        maxDataLoss: '4h',
        mirrorBeforeActivation: 'required',
        fenceReturnedCopy: 'act',
        failback: 'minimal',
        drift: {
          mirroring: 'propose',
          witness: 'propose',
          principal: 'propose',
          jobs: 'propose',
          shipping: 'propose',
          activeServers: 'propose',
          serverObjects: 'propose',
        },
        drainTimeout: '1m',
        stepTimeout: '10m',
        stallTimeout: '10m',
        approvals: 2,
        changeWindows: [{ cron: '0 22 * * 6', duration: '4h', timeZone: 'Europe/Paris' }],
        cooldown: '1h',
      },
    },
  ],
};

const login = {
  port: 1433,
  browserPort: 1434,
  multiSubnetFailover: true,
  applicationIntent: 'ReadWrite',
  user: 'svc-pchat',
  domain: 'CONTOSO',
  password: { env: 'PCHAT_SQL_PASSWORD' },
  caFile: 'contoso-ca.pem',
  serverName: 'sql.contoso.com',
  encrypt: 'strict',
};

const settings = {
  desiredState: { file: 'desired-state.yaml' },
  journal: { directory: 'state', maxMegabytes: 8, archives: 3 },
  defaults: { ...login, password: { file: 'secret' } },
  instances: { 'sql-par-1.contoso.com': { ...login, host: 'sql-par-1' } },
  pathMap: [{ sqlServer: '\\\\fs01\\mgc-logs', local: '/mnt/mgc-logs' }],
  shell: { command: ['pwsh'], startDeadline: '60s' },
  http: {
    host: '127.0.0.1',
    port: 9473,
    names: ['pchat.contoso.com'],
    tls: { cert: 'pchat.pem', key: 'pchat-key.pem', clientCa: 'clients.pem' },
    clients: [{ subject: 'ann', name: 'ann', role: 'view' }],
    tokens: [{ name: 'ann', sha256: 'ab'.repeat(32), role: 'view', expires: '2030-01-01T00:00:00Z' }],
  },
  schedule: { resync: '*/5 * * * *', pollInterval: '10s' },
  deadlines: { connect: '5s', instance: '3s', folder: '4s', shell: '10s', chatServer: '4s' },
  maxConcurrentTransitions: 2,
  stopAfterFailures: 2,
  stopFile: 'state/STOP',
  log: { level: 'info' },
  tracing: {
    endpoint: 'https://collector.contoso.com/v1/traces',
    token: { env: 'PCHAT_TRACE_TOKEN' },
    serviceName: 'pchat',
  },
  notifications: [
    {
      kind: 'webhook',
      url: { env: 'PCHAT_WEBHOOK_URL' },
      token: { env: 'PCHAT_WEBHOOK_TOKEN' },
      events: ['stalled'],
      maxPerHour: 20,
      beginAfter: '5m',
      endAfter: '1m',
    },
  ],
};

const ssh = {
  host: 'fe01.contoso.com',
  port: 22,
  user: 'CONTOSO\\svc-pchat',
  keyFile: 'id_ed25519',
  knownHostsFile: 'known_hosts',
  program: 'powershell.exe',
  connectTimeout: '5s',
};
const git = {
  url: 'ssh://git@git.contoso.com/pchat.git',
  branch: 'main',
  path: 'pools',
  fetchEvery: '30s',
  depth: 50,
  maxMegabytes: 100,
  signedBy: { allowedSigners: 'allowed_signers', gnupgHome: 'gnupg' },
  webhook: { forge: 'gitlab', secret: { env: 'PCHAT_HOOK_SECRET' }, replayWindow: '5m' },
  status: {
    api: 'https://git.contoso.com/api/v1',
    repository: 'ops/pchat',
    token: { env: 'PCHAT_STATUS_TOKEN' },
    context: 'pchat',
    targetUrl: 'https://pchat.contoso.com/',
  },
};
const gitWithFiles = {
  ...git,
  webhook: { ...git.webhook, secret: { file: 'secrets/hook' } },
  status: { ...git.status, token: { file: 'secrets/status' } },
};
const told = { events: ['blocked'], maxPerHour: 5, beginAfter: '0s', endAfter: '10m' };
const smtp = {
  kind: 'smtp',
  host: 'mail.contoso.com',
  port: 587,
  tls: 'starttls',
  caFile: 'contoso-ca.pem',
  serverName: 'mail.contoso.com',
  user: 'svc-pchat',
  password: { env: 'PCHAT_MAIL_PASSWORD' },
  from: 'pchat@contoso.com',
  to: ['ops@contoso.com'],
  ...told,
};
const inFile = { file: 'secrets/url' };
const connectionUri = 'https://fe01.contoso.com/OcsPowershell';

export const FULL_SETTINGS: readonly unknown[] = [
  settings,
  {
    ...settings,
    defaults: login,
    instances: { 'sql-par-1.contoso.com': { password: { file: 'secret' } } },
    desiredState: { directory: 'pools' },
    shell: { local: { program: 'pwsh' } },
    pathMap: [{ sqlServer: 'D:\\LSCopy', local: '/mnt/copy', mountPoint: '/mnt' }],
  },
  { ...settings, desiredState: { git }, shell: { ssh } },
  { ...settings, desiredState: { git: gitWithFiles } },
  { ...settings, notifications: [{ kind: 'slack', url: { env: 'PCHAT_SLACK_URL' }, ...told }] },
  { ...settings, notifications: [{ kind: 'teams', url: { env: 'PCHAT_TEAMS_URL' }, ...told }] },
  { ...settings, notifications: [smtp] },
  {
    ...settings,
    shell: { local: { program: 'pwsh' } },
    notifications: [{ kind: 'event-log', logName: 'Application', source: 'pchat', ...told }],
  },
  {
    ...settings,
    notifications: [{ kind: 'webhook', url: inFile, token: { file: 'secrets/token' }, ...told }],
  },
  { ...settings, notifications: [{ kind: 'slack', url: inFile, ...told }] },
  { ...settings, notifications: [{ kind: 'teams', url: inFile, ...told }] },
  { ...settings, notifications: [{ ...smtp, password: { file: 'secrets/mail' } }] },
  { ...settings, tracing: { ...settings.tracing, token: { file: 'secrets/traces' } } },
  { ...settings, shell: { remoting: { program: 'pwsh', connectionUri } } },
];
