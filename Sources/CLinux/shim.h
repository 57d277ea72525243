#ifndef LIAISON_CLINUX_SHIM_H
#define LIAISON_CLINUX_SHIM_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
// What Glibc's Swift overlay does not bring: Linux' own system calls.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/file.h>
#include <sys/un.h>
#include <linux/falloc.h>
#endif
