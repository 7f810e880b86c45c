/*
 * thalweg/ext/lease.h - "tw.lease/1": exclusive resources that outlive a swap.
 *
 * A socket, a file, a consumer belongs to the engine, which lends it to the
 * node's present instance by name. A new instance of the node finds it there.
 * The engine closes what is left when the graph ends. */
#ifndef THALWEG_EXT_LEASE_H
#define THALWEG_EXT_LEASE_H

#include <thalweg/host.h>

#define TW_EXT_LEASE "tw.lease/1"

/* The engine's half. */
struct tw_lease_host {
	/* 0 and *handle if the node holds a lease `name` of this type; -ENOENT. [control] */
	int (*find)(struct tw_ctx *ctx, const char *name, const char *type, intptr_t *handle);

	/* Give the engine a handle. close is called with it [control] at the latest
	 * when the graph ends. 0, -EEXIST or -ENOMEM. [control] */
	int (*put)(struct tw_ctx *ctx, const char *name, const char *type, intptr_t handle,
		   void (*close)(intptr_t handle));
};

#endif
