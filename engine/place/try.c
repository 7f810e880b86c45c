/* place/try.c - an attempt: moving atoms, the cost of a move; see try.h. */
#include <place/try.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NOWHERE UINT32_MAX

int tw_try_init(struct tw_try *t, const struct tw_net *net)
{
	uint32_t level;
	bool ok = true;

	memset(t, 0, sizeof *t);
	t->net = net;
	t->slot = malloc((net->n + 1) * sizeof *t->slot);
	t->next = malloc((net->n + 1) * sizeof *t->next);
	t->prev = malloc((net->n + 1) * sizeof *t->prev);
	t->head = malloc(net->n_slots * sizeof *t->head);
	t->count = malloc(net->n_slots * sizeof *t->count);
	t->slot_load = malloc(net->n_slots * sizeof *t->slot_load);
	t->entry_load = malloc(net->n_cores * sizeof *t->entry_load);
	t->busy = malloc(net->n_cores * sizeof *t->busy);
	t->keys = malloc(net->n_slots * sizeof *t->keys);
	for (level = 0; level < TW_AT_LEVELS; level++) {
		t->held[level] = malloc(net->n_obj[level] * sizeof *t->held[level]);
		ok = ok && t->held[level];
	}
	if (!ok || !t->slot || !t->next || !t->prev || !t->head || !t->count || !t->slot_load || !t->entry_load ||
	    !t->busy || !t->keys) {
		tw_try_fini(t);
		return -ENOMEM;
	}
	tw_try_clear(t);
	return 0;
}

void tw_try_fini(struct tw_try *t)
{
	uint32_t level;

	for (level = 0; level < TW_AT_LEVELS; level++)
		free(t->held[level]);
	free(t->slot);
	free(t->next);
	free(t->prev);
	free(t->head);
	free(t->count);
	free(t->slot_load);
	free(t->entry_load);
	free(t->busy);
	free(t->keys);
	memset(t, 0, sizeof *t);
}

static void rank(struct tw_try *t)
{
	uint32_t i, n = t->net->n_obj[TW_AT_CORE];
	uint32_t a = NOWHERE, b = NOWHERE, c = NOWHERE;

	for (i = 0; i < n; i++) {
		if (a == NOWHERE || t->busy[i] > t->busy[a]) {
			c = b;
			b = a;
			a = i;
		} else if (b == NOWHERE || t->busy[i] > t->busy[b]) {
			c = b;
			b = i;
		} else if (c == NOWHERE || t->busy[i] > t->busy[c]) {
			c = i;
		}
	}
	t->top[0] = a;
	t->top[1] = b;
	t->top[2] = c;
	t->work += n / 8;
}

void tw_try_clear(struct tw_try *t)
{
	const struct tw_net *net = t->net;
	uint32_t i, level;

	for (i = 0; i < net->n; i++)
		t->slot[i] = NOWHERE;
	for (i = 0; i < net->n_slots; i++) {
		t->head[i] = NOWHERE;
		t->count[i] = 0;
		t->slot_load[i] = 0;
	}
	for (i = 0; i < net->n_cores; i++)
		t->entry_load[i] = t->busy[i] = 0;
	for (level = 0; level < TW_AT_LEVELS; level++)
		memset(t->held[level], 0, net->n_obj[level] * sizeof *t->held[level]);
	t->n_used = 0;
	t->links = 0;
	rank(t);
}

/* A physical core is as busy as its busiest thread, and as all of them together
 * at the pace of threads that share a core. With changes ds and dt to the entries
 * of slots s and t. */
static double busy_if(const struct tw_try *t, uint32_t core, const uint32_t entry[2], const double change[2])
{
	const struct tw_net *net = t->net;
	double most = 0, sum = 0;
	uint32_t i;

	for (i = net->entry_first[core]; i < net->entry_first[core + 1]; i++) {
		uint32_t e = net->entries[i];
		double load = t->entry_load[e];

		load += e == entry[0] ? change[0] : 0;
		load += e == entry[1] ? change[1] : 0;
		most = load > most ? load : most;
		sum += load;
	}
	return sum * TW_SMT_STRETCH > most ? sum * TW_SMT_STRETCH : most;
}

/* The busiest core if slot s had ds more load and slot d dd more. */
static double peak_if(const struct tw_try *t, uint32_t s, double ds, uint32_t d, double dd)
{
	const uint32_t *core = t->net->obj[TW_AT_CORE], *entry = t->net->obj[TW_AT_ENTRY];
	const uint32_t entries[2] = {entry[s], entry[d]};
	const double change[2] = {ds, dd};
	double peak = busy_if(t, core[s], entries, change), other;
	uint32_t i;

	if (core[d] != core[s]) {
		other = busy_if(t, core[d], entries, change);
		peak = other > peak ? other : peak;
	}
	for (i = 0; i < 3 && t->top[i] != NOWHERE; i++) {
		if (t->top[i] == core[s] || t->top[i] == core[d])
			continue;
		return t->busy[t->top[i]] > peak ? t->busy[t->top[i]] : peak;
	}
	return peak;
}

static void add_load(struct tw_try *t, uint32_t slot, double load)
{
	static const uint32_t none[2] = {NOWHERE, NOWHERE};
	static const double zero[2] = {0, 0};
	uint32_t entry = t->net->obj[TW_AT_ENTRY][slot], core = t->net->obj[TW_AT_CORE][slot];
	uint32_t i;

	t->slot_load[slot] = t->count[slot] ? t->slot_load[slot] + load : 0;
	t->entry_load[entry] = 0; /* summed anew: no rounding is left when all have gone */
	for (i = entry; i < t->net->n_slots; i += t->net->n_cores)
		t->entry_load[entry] += t->slot_load[i];
	t->busy[core] = busy_if(t, core, none, zero);
}

double tw_try_links(struct tw_try *t, uint32_t atom, uint32_t slot)
{
	const struct tw_net *net = t->net;
	double sum = 0;
	uint32_t i;

	for (i = net->first[atom]; i < net->first[atom + 1]; i++) {
		uint32_t there = t->slot[net->links[i].to];

		if (there != NOWHERE && there != slot)
			sum += tw_net_pay(net, &net->links[i], slot, there);
	}
	t->work += net->first[atom + 1] - net->first[atom] + 1;
	return sum;
}

static void enter(struct tw_try *t, uint32_t atom, uint32_t slot)
{
	uint32_t level;

	t->slot[atom] = slot;
	t->prev[atom] = NOWHERE;
	t->next[atom] = t->head[slot];
	if (t->head[slot] != NOWHERE)
		t->prev[t->head[slot]] = atom;
	t->head[slot] = atom;
	if (!t->count[slot]++) {
		t->n_used++;
		for (level = 0; level < TW_AT_LEVELS; level++)
			t->held[level][t->net->obj[level][slot]]++;
	}
	add_load(t, slot, t->net->load[atom]);
}

static void leave(struct tw_try *t, uint32_t atom)
{
	uint32_t slot = t->slot[atom], level;

	if (t->prev[atom] != NOWHERE)
		t->next[t->prev[atom]] = t->next[atom];
	else
		t->head[slot] = t->next[atom];
	if (t->next[atom] != NOWHERE)
		t->prev[t->next[atom]] = t->prev[atom];
	if (!--t->count[slot]) {
		t->n_used--;
		for (level = 0; level < TW_AT_LEVELS; level++)
			t->held[level][t->net->obj[level][slot]]--;
	}
	t->slot[atom] = NOWHERE;
	add_load(t, slot, -t->net->load[atom]);
}

void tw_try_put(struct tw_try *t, uint32_t atom, uint32_t slot)
{
	t->links += tw_try_links(t, atom, slot);
	enter(t, atom, slot);
	rank(t);
}

void tw_try_take(struct tw_try *t, uint32_t atom)
{
	t->links -= tw_try_links(t, atom, t->slot[atom]);
	leave(t, atom);
	rank(t);
}

void tw_try_move(struct tw_try *t, uint32_t atom, uint32_t slot)
{
	t->links += tw_try_links(t, atom, slot) - tw_try_links(t, atom, t->slot[atom]);
	leave(t, atom);
	enter(t, atom, slot);
	rank(t);
}

void tw_try_load(struct tw_try *t, const uint32_t *slot)
{
	uint32_t i;

	tw_try_clear(t);
	for (i = 0; i < t->net->n; i++) {
		t->links += tw_try_links(t, i, slot[i]);
		enter(t, i, slot[i]);
	}
	rank(t);
}

double tw_try_peak(const struct tw_try *t, uint32_t slot, double load)
{
	return peak_if(t, slot, load, slot, 0);
}

static double price_of_count(const struct tw_net *net, uint32_t n_used)
{
	if (n_used > net->most)
		return INFINITY;
	return n_used < net->least ? (net->least - n_used) * net->missing : 0;
}

double tw_try_cost(const struct tw_try *t)
{
	return t->busy[t->top[0]] + t->links + price_of_count(t->net, t->n_used);
}

static double change_if(const struct tw_try *t, double peak, double links, uint32_t n_used)
{
	return peak - t->busy[t->top[0]] + links + price_of_count(t->net, n_used) - price_of_count(t->net, t->n_used);
}

double tw_try_if_move(struct tw_try *t, uint32_t atom, uint32_t slot)
{
	uint32_t from = t->slot[atom], n_used = t->n_used - (t->count[from] == 1) + !t->count[slot];
	double load = t->net->load[atom];

	if (n_used > t->net->most)
		return INFINITY;
	return change_if(t, peak_if(t, from, -load, slot, load),
			 tw_try_links(t, atom, slot) - tw_try_links(t, atom, from), n_used);
}

double tw_try_if_swap(struct tw_try *t, uint32_t a, uint32_t b)
{
	const struct tw_net *net = t->net;
	uint32_t s = t->slot[a], d = t->slot[b], i;
	double more = net->load[b] - net->load[a];
	double links = tw_try_links(t, a, d) - tw_try_links(t, a, s) + tw_try_links(t, b, s) - tw_try_links(t, b, d);

	/* Their own link is as long as before, but each side believed it would vanish. */
	for (i = net->first[a]; i < net->first[a + 1]; i++)
		if (net->links[i].to == b)
			links += 2 * tw_net_pay(net, &net->links[i], s, d);
	return change_if(t, peak_if(t, s, more, d, -more), links, t->n_used);
}

/* Links of all atoms in slot s to the world besides s and d, seen from slot d rather than s. */
static double links_if_away(struct tw_try *t, uint32_t s, uint32_t d, bool merge)
{
	const struct tw_net *net = t->net;
	double sum = 0;
	uint32_t a, i;

	for (a = t->head[s]; a != NOWHERE; a = t->next[a]) {
		for (i = net->first[a]; i < net->first[a + 1]; i++) {
			const struct tw_net_link *l = &net->links[i];
			uint32_t there = t->slot[l->to];

			if (there == s || (there == d && !merge))
				continue;
			sum += (there == d ? 0 : tw_net_pay(net, l, d, there)) - tw_net_pay(net, l, s, there);
		}
		t->work += net->first[a + 1] - net->first[a] + 1;
	}
	return sum;
}

double tw_try_if_slots(struct tw_try *t, uint32_t a, uint32_t b, bool merge)
{
	double links = links_if_away(t, a, b, merge) + (merge ? 0 : links_if_away(t, b, a, false));
	double more = merge ? t->slot_load[a] : t->slot_load[a] - t->slot_load[b];

	return change_if(t, peak_if(t, a, -more, b, more), links, t->n_used - (merge && t->count[b]));
}

void tw_try_slots(struct tw_try *t, uint32_t a, uint32_t b, bool merge)
{
	uint32_t list[2] = {t->head[a], merge ? NOWHERE : t->head[b]}, to[2] = {b, a}, i, next;

	t->links += links_if_away(t, a, b, merge) + (merge ? 0 : links_if_away(t, b, a, false));
	for (i = 0; i < 2; i++) {
		/* Who enters a list does so at its head, so the rest of it stays as it was. */
		for (; list[i] != NOWHERE; list[i] = next) {
			next = t->next[list[i]];
			leave(t, list[i]);
			enter(t, list[i], to[i]);
		}
	}
	rank(t);
}

/* Where an empty slot lies: the innermost object that holds a used one, and what
 * the empty branch below that looks like. Slots of equal keys can be exchanged by
 * exchanging two empty branches, which nobody would notice. */
static uint64_t key_of(const struct tw_try *t, uint32_t slot)
{
	const struct tw_net *net = t->net;
	uint64_t key = 0;
	uint32_t level;

	for (level = 0; level < TW_AT_LEVELS; level++) {
		uint32_t obj = net->obj[level][slot];

		if (t->held[level][obj])
			return (key ^ obj) * 0x9e3779b97f4a7c15u + level;
		key = (key + net->shape[level][obj]) * 0xd6e8feb86659fd93u;
		key ^= key >> 32;
	}
	return key;
}

uint32_t tw_try_empties(struct tw_try *t, uint32_t *out)
{
	uint32_t i, j, n = 0;

	for (i = 0; i < t->net->n_slots; i++) {
		if (t->count[i])
			continue;
		t->keys[n] = key_of(t, i);
		for (j = 0; j < n && t->keys[j] != t->keys[n]; j++)
			;
		if (j == n)
			out[n++] = i;
	}
	t->work += t->net->n_slots / 2 + 1;
	return n;
}
