/** The main job with PowerShell's real engine as the shell, behind a real sshd: the pool goes to lyon and comes back. */
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { dotnetIsAbsent } from './dotnet-program.ts';
import { engineOverSsh } from './engine-shell.ts';
import { LoopbackSshd, sshIsAbsent } from './loopback-sshd.ts';
import { WireStage } from '../wire/wire-stage.ts';

describe.skipIf(sshIsAbsent || dotnetIsAbsent)('over ssh (install: npm run setup, .NET SDK 10)', () => {
  test(
    "PowerShell's engine moves the pool to lyon and back, each change once",
    { timeout: 280_000 },
    async () => {
      await using ending = new AsyncDisposableStack();
      await using stage = await WireStage.open({
        seed: 'engine over ssh',
        factor: 20,
        limitMs: 120_000,
        overrides: { backupEveryMinutes: 1 },
        // The first cmdlet of each runspace loads the module.
        durations: { shell: '20s', chatServer: '20s' },
        document: { drainTimeout: '0s' },
        shell: async (estate, directory) => {
          const sshd = ending.use(await LoopbackSshd.start(path.join(directory, 'sshd')));
          return engineOverSsh(sshd, path.join(directory, 'engine'), estate.controlPort);
        },
      });
      await stage.startDaemon();
      await stage.estate.fault('clients on');
      await stage.converged('home');
      await stage.estate.fault('down site home');
      await stage.verdictOnHome('silent');
      stage.edit('lyon');
      await stage.converged('backup');
      await stage.estate.fault('rebuild site home');
      await stage.verdictOnHome('alive');
      stage.edit('paris');
      await stage.converged('home');

      const { counts, writableAtTwoSitesMs } = stage.estate.checker();
      expect(writableAtTwoSitesMs).toBe(0);
      expect([
        counts['Set-CsPersistentChatState:FailedOver'],
        counts['Set-CsPersistentChatState:Normal'],
        counts['Set-CsPersistentChatState'],
      ]).toEqual([1, 1, 2]);
      expect(stage.estate.state().cms.activeServers.every((server) => server.includes('par'))).toBe(true);
    },
  );
});
