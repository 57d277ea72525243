// As in CLinux: what <sys/select.h> declares depends on it, and modules that differ cannot be
// imported together.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <nettle/sha2.h>
