/*
 * The life of a job's attempts, as the stores and the worker implement it. One step is one committed transaction, with the name of the
 * store's method and its guards, or one call to the engine. A worker's process may die, freeze or be cut off between any two steps.
 * One job, at most K attempts, two hosts with one device each. See README.md, and check.sh for the runs.
 *
 * MUT drops one guard; the property that check.sh names must then break. CHECK checks only one property.
 */
#ifndef K
#define K 2
#endif
#ifndef MUT
#define MUT 0
#endif
/* How often each fault may occur. */
#ifndef CRASHES
#define CRASHES 0
#endif
#ifndef FREEZES
#define FREEZES 0
#endif
#ifndef CUTS
#define CUTS 0
#endif
#ifndef CANCELS
#define CANCELS 0
#endif
#ifndef HOLDS
#define HOLDS 0
#endif
#ifndef FORGETS
#define FORGETS 0
#endif
#ifndef PREEMPTS
#define PREEMPTS 0
#endif
#ifndef ERRORS
#define ERRORS 0
#endif
#ifndef SILENCES
#define SILENCES 0
#endif
#ifndef AWAYS
#define AWAYS 0
#endif
#ifndef REFUSALS
#define REFUSALS 0
#endif

/* The properties. check.sh breaks each of them at least once. */
#define ONE_LIVE_ATTEMPT 1        /* a job has at most one attempt that is not ENDED */
#define HELD_ONCE 2               /* nothing is held by two attempts */
#define NOT_FREED_TOO_SOON 3      /* nothing is released while its attempt may still run, except on a forgotten host, where an operator says so */
#define NOT_HELD_FOR_EVER 4
#define RUNS_ON_ITS_OWN 5         /* a started container holds everything that it runs on */
#define TWO_RUN_AFTER_A_LOSS 6    /* two containers of one job run only if a host was lost */
#define NONE_LEFT_BEHIND 7        /* no container is left behind */
#define REMOVED_AT_THE_END 8      /* no container is removed before its attempt has ENDED */
#define NO_ATTEMPT_STUCK 9
#define NO_JOB_STUCK 10
#define OVER_STAYS_OVER 11        /* a job that is over stays over */
#define CANCEL_STANDS 12          /* after an accepted cancel, the job succeeds or is cancelled */
#define NOTHING_AFTER_CANCEL 13   /* no attempt is placed after a cancel */
#define STOPPED_IS_NOT_COMPLETED 14
#define DID_WELL_HAS_SUCCEEDED 15 /* a job whose attempt ended well by itself has succeeded */
#define FAULTS_SPEND_NOTHING 16   /* no fault spends a retry of the user's */

#ifndef CHECK
#define CHECK 0
#endif
#define property(name, holds_) assert((CHECK != 0 && CHECK != name) || (holds_))

mtype:job = { QUEUED, HELD, JRUNNING, SUCCEEDED, FAILED, CANCELLED };
mtype:attempt = { NONE, RESERVED, PREPARING, RUNNING, COLLECTING, ENDED };
mtype:cause = { NOCAUSE, COMPLETED, PROGRAM_ERROR, BUILD_FAILED, KILLED_EXTERNALLY, START_TIMEOUT, HOST_LOST, PULL_FAILED, REFUSED, C_CANCELLED, C_PREEMPTED };
mtype:container = { ABSENT, CREATED, UP, EXITED0, EXITED1, KILLED };
mtype:worker = { ACTIVE, LOST, FORGOTTEN };
/* The next step of a thread. */
mtype:pc = { LOAD, BEGIN, FAIL, ENGINE, CREATE, RECORD_CREATED, START, STARTED, WATCH, SIGNALLED, SIGNAL, AWAIT, EXITED, END, REMOVE,
    REINSTATE, REINSTATE_IF_STARTED, STOP_REPLACED, SUPERSEDE, IDLE };

/* The database. */
mtype:job job = QUEUED; bool cancelRequested = false; bool holdRequested = false; byte placed = 0;
mtype:attempt state[K]; mtype:cause cause[K]; mtype:attempt lostIn[K]; mtype:cause stop[K];
bool signalledRow[K]; bool holds[K]; bool recorded[K]; byte host[K]; mtype:cause exitCause[K];
mtype:worker worker[2]; bool leaseLives[2]; bool refused[2];
/* The engines. */
mtype:container box[K];
bool engineUp[2];
/* The processes. */
bool up[2]; bool frozen[2]; bool cut[2];
mtype:pc pc[K]; mtype:cause failWith[K]; mtype:container seen[K]; bool endedBeforeSignal[K];
/* The facts. Only the properties read them. */
bool ranWell[K]; bool reallySignalled[K]; bool wasLost[K]; bool cancelAccepted = false; byte spent = 0; bool touchedByDeath[K];

byte crashes = CRASHES, freezes = FREEZES, cuts = CUTS, cancels = CANCELS, holdsLeft = HOLDS, forgets = FORGETS, preempts = PREEMPTS,
    errors = ERRORS, silences = SILENCES, aways = AWAYS, refusals = REFUSALS;

#define H host[a]
#define NEWEST (a == placed - 1)
#define ALIVE (up[H] && !frozen[H])
#define REACHES (ALIVE && !cut[H])
#define ASKS (ALIVE && engineUp[H])
/* AttemptStore.fenced: the incarnation, and not FORGOTTEN. The model has one process per host; register refuses a copied state directory. */
#define FENCED (worker[H] != FORGOTTEN)
#define WAITS (job == QUEUED || job == HELD)
#define FINAL (job == SUCCEEDED || job == FAILED || job == CANCELLED)

/* AttemptStore.follow */
inline follow(c) {
  property(OVER_STAYS_OVER, !FINAL);
  if
  :: cancelRequested && MUT != 7 -> if :: c == COMPLETED -> job = SUCCEEDED :: else -> job = CANCELLED fi
  :: else ->
     if
     :: c == COMPLETED -> job = SUCCEEDED
     :: c == C_CANCELLED -> job = CANCELLED
     :: c == BUILD_FAILED -> job = FAILED
     :: else ->
        if :: c == PROGRAM_ERROR || MUT == 14 -> spent++ :: else -> skip fi;
        if
        :: holdRequested -> job = HELD; holdRequested = false
        :: else -> job = QUEUED
        fi
     fi
  fi
}

/* AttemptStore.release */
inline release(a_) {
  property(NOT_FREED_TOO_SOON, !holds[a_] || worker[host[a_]] == FORGOTTEN || (box[a_] != UP && box[a_] != CREATED));
  holds[a_] = false
}

inline removeBox(a_) { box[a_] = ABSENT }

proctype Attempt(byte a) {
end: do
  /* SettledAttempt.of, AttemptStore.find */
  :: atomic { pc[a] == LOAD && state[a] != NONE && REACHES ->
       if
       :: state[a] == ENDED && lostIn[a] != NONE && holds[a] && MUT != 13 ->
          if /* LostAttemptDecision.next */
          :: NEWEST && job == QUEUED -> pc[a] = REINSTATE
          :: NEWEST && job == HELD && lostIn[a] == RUNNING -> pc[a] = REINSTATE
          :: NEWEST && job == HELD && lostIn[a] != RUNNING -> pc[a] = REINSTATE_IF_STARTED
          :: else -> pc[a] = STOP_REPLACED
          fi
       :: state[a] == RESERVED -> if :: stop[a] == NOCAUSE -> pc[a] = BEGIN :: else -> failWith[a] = stop[a]; pc[a] = FAIL fi
       :: state[a] == PREPARING || state[a] == RUNNING -> pc[a] = ENGINE
       :: state[a] == COLLECTING -> pc[a] = END
       :: state[a] == ENDED && (!(lostIn[a] != NONE && holds[a]) || MUT == 13) ->
          if :: MUT == 11 -> pc[a] = IDLE :: else -> pc[a] = REMOVE fi
       fi }
  :: atomic { pc[a] == BEGIN && REACHES ->
       if
       :: FENCED && state[a] == RESERVED && (stop[a] == NOCAUSE || MUT == 20) -> state[a] = PREPARING
       :: else -> skip
       fi; pc[a] = LOAD }

  /* Containers.inspect, Reconcile.next */
  :: atomic { pc[a] == ENGINE && ASKS ->
       seen[a] = box[a];
       if
       :: state[a] == PREPARING && stop[a] != NOCAUSE && (seen[a] == ABSENT || seen[a] == CREATED) ->
          removeBox(a); failWith[a] = stop[a]; pc[a] = FAIL
       :: state[a] == PREPARING && stop[a] == NOCAUSE && seen[a] == ABSENT && recorded[a] -> failWith[a] = KILLED_EXTERNALLY; pc[a] = FAIL
       :: state[a] == PREPARING && stop[a] == NOCAUSE && seen[a] == ABSENT && !recorded[a] -> pc[a] = CREATE
       :: refusals > 0 && state[a] == PREPARING && stop[a] == NOCAUSE && seen[a] == ABSENT && !recorded[a] ->
          refusals--; failWith[a] = REFUSED; pc[a] = FAIL
       :: state[a] == PREPARING && stop[a] == NOCAUSE && seen[a] == CREATED -> pc[a] = RECORD_CREATED
       :: state[a] == PREPARING && (seen[a] == UP || (MUT != 15 && seen[a] != ABSENT && seen[a] != CREATED)) -> pc[a] = STARTED
       :: state[a] == RUNNING && seen[a] == UP -> pc[a] = WATCH
       :: state[a] == RUNNING && seen[a] != UP -> pc[a] = EXITED
       :: state[a] != PREPARING && state[a] != RUNNING -> pc[a] = LOAD
       fi }
  :: atomic { pc[a] == CREATE && ASKS -> if :: box[a] == ABSENT -> box[a] = CREATED :: else -> skip fi; pc[a] = LOAD }
  :: atomic { pc[a] == RECORD_CREATED && REACHES ->
       if
       :: FENCED && state[a] == PREPARING -> recorded[a] = true; pc[a] = START
       :: else -> if :: MUT == 19 -> pc[a] = START :: else -> pc[a] = LOAD fi
       fi }
  :: atomic { pc[a] == START && ASKS ->
       if
       :: box[a] == CREATED ->
          box[a] = UP;
          property(RUNS_ON_ITS_OWN, holds[a] || worker[H] == FORGOTTEN);
          byte b = 0;
          do
          :: b < K -> property(TWO_RUN_AFTER_A_LOSS, b == a || box[b] != UP || wasLost[a] || wasLost[b]); b++
          :: else -> break
          od; b = 0
       :: else -> skip
       fi; pc[a] = LOAD }
  :: atomic { pc[a] == STARTED && REACHES ->
       if :: FENCED && state[a] == PREPARING -> recorded[a] = true; state[a] = RUNNING :: else -> skip fi; pc[a] = LOAD }

  /* ExitWatch */
  :: atomic { pc[a] == WATCH && ASKS && box[a] != UP -> pc[a] = LOAD }
  :: atomic { pc[a] == WATCH && REACHES && (stop[a] != NOCAUSE || state[a] == ENDED) -> if :: MUT == 9 -> pc[a] = SIGNAL :: else -> pc[a] = SIGNALLED fi }
  :: atomic { pc[a] == SIGNALLED && REACHES ->
       if
       :: FENCED && state[a] == RUNNING && stop[a] != NOCAUSE -> signalledRow[a] = true; pc[a] = SIGNAL
       :: else -> pc[a] = LOAD
       fi }
  :: atomic { pc[a] == SIGNAL && ASKS ->
       if
       :: box[a] == UP -> reallySignalled[a] = true
       :: else -> endedBeforeSignal[a] = !reallySignalled[a]
       fi; pc[a] = AWAIT }
  :: atomic { pc[a] == AWAIT && ASKS && box[a] != UP -> pc[a] = LOAD }
  /* Verdict.of with AttemptStore.exited */
  :: atomic { pc[a] == EXITED && REACHES ->
       if
       :: FENCED && state[a] == RUNNING ->
          if
          :: stop[a] != NOCAUSE && signalledRow[a] && (!endedBeforeSignal[a] || MUT == 12) -> exitCause[a] = stop[a]
          :: else ->
             if
             :: seen[a] == EXITED0 -> exitCause[a] = COMPLETED
             :: seen[a] == EXITED1 -> exitCause[a] = PROGRAM_ERROR
             :: else -> exitCause[a] = KILLED_EXTERNALLY
             fi
          fi;
          state[a] = COLLECTING; release(a);
          if :: MUT == 17 -> pc[a] = REMOVE :: else -> pc[a] = LOAD fi
       :: else -> if :: MUT == 10 -> pc[a] = REMOVE :: else -> pc[a] = LOAD fi
       fi }
  :: atomic { pc[a] == END && REACHES ->
       if :: FENCED && state[a] == COLLECTING -> state[a] = ENDED; cause[a] = exitCause[a]; follow(exitCause[a]) :: else -> skip fi; pc[a] = LOAD }
  /* AttemptStore.failed: no container of it runs. */
  :: atomic { pc[a] == FAIL && REACHES ->
       if
       :: FENCED && (state[a] == RESERVED || state[a] == PREPARING) ->
          if :: failWith[a] == REFUSED -> refused[H] = true :: else -> skip fi;
          state[a] = ENDED; cause[a] = failWith[a]; release(a); follow(failWith[a])
       :: else -> skip
       fi; pc[a] = LOAD }
  /* Containers.remove, without force: does not remove a running container. */
  :: atomic { pc[a] == REMOVE && ASKS ->
       property(REMOVED_AT_THE_END, state[a] == ENDED);
       if :: box[a] != UP -> removeBox(a) :: else -> box[a] = KILLED; removeBox(a) fi;
       pc[a] = IDLE }
  :: atomic { pc[a] == IDLE && REACHES && (state[a] != ENDED || (lostIn[a] != NONE && holds[a] && MUT != 13)) -> pc[a] = LOAD }

  /* LostHosts.reinstate */
  :: atomic { pc[a] == REINSTATE && REACHES ->
       if
       :: FENCED && state[a] == ENDED && lostIn[a] != NONE && (NEWEST || MUT == 18) && holds[a] && leaseLives[H] &&
          (job == QUEUED || (job == HELD && (lostIn[a] == RUNNING || (seen[a] != ABSENT && seen[a] != CREATED))) || MUT == 4) ->
          byte c = 0;
          do
          :: c < K -> property(ONE_LIVE_ATTEMPT, c == a || state[c] == NONE || state[c] == ENDED); c++
          :: else -> break
          od; c = 0;
          property(OVER_STAYS_OVER, !FINAL);
          if :: job == HELD -> holdRequested = true :: else -> skip fi;
          state[a] = lostIn[a]; lostIn[a] = NONE; cause[a] = NOCAUSE; job = JRUNNING
       :: else -> skip
       fi; pc[a] = LOAD }
  :: atomic { pc[a] == REINSTATE_IF_STARTED && ASKS ->
       seen[a] = box[a];
       if :: box[a] == ABSENT || box[a] == CREATED -> pc[a] = STOP_REPLACED :: else -> pc[a] = REINSTATE fi }
  /* SettledAttempt.giveUp, and LostHosts.superseded after the container is dead and gone */
  :: atomic { pc[a] == STOP_REPLACED && ASKS ->
       property(REMOVED_AT_THE_END, state[a] == ENDED);
       seen[a] = box[a];
       if :: MUT != 5 -> removeBox(a) :: else -> skip fi;
       pc[a] = SUPERSEDE }
  :: atomic { pc[a] == SUPERSEDE && REACHES ->
       if
       :: FENCED && state[a] == ENDED && lostIn[a] != NONE && (seen[a] == ABSENT || seen[a] == CREATED || !NEWEST || FINAL) -> release(a)
       :: else -> skip
       fi; pc[a] = LOAD }
  od
}

/* The program. */
proctype Program(byte a) {
end: do
  :: atomic { box[a] == UP && worker[H] != FORGOTTEN -> box[a] = EXITED0; ranWell[a] = !reallySignalled[a] }
  :: atomic { box[a] == UP && (errors > 0 || reallySignalled[a] || worker[H] == FORGOTTEN) ->
       if :: reallySignalled[a] || worker[H] == FORGOTTEN -> skip :: else -> errors-- fi; box[a] = EXITED1 }
  od
}

proctype Planner(byte a; byte h) {
end: do
  /* PlanStore.reserve */
  :: atomic { (job == QUEUED || (MUT == 3 && job == JRUNNING) || (MUT == 8 && job == CANCELLED)) && placed < K && a == placed && worker[h] == ACTIVE && leaseLives[h] && up[h] && !refused[h] &&
       (MUT == 1 || !(holds[0] && state[0] != NONE && host[0] == h)) && (MUT == 1 || K < 2 || !(holds[K - 1] && state[K - 1] != NONE && host[K - 1] == h)) ->
       property(NOTHING_AFTER_CANCEL, !cancelAccepted);
       byte b = 0;
       do
       :: b < K ->
          property(ONE_LIVE_ATTEMPT, b == a || state[b] == NONE || state[b] == ENDED);
          property(HELD_ONCE, b == a || !holds[b] || host[b] != h); b++
       :: else -> break
       od; b = 0;
       state[a] = RESERVED; host[a] = h; holds[a] = true; job = JRUNNING; placed++ }
  /* PlanStore.endUnavailable: an attempt that never holds anything. */
  :: atomic { aways > 0 && job == QUEUED && placed < K && a == placed && worker[h] == ACTIVE && leaseLives[h] ->
       property(NOTHING_AFTER_CANCEL, !cancelAccepted);
       aways--; state[a] = ENDED; host[a] = h; cause[a] = PULL_FAILED; placed++; follow(PULL_FAILED) }
  /* PlanStore.endRefused */
  :: atomic { job == QUEUED && worker[h] == ACTIVE && leaseLives[h] && refused[h] && refused[1 - h] -> job = FAILED }
  od
}

proctype Deadlines(byte a) {
end: do
  /* PlanStore.observe: unclaimed */
  :: atomic { (state[a] == RESERVED || (MUT == 6 && state[a] == PREPARING)) && (!up[H] || frozen[H] || cut[H] || worker[H] == FORGOTTEN) ->
       state[a] = ENDED; cause[a] = START_TIMEOUT; release(a); follow(START_TIMEOUT) }
  /* AttemptStore.stop */
  :: atomic { preempts > 0 && (state[a] == RESERVED || state[a] == PREPARING || state[a] == RUNNING) && stop[a] == NOCAUSE -> preempts--; stop[a] = C_PREEMPTED }
  /* PlanStore.observe: late collection */
  :: atomic { state[a] == COLLECTING && (!up[H] || cut[H] || frozen[H] || worker[H] == FORGOTTEN) ->
       state[a] = ENDED; cause[a] = exitCause[a]; follow(exitCause[a]) }
  od
}

/* LostHosts.endAttempts */
inline lose(h_) {
  byte n = 0;
  do
  :: n < K ->
     if
     :: state[n] != NONE && host[n] == h_ && (state[n] == RESERVED || state[n] == PREPARING || state[n] == RUNNING) ->
        lostIn[n] = state[n]; state[n] = ENDED; cause[n] = HOST_LOST; wasLost[n] = true;
        if :: lostIn[n] == RESERVED || MUT == 2 -> release(n) :: else -> skip fi;
        if :: MUT == 16 -> skip :: else -> follow(HOST_LOST) fi
     :: else -> skip
     fi; n++
  :: else -> break
  od; n = 0
}

#define LIVE(x) (state[x] != NONE && host[x] == h && (state[x] == RESERVED || state[x] == PREPARING || state[x] == RUNNING))
#define UNSETTLED(x) (state[x] == ENDED && host[x] == h && holds[x])

proctype Host(byte h) {
  byte i;
end: do
  :: atomic { !up[h] -> up[h] = true }
  /* Lease.renew */
  :: atomic { up[h] && !frozen[h] && !cut[h] && !leaseLives[h] && worker[h] != FORGOTTEN -> leaseLives[h] = true }
  :: atomic { (!up[h] || frozen[h] || cut[h]) && leaseLives[h] -> leaseLives[h] = false }
  /* LostHosts.expire */
  :: atomic { !leaseLives[h] && (worker[h] == ACTIVE || (worker[h] == LOST && (LIVE(0) || LIVE(K - 1)))) -> worker[h] = LOST; lose(h) }
  /* LostHosts.returned */
  :: atomic { up[h] && !frozen[h] && !cut[h] && worker[h] == LOST && leaseLives[h] && (MUT == 1 || (!UNSETTLED(0) && !UNSETTLED(K - 1))) -> worker[h] = ACTIVE }
  /* LostHosts.forget */
  :: atomic { forgets > 0 && worker[h] == LOST && !leaseLives[h] ->
       forgets--; worker[h] = FORGOTTEN; lose(h);
       i = 0;
       do
       :: i < K ->
          if :: state[i] != NONE && host[i] == h && state[i] == COLLECTING -> state[i] = ENDED; cause[i] = exitCause[i]; follow(exitCause[i]) :: else -> skip fi;
          if :: state[i] != NONE && host[i] == h -> release(i) :: else -> skip fi; i++
       :: else -> break
       od; i = 0 }
  /* kill -9: the threads' memory is gone, the container keeps running. */
  :: atomic { crashes > 0 && up[h] ->
       crashes--; up[h] = false; frozen[h] = false;
       i = 0;
       do
       :: i < K ->
          if :: state[i] != NONE && host[i] == h ->
                touchedByDeath[i] = touchedByDeath[i] || (signalledRow[i] && !reallySignalled[i]);
                pc[i] = LOAD; endedBeforeSignal[i] = false
             :: else -> skip fi; i++
       :: else -> break
       od; i = 0 }
  :: atomic { freezes > 0 && up[h] && !frozen[h] -> freezes--; frozen[h] = true }
  :: atomic { frozen[h] -> frozen[h] = false }
  :: atomic { cuts > 0 && !cut[h] -> cuts--; cut[h] = true }
  :: atomic { cut[h] -> cut[h] = false }
  :: atomic { silences > 0 && engineUp[h] -> silences--; engineUp[h] = false }
  :: atomic { !engineUp[h] -> engineUp[h] = true }
  od
}

proctype User() {
end: do
  /* JobStore.cancel */
  :: atomic { cancels > 0 && !FINAL ->
       cancels--; cancelAccepted = true; cancelRequested = true;
       if
       :: WAITS -> job = CANCELLED
       :: else ->
          if
          :: placed > 0 && (state[placed - 1] == RESERVED || state[placed - 1] == PREPARING || state[placed - 1] == RUNNING) && stop[placed - 1] == NOCAUSE ->
             stop[placed - 1] = C_CANCELLED
          :: else -> skip
          fi
       fi }
  /* JobStore.hold */
  :: atomic { holdsLeft > 0 && job == QUEUED -> holdsLeft--; job = HELD }
  :: atomic { holdsLeft > 0 && job == JRUNNING -> holdsLeft--; holdRequested = true }
  od
}

/* After nothing moves any more. */
proctype Rest() {
  byte a;
end: atomic { timeout ->
    a = 0;
    do
    :: a < K ->
       if
       :: state[a] == NONE -> skip
       :: else ->
          property(NO_ATTEMPT_STUCK, state[a] == ENDED);
          property(NOT_HELD_FOR_EVER, !holds[a]);
          property(NONE_LEFT_BEHIND, box[a] == ABSENT || worker[host[a]] == FORGOTTEN);
          property(STOPPED_IS_NOT_COMPLETED, !(reallySignalled[a] && cause[a] == COMPLETED && stop[a] != NOCAUSE && !ranWell[a]))
       fi; a++
    :: else -> break
    od;
    property(NO_JOB_STUCK, FINAL || job == HELD || (job == QUEUED && (placed == K || worker[0] == FORGOTTEN || worker[1] == FORGOTTEN)));
    property(CANCEL_STANDS, !cancelAccepted || job == SUCCEEDED || job == CANCELLED);
    if
    :: placed > 0 ->
       a = placed - 1;
       /* unless it was lost and cancelled, or its host forgotten, or the one known exception */
       property(DID_WELL_HAS_SUCCEEDED, !ranWell[a] || job == SUCCEEDED || (wasLost[a] && cancelAccepted) || worker[host[a]] == FORGOTTEN || touchedByDeath[a] || (wasLost[a] && cause[a] == HOST_LOST && job == HELD))
    :: else -> skip
    fi;
    property(FAULTS_SPEND_NOTHING, spent <= ERRORS)
  }
}

init { atomic {
  byte z = 0;
  do
  :: z < K -> state[z] = NONE; cause[z] = NOCAUSE; lostIn[z] = NONE; stop[z] = NOCAUSE; exitCause[z] = NOCAUSE; box[z] = ABSENT; pc[z] = LOAD;
     failWith[z] = NOCAUSE; seen[z] = ABSENT; run Attempt(z); run Program(z); run Deadlines(z); run Planner(z, 0); run Planner(z, 1); z++
  :: else -> break
  od; z = 0;
  do
  :: z < 2 -> worker[z] = ACTIVE; leaseLives[z] = true; engineUp[z] = true; up[z] = true; run Host(z); z++
  :: else -> break
  od; z = 0;
  run User(); run Rest()
} }
