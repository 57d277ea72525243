#ifndef LIAISON_CPROGRAM_H
#define LIAISON_CPROGRAM_H
// The first steps of a program: its arguments, its standard descriptors, what others may read of
// it, and questions on a terminal. Results are >= 0 or a negated errno.
#include <stddef.h>
#include <stdint.h>

/// The arguments as `main` gets them, the program's own name first.
int liaison_argument_count(void);
/// Zero-terminated; "" beyond the last.
const char *_Nonnull liaison_argument(int index);

/// Puts something that can be neither read nor written in the place of standard descriptors that are closed, so that no
/// file is opened under their numbers.
int liaison_occupy_standard(void);
/// New files are the owner's alone, whatever the caller's umask was; a file that others may read is given its mode.
void liaison_restrict_new_files(void);
/// No core file, no debugger of the same user, and /proc/PID of root: for a process that holds secrets.
int liaison_hide_memory(void);

/// Reads one line from the terminal `fd` without echo, into `bytes`, without its end. A signal that ends or stops the
/// process finds the terminal as it was. -EMSGSIZE for a longer line, -ENODATA for an end before the line's.
int64_t liaison_read_silently(int fd, const char *_Nonnull prompt, uint8_t *_Nonnull bytes, size_t count);
#endif
