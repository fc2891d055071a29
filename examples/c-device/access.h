/* Whose requests are answered: the rules of ws_stream/server/access.py, without lists of more hosts. Knows no
   sockets. */
#ifndef DEVICE_ACCESS_H
#define DEVICE_ACCESS_H

#include "head.h"

/* The host named by a header `Host`, without port, without the brackets of an address; `at` is NULL where it is
   none. */
wd_letters wd_access_host(wd_letters authority);
int wd_access_is_loopback(wd_letters host);

/* Why a request is not answered, in one sentence; NULL: it is. `own` is the device's own name, or NULL. */
const char *wd_access_refusal(wd_letters host, wd_letters origin, const char *own);

#endif
