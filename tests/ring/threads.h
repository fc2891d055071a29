/* A writer of a ring and the core's reader, as two threads of one process; their headers share names. */
#ifndef THREADS_H
#define THREADS_H

#include <stddef.h>
#include <stdint.h>

enum { WORDS = 512, SLOTS = 3 }; /* of a picture, each the picture's number */

/* Looks at the newest picture of the ring in this memory. Returns its number where it is whole and another than `seen`;
   0: none; or ends the process where a picture taken for whole is none. With `is_plain` its words are read by loads of
   which the compiler and ThreadSanitizer know nothing but that they are loads. */
uint32_t look(const unsigned char *memory, size_t length, uint32_t seen, int is_plain);

#endif
