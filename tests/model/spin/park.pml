/*
 * park.pml - two workers that sleep, an edge between them, and memory that comes home.
 *
 * A thread outside has items for a source on worker 0, which needs a batch for each;
 * worker 1 takes them and gives the batches back. Both park as engine/run/worker.c does: tell that we
 * sleep and whether hungry, look once more, sleep if that found nothing and changed no
 * hunger. The memory is sequentially consistent here; the explorer (../park.c) does the
 * memory orders. Here the worker's whole loop is looked at, with the end of the graph.
 *
 * Mutants, each must fail:
 * MUTANT 1 a second look that leaves us hungry does not cancel
 * MUTANT 2 no second look
 * MUTANT 3 doorbells are rung before what they tell of is there
 * MUTANT 4 memory wakes nobody
 * MUTANT 5 the futex's word is read after the second look
 * MUTANT 6 the last node that ends wakes nobody
 * MUTANT 7 who has handed out all its memory does not count as hungry
 */
#ifndef MUTANT
#define MUTANT 0
#endif
#define ITEMS 2
#define BATCHES 1
#define SLOTS 2

mtype = { AWAKE, ASLEEP, HUNGRY };

mtype state[2] = AWAKE;
byte signal[2];		/* futex words, modulo 4 */
bool blocked[2];	/* in the futex */
chan edge = [SLOTS] of { byte };
byte back;		/* batches on their way home */
byte in;		/* items that the source has been given so far */
byte nodes_left = 2;

inline wake(who, give_back)
{
	if
	:: d_step { state[who] == AWAKE || (give_back && state[who] != HUNGRY) -> skip }
	:: else ->
		if
		:: atomic { state[who] != AWAKE -> state[who] = AWAKE } /* the exchange */
			signal[who] = (signal[who] + 1) % 4;
			blocked[who] = false
		:: else
		fi
	fi
}

inline sleep(me)
{
	atomic {
		if
		:: signal[me] == word -> blocked[me] = true
		:: else
		fi
	}
	!blocked[me];
	state[me] = AWAKE
}

inline end_node()
{
	live = false;
	if
	:: atomic { nodes_left == 1 -> nodes_left = 0 }
		if
		:: MUTANT != 6 -> wake(0, false); wake(1, false)
		:: else
		fi
	:: atomic { nodes_left > 1 -> nodes_left-- }
	fi
}

/* A round of worker 0: batches home, then its source. */
inline round_0()
{
	did = false;
	d_step { did = (back > 0); have = have + back; back = 0 }
	if
	:: live && sent == ITEMS -> did = true; end_node()
	:: live && sent < ITEMS && in == sent -> starved = false
	:: live && sent < in ->
		if
		:: have > 0 && nfull(edge) ->
			have--;
			if
			:: MUTANT == 3 -> wake(1, false); edge!sent
			:: else -> edge!sent; wake(1, false)
			fi
			sent++;
			did = true;
			starved = false
		:: else -> starved = (MUTANT != 7)
		fi
	:: else
	fi
}

inline round_1()
{
	did = false;
	if
	:: live && got == ITEMS -> did = true; end_node()
	:: live && got < ITEMS && nempty(edge) ->
		edge?item;
		d_step { assert(item == got); item = 0; got++ }
		did = true;
		back++;
		if
		:: MUTANT != 4 -> wake(0, true)
		:: else
		fi
	:: else
	fi
}

#define HUNGRY_0 (!live || starved)
#define HUNGRY_1 (!live)

proctype worker_0()
{
	byte have = BATCHES, sent, word;
	bool did, live = true, starved, hungry;

	do
	:: nodes_left == 0 -> break
	:: else ->
		round_0();
		if
		:: did -> goto next
		:: else
		fi;
		hungry = HUNGRY_0;
		word = signal[0];
		state[0] = (hungry -> HUNGRY : ASLEEP);
		if
		:: MUTANT == 2 -> did = false
		:: else -> round_0()
		fi;
		if
		:: MUTANT == 5 -> word = signal[0]
		:: else
		fi;
		if
		:: did || nodes_left == 0 || (MUTANT != 1 && HUNGRY_0 != hungry) -> state[0] = AWAKE
		:: else -> sleep(0)
		fi;
next:		skip;
		d_step { did = false; word = 0; hungry = false }
	od
}

proctype worker_1()
{
	byte got, word, item;
	bool did, live = true, hungry;

	do
	:: nodes_left == 0 -> break
	:: else ->
		round_1();
		if
		:: did -> goto next
		:: else
		fi;
		hungry = HUNGRY_1;
		word = signal[1];
		state[1] = (hungry -> HUNGRY : ASLEEP);
		if
		:: MUTANT == 2 -> did = false
		:: else -> round_1()
		fi;
		if
		:: MUTANT == 5 -> word = signal[1]
		:: else
		fi;
		if
		:: did || nodes_left == 0 || (MUTANT != 1 && HUNGRY_1 != hungry) -> state[1] = AWAKE
		:: else -> sleep(1)
		fi;
next:		skip;
		d_step { did = false; word = 0; hungry = false }
	od
}

proctype outside()
{
	do
	:: in < ITEMS -> in++; wake(0, false)
	:: else -> break
	od
}

init {
	atomic { run outside(); run worker_0(); run worker_1() }
}
