const site = (name: string, role: string, short: string): string => {
  const servers = [1, 2, 3, 4].map((number) => `chat-${short}-${String(number)}.contoso.com`).join(', ');
  return `      ${name}:
        role: ${role}
        sql: { primary: sql-${short}-1.contoso.com, mirror: sql-${short}-2.contoso.com, witness: sql-${short}-w.contoso.com }
        servers: [${servers}]
        activeServers: [${servers}]
        quarantineFolder: \\\\fs-${short}\\quarantine
`;
};

/** The demo pool as an administrator writes it; the datacenter stands in line 4, column 24. */
export const poolDocument = (primaryDatacenter: string): string =>
  `pools:
  - name: chat
    poolFqdn: pool.contoso.com
    primaryDatacenter: ${primaryDatacenter}
    datacenters:
${site('paris', 'primary-store', 'par')}${site('lyon', 'backup-store', 'lyo')}    logShipping:
      share: \\\\fs01\\mgc-logs
      copyFolder: D:\\LSCopy
      mirroringShare: \\\\fs01\\mirroring
    policy: { mode: act, evidence: silent, silentAfter: 30s, maxDataLoss: 4h }
`;
