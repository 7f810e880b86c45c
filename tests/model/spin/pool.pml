/*
 * pool.pml - batches that are fanned out, clones of clones, and their way home; see
 * engine/mem/README.md and engine/mem/pool.c, whose functions have the same names here.
 *
 * Batch 0 is taken on worker 0 and sent to worker 1, which clones it (batch 1) for
 * worker 2 and lets it go; worker 2 clones that (batch 2) for worker 0 and lets it go;
 * worker 0 lets the clone go. Three times, so that all memory must have come home; the ring
 * home has one place, so that the lists behind it are used. A worker sleeps when there is
 * nothing for it; that it does so without losing a wake-up is park.pml's concern, so here
 * it is one step. Batches have no buffers of their own.
 *
 * What must hold: a batch is freed once, not before what was cloned from it; only its
 * holder touches it; all come home.
 *
 * Mutants, each must fail:
 * MUTANT 1 a batch that holds tokens of a parent is only memory for the next stop
 * MUTANT 2 tokens are copied instead of split
 * MUTANT 3 a batch pays what it owes before its handle has been counted at home
 * MUTANT 4 what waits for room in a ring is not sent
 * MUTANT 5 who empties a ring that was full tells nobody
 * MUTANT 6 who has batches that wait for room is not hungry
 * MUTANT 7 a batch stays where it paid
 * MUTANT 8 a parent that is out of tokens does not pay in its turn
 * MUTANT 9 who is at its end is not hungry
 * MUTANT 10 tokens of a parent are counted where its clone has its home
 */
#ifndef MUTANT
#define MUTANT 0
#endif
#define ROUNDS 3
#define TOKENS 4
#define NONE 3

/* Batch i is at home on worker i. */
bool free[3] = true;
byte weight[3];		/* tokens in its handle */
byte tokens[3];		/* tokens that are out; its home's */
byte parent[3] = NONE;
byte parent_weight[3];
byte holder[3] = NONE;	/* who may touch it; NONE: it is under way, or at rest at home */

chan back[9] = [1] of { byte };	/* from * 3 + to */
chan over[9] = [3] of { byte };	/* what waits for room there */
chan edge[3] = [2] of { byte };	/* to worker i */

bool asleep[3], hungry[3];
byte taken, passed[2], got;

#define DONE (got == ROUNDS && free[0] && free[1] && free[2])

inline wake(to, walker)
{
	if
	:: asleep[to] && (walker || hungry[to]) -> asleep[to] = false
	:: else
	fi
}

inline send(to, x)
{
	holder[x] = NONE;
	if
	:: len(over[me * 3 + to]) == 0 && len(back[me * 3 + to]) == 0 -> back[me * 3 + to]!x
	:: else -> over[me * 3 + to]!x
	fi;
	wake(to, (to != x || (MUTANT != 1 && parent[x] != NONE)))
}

inline pay(x)
{
	next = NONE;
	if
	:: parent[x] != NONE && MUTANT != 10 && parent[x] != me -> to = parent[x]; send(to, x); gone = true
	:: parent[x] == me || (parent[x] != NONE && MUTANT == 10 && x == me) ->
		assert(parent[x] == me && !free[parent[x]] && tokens[parent[x]] >= parent_weight[x]);
		tokens[parent[x]] = tokens[parent[x]] - parent_weight[x];
		if
		:: tokens[parent[x]] == 0 && MUTANT != 8 -> next = parent[x]
		:: else
		fi;
		parent[x] = NONE;
		parent_weight[x] = 0;
		gone = false
	:: else -> gone = false
	fi;
	if
	:: gone
	:: !gone && x != me && MUTANT != 7 -> to = x; send(to, x)
	:: else ->
		assert(x == me && !free[x] && tokens[x] == 0 && weight[x] == 0);
		free[x] = true;
		holder[x] = NONE
	fi;
	x = next
}

inline arrive(x)
{
	holder[x] = me;
	if
	:: weight[x] > 0 && x != me && MUTANT != 3 -> to = x; send(to, x); x = NONE
	:: weight[x] > 0 && (x == me || MUTANT == 3) ->
		assert(tokens[x] >= weight[x]);
		tokens[x] = tokens[x] - weight[x];
		weight[x] = 0;
		holder[x] = NONE;
		if
		:: tokens[x] > 0 && MUTANT != 3 -> x = NONE
		:: else
		fi
	:: else
	fi;
	do
	:: x != NONE -> pay(x)
	:: else -> break
	od
}

inline take(x)
{
	assert(free[x]);
	free[x] = false;
	weight[x] = TOKENS;
	tokens[x] = TOKENS;
	parent[x] = NONE;
	holder[x] = me
}

inline lend(origin, child)
{
	assert(holder[origin] == me && weight[origin] >= 2);
	parent[child] = origin;
	parent_weight[child] = weight[origin] / 2;
	if
	:: MUTANT != 2 -> weight[origin] = weight[origin] - parent_weight[child]
	:: else
	fi
}

inline pass(x)
{
	holder[x] = NONE;
	edge[(me + 1) % 3]!x;
	wake((me + 1) % 3, true)
}

#define WAITING (len(over[me * 3]) > 0 || len(over[me * 3 + 1]) > 0 || len(over[me * 3 + 2]) > 0)
#define SENDABLE(to) (len(over[me * 3 + to]) > 0 && len(back[me * 3 + to]) == 0 && MUTANT != 4)

inline flush(to)
{
	over[me * 3 + to]?y;
	back[me * 3 + to]!y;
	wake(to, true);
	y = NONE
}

inline come_home(from)
{
	back[from * 3 + me]?y;
	if
	:: MUTANT != 5 -> wake(from, false)
	:: else
	fi
}

/* Its next item, and the batch that it needs for it. */
#define WANTS ((me == 0 && taken < ROUNDS) || (me > 0 && len(edge[me]) > 0))
#define LIVE ((me == 0 && got < ROUNDS) || (me > 0 && passed[me - 1] < ROUNDS))

proctype worker(byte me)
{
	byte y = NONE, held = NONE, next, to;
	bool gone;

	do
	:: atomic {
		if
		:: me != 0 && len(back[me]) > 0 -> come_home(0)
		:: me != 1 && len(back[3 + me]) > 0 -> come_home(1)
		:: me != 2 && len(back[6 + me]) > 0 -> come_home(2)
		:: SENDABLE(0) -> flush(0)
		:: SENDABLE(1) -> flush(1)
		:: SENDABLE(2) -> flush(2)
		:: me == 0 && taken < ROUNDS && free[0] && len(edge[1]) < 2 -> take(0); taken++; pass(0)
		:: me == 0 && len(edge[0]) > 0 -> edge[0]?y; got++
		:: me > 0 && len(edge[me]) > 0 && free[me] && held == NONE && len(edge[(me + 1) % 3]) < 2 ->
			edge[me]?y;
			holder[y] = me;
			take(me);
			lend(y, me);
			passed[me - 1]++;
			pass(me);
			held = y; /* let go at any time from now on */
			y = NONE
		:: held != NONE -> y = held; held = NONE
		fi;
		if
		:: y != NONE -> arrive(y)
		:: else
		fi
	}
	:: atomic {
		len(back[me]) == 0 && len(back[3 + me]) == 0 && len(back[6 + me]) == 0 && !SENDABLE(0) && !SENDABLE(1) &&
		!SENDABLE(2) && !(me == 0 && len(edge[0]) > 0) && !(WANTS && free[me]) && held == NONE && !DONE ->
		asleep[me] = true;
		hungry[me] = (WAITING && MUTANT != 6) || WANTS || (!LIVE && MUTANT != 9);
		to = 0; next = 0; gone = false
	}
		!asleep[me] || DONE
	:: DONE -> break
	od
}

init {
	atomic { run worker(0); run worker(1); run worker(2) }
}
