/* The compiled twins of what is in rows.py. Knows nothing of Python objects but their buffers. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

typedef uint32_t __attribute__((aligned(1), may_alias)) word32; /* memory of others may be aligned to nothing */
typedef uint16_t __attribute__((aligned(1), may_alias)) word16;

typedef struct {
    const uint8_t *bytes; /* the row read */
    Py_ssize_t width;     /* pixels */
    Py_ssize_t stride;    /* bytes from one pixel to the next */
    int size;             /* bytes of a pixel read */
    int packed_size;      /* bytes of a pixel written */
    uint32_t padding;     /* bits set in each 32-bit pixel */
    const uint8_t *pack;  /* of each channel its byte, how far to shift it down, then up; or NULL */
} Row;

typedef struct {
    unsigned bytes;        /* how far a channel of one byte may be off */
    const uint8_t *fields; /* of each channel in a word its shift, its mask, how far it may be off; or NULL */
} Tolerance;

/* Whether a row of padded pixels that lie side by side is the one before. Looks at 1 kB at a time. */
static int padded_equal(const Row *row, const uint8_t *before)
{
    const word32 *from = (const word32 *)row->bytes, *with = (const word32 *)before;
    for (Py_ssize_t first = 0; first < row->width; first += 256) {
        Py_ssize_t end = first + 256 < row->width ? first + 256 : row->width;
        uint32_t differs = 0;
        if (!memcmp(from + first, with + first, 4 * (end - first))) /* mostly, and the quickest comparison there is */
            continue;
        for (Py_ssize_t i = first; i < end; i++)
            differs |= (from[i] | row->padding) ^ with[i];
        if (differs)
            return 0;
    }
    return 1;
}

/* The row's pixels side by side, in one load each where the size allows. */
static void gather(const Row *row, uint8_t *to)
{
    const uint8_t *from = row->bytes;
    const Py_ssize_t width = row->width, stride = row->stride;
    if (row->pack) {
        const uint8_t *p = row->pack;
        for (Py_ssize_t i = 0; i < width; i++, from += stride) {
            unsigned word = from[p[0]] >> p[1] << p[2] | from[p[3]] >> p[4] << p[5] | from[p[6]] >> p[7] << p[8];
            if (row->packed_size == 2)
                ((word16 *)to)[i] = (uint16_t)word;
            else
                to[i] = (uint8_t)word;
        }
    } else if (stride == row->size && !row->padding) {
        memcpy(to, from, width * stride);
    } else if (row->size == 4 && stride == 4) { /* apart, so that the compiler uses vectors */
        for (Py_ssize_t i = 0; i < width; i++)
            ((word32 *)to)[i] = ((const word32 *)from)[i] | row->padding;
    } else if (row->size == 4) {
        for (Py_ssize_t i = 0; i < width; i++, from += stride)
            ((word32 *)to)[i] = *(const word32 *)from | row->padding;
    } else if (row->size == 2) {
        for (Py_ssize_t i = 0; i < width; i++, from += stride)
            ((word16 *)to)[i] = *(const word16 *)from;
    } else {
        for (Py_ssize_t i = 0; i < width; i++, from += stride, to += row->size)
            for (int byte = 0; byte < row->size; byte++)
                to[byte] = from[byte];
    }
}

/* Which of the bytes, 255 or 0, are off by more than this. A loop that the compiler makes vectors of. */
static void compare_bytes(const uint8_t *restrict new, const uint8_t *restrict old, uint8_t *restrict off, int length,
                          uint8_t by)
{
    for (int i = 0; i < length; i++) {
        uint8_t more = new[i] > old[i] ? new[i] : old[i], less = new[i] > old[i] ? old[i] : new[i];
        off[i] = (uint8_t)(more - less) > by ? 255 : 0;
    }
}

/* The old word for each new one of which no byte is off. */
static void keep_words(word32 *restrict new, const word32 *restrict old, const word32 *restrict off, int length)
{
    for (int i = 0; i < length; i++) {
        const uint32_t mask = off[i] ? 0 : UINT32_MAX;
        new[i] = (new[i] & ~mask) | (old[i] & mask);
    }
}

static int field_off(unsigned new, unsigned old, const uint8_t *fields)
{
    int off = 0;
    for (const uint8_t *field = fields; field < fields + 9; field += 3) {
        int distance = (int)(new >> field[0] & field[1]) - (int)(old >> field[0] & field[1]);
        off |= (distance < 0 ? -distance : distance) > field[2];
    }
    return off;
}

/* Puts the old pixel in the place of each new one of which no channel is off by more than the tolerance. */
static void keep_near(uint8_t *new, const uint8_t *old, Py_ssize_t width, int size, Tolerance tolerance)
{
    enum { BLOCK = 64 };
    uint8_t off[4 * BLOCK];
    for (; width > 0; width -= BLOCK, new += BLOCK * size, old += BLOCK * size) {
        const int pixels = width < BLOCK ? (int)width : BLOCK;
        if (!tolerance.fields)
            compare_bytes(new, old, off, pixels * size, (uint8_t)tolerance.bytes);
        for (int i = 0; tolerance.fields && i < pixels; i++) {
            unsigned a = size == 2 ? ((word16 *)new)[i] : new[i], b = size == 2 ? ((const word16 *)old)[i] : old[i];
            memset(off + i * size, field_off(a, b, tolerance.fields), size);
        }
        if (size == 4) {
            keep_words((word32 *)new, (const word32 *)old, (const word32 *)off, pixels);
        } else {
            for (int i = 0, byte = 0, any = 0; i < pixels; i++, any = 0) {
                for (int end = byte + size; byte < end; byte++)
                    any |= off[byte];
                if (!any)
                    memcpy(new + i * size, old + i * size, size);
            }
        }
    }
}

/* One row: whether it differs from the one before. Writes it to the target where that does not hold it already. */
static int take_row(const Row *row, const uint8_t *before, uint8_t *target, int stale, Tolerance tolerance)
{
    const Py_ssize_t length = row->width * row->packed_size;
    const int beside = row->stride == row->size && !row->pack;
    if (beside && !tolerance.bytes) { /* compare first: most rows need no writing then */
        int differs = row->padding ? !padded_equal(row, before) : memcmp(row->bytes, before, length) != 0;
        if (differs || stale)
            gather(row, target);
        return differs;
    }
    gather(row, target);
    if (tolerance.bytes)
        keep_near(target, before, row->width, row->packed_size, tolerance);
    return memcmp(target, before, length) != 0;
}

/* All rows; `asked` may be NULL, which asks for each of them. How many differ. */
static Py_ssize_t take_rows(Row row, const Py_buffer *source, const uint8_t *old, uint8_t *new, const uint8_t *stale,
                            const uint8_t *asked, uint8_t *changed, Tolerance tolerance)
{
    enum { LINE = 64, AHEAD = 16 * LINE };
    const Py_ssize_t length = row.width * row.packed_size, height = source->shape[0], stride = source->strides[0];
    const uint8_t *from = source->buf;
    Py_ssize_t count = 0;
    for (Py_ssize_t y = 0; y < height; y++, from += stride, old += length, new += length) {
        changed[y] = 0;
        if (!asked || asked[y]) {
            if (y + 1 < height && (!asked || asked[y + 1])) /* processors read ahead within a page of 4 kB only */
                for (Py_ssize_t at = 0; at < AHEAD && at < row.width * row.stride; at += LINE)
                    __builtin_prefetch(from + stride + at);
            row.bytes = from;
            changed[y] = (uint8_t)take_row(&row, old, new, stale[y], tolerance);
        } else if (stale[y]) {
            memcpy(new, old, length);
        }
        count += changed[y];
    }
    return count;
}

/* What there is to read, from the source's buffer. */
static int describe(const Py_buffer *source, Row *row)
{
    const Py_ssize_t components = source->ndim == 3 ? source->shape[2] : 1;
    if (source->ndim < 2 || source->ndim > 3 || components * source->itemsize > 4 ||
        (components > 1 && source->strides[2] != source->itemsize)) {
        PyErr_SetString(PyExc_ValueError, "source is no picture whose pixels are 1 to 4 bytes that lie together");
        return 0;
    }
    row->width = source->shape[1];
    row->stride = source->strides[1];
    row->size = (int)(components * source->itemsize);
    return 1;
}

/* Whether there is nothing to pack, or three bytes of a pixel are to become a word of one or two bytes. */
static int can_pack(const Row *row, Py_ssize_t length)
{
    const uint8_t *p = row->pack;
    return !length || (length == 9 && p[0] < row->size && p[3] < row->size && p[6] < row->size &&
                       (row->packed_size == 1 || row->packed_size == 2));
}

static void release(Py_buffer **buffers)
{
    for (; *buffers; buffers++)
        PyBuffer_Release(*buffers); /* does nothing with one that holds none */
}

/* take(source, before, target, stale, asked, changed, padding, tolerance, pack, fields); see rows.py. */
static PyObject *take(PyObject *self, PyObject *arguments)
{
    PyObject *object, *result = NULL;
    Py_buffer source = {0}, before, target, stale, asked, changed;
    Row row = {0};
    Tolerance tolerance = {0};
    const char *pack, *fields;
    Py_ssize_t pack_length, fields_length;
    (void)self;
    if (!PyArg_ParseTuple(arguments, "Oy*w*y*z*w*IIy#y#", &object, &before, &target, &stale, &asked, &changed,
                          &row.padding, &tolerance.bytes, &pack, &pack_length, &fields, &fields_length))
        return NULL;
    if (PyObject_GetBuffer(object, &source, PyBUF_STRIDED_RO) == 0 && describe(&source, &row)) {
        row.pack = pack_length ? (const uint8_t *)pack : NULL;
        tolerance.fields = fields_length ? (const uint8_t *)fields : NULL;
        const Py_ssize_t height = source.shape[0], pixels = height * row.width;
        row.packed_size = row.pack ? (int)(target.len / (pixels ? pixels : 1)) : row.size;
        if (!can_pack(&row, pack_length) || (fields_length && fields_length != 9)) {
            PyErr_SetString(PyExc_ValueError, "pack or fields do not fit the source's pixels");
        } else if (target.len != pixels * row.packed_size || before.len != target.len || stale.len != height ||
                   (asked.buf && asked.len != height) || changed.len != height) {
            PyErr_SetString(PyExc_ValueError, "before, target, stale, asked or changed is not of the source's size");
        } else {
            Py_ssize_t count;
            Py_BEGIN_ALLOW_THREADS
            count = take_rows(row, &source, before.buf, target.buf, stale.buf, asked.buf, changed.buf, tolerance);
            Py_END_ALLOW_THREADS
            result = PyLong_FromSsize_t(count);
        }
    }
    release((Py_buffer *[]){&source, &before, &target, &stale, &asked, &changed, NULL});
    return result;
}

/* compare(one, other, differing): says of each row whether it differs. */
static PyObject *compare(PyObject *self, PyObject *arguments)
{
    Py_buffer one, other, differing;
    (void)self;
    if (!PyArg_ParseTuple(arguments, "y*y*w*", &one, &other, &differing))
        return NULL;
    const Py_ssize_t length = differing.len ? one.len / differing.len : 0;
    const int fits = one.len == other.len && one.len == length * differing.len;
    const uint8_t *a = one.buf, *b = other.buf;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t y = 0; fits && y < differing.len; y++, a += length, b += length)
        ((uint8_t *)differing.buf)[y] = memcmp(a, b, length) != 0;
    Py_END_ALLOW_THREADS
    release((Py_buffer *[]){&one, &other, &differing, NULL});
    if (!fits)
        PyErr_SetString(PyExc_ValueError, "one, other and differing are not of one size");
    return fits ? Py_NewRef(Py_None) : NULL;
}

/* The first three bytes of each pixel, XORed with the base's if there is one; whether all fourth bytes were 255. */
static inline int strip(const word32 *pixels, const word32 *base, uint8_t *to, Py_ssize_t count)
{
    uint32_t fourth = UINT32_MAX;
    for (Py_ssize_t i = 0; i < count; i++, to += 3) {
        const uint32_t colours = base ? pixels[i] ^ base[i] : pixels[i];
        fourth &= base ? pixels[i] & base[i] : pixels[i];
        if (i < count - 1)
            *(word32 *)to = colours; /* its fourth byte is written over by the next pixel's first */
        else
            memcpy(to, (uint8_t[]){(uint8_t)colours, (uint8_t)(colours >> 8), (uint8_t)(colours >> 16)}, 3);
    }
    return fourth >> 24 == 255;
}

/* unpad(rows, base or None, colours): whether there was nothing but padding to leave out. */
static PyObject *unpad(PyObject *self, PyObject *arguments)
{
    Py_buffer rows, base, colours;
    int only = 0;
    (void)self;
    if (!PyArg_ParseTuple(arguments, "y*z*w*", &rows, &base, &colours))
        return NULL;
    const int fits = colours.len * 4 == rows.len * 3 && (!base.buf || base.len == rows.len);
    if (fits)
        only = strip(rows.buf, base.buf, colours.buf, rows.len / 4);
    release((Py_buffer *[]){&rows, &base, &colours, NULL});
    if (!fits)
        PyErr_SetString(PyExc_ValueError, "rows, base and colours are not of one size");
    return fits ? PyBool_FromLong(only) : NULL;
}

static PyMethodDef methods[] = {
    {"take", take, METH_VARARGS, "See ws_stream/pixels/rows.py."},
    {"compare", compare, METH_VARARGS, "See ws_stream/pixels/rows.py."},
    {"unpad", unpad, METH_VARARGS, "See ws_stream/pixels/rows.py."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_kernel", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__kernel(void)
{
    return PyModule_Create(&module);
}
