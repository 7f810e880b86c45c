/*
 * move.pml - a node moves from one worker to the other and back, while records flow.
 *
 * The protocol that is planned: between two batches a node is a consistent cut. Control
 * asks the new worker first (it may refuse, then all goes on as if nothing had been
 * asked), then the old one, which at its next gate between two batches stops running the
 * node and posts it to the new one, state and rings. The neighbours are not stopped: after
 * a doorbell's reason is in place, they read who has the node, and wake that worker. The
 * new worker says that it has the node before it looks at the rings; so either its look
 * sees what is there, or the neighbour sees the new worker. Memory is sequentially
 * consistent here, so code needs a fence of that kind at both places.
 *
 * What must hold: records come once and in order; one worker runs the node at a time, with
 * the state of the cut; nobody sleeps for ever.
 *
 * Mutants, each must fail:
 * MUTANT 1 the new worker says that it has the node after its last look
 * MUTANT 2 the old worker leaves in the middle of a batch
 * MUTANT 3 the new worker is not made to wait for the old one
 * MUTANT 4 the new worker refuses when the old one has left
 * MUTANT 5 who posts to a gate does not wake
 * MUTANT 6 the state stays behind
 * MUTANT 7 the neighbours wake where the node was at first
 * MUTANT 8 the neighbours read who has the node before they put their record there
 */
#ifndef MUTANT
#define MUTANT 0
#endif
#define RECORDS 3
#define MOVES 2

mtype = { PREPARE, LEAVE, ADOPT, YES, NO, MOVED };

chan in = [2] of { byte };
chan out = [1] of { byte };
chan gate[2] = [2] of { mtype };
chan answer = [1] of { mtype };

byte has_node;			/* which worker; written by the one that gets it */
bool runs[2], busy, asleep[2];
byte pos, got, moves;

#define DONE (got == RECORDS && moves == MOVES)

inline wake(who)
{
	asleep[who] = false
}

inline look_before()
{
	if
	:: MUTANT == 8 -> before = has_node
	:: else
	fi
}

inline ring_doorbell()
{
	if
	:: MUTANT == 7 -> wake(0)
	:: MUTANT == 8 -> wake(before); before = 0
	:: else -> owner = has_node; wake(owner); owner = 0
	fi
}

active proctype source()
{
	byte i, owner, before;

	do
	:: i < RECORDS ->
		look_before();
		in!i;
		i++;
		ring_doorbell()
	:: else -> break
	od
}

active proctype sink()
{
	byte x, owner, before;

	do
	:: got < RECORDS ->
		look_before();
		out?x;
		d_step { assert(x == got); got++; x = 0 }
		ring_doorbell()
	:: else -> break
	od
}

inline post(who, what)
{
	gate[who]!what;
	if
	:: MUTANT != 5 -> wake(who)
	:: else
	fi
}

active proctype control()
{
	mtype said;
	byte to = 1;

	do
	:: moves < MOVES ->
		if
		:: MUTANT == 3 -> post(to, ADOPT); post(1 - to, LEAVE)
		:: MUTANT == 4 -> post(1 - to, LEAVE)
		:: else ->
			post(to, PREPARE);
			answer?said;
			if
			:: said == NO -> moves++; goto next
			:: else -> post(1 - to, LEAVE)
			fi
		fi;
		answer?said;
		to = 1 - to;
		moves++;
next:		said = 0
	:: else -> break
	od
}

/* At the gate: what was posted to this worker. */
inline pass_gate()
{
	if
	:: gate[me]?[PREPARE] ->
		gate[me]?PREPARE;
		if
		:: answer!YES
		:: answer!NO
		fi
	:: gate[me]?[LEAVE] ->
		gate[me]?LEAVE;
		runs[me] = false;
		if
		:: MUTANT != 3 -> post(1 - me, ADOPT)
		:: else
		fi
	:: gate[me]?[ADOPT] ->
		gate[me]?ADOPT;
		if
		:: MUTANT == 6 -> pos = 0
		:: else
		fi;
		if
		:: MUTANT == 4 -> answer!NO
		:: else ->
			if
			:: MUTANT != 1 -> has_node = me
			:: else
			fi;
			runs[me] = true;
			answer!MOVED
		fi
	fi
}

inline run_node()
{
	atomic { assert(!busy); busy = true }
	in?x;
	if
	:: MUTANT == 2 && gate[me]?[LEAVE] -> busy = false; pass_gate()
	:: else
	fi;
	d_step { assert(x == pos); pos++ }
	out!x;
	d_step { x = 0; busy = false }
}

#define POSTED (len(gate[me]) > 0)
#define READY (runs[me] && len(in) > 0 && len(out) == 0)

proctype worker(byte me)
{
	byte x;

	do
	:: DONE -> break
	:: POSTED -> pass_gate()
	:: !POSTED && READY -> run_node()
	:: !POSTED && !READY && !DONE ->
		asleep[me] = true;
		if
		:: POSTED -> asleep[me] = false
		:: READY -> asleep[me] = false
		:: !POSTED && !READY ->
			if
			:: MUTANT == 1 && runs[me] -> has_node = me
			:: else
			fi;
			!asleep[me] || DONE
		fi
	od
}

init {
	atomic { runs[0] = true; run worker(0); run worker(1) }
}
