/**
 * Named conditions over planner variables. A condition is a list of alternatives; one alternative holds when every variable it
 * names has one of the listed values (the likeliest first: a hypothetical plan assumes that one). `S.` is the step's site,
 * `O.` the other one. Only names of this table occur in the action table and the goals.
 */
import type { PoolVariable, SiteWord } from './variables.ts';

export type TemplateVariable = PoolVariable | `${'S' | 'O' | 'home' | 'backup'}.${SiteWord}` | 'S.logBackups';
export type Alternative = Readonly<Partial<Record<TemplateVariable, readonly string[]>>>;

const OWN_CURRENT = ['S', 'both'];

// prettier-ignore
export const PREDICATES = {
  reachable:            [{ 'S.reach': ['yes'] }],
  partnerReachable:     [{ 'S.partner': ['yes'] }],
  homeReachable:        [{ 'home.reach': ['yes'] }],
  backupReachable:      [{ 'backup.reach': ['yes'] }],
  online:               [{ 'S.mgc': ['online'] }],
  openOrRestricted:     [{ 'S.mgc': ['online', 'restricted'] }],
  restoring:            [{ 'S.mgc': ['restoring'] }],
  barred:               [{ 'backup.mgc': ['restricted'] }],
  homeRestoring:        [{ 'home.mgc': ['restoring'] }],
  backupRestoring:      [{ 'backup.mgc': ['restoring'] }],
  homeOnline:           [{ 'home.mgc': ['online'] }],
  backupOnline:         [{ 'backup.mgc': ['online'] }],
  homeCurrent:          [{ current: ['home', 'both'] }],
  backupCurrent:        [{ current: ['backup', 'both'] }],
  notOpen:              [{ 'backup.mgc': ['restoring', 'restricted', 'cut', 'absent', 'offline'] }],
  /** RECOVERING and SUSPECT are not writable now, but may be after the next restart. */
  maybeWritable:        [{ 'S.mgc': ['online', 'restricted', 'broken', 'salvageable', 'recovering'] }],
  mirrorPromotable:     [{ 'S.mgc': ['promotable'] }],
  damagedAndGivenUp:    [{ 'S.mgc': ['salvageable'] }],
  cannotWrite:          [{ 'S.cannotWrite': ['yes'] }],
  otherCannotWrite:     [{ 'O.cannotWrite': ['yes'] }],
  backupCannotWrite:    [{ 'backup.cannotWrite': ['yes'] }],
  /** Down, fenced, or rebuilt empty with no chat server told to use it. */
  homeHarmless:         [{ 'home.cannotWrite': ['yes'] },
                         { 'home.holds': ['nothing'], current: ['backup'], 'home.reach': ['yes'], active: ['none', 'backup', 'backupStarting', 'other'] }],
  current:              [{ current: OWN_CURRENT }],
  /** Equal content is no leave to overwrite by mistake: the barrier and the full backup say which way it goes. */
  currentStrictly:      [{ current: ['S'] }],
  /** Or the restore is done, and cut off before home was opened: the deed recognises its own file and only opens. */
  backupAlone:          [{ current: ['backup'] }, { current: ['both'], 'home.mgc': ['restricted'] }],
  currentOrSalvaged:    [{ current: ['backup', 'both'] }],
  /** The other copy serves, or (equal content) the reviewed edit chose it; the write barrier of a full backup is no reason. */
  givesWay:             [{ current: ['O', 'diverged-O'] }, { current: ['both'], 'S.mgc': ['online', 'broken', 'recovering'] }],
  fenced:               [{ 'S.mgc': ['restoring', 'offline', 'cut'] }],
  undoable:             [{ 'S.mgc': ['restoring', 'offline'], 'shipping.follows': ['no'] },
                         { 'S.mgc': ['restricted'] }],
  homeUndoable:         [{ 'S.mgc': ['restoring', 'offline', 'restricted'] }],
  mirrored:             [{ 'S.mirror': ['healthy', 'unwanted'] }],
  /** Grounded to `mirrored`, or to nothing where the policy says preferred. */
  mirroredAsPolicyAsks: [{ 'S.mirror': ['healthy', 'unwanted'] }],
  notMirrored:          [{ 'S.mirror': ['none', 'unwanted'] }],
  backupNotMirrored:    [{ 'backup.mirror': ['none', 'unwanted'] }],
  mirrorMissing:        [{ 'S.mirror': ['none', 'broken'] }],
  mirroringExists:      [{ 'S.mirror': ['healthy', 'establishing', 'suspended', 'broken'] }],
  mirrorSuspended:      [{ 'S.mirror': ['suspended'] }],
  mirrorOff:            [{ 'S.mirror': ['none'] }],
  mirrorHealthy:        [{ 'S.mirror': ['healthy'] }],
  mirrorEstablishing:   [{ 'S.mirror': ['establishing'] }],
  principalDeclared:    [{ 'S.principal': ['declared'] }],
  principalAtPartner:   [{ 'S.principal': ['partner'] }],
  witnessed:            [{ 'S.witness': ['right'] }],
  witnessWrong:         [{ 'S.witness': ['wrong'] }],
  /** What this login is not shown is not asked for; see also withheld() in drift-policy.ts. */
  objectsAligned:       [{ 'S.objects': ['aligned', 'unseen'] }],
  objectsDiffer:        [{ 'S.objects': ['differ'] }],
  objectsLeft:          [{ 'S.objects': ['aligned', 'byHand', 'unseen'] }],
  halvesRight:          [{ 'S.halves': ['right'] }],
  halvesWrong:          [{ 'S.halves': ['wrong'] }],
  homeHalvesRight:      [{ 'home.halves': ['right'] }],
  backupHalvesRight:    [{ 'backup.halves': ['right'] }],
  noSession:            [{ 'S.sessions': ['none'] }],
  backupNoSession:      [{ 'backup.sessions': ['none'] }],
  noSessionAnywhere:    [{ 'home.sessions': ['none'], 'backup.sessions': ['none'] }],
  /** Saved is not enough: both wrote, and only a person gives up what one of them wrote. */
  nothingLostInHome:    [{ 'home.holds': ['nothing', 'released'] }],
  nothingLostInBackup:  [{ 'backup.holds': ['nothing', 'released'] }],
  /** Ends two copies that both may be written, where nothing more can be reached without a person. */
  oneWriter:            [{ 'home.cannotWrite': ['yes'] }, { 'backup.cannotWrite': ['yes'] }],
  noSecondary:          [{ 'shipping.secondary': ['absent'] }],
  secondaryLost:        [{ 'shipping.secondary': ['absent', 'jobless'] }],
  secondaryPaused:      [{ 'shipping.secondary': ['paused'] }],
  secondaryHeldUp:      [{ 'shipping.secondary': ['paused', 'partial'] }],
  secondaryAwake:       [{ 'shipping.secondary': ['running', 'partial'] }],
  secondaryRunning:     [{ 'shipping.secondary': ['running'] }],
  jobsIdle:             [{ 'shipping.secondary': ['absent', 'paused'] }],
  /** The DR copy is given up when home is out; a paused one (planned move) only right before recovery. */
  secondaryMayGo:       [{ 'shipping.secondary': ['running', 'partial', 'stray', 'jobless'], copying: ['files', 'restore'] },
                         /** The copy job goes with the secondary: where nothing else copies, it runs first. */
                         { 'shipping.secondary': ['running', 'partial', 'stray', 'jobless'], copying: ['job'], 'share.uncopied': ['none'] },
                         { 'shipping.secondary': ['paused'], 'share.uncopied': ['none'], 'copied.unapplied': ['none'] }],
  follows:              [{ 'shipping.follows': ['yes'] }],
  /** The way back that restores nothing in full, and the documented one where that cannot be taken. */
  backNotInLog:         [{ 'shipping.back': ['no'] }],
  backPending:          [{ 'shipping.back': ['pending'] }],
  backLevel:            [{ 'shipping.back': ['level'] }],
  nothingWaitsForHome:  [{ 'shipping.back': ['no', 'level'] }],
  logBackupsEnabled:    [{ 'home.logBackups': ['enabled'] }],
  logBackupsCanRun:     [{ 'home.logBackups': ['enabled', 'elsewhere'] }],
  logBackupsStopped:    [{ 'home.logBackups': ['stopped'] }],
  logBackupsJobless:    [{ 'home.logBackups': ['jobless'] }],
  logBackupsIdle:       [{ 'home.logBackups': ['stopped', 'none', 'jobless'] }],
  logBackupsOut:        [{ 'home.logBackups': ['stopped', 'none', 'jobless', 'unseen'] }],
  logBackupsMayStop:    [{ active: ['none'], 'home.mirror': ['none', 'unwanted'], current: ['home', 'both'] },
                         { 'home.cannotWrite': ['yes'], current: ['backup'] }],
  shareReadable:        [{ share: ['readable'] }],
  daemonCopies:         [{ copying: ['files'] }],
  onlyJobCopies:        [{ copying: ['job'] }],
  copyJobThere:         [{ 'shipping.secondary': ['running', 'partial', 'paused'] }],
  straysMayGo:          [{ 'shipping.strays': ['none'] }],
  /** A promise of files for the backup copy is worth nothing where nobody sees them arrive. */
  filesSeen:            [{ 'share.uncopied': ['none', 'some'], 'copied.unapplied': ['none', 'some'] }],
  /** While shipping is configured, the mirror is made with log backups on the share. */
  mirroringFilesSeen:   [{ share: ['readable'] }, { 'shipping.secondary': ['absent'], 'home.logBackups': ['none'] }],
  filesToCopy:          [{ 'share.uncopied': ['some'] }],
  allCopied:            [{ 'share.uncopied': ['none'] }],
  filesToApply:         [{ 'copied.unapplied': ['some'] }],
  allApplied:           [{ 'copied.unapplied': ['none'] }],
  managementWritable:   [{ management: ['writable'] }],
  poolFailedOver:       [{ poolState: ['failedOver'] }],
  poolNormal:           [{ poolState: ['normal'] }],
  noneActive:           [{ active: ['none'] }],
  noneOrHomeActive:     [{ active: ['none', 'home', 'homeStarting'] }],
  siteActive:           [{ active: ['S'] }],
  siteNotListed:        [{ active: ['none', 'O', 'OStarting', 'other'] }],
  siteListed:           [{ active: ['S', 'SStarting'] }],
  siteStarting:         [{ active: ['SStarting'] }],
  freshBackup:          [{ fullBackup: ['fresh'] }],
  unusable:             [{ 'S.mgc': ['cut', 'absent'] }],
  /** Of a copy that is unusable: the one that leads furthest. */
  fullLeads:            [{ fullBackup: ['fresh'] }],
  /** Where home can serve or be recovered, it is current, and the backup copy is seeded from it. */
  noCopyCurrent:        [{ current: ['none'] }],
  homeOut:              [{ 'home.cannotWrite': ['yes'] }],
  recovering:           [{ 'S.mgc': ['recovering'] }],
} as const satisfies Record<string, readonly Alternative[]>;

export type Predicate = keyof typeof PREDICATES;

/** Changes with conditions: the first alternative whose `when` holds is taken; no `when` holds always. */
export interface Change {
  readonly when?: Alternative;
  readonly set: Readonly<Partial<Record<TemplateVariable, string>>>;
}

// prettier-ignore
export const EFFECTS = {
  secondaryGone:     [{ set: { 'shipping.secondary': 'absent' } }],
  copied:            [{ set: { 'share.uncopied': 'none', 'copied.unapplied': 'some' } }],
  applied:           [{ set: { 'copied.unapplied': 'none' } }],
  /** A recovery starts a new fork: the copy leaves home's line for good. */
  backupServes:      [{ set: { 'backup.mgc': 'online', 'backup.cannotWrite': 'no', current: 'backup', 'shipping.follows': 'no', 'backup.sessions': 'none', 'backup.holds': 'nothing', fullBackup: 'none' } }],
  poolToBackup:      [{ set: { poolState: 'failedOver' } }],
  poolToHome:        [{ set: { poolState: 'normal' } }],
  mirrorMade:        [{ set: { 'S.mirror': 'healthy' } }],
  mirrorRemoved:     [{ set: { 'S.mirror': 'none' } }],
  /** Owner and logins were those of the partner; what the declared instance keeps is seen once its copy is open. */
  principalMoved:    [{ when: { 'S.logBackups': ['elsewhere'] }, set: { 'S.principal': 'declared', 'S.logBackups': 'enabled', 'S.objects': 'aligned' } },
                      { when: { 'S.logBackups': ['none', 'stopped', 'jobless', 'enabled', 'unseen'] }, set: { 'S.principal': 'declared', 'S.objects': 'aligned' } }],
  /** A new fork begins where the mirror stood; the session stays, and waits for the old principal as its mirror. */
  mirrorPromoted:    [{ set: { 'S.reach': 'yes', 'S.mgc': 'online', 'S.cannotWrite': 'no', 'S.sessions': 'some', 'S.mirror': 'establishing', 'S.principal': 'partner', 'S.holds': 'nothing', current: 'S', fullBackup: 'none' } }],
  witnessSet:        [{ set: { 'S.witness': 'right' } }],
  objectsAligned:    [{ set: { 'S.objects': 'aligned' } }],
  halvesGone:        [{ set: { 'S.halves': 'right' } }],
  siteActive:        [{ set: { active: 'S', 'S.sessions': 'some', fullBackup: 'none' } }],
  siteBeats:         [{ set: { active: 'S' } }],
  noneActive:        [{ set: { active: 'none', 'home.sessions': 'none', 'backup.sessions': 'none' } }],
  fullBackupTaken:   [{ set: { 'backup.mgc': 'restricted', fullBackup: 'fresh' } }],
  homeEqualsBackup:  [{ set: { 'home.mgc': 'online', 'home.cannotWrite': 'no', 'home.holds': 'nothing', 'backup.holds': 'nothing', current: 'both' } }],
  shippingRuns:      [{ set: { 'backup.mgc': 'restoring', 'backup.cannotWrite': 'yes', 'backup.holds': 'nothing', current: 'home', 'shipping.follows': 'yes', 'shipping.secondary': 'running', 'home.logBackups': 'enabled', 'share.uncopied': 'none', 'copied.unapplied': 'none', fullBackup: 'none' } }],
  shipped:           [{ set: { 'shipping.secondary': 'paused', 'share.uncopied': 'none', 'copied.unapplied': 'none' } }],
  jobsRun:           [{ set: { 'shipping.secondary': 'running' } }],
  /** What home lacks of its own half is made, too; its job is not enabled by that. */
  secondaryAdded:    [{ when: { 'home.logBackups': ['none', 'jobless', 'elsewhere'] }, set: { 'shipping.secondary': 'running', 'home.logBackups': 'stopped' } },
                      { when: { 'home.logBackups': ['enabled', 'stopped', 'unseen'] }, set: { 'shipping.secondary': 'running' } }],
  /** What follows the full backup in both folders is seen already: it is copied and applied like any other. */
  fullRestored:      [{ set: { 'backup.mgc': 'restoring', 'backup.cannotWrite': 'yes', 'backup.holds': 'nothing', current: 'backup', 'shipping.follows': 'yes', fullBackup: 'none' } }],
  logBackupsStopped: [{ set: { 'home.logBackups': 'stopped' } }],
  logBackupsEnabled: [{ set: { 'home.logBackups': 'enabled' } }],
  /** The tail is one more file on the share, so both copies reach the same content. */
  tailOnShare:       [{ when: { copying: ['files', 'job'] }, set: { 'home.mgc': 'restoring', 'home.cannotWrite': 'yes', 'share.uncopied': 'some', current: 'both' } },
                      { when: { copying: ['restore'] }, set: { 'home.mgc': 'restoring', 'home.cannotWrite': 'yes', 'copied.unapplied': 'some', current: 'both' } }],
  /** Recovered it could never be again; what it held is on the share. */
  damagedTailOnShare: [{ when: { copying: ['files', 'job'] }, set: { 'home.mgc': 'cut', 'home.cannotWrite': 'yes', 'home.sessions': 'none', 'home.holds': 'nothing', 'share.uncopied': 'some', current: 'backup' } },
                      { when: { copying: ['restore'] }, set: { 'home.mgc': 'cut', 'home.cannotWrite': 'yes', 'home.sessions': 'none', 'home.holds': 'nothing', 'copied.unapplied': 'some', current: 'backup' } }],
  tailForHome:       [{ set: { 'backup.mgc': 'restoring', 'backup.cannotWrite': 'yes', 'backup.sessions': 'none', 'shipping.back': 'pending', current: 'both', fullBackup: 'none' } }],
  shippedBack:       [{ set: { 'shipping.back': 'level' } }],
  fenced:            [{ set: { 'S.mgc': 'restoring', 'S.cannotWrite': 'yes', 'S.sessions': 'none', 'S.mirror': 'none' } }],
  tailInQuarantine:  [{ when: { 'S.holds': ['nothing', 'saved', 'released'] }, set: {} },
                      /** Of files that cannot be read nothing is saved. */
                      { when: { 'S.holds': ['unsaved'], 'S.mgc': ['broken', 'salvageable'] }, set: {} },
                      { when: { 'S.holds': ['unsaved'], 'S.mgc': ['online', 'restricted', 'recovering'], current: ['diverged-O'] }, set: { 'S.holds': 'saved' } },
                      { when: { 'S.holds': ['unsaved'], 'S.mgc': ['online', 'restricted', 'recovering'], current: ['O', 'both'] }, set: { 'S.holds': 'nothing' } }],
  /** Of copies of different databases neither follows the other: they stay diverged, and a person may still name either. */
  otherIsCurrent:    [{ when: { current: ['diverged-O'] }, set: { current: 'O', 'O.holds': 'nothing' } },
                      { when: { current: ['O', 'both'] }, set: { current: 'O' } }],
  /** Backup has no such job: ground() drops a variable that the site does not have. */
  jobsOfSiteStopped: [{ when: { 'S.logBackups': ['enabled', 'elsewhere'] }, set: { 'S.logBackups': 'stopped' } },
                      { when: { 'S.logBackups': ['none', 'stopped', 'jobless', 'unseen'] }, set: {} }],
  /** The recovered copy leaves the line on which it was, and with it the full backup is no longer its newest content. */
  siteServes:        [{ set: { 'S.mgc': 'online', 'S.cannotWrite': 'no', current: 'S', fullBackup: 'none' } }],
  /** Recovered where backup's tail ended, home begins a new fork there, and the backup copy follows it without a new seed. */
  homeServes:        [{ when: { 'shipping.back': ['no'] }, set: { 'home.mgc': 'online', 'home.cannotWrite': 'no', current: 'home', fullBackup: 'none' } },
                      { when: { 'shipping.back': ['level'], 'backup.mgc': ['restoring'] }, set: { 'home.mgc': 'online', 'home.cannotWrite': 'no', current: 'home', fullBackup: 'none', 'shipping.follows': 'yes', 'shipping.back': 'no' } }],
  serves:            [{ set: { 'S.mgc': 'online', 'S.cannotWrite': 'no' } }],
} as const satisfies Record<string, readonly Change[]>;

export type Effect = keyof typeof EFFECTS;
