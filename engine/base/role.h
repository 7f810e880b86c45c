/*
 * base/role.h - which role the calling thread has, checked in debug builds.
 *
 * Every function of the engine is tagged [control], [worker], [io] or [any]. A
 * thread says once what it is; TW_ASSERT_ROLE then catches a wrong call.
 */
#ifndef TW_BASE_ROLE_H
#define TW_BASE_ROLE_H

#include <assert.h>

enum tw_role { TW_ROLE_CONTROL, TW_ROLE_WORKER, TW_ROLE_IO };

/* Of the calling thread; threads that never said are control. */
extern _Thread_local enum tw_role tw_role;

#ifdef TW_DEBUG
#define TW_ASSERT_ROLE(r) assert(tw_role == (r))
#else
#define TW_ASSERT_ROLE(r) ((void)0)
#endif

#endif
