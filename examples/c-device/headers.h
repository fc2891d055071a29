/* The headers of replies. Knows nothing of what there is. */
#ifndef DEVICE_HEADERS_H
#define DEVICE_HEADERS_H

#include "head.h"
#include "say.h"

void wd_say_status(wd_say *to, int status);
void wd_say_field(wd_say *to, const char *name, const char *value);

/* Those that go with every reply, as ws_stream/server/access.py has them; `own` is the device's own name, or NULL. */
void wd_say_standing(wd_say *to, const wd_head *h, const char *own);

/* The last ones of a reply with a body of so many bytes. Whether the connection is to be closed behind it: where it
   must, or where that is asked for. */
int wd_say_end(wd_say *to, const wd_head *h, int closes, size_t length);

#endif
