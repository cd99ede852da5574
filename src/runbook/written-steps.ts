/**
 * The written form of every action: one row each, and the compiler refuses a table that lacks one. What an actuator decides by what it
 * sees at that moment is decided here by what was observed, and each batch looks again before it acts; where a person has to
 * decide, it says so.
 */
import type { ActionId } from '../reconciler/step-id.ts';
import { fence, tailDamaged, tailLogBackup } from './fence-parts.ts';
import { copyLogBackups } from './file-parts.ts';
import { enableJobs, pauseLogShipping, resumeLogBackups, runCopyJob, stopLogBackups } from './job-parts.ts';
import { mirrorBackup, mirrorHome, removeMirroring } from './mirror-parts.ts';
import { alignServerObjects } from './object-parts.ts';
import type { Part } from './part.ts';
import { activateServers, clearActiveServers, setPoolFailedOver, setPoolNormal } from './pool-parts.ts';
import { movePrincipal, promoteMirror, resumeMirroring, setDeclaredWitness } from './repair-parts.ts';
import { restoreBackupFromFull } from './full-parts.ts';
import { applyLogBackups, fullBackup, recoverBackup, recoverSite, restoreHome } from './restore-parts.ts';
import type { Scene } from './scene.ts';
import { removeLogShipping, removeLogShippingPrimary } from './removal-parts.ts';
import { establishLogShipping, reAddPrimary, reAddSecondary } from './shipping-parts.ts';

export const WRITTEN_STEPS = {
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
  're-add-secondary': reAddSecondary,
  're-add-primary': reAddPrimary,
  'align-server-objects': alignServerObjects,
  'promote-mirror': promoteMirror,
  'tail-damaged': tailDamaged,
  'restore-backup-from-full': restoreBackupFromFull,
  'remove-log-shipping-primary': removeLogShippingPrimary,
} as const satisfies Record<ActionId, (scene: Scene) => readonly Part[]>;
