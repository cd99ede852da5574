/*
 * Two writers and the fence, apart from all code of the product: a home copy with its partners (mirror and witness as one), a
 * backup copy, two daemons of which one holds the lease, a person, and a world that stops hosts and cuts links. A daemon looks,
 * decides one step and sends it later: what lies between is freezing, delay and crash. Run by `npm run spin`.
 *
 * POLICY_SILENT: silence together with the edit suffices; else `proven` is needed.
 * Each of these takes one guard away and must give an error: NO_FENCE_BEFORE_RECOVER, UNKNOWN_COUNTS_AS_DOWN, NO_EPOCH,
 * EPOCH_ONLY_WHERE_CHANGED, ATTESTATION_OUTLIVES_SIGN_OF_LIFE, RETURNED_COPY_NOT_FENCED.
 *
 * Lines that begin with STORY tell a trail.
 */
#define SAY(...) printf("STORY world: "); printf(#__VA_ARGS__); printf("\n")
#define TELL(...) printf("STORY daemon %d, epoch %d: ", id, own[id]); printf(#__VA_ARGS__); printf("\n")

#define NONE 0
#define FENCE_HOME 1
#define FENCE_BACKUP 2
#define RECOVER_HOME 3
#define RECOVER_BACKUP 4
#define NOBODY 2
/* So many times the lease is taken, the first included. */
#ifndef LAST_EPOCH
#define LAST_EPOCH 3
#endif

/* The world. */
bool homeUp = 1;       /* the host of the principal */
bool homeOnline = 1;   /* ONLINE; else fenced: RESTORING */
bool mirrored = 1;     /* until the first fence ends the session for good */
bool homeToPartners = 1; /* mirror and witness themselves stay up: being cut off from them says as little */
bool backupOnline = 0; /* recovered; else RESTORING */
bool toHome = 1;       /* links of the daemons, who share a machine */
bool toPartners = 1;
bool toBackup = 1;

/* People. */
bool goalBackup = 0;
bool attested = 0;

/* The daemons, and what each instance keeps. */
byte lease = 0;
byte lastEpoch = 1;
byte own[2];
byte pending[2];
byte keptHome = 0;
byte keptBackup = 0;

/* Only for the property. */
bool returned[2];      /* home became writable by the world since the look on which the step rests */
bool bySilence[2];     /* the step rests on silence and the edit alone */
bool byPerson[2];      /* the step rests on an attestation, and no sign of life was seen since */
bool mustEnd[2];       /* saw two writable copies, and they have been there ever since */
bool lifeSeen = 0;     /* since the attestation */
bool bet = 0;          /* a recovery rested on silence, and home was not seen since */

/* Without mirror and witness a principal stops serving. */
#define homeWrites (homeUp && homeOnline && (!mirrored || homeToPartners))
#define backupWrites backupOnline
#define homeSeen (toHome && homeUp)
#define backupSeen toBackup
#define partnersSeen toPartners
#define partnersSeeHome (homeToPartners && homeUp)
#define signOfLife (homeSeen || (partnersSeen && partnersSeeHome))
#define provenDown (mirrored && partnersSeen && !partnersSeeHome)
#define silence (!homeSeen && !partnersSeen && backupSeen)

inline worldChanges(what, value) {
  wroteHome = homeWrites;
  what = value;
  if
  :: !wroteHome && homeWrites -> returned[0] = (pending[0] != NONE); returned[1] = (pending[1] != NONE)
  :: else
  fi;
  if
  :: homeWrites && backupWrites
  :: else -> mustEnd[0] = 0; mustEnd[1] = 0
  fi;
  wroteHome = 0
}

/* A host that stops takes its connections along: what was not sent on them is never sent. */
inline dropForHome(daemon) {
  if
  :: pending[daemon] == FENCE_HOME || pending[daemon] == RECOVER_HOME -> pending[daemon] = NONE; returned[daemon] = 0
  :: else
  fi
}

active proctype World() {
  bool wroteHome = 0;
  do
  :: atomic { homeUp -> SAY(the host of home stops); worldChanges(homeUp, 0); dropForHome(0); dropForHome(1) }
  :: atomic { !homeUp -> SAY(the host of home returns as it was); worldChanges(homeUp, 1) }
  :: atomic { homeToPartners -> SAY(home is cut off from its mirror and witness); worldChanges(homeToPartners, 0) }
  :: atomic { !homeToPartners -> SAY(home sees its mirror and witness again); worldChanges(homeToPartners, 1) }
  :: atomic { toHome -> toHome = 0; SAY(the daemons are cut off from home) }
  :: atomic { !toHome -> toHome = 1; SAY(the daemons reach home again) }
  :: atomic { toPartners -> toPartners = 0; SAY(the daemons are cut off from mirror and witness) }
  :: atomic { !toPartners -> toPartners = 1; SAY(the daemons reach mirror and witness again) }
  :: atomic { toBackup -> toBackup = 0; SAY(the daemons are cut off from backup) }
  :: atomic { !toBackup -> toBackup = 1; SAY(the daemons reach backup again) }
  od
}

active proctype Person() {
  do
  :: atomic { goalBackup = !goalBackup;
       if :: goalBackup -> SAY(a person edits: backup shall serve) :: else -> SAY(a person edits: home shall serve) fi }
  :: atomic { !homeUp && !attested -> attested = 1; lifeSeen = 0; SAY(a person looks at home, finds it down and attests it) }
  od
}

/* Whoever holds the lease has the newest epoch. */
inline claim(kept) {
#ifdef EPOCH_ONLY_WHERE_CHANGED
  skip
#else
  assert(kept <= own[id]);
  kept = own[id]
#endif
}

inline decide() {
  homeCannotWrite = homeSeen && !homeOnline;
  if
  :: homeSeen && homeOnline && backupSeen && backupOnline -> mustEnd[id] = 1;
#ifndef RETURNED_COPY_NOT_FENCED
     pending[id] = FENCE_HOME; TELL(sees two writable copies, will fence home)
#else
     TELL(sees two writable copies and leaves them)
#endif
  :: else ->
     if
     :: homeCannotWrite
     :: else ->
        if
        :: provenDown -> homeCannotWrite = 1
        :: !provenDown && attested && !(homeSeen && homeOnline) -> homeCannotWrite = 1; byPerson[id] = !lifeSeen
#ifdef UNKNOWN_COUNTS_AS_DOWN
        :: !provenDown && !attested && !homeSeen -> homeCannotWrite = 1
#endif
#ifdef POLICY_SILENT
        :: !provenDown && !attested && silence -> homeCannotWrite = 1; bySilence[id] = 1
#endif
#ifdef NO_FENCE_BEFORE_RECOVER
        :: homeSeen && homeOnline -> homeCannotWrite = 1
#endif
        :: else
        fi
     fi;
     if
     :: goalBackup && backupSeen && !backupOnline && homeCannotWrite -> pending[id] = RECOVER_BACKUP; TELL(will recover backup)
     :: goalBackup && backupSeen && !backupOnline && !homeCannotWrite && homeSeen && homeOnline ->
        pending[id] = FENCE_HOME; TELL(will fence home)
     :: !goalBackup && homeSeen && !homeOnline && backupSeen && backupOnline -> pending[id] = FENCE_BACKUP; TELL(will fence backup)
     :: !goalBackup && homeSeen && !homeOnline && backupSeen && !backupOnline -> pending[id] = RECOVER_HOME; TELL(will recover home)
     :: else
     fi
  fi;
  homeCannotWrite = 0;
  if :: pending[id] == NONE -> byPerson[id] = 0; bySilence[id] = 0 :: else fi
}

inline requireOneWriter() {
  assert(!(homeWrites && backupWrites) || returned[id] || bySilence[id] || bet || (byPerson[id]))
}

inline arrive() {
  if
  :: pending[id] == FENCE_HOME -> homeOnline = 0; mirrored = 0; TELL(has fenced home)
  :: pending[id] == FENCE_BACKUP -> backupOnline = 0; TELL(has fenced backup)
  :: pending[id] == RECOVER_HOME -> homeOnline = 1; TELL(has recovered home); requireOneWriter()
  :: pending[id] == RECOVER_BACKUP -> backupOnline = 1; TELL(has recovered backup);
     if :: bySilence[id] -> bet = 1 :: else fi;
     requireOneWriter()
  fi;
  if
  :: homeWrites && backupWrites
  :: else -> mustEnd[0] = 0; mustEnd[1] = 0
  fi
}

#define forHome (pending[id] == FENCE_HOME || pending[id] == RECOVER_HOME)
#ifdef NO_EPOCH
#define passed 0
#else
#define passed ((forHome && keptHome > own[id]) || (!forHome && keptBackup > own[id]))
#endif

proctype Daemon(byte id) {
  bool homeCannotWrite = 0;
  do
  /* The lease is free for whoever takes it: its holder died, or its lock was taken away from it. */
  :: atomic { lease != id && pending[id] == NONE && lastEpoch < LAST_EPOCH ->
       lastEpoch++; own[id] = lastEpoch; lease = id; TELL(takes the lease) }
  /* One look. A new holder raises the epoch wherever it sees an instance first, and only then looks. */
  :: atomic { lease == id && pending[id] == NONE ->
       if :: homeSeen -> claim(keptHome) :: else fi;
       if :: backupSeen -> claim(keptBackup) :: else fi;
       if :: mustEnd[id] -> TELL(looks again, and both copies are writable still) :: else fi;
       assert(!mustEnd[id]);
       if
       :: signOfLife -> lifeSeen = 1;
          if :: attested -> TELL(sees a sign of life of home) :: else fi;
#ifndef ATTESTATION_OUTLIVES_SIGN_OF_LIFE
          attested = 0
#endif
       :: else
       fi;
       if :: homeSeen -> bet = 0 :: else fi;
       decide() }
  /* What was decided comes to its instance, now or much later, whoever holds the lease by then. */
  :: atomic { pending[id] != NONE ->
       if
       :: (forHome && !homeSeen) || (!forHome && !backupSeen) -> mustEnd[id] = 0; TELL(cannot reach its target, drops the step)
       :: else ->
          if
          :: passed -> TELL(is refused: a newer epoch is kept there); mustEnd[id] = 0;
             if :: lease == id -> lease = NOBODY :: else fi
          :: else ->
             if :: forHome -> keptHome = own[id] :: else -> keptBackup = own[id] fi;
             arrive()
          fi
       fi;
       pending[id] = NONE; returned[id] = 0; byPerson[id] = 0; bySilence[id] = 0 }
  od
}

init { atomic { own[0] = 1; run Daemon(0); run Daemon(1) } }
