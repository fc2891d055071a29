/* When to ask a source for its next picture, so that one is read soon after its writer completed it: the twin of
   ws_stream/walk/phase_lock.py, where the table stands. */
#ifndef WS_PHASE_LOCK_H
#define WS_PHASE_LOCK_H

typedef struct {
    int locked; /* polls follow the writer's clock */
    int found;  /* pictures one after the other */
    int vain;   /* polls in vain since the last picture */
} ws_phase_lock;

/* Seconds from this poll to the next one, after it found a picture or did not. */
double ws_phase_lock_found(ws_phase_lock *lock, double interval);
double ws_phase_lock_vain(ws_phase_lock *lock, double interval);

#endif
