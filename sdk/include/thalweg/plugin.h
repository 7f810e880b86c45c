/*
 * thalweg/plugin.h - what a plugin exports: one constant table, `tw_plugin`.
 *
 * The engine reads abi first and nothing else when it differs from its own; no
 * code of the plugin runs before the table was judged. Roles and ownership as in
 * host.h. Idea: CLAP's entry symbol.
 */
#ifndef THALWEG_PLUGIN_H
#define THALWEG_PLUGIN_H

#include <thalweg/bind.h>
#include <thalweg/host.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TW_EXPORT __attribute__((visibility("default")))

#define TW_ABI 1u

/* tw_kind.flags */
#define TW_STATELESS 1u       /* a row's result depends on that row alone */
#define TW_DYNAMIC_OUTPUTS 2u /* bind() may add output ports */
#define TW_STATIC_DATA 4u     /* the plugin has writable static data, knowingly */

/* A kind of operator. Static and constant for as long as the plugin is loaded. */
struct tw_kind {
	const char *id;         /* as written in the graph: "upper", "acme.enrich" */
	const char *version;    /* "1.4.0"; for people */
	const char *help;       /* one sentence */
	const char *config;     /* JSON Schema of the config; NULL: takes none */
	const char *const *in;  /* names of input ports, NULL at the end; NULL: a source */
	const char *const *out; /* output ports, `err` not among them; NULL: a sink */
	uint32_t flags;
	uint32_t max_out; /* batches emitted per call and port at most, >= 1; 0 for a sink */

	/* See bind.h. 0, or a negative errno after host->fail. [control] */
	int (*bind)(struct tw_bind *b);

	/* Make an instance, *op. NULL: the plan itself is the instance. [control] */
	int (*create)(struct tw_ctx *ctx, const void *plan, void **op);

	/* Free it. NULL where create is NULL. [control, not running] */
	void (*destroy)(struct tw_ctx *ctx, void *op);

	/* Take one batch that came in at input port `port`, and emit or drop it
	 * before returning TW_DONE. After TW_MORE or TW_WAIT it may still hold the
	 * batch, and is called again with in = NULL. NULL for a source. [worker] */
	int (*process)(struct tw_ctx *ctx, void *op, uint32_t port, struct tw_batch *in);

	/* An interface of this kind (ext/), or NULL. Constant. May be NULL. [any] */
	const void *(*extension)(const char *id);
};

struct tw_plugin {
	uint32_t abi; /* TW_ABI */
	const char *name;
	const char *version;
	const struct tw_kind *const *kinds; /* NULL at the end */
};

TW_EXPORT extern const struct tw_plugin tw_plugin;

#ifdef __cplusplus
}
#endif
#endif
