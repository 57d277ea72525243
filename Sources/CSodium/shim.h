<<<<<<< HEAD
// As in CLinux: what <sys/select.h> declares depends on it, and modules that differ cannot be
// imported together.
=======
// The same view of the C library as CLinux has: types seen from two modules must be equal.
>>>>>>> 6ff5cbb (wip)
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sodium.h>
