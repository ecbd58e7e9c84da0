// libpq's header stands in a folder of its own on Debian, which pkg-config names.
#ifndef CPOSTGRES_SHIM_H
#define CPOSTGRES_SHIM_H

#include <libpq-fe.h>

#endif
