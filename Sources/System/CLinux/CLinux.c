// For accept4, fallocate, struct ucred and the like.
#define _GNU_SOURCE
#include "CLinux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/falloc.h>
#include <malloc.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

_Static_assert(sizeof(pthread_t) == sizeof(unsigned long), "a thread's handle");
_Static_assert(LIAISON_READABLE == (int)EPOLLIN && LIAISON_WRITABLE == (int)EPOLLOUT, "epoll");
_Static_assert(LIAISON_ERROR == (int)EPOLLERR && LIAISON_HANG_UP == (int)EPOLLHUP, "epoll");
_Static_assert(LIAISON_ADD == EPOLL_CTL_ADD && LIAISON_REMOVE == EPOLL_CTL_DEL, "epoll");
_Static_assert(LIAISON_CHANGE == EPOLL_CTL_MOD, "epoll");

static int64_t liaison_result(int64_t result) { return result < 0 ? -(int64_t)errno : result; }

// MARK: files

int64_t liaison_openat(int folder, const char *path, int flags, uint32_t mode) {
  return liaison_result(openat(folder, path, flags | O_CLOEXEC, (mode_t)mode));
}
int64_t liaison_read(int fd, void *bytes, size_t count) {
  return liaison_result(read(fd, bytes, count));
}
int64_t liaison_pread(int fd, void *bytes, size_t count, uint64_t offset) {
  return liaison_result(pread(fd, bytes, count, (off_t)offset));
}
int64_t liaison_pwrite(int fd, const void *bytes, size_t count, uint64_t offset) {
  return liaison_result(pwrite(fd, bytes, count, (off_t)offset));
}
int64_t liaison_fdatasync(int fd) { return liaison_result(fdatasync(fd)); }
int64_t liaison_start_writing(int fd) {
  return liaison_result(sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE));
}
int64_t liaison_fsync(int fd) { return liaison_result(fsync(fd)); }
int64_t liaison_ftruncate(int fd, uint64_t bytes) {
  return liaison_result(ftruncate(fd, (off_t)bytes));
}
int64_t liaison_preallocate(int fd, uint64_t offset, uint64_t bytes) {
  return liaison_result(fallocate(fd, 0, (off_t)offset, (off_t)bytes));
}
int64_t liaison_punch(int fd, uint64_t offset, uint64_t bytes) {
  return liaison_result(
      fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)bytes));
}
int64_t liaison_flock_exclusive(int fd) {
  return liaison_result(flock(fd, LOCK_EX | LOCK_NB));
}
int64_t liaison_mkdirat(int folder, const char *path, uint32_t mode) {
  return liaison_result(mkdirat(folder, path, (mode_t)mode));
}
int64_t liaison_renameat(int folder, const char *from, const char *to) {
  return liaison_result(renameat(folder, from, folder, to));
}
int64_t liaison_unlinkat(int folder, const char *path, int flags) {
  return liaison_result(unlinkat(folder, path, flags));
}
int64_t liaison_fchown(int fd, uint32_t user, uint32_t group) {
  return liaison_result(fchown(fd, (uid_t)user, (gid_t)group));
}
int64_t liaison_fchmod(int fd, uint32_t mode) {
  return liaison_result(fchmod(fd, (mode_t)mode));
}
int64_t liaison_fchmodat(int folder, const char *path, uint32_t mode) {
  return liaison_result(fchmodat(folder, path, (mode_t)mode, 0));
}

static int64_t liaison_status_result(int result, const struct stat *from,
                                            struct liaison_file_status *to) {
  if (result < 0) return -(int64_t)errno;
  to->device = from->st_dev;
  to->inode = from->st_ino;
  to->bytes = (uint64_t)from->st_size;
  to->allocated_bytes = (uint64_t)from->st_blocks * 512;
  to->mode = from->st_mode;
  to->user = from->st_uid;
  to->group = from->st_gid;
  return 0;
}
int64_t liaison_fstat(int fd, struct liaison_file_status *status) {
  struct stat found;
  int result = fstat(fd, &found);
  return liaison_status_result(result, &found, status);
}
int64_t liaison_fstatat(int folder, const char *path, int flags,
                                      struct liaison_file_status *status) {
  struct stat found;
  int result = fstatat(folder, path, &found, flags);
  return liaison_status_result(result, &found, status);
}

/// Takes the descriptor over; when it fails it closes it and *failure is the errno.
void *liaison_folder_open(int fd, int *failure) {
  DIR *folder = fdopendir(fd);
  *failure = folder ? 0 : errno;
  if (!folder) close(fd);
  return folder;
}
/// The next name, NULL at the end, NULL and *failure != 0 when reading failed.
const char *liaison_folder_next(void *folder, int *failure) {
  errno = 0;
  struct dirent *entry = readdir(folder);
  *failure = entry ? 0 : errno;
  return entry ? entry->d_name : NULL;
}

/// Ends what `liaison_folder_open` began.
void liaison_folder_close(void *folder) { closedir(folder); }

// MARK: sockets

int64_t liaison_socket(int family, int type) {
  return liaison_result(socket(family, type | SOCK_CLOEXEC, 0));
}
int64_t liaison_bind(int fd, const uint8_t *address, uint32_t bytes) {
  return liaison_result(bind(fd, (const struct sockaddr *)address, bytes));
}
int64_t liaison_connect(int fd, const uint8_t *address, uint32_t bytes) {
  return liaison_result(connect(fd, (const struct sockaddr *)address, bytes));
}
int64_t liaison_listen(int fd, int backlog) {
  return liaison_result(listen(fd, backlog));
}
int64_t liaison_accept(int fd) {
  return liaison_result(accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK));
}
int64_t liaison_recv(int fd, void *bytes, size_t count) {
  return liaison_result(recv(fd, bytes, count, 0));
}
int64_t liaison_send(int fd, const void *bytes, size_t count) {
  return liaison_result(send(fd, bytes, count, MSG_NOSIGNAL));
}
int64_t liaison_sendto(int fd, const void *bytes, size_t count,
                                     const uint8_t *address, uint32_t address_bytes) {
  return liaison_result(sendto(fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT,
                               (const struct sockaddr *)address, address_bytes));
}
int64_t liaison_shutdown_write(int fd) {
  return liaison_result(shutdown(fd, SHUT_WR));
}
int64_t liaison_set_option(int fd, int level, int option, int value) {
  return liaison_result(setsockopt(fd, level, option, &value, sizeof value));
}
int64_t liaison_set_timeout(int fd, uint64_t milliseconds) {
  struct timeval value = {.tv_sec = (time_t)(milliseconds / 1000),
                          .tv_usec = (suseconds_t)(milliseconds % 1000 * 1000)};
  int result = setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value);
  if (result == 0) result = setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &value, sizeof value);
  return liaison_result(result);
}
/// The error that a socket has waiting (SO_ERROR), as a positive errno, or 0.
int64_t liaison_take_error(int fd) {
  int value = 0;
  socklen_t bytes = sizeof value;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &value, &bytes) < 0) return -(int64_t)errno;
  return value;
}
/// The user id of the process at the other end of a Unix socket.
int64_t liaison_peer_user(int fd) {
  struct ucred peer = {0, 0, 0};
  socklen_t bytes = sizeof peer;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) < 0) return -(int64_t)errno;
  return (int64_t)peer.uid;
}
/// 1 if the process at the other end of a Unix socket had this group when it connected, 0 if not.
int64_t liaison_peer_has_group(int fd, uint32_t group) {
  struct ucred peer = {0, 0, 0};
  socklen_t bytes = sizeof peer;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) < 0) return -(int64_t)errno;
  if (peer.gid == (gid_t)group) return 1;
  // A process has at most NGROUPS_MAX groups, 65,536.
  socklen_t room = 256 * sizeof(gid_t);
  for (int attempt = 0; attempt < 2; attempt++) {
    gid_t *groups = malloc(room > 0 ? room : 1);
    if (groups == NULL) return -(int64_t)ENOMEM;
    socklen_t found = room;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &found) < 0) {
      int failure = errno;
      free(groups);
      if (failure != ERANGE) return -(int64_t)failure;
      room = found;
      continue;
    }
    int64_t has = 0;
    for (size_t i = 0; i < found / sizeof(gid_t); i++) has |= groups[i] == (gid_t)group;
    free(groups);
    return has;
  }
  return -(int64_t)ERANGE;
}
/// The number of the group of that name; -ENOENT where there is none.
int64_t liaison_group_id(const char *name) {
  struct group entry, *found = NULL;
  char *text = malloc(1 << 16);
  if (text == NULL) return -(int64_t)ENOMEM;
  int failure = getgrnam_r(name, &entry, text, 1 << 16, &found);
  int64_t result = failure ? -(int64_t)failure : found == NULL ? -(int64_t)ENOENT : (int64_t)entry.gr_gid;
  free(text);
  return result;
}
/// Gives a name in a folder to a group; a link is not followed.
int64_t liaison_set_group(int folder, const char *path, uint32_t group) {
  return liaison_result(fchownat(folder, path, (uid_t)-1, (gid_t)group, AT_SYMLINK_NOFOLLOW));
}
/// Own (peer == 0) or the other end's address into `address` (128 bytes); the length it has.
int64_t liaison_socket_name(int fd, int peer, uint8_t *address) {
  struct sockaddr_storage found;
  socklen_t bytes = sizeof found;
  int result = peer ? getpeername(fd, (struct sockaddr *)&found, &bytes)
                    : getsockname(fd, (struct sockaddr *)&found, &bytes);
  if (result < 0) return -(int64_t)errno;
  if (bytes > sizeof found) bytes = sizeof found;
  memcpy(address, &found, bytes);
  return bytes;
}
/// A Unix socket's address; a name that begins with '@' is in the abstract name space.
int64_t liaison_unix_address(const char *path, uint8_t *address) {
  struct sockaddr_un made;
  size_t count = strlen(path);
  memset(&made, 0, sizeof made);
  made.sun_family = AF_UNIX;
  if (count == 0 || count >= sizeof made.sun_path) return -(int64_t)ENAMETOOLONG;
  memcpy(made.sun_path, path, count);
  if (path[0] == '@') made.sun_path[0] = 0;
  memcpy(address, &made, sizeof made);
  return (int64_t)(offsetof(struct sockaddr_un, sun_path) + count + (path[0] == '@' ? 0 : 1));
}
/// Resolves into `count` slots of 28 bytes each (a sockaddr_in6, the larger kind). The number found, or
/// a negated errno; *failure is getaddrinfo's own code when that is what failed.
int64_t liaison_resolve(const char *host, const char *port, int flags, uint8_t *slots,
                                      uint32_t *lengths, int count, int *failure) {
  struct addrinfo hints, *found = NULL;
  int written = 0;
  memset(&hints, 0, sizeof hints);
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  *failure = getaddrinfo(host[0] ? host : NULL, port, &hints, &found);
  if (*failure != 0) return -(int64_t)(*failure == EAI_SYSTEM ? errno : EADDRNOTAVAIL);
  for (struct addrinfo *each = found; each && written < count; each = each->ai_next) {
    if (each->ai_addrlen > 28) continue;
    memcpy(slots + 28 * written, each->ai_addr, each->ai_addrlen);
    lengths[written++] = each->ai_addrlen;
  }
  freeaddrinfo(found);
  return written;
}
/// Host and port of an address as digits; 0 or a negated errno.
int64_t liaison_address_text(const uint8_t *address, uint32_t bytes, char *host,
                                           uint32_t host_bytes, char *port, uint32_t port_bytes) {
  int failure = getnameinfo((const struct sockaddr *)address, bytes, host, host_bytes, port,
                            port_bytes, NI_NUMERICHOST | NI_NUMERICSERV);
  return failure == 0 ? 0 : -(int64_t)EAFNOSUPPORT;
}
int liaison_address_family(const uint8_t *address) {
  sa_family_t family;
  memcpy(&family, address, sizeof family);
  return family;
}

// MARK: events

int64_t liaison_epoll_create(void) { return liaison_result(epoll_create1(EPOLL_CLOEXEC)); }
int64_t liaison_epoll_control(int epoll, int operation, int fd, uint32_t events,
                                            uint64_t id) {
  struct epoll_event event = {.events = events, .data = {.u64 = id}};
  return liaison_result(epoll_ctl(epoll, operation, fd, &event));
}
/// Waits and copies ids and event masks out; `count` at most LIAISON_EVENTS_A_BATCH.
int64_t liaison_epoll_wait(int epoll, uint64_t *ids, uint32_t *masks, int count,
                                         int timeout_milliseconds) {
  struct epoll_event events[LIAISON_EVENTS_A_BATCH];
  if (count > LIAISON_EVENTS_A_BATCH) count = LIAISON_EVENTS_A_BATCH;
  int found = epoll_wait(epoll, events, count, timeout_milliseconds);
  if (found < 0) return -(int64_t)errno;
  for (int i = 0; i < found; i++) {
    ids[i] = events[i].data.u64;
    masks[i] = events[i].events;
  }
  return found;
}
int64_t liaison_eventfd(void) {
  return liaison_result(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}
int64_t liaison_eventfd_add(int fd) {
  uint64_t one = 1;
  return liaison_result(write(fd, &one, sizeof one));
}
int64_t liaison_eventfd_take(int fd) {
  uint64_t value = 0;
  return liaison_result(read(fd, &value, sizeof value));
}
int64_t liaison_write(int fd, const void *bytes, size_t count) {
  return liaison_result(write(fd, bytes, count));
}
/// 1 when a write would not block now, 0 when it would.
int64_t liaison_is_writable(int fd) {
  struct pollfd wait = {.fd = fd, .events = POLLOUT, .revents = 0};
  return liaison_result(poll(&wait, 1, 0));
}

// MARK: programs

extern char **environ;

int64_t liaison_memory_file(void) {
  return liaison_result(memfd_create("liaison", MFD_CLOEXEC));
}

/// True when one of the variables in `list` has the name of this one.
static int liaison_names_variable(char **list, const char *variable) {
  size_t name = strcspn(variable, "=") + 1;
  for (; *list; list++)
    if (strncmp(*list, variable, name) == 0) return 1;
  return 0;
}

/// A list of the texts in `bytes`, each of which ends in a zero, with room for `more`; NULL where there is no memory.
static char **liaison_texts(const char *bytes, size_t count, size_t more) {
  size_t texts = 0;
  for (size_t i = 0; i < count; i++) texts += bytes[i] == 0;
  char **list = calloc(texts + more + 1, sizeof *list);
  if (!list) return NULL;
  for (size_t i = 0, next = 0; next < texts; i += strlen(bytes + i) + 1)
    list[next++] = (char *)bytes + i;
  return list;
}

/// The steps of the new process: only calls that may follow a fork.
static void liaison_become(char **arguments, char **variables, int input, pid_t parent, int failed) {
  sigset_t none;
  sigemptyset(&none);
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  // The parent may have ended before that signal was asked for.
  if (getppid() != parent) _exit(127);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGPIPE, SIG_DFL);
  if (dup2(input, STDIN_FILENO) >= 0) execve(arguments[0], arguments, variables);
  int number = errno;
  if (write(failed, &number, sizeof number) < 0) _exit(126);
  _exit(127);
}

int64_t liaison_start_program(const char *arguments, size_t argument_bytes, const char *variables,
                              size_t variable_bytes, int input) {
  size_t own = 0;
  while (environ && environ[own]) own++;
  char **words = liaison_texts(arguments, argument_bytes, 0);
  char **environment = liaison_texts(variables, variable_bytes, own);
  int failed[2] = {-1, -1};
  int64_t result = -ENOMEM;
  if (!words || !environment || !words[0]) goto end;
  size_t next = 0;
  while (environment[next]) next++;
  for (size_t i = 0; i < own; i++)
    if (!liaison_names_variable(environment, environ[i])) environment[next++] = environ[i];
  result = liaison_result(pipe2(failed, O_CLOEXEC));
  if (result < 0) goto end;
  pid_t parent = getpid();
  result = liaison_result(fork());
  if (result == 0) liaison_become(words, environment, input, parent, failed[1]);
  if (result < 0) goto end;
  pid_t child = (pid_t)result;
  // Here, too: whichever of the two comes first.
  setpgid(child, child);
  close(failed[1]);
  failed[1] = -1;
  int number = 0;
  ssize_t count;
  do count = read(failed[0], &number, sizeof number);
  while (count < 0 && errno == EINTR);
  if (count == (ssize_t)sizeof number) {
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    result = -(int64_t)number;
  }
end:
  if (failed[0] >= 0) close(failed[0]);
  if (failed[1] >= 0) close(failed[1]);
  free(words);
  free(environment);
  return result;
}

int64_t liaison_wait_program(int64_t process, uint64_t milliseconds) {
  int64_t handle = liaison_result(syscall(SYS_pidfd_open, (pid_t)process, 0));
  if (handle < 0) return handle;
  struct pollfd asked = {.fd = (int)handle, .events = POLLIN};
  uint64_t start = liaison_nanoseconds(CLOCK_MONOTONIC) / 1000000;
  int ready = 0;
  for (uint64_t passed = 0; ready == 0 && passed <= milliseconds;) {
    uint64_t rest = milliseconds - passed;
    ready = poll(&asked, 1, rest > 1000000 ? 1000000 : (int)rest);
    if (ready < 0 && errno == EINTR) ready = 0;
    else if (ready == 0 && rest == 0) break;
    passed = liaison_nanoseconds(CLOCK_MONOTONIC) / 1000000 - start;
  }
  int number = errno;
  close((int)handle);
  if (ready < 0) return -(int64_t)number;
  if (ready == 0) return -ETIMEDOUT;
  int status = 0;
  while (waitpid((pid_t)process, &status, 0) < 0)
    if (errno != EINTR) return -(int64_t)errno;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

int64_t liaison_signal_program(int64_t process, int signal) {
  return liaison_result(kill(-(pid_t)process, signal));
}

// MARK: signals, threads, clocks

/// Blocks the signals of the mask (bit n is signal n) for this thread and those it starts.
int64_t liaison_block_signals(uint64_t mask) {
  sigset_t set;
  sigemptyset(&set);
  for (int number = 1; number < 64; number++)
    if (mask & (UINT64_C(1) << number)) sigaddset(&set, number);
  return -(int64_t)pthread_sigmask(SIG_BLOCK, &set, NULL);
}
int64_t liaison_signalfd(uint64_t mask) {
  sigset_t set;
  sigemptyset(&set);
  for (int number = 1; number < 64; number++)
    if (mask & (UINT64_C(1) << number)) sigaddset(&set, number);
  return liaison_result(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}
/// The number of the next signal, or a negated errno.
int64_t liaison_signalfd_take(int fd) {
  struct signalfd_siginfo info;
  ssize_t count = read(fd, &info, sizeof info);
  if (count < 0) return -(int64_t)errno;
  return count == (ssize_t)sizeof info ? (int64_t)info.ssi_signo : -(int64_t)EIO;
}
void liaison_ignore_pipe_signal(void) { signal(SIGPIPE, SIG_IGN); }
/// A thread that runs `body(context)` with every signal blocked, so that signals stay with the
/// thread that asked for them.
int64_t liaison_thread_start(unsigned long *thread, void *(*body)(void *), void *context) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int failure = pthread_create(thread, NULL, body, context);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return -(int64_t)failure;
}
/// Blocks of less than `mapped` bytes come from the heap, of which up to `kept` free bytes stay.
void liaison_keep_memory(int mapped, int kept) {
  mallopt(M_MMAP_THRESHOLD, mapped);
  mallopt(M_TRIM_THRESHOLD, kept);
}
/// Raises the limit of open descriptors to `most`, or to what the hard limit allows; the limit that is in force then, or
/// a negated errno.
int64_t liaison_raise_descriptors(uint64_t most) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -(int64_t)errno;
  rlim_t wanted = limit.rlim_max < most ? limit.rlim_max : (rlim_t)most;
  if (limit.rlim_cur < wanted) {
    struct rlimit raised = {.rlim_cur = wanted, .rlim_max = limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  return limit.rlim_cur > INT32_MAX ? INT32_MAX : (int64_t)limit.rlim_cur;
}
/// Waits so long, or less when a signal comes.
void liaison_pause(uint64_t milliseconds) {
  struct timespec wait = {.tv_sec = (time_t)(milliseconds / 1000),
                          .tv_nsec = (long)(milliseconds % 1000 * 1000000)};
  clock_nanosleep(CLOCK_MONOTONIC, 0, &wait, NULL);
}
void liaison_thread_name(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }
uint64_t liaison_nanoseconds(int clock) {
  struct timespec now = {0, 0};
  clock_gettime((clockid_t)clock, &now);
  return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}
const char *liaison_error_text(int number) { return strerror(number); }
const char *liaison_error_name(int number) {
  const char *name = strerrorname_np(number);
  return name ? name : "";
}
const char *liaison_resolve_error_text(int code) { return gai_strerror(code); }
