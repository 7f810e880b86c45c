/* thalweg/thalweg.h - all of the core SDK; extensions are included one by one. */
#ifndef THALWEG_H
#define THALWEG_H

#include <thalweg/batch.h>
#include <thalweg/bind.h>
#include <thalweg/host.h>
#include <thalweg/plugin.h>
#include <thalweg/row.h>
#include <thalweg/types.h>

#endif
