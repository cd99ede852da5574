/**
 * What the account of the management shell needs (skype reference 4.15, 6: which role holds which cmdlet is unverified, so the
 * server is asked). Pure text for a person; nothing here is run by the product.
 */

export interface ShellRight {
  readonly cmdlet: string;
  readonly needs: string;
}

const STORE_ROLES = 'CsPersistentChatAdministrator or CsAdministrator (which of them holds it is unverified)';
const SERVICE_ROLES = 'CsServerAdministrator or CsAdministrator, and local administrator of the chat server';

export const SHELL_RIGHTS: readonly ShellRight[] = [
  { cmdlet: 'Get-CsPersistentChatState', needs: STORE_ROLES },
  { cmdlet: 'Set-CsPersistentChatState', needs: STORE_ROLES },
  { cmdlet: 'Set-CsPersistentChatActiveServer', needs: STORE_ROLES },
  {
    cmdlet: 'Install-CsMirrorDatabase',
    needs: 'CsAdministrator, and sysadmin on the store for the account that runs it',
  },
  { cmdlet: 'Get-CsService', needs: STORE_ROLES },
  { cmdlet: 'Get-CsManagementStoreReplicationStatus', needs: 'CsAdministrator' },
  { cmdlet: 'Get-CsWindowsService', needs: 'Performance Monitor Users or administrator of the chat server' },
  { cmdlet: 'Start-CsWindowsService', needs: SERVICE_ROLES },
  { cmdlet: 'Stop-CsWindowsService', needs: SERVICE_ROLES },
];

/** A PowerShell comment line for what is said, a command for what can be asked. */
export const shellScript = (servers: readonly string[]): string =>
  [
    '# Local Management Shell: RBAC is not enforced there. The account is a member of',
    '#   RTCUniversalServerAdmins (Active Directory), and of the local administrators of every chat server:',
    ...servers.map((server) => `#     ${server}`),
    '# Remote PowerShell (OcsPowershell): RBAC is enforced. One role that holds each of these cmdlets:',
    ...SHELL_RIGHTS.map(({ cmdlet, needs }) => `#   ${cmdlet}: ${needs}`),
    '# Which role holds which cmdlet, asked of the deployment itself:',
    ...SHELL_RIGHTS.map(
      ({ cmdlet }) =>
        `Get-CsAdminRole | Where-Object {$_.Cmdlets -match "${cmdlet}\\b"} | Select-Object Identity`,
    ),
  ].join('\n');
