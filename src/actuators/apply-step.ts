/** Which actuator carries out which action; every action of the table has exactly one. */
import { alignServerObjects } from './align-server-objects.ts';
import type { ActionId } from '../reconciler/step-id.ts';
import { activateServers, clearActiveServers } from './active-servers.ts';
import { applyLogBackups } from './apply-log-backups.ts';
import { copyLogBackups } from './copy-log-backups.ts';
import { establishLogShipping } from './establish-log-shipping.ts';
import { fence } from './fence.ts';
import { fullBackup } from './full-backup.ts';
import { enableJobs, pauseLogShipping, resumeLogBackups, runCopyJob, stopLogBackups } from './job-actions.ts';
import { removeLogShippingPrimary } from './left-over-primary.ts';
import { removeLogShipping } from './log-shipping.ts';
import { mirrorBackup } from './mirror-backup.ts';
import { mirrorHome } from './mirror-home.ts';
import { setPoolFailedOver, setPoolNormal } from './pool-state.ts';
import { recoverBackup, recoverSite } from './recover-database.ts';
import { promoteMirror } from './promote-mirror.ts';
import { reAddPrimary } from './re-add-primary.ts';
import { reAddSecondary } from './re-add-secondary.ts';
import { removeMirroring } from './remove-mirroring.ts';
import { movePrincipal, resumeMirroring, setDeclaredWitness } from './repair-mirroring.ts';
import { restoreBackupFromFull } from './restore-from-full.ts';
import { restoreHome } from './restore-home.ts';
import type { Actuator, ActuatorPorts, StepContext, StepNotes } from './step-context.ts';
import { tailDamaged } from './tail-damaged.ts';
import { tailLogBackup } from './tail-backup.ts';

export const ACTUATORS = {
  'remove-log-shipping': removeLogShipping,
  'copy-log-backups': copyLogBackups,
  'run-copy-job': runCopyJob,
  'apply-log-backups': applyLogBackups,
  'recover-backup': recoverBackup,
  'set-pool-failed-over': setPoolFailedOver,
  'mirror-backup': mirrorBackup,
  'activate-servers': activateServers,
  'clear-active-servers': clearActiveServers,
  'remove-mirroring': removeMirroring,
  'full-backup': fullBackup,
  'restore-home': restoreHome,
  'establish-log-shipping': establishLogShipping,
  'set-pool-normal': setPoolNormal,
  'mirror-home': mirrorHome,
  fence,
  recover: recoverSite,
  'pause-log-shipping': pauseLogShipping,
  'enable-jobs': enableJobs,
  'stop-log-backups': stopLogBackups,
  'resume-log-backups': resumeLogBackups,
  'tail-log-backup': tailLogBackup,
  'resume-mirroring': resumeMirroring,
  'move-principal': movePrincipal,
  'set-witness': setDeclaredWitness,
  'align-server-objects': alignServerObjects,
  're-add-secondary': reAddSecondary,
  're-add-primary': reAddPrimary,
  'promote-mirror': promoteMirror,
  'tail-damaged': tailDamaged,
  'restore-backup-from-full': restoreBackupFromFull,
  'remove-log-shipping-primary': removeLogShippingPrimary,
} as const satisfies Record<ActionId, Actuator>;

export const applyStep = (ports: ActuatorPorts, context: StepContext): Promise<StepNotes> =>
  ACTUATORS[context.step.action](ports, context);
