/* A library in the place of LZ4's that finds nothing to be compressible: every band is stored. */
#include <stddef.h>

static char stream;

void *LZ4_createStream(void);
int LZ4_freeStream(void *of);
void LZ4_resetStream(void *of);
void LZ4_resetStream_fast(void *of);
int LZ4_compress_fast_continue(void *of, const char *from, char *to, int size, int room, int acceleration);
int LZ4_decompress_safe(const char *from, char *to, int size, int room);

void *LZ4_createStream(void) { return &stream; }
int LZ4_freeStream(void *of) { return of != &stream; }
void LZ4_resetStream(void *of) { (void)of; }
void LZ4_resetStream_fast(void *of) { (void)of; }
int LZ4_compress_fast_continue(void *of, const char *from, char *to, int size, int room, int acceleration)
{
    return (void)of, (void)from, (void)to, (void)size, (void)room, (void)acceleration, 0;
}
int LZ4_decompress_safe(const char *from, char *to, int size, int room)
{
    return (void)from, (void)to, (void)size, (void)room, -1;
}
