/* A walk and its viewers, driven by bytes that are taken for a history of calls, and the laws that hold all along:

   - What a viewer's socket and its transport were given is a sequence of whole frames, whatever the socket took of
     each.
   - Every message makes of the picture that the viewer shows the newest one, to the byte.
   - A picture that was read whole and without a tolerance is the source's.
   - At most 16 pictures are on their way to a viewer, and marks are kept since at most 4.
   - Where memory runs out, a call says so, and all of this still holds.
   - In the end every viewer shows the newest picture. */
#ifndef WS_HISTORY_H
#define WS_HISTORY_H

#include <stddef.h>
#include <stdint.h>

/* Dies where a law is broken. `lz4` is a path or name of a library. */
void play_history(const uint8_t *bytes, size_t size, const char *lz4);

#endif
