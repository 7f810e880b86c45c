/* base/role.c - the calling thread's role; see role.h. */
#include <base/role.h>

_Thread_local enum tw_role tw_role = TW_ROLE_CONTROL;
