/* route.h - the operator "route"; see route.c. */
#ifndef EXPR_ROUTE_H
#define EXPR_ROUTE_H

#include <thalweg/plugin.h>

extern const struct tw_kind xp_route;

#endif
