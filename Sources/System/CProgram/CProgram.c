// For ppoll.
#define _GNU_SOURCE
#include "CProgram.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

// MARK: arguments

static int argument_count;
static char **arguments;

/// glibc calls constructors with what it calls `main` with. Swift's own list is read from /proc, or guessed from where
/// the environment lies, and is empty or wrong where neither is as expected.
__attribute__((constructor)) static void liaison_remember_arguments(int count, char **values) {
  argument_count = count;
  arguments = values;
}

int liaison_argument_count(void) { return argument_count; }
const char *liaison_argument(int index) {
  return index >= 0 && index < argument_count && arguments[index] ? arguments[index] : "";
}

// MARK: descriptors, files, memory

int liaison_occupy_standard(void) {
  for (int fd = 0; fd <= 2; fd++) {
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // The other way round than it is used: whoever needs it gets an error, and knows.
    int made = open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
    // Without /dev, the root folder: it can be neither read nor written.
    if (made < 0) made = open("/", O_RDONLY | O_DIRECTORY);
    if (made < 0) return -errno;
    // The lowest number that is free is this one.
    if (made != fd) {
      close(made);
      return -EBADF;
    }
  }
  return 0;
}

void liaison_restrict_new_files(void) { umask(077); }

int liaison_hide_memory(void) {
  struct rlimit none = {0, 0};
  if (setrlimit(RLIMIT_CORE, &none) < 0) return -errno;
  return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? -errno : 0;
}

// MARK: terminal

static volatile sig_atomic_t caught;
static void remember_signal(int number) { caught = number; }

static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
enum { ENDING = sizeof ending / sizeof *ending };

static void write_text(int fd, const char *text) {
  ssize_t written = write(fd, text, strlen(text));
  (void)written;
}

/// Lets the signal do what it would have done.
static void deliver(int number, const struct sigaction *before, const sigset_t *mask) {
  struct sigaction own;
  sigset_t blocked;
  sigaction(number, before, &own);
  raise(number);
  sigprocmask(SIG_SETMASK, mask, &blocked);
  // Here again only after a stop and SIGCONT, or where the signal was ignored.
  sigprocmask(SIG_SETMASK, &blocked, NULL);
  sigaction(number, &own, NULL);
}

int64_t liaison_read_silently(int fd, const char *prompt, uint8_t *bytes, size_t count) {
  struct termios before, silent;
  struct sigaction action, actions[ENDING];
  sigset_t mask, with_ending;
  int64_t result = 0;
  int is_asking = 1;
  if (tcgetattr(fd, &before) < 0) return -(int64_t)errno;
  silent = before;
  silent.c_lflag &= ~(tcflag_t)ECHO;

  // Blocked except while waiting, so that none comes between the look at `caught` and the wait.
  sigemptyset(&with_ending);
  for (int i = 0; i < ENDING; i++) sigaddset(&with_ending, ending[i]);
  sigprocmask(SIG_BLOCK, &with_ending, &mask);
  memset(&action, 0, sizeof action);
  action.sa_handler = remember_signal;
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < ENDING; i++) {
    sigaction(ending[i], NULL, &actions[i]);
    if (actions[i].sa_handler != SIG_IGN) sigaction(ending[i], &action, NULL);
  }

  caught = 0;
  while (is_asking) {
    struct pollfd wait = {.fd = fd, .events = POLLIN, .revents = 0};
    sigset_t open_mask = mask;
    size_t used = 0;
    write_text(2, prompt);
    tcsetattr(fd, TCSAFLUSH, &silent);
    result = 0;
    for (;;) {
      uint8_t byte;
      int ready = ppoll(&wait, 1, NULL, &open_mask);
      if (caught) break;
      if (ready < 0 && errno == EINTR) continue;
      ssize_t got = ready < 0 ? -1 : read(fd, &byte, 1);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) result = -(int64_t)errno;
      if (got == 0) result = -ENODATA;
      if (got <= 0) break;
      if (byte == '\n') {
        result = (int64_t)used;
        break;
      }
      if (used == count) {
        result = -EMSGSIZE;
        break;
      }
      bytes[used++] = byte;
    }
    tcsetattr(fd, TCSAFLUSH, &before);
    write_text(2, "\n");
    is_asking = caught != 0;
    if (caught) {
      int number = caught;
      caught = 0;
      for (int i = 0; i < ENDING; i++)
        if (ending[i] == number) deliver(number, &actions[i], &mask);
    }
  }

  for (int i = 0; i < ENDING; i++) sigaction(ending[i], &actions[i], NULL);
  sigprocmask(SIG_SETMASK, &mask, NULL);
  return result;
}
