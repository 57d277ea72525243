#ifndef LIAISON_CLINUX_H
#define LIAISON_CLINUX_H
// Linux system calls in the shape in which Swift can use them with the least unsafe code:
// plain integers and byte pointers, and every result either >= 0 or a negated errno, so that
// nothing between the call and its check can overwrite errno.
// No system header is included here: what they declare depends on feature macros, and the compiler
// refuses two views of one type in one program.
#include <stddef.h>
#include <stdint.h>

struct liaison_file_status {
  uint64_t device, inode, bytes, allocated_bytes;
  uint32_t mode, user, group;
};

/// epoll's event bits and operations; CLinux.c asserts that they are the kernel's.
enum { LIAISON_READABLE = 0x1, LIAISON_WRITABLE = 0x4, LIAISON_ERROR = 0x8, LIAISON_HANG_UP = 0x10 };
enum { LIAISON_ADD = 1, LIAISON_REMOVE = 2, LIAISON_CHANGE = 3 };
/// Events that one `liaison_epoll_wait` can return.
enum { LIAISON_EVENTS_A_BATCH = 256 };

// MARK: files
int64_t liaison_openat(int folder, const char *path, int flags, uint32_t mode);
int64_t liaison_read(int fd, void *bytes, size_t count);
int64_t liaison_pread(int fd, void *bytes, size_t count, uint64_t offset);
int64_t liaison_pwrite(int fd, const void *bytes, size_t count, uint64_t offset);
int64_t liaison_fdatasync(int fd);
/* Begins to write a file's pages back; waits for none. */
int64_t liaison_start_writing(int fd);
int64_t liaison_fsync(int fd);
int64_t liaison_ftruncate(int fd, uint64_t bytes);
int64_t liaison_preallocate(int fd, uint64_t offset, uint64_t bytes);
int64_t liaison_punch(int fd, uint64_t offset, uint64_t bytes);
int64_t liaison_flock_exclusive(int fd);
int64_t liaison_mkdirat(int folder, const char *path, uint32_t mode);
int64_t liaison_renameat(int folder, const char *from, const char *to);
int64_t liaison_unlinkat(int folder, const char *path, int flags);
int64_t liaison_fchown(int fd, uint32_t user, uint32_t group);
int64_t liaison_fchmod(int fd, uint32_t mode);
int64_t liaison_fchmodat(int folder, const char *path, uint32_t mode);
int64_t liaison_fstat(int fd, struct liaison_file_status *status);
int64_t liaison_fstatat(int folder, const char *path, int flags,
                                      struct liaison_file_status *status);
/// Takes the descriptor over; when it fails it closes it and *failure is the errno.
void *liaison_folder_open(int fd, int *failure);
/// The next name, NULL at the end, NULL and *failure != 0 when reading failed.
const char *liaison_folder_next(void *folder, int *failure);
/// Ends what `liaison_folder_open` began.
void liaison_folder_close(void *folder);

// MARK: sockets
int64_t liaison_socket(int family, int type);
int64_t liaison_bind(int fd, const uint8_t *address, uint32_t bytes);
int64_t liaison_connect(int fd, const uint8_t *address, uint32_t bytes);
int64_t liaison_listen(int fd, int backlog);
int64_t liaison_accept(int fd);
int64_t liaison_recv(int fd, void *bytes, size_t count);
int64_t liaison_send(int fd, const void *bytes, size_t count);
int64_t liaison_sendto(int fd, const void *bytes, size_t count,
                                     const uint8_t *address, uint32_t address_bytes);
int64_t liaison_shutdown_write(int fd);
int64_t liaison_set_option(int fd, int level, int option, int value);
int64_t liaison_set_timeout(int fd, uint64_t milliseconds);
/// The error that a socket has waiting (SO_ERROR), as a positive errno, or 0.
int64_t liaison_take_error(int fd);
/// The user id of the process at the other end of a Unix socket.
int64_t liaison_peer_user(int fd);
/// 1 if the process at the other end of a Unix socket had this group when it connected, 0 if not.
int64_t liaison_peer_has_group(int fd, uint32_t group);
/// The number of the group of that name; -ENOENT where there is none.
int64_t liaison_group_id(const char *name);
/// Gives a name in a folder to a group; a link is not followed.
int64_t liaison_set_group(int folder, const char *path, uint32_t group);
/// Own (peer == 0) or the other end's address into `address` (128 bytes); the length it has.
int64_t liaison_socket_name(int fd, int peer, uint8_t *address);
/// A Unix socket's address; a name that begins with '@' is in the abstract name space.
int64_t liaison_unix_address(const char *path, uint8_t *address);
/// Resolves into `count` slots of 28 bytes each (a sockaddr_in6, the larger kind). The number found, or
/// a negated errno; *failure is getaddrinfo's own code when that is what failed.
int64_t liaison_resolve(const char *host, const char *port, int flags, uint8_t *slots,
                                      uint32_t *lengths, int count, int *failure);
/// Host and port of an address as digits; 0 or a negated errno.
int64_t liaison_address_text(const uint8_t *address, uint32_t bytes, char *host,
                                           uint32_t host_bytes, char *port, uint32_t port_bytes);
int liaison_address_family(const uint8_t *address);

// MARK: events
int64_t liaison_epoll_create(void);
int64_t liaison_epoll_control(int epoll, int operation, int fd, uint32_t events,
                                            uint64_t id);
/// Waits and copies ids and event masks out; `count` at most LIAISON_EVENTS_A_BATCH.
int64_t liaison_epoll_wait(int epoll, uint64_t *ids, uint32_t *masks, int count,
                                         int timeout_milliseconds);
int64_t liaison_eventfd(void);
int64_t liaison_eventfd_add(int fd);
int64_t liaison_eventfd_take(int fd);
int64_t liaison_write(int fd, const void *bytes, size_t count);
/// 1 when a write would not block now, 0 when it would.
int64_t liaison_is_writable(int fd);

// MARK: programs
/// A file without a name that is in memory alone, to be read and written.
int64_t liaison_memory_file(void);
/// Starts a program in a process group of its own, with `input` as its standard input; it ends when this thread does. Both lists
/// are texts that each end in a zero: its arguments, of which the first is its path, and variables (`NAME=value`) that it gets
/// before those of this process. The number of the process, or a negated errno, also where it could not be executed.
int64_t liaison_start_program(const char *arguments, size_t argument_bytes, const char *variables,
                              size_t variable_bytes, int input);
/// Waits at most so long for its end: its exit status, 256 and the signal that ended it, or -ETIMEDOUT.
int64_t liaison_wait_program(int64_t process, uint64_t milliseconds);
/// Sends a signal to its process group.
int64_t liaison_signal_program(int64_t process, int signal);

// MARK: signals, threads, clocks
/// Blocks the signals of the mask (bit n is signal n) for this thread and those it starts.
int64_t liaison_block_signals(uint64_t mask);
int64_t liaison_signalfd(uint64_t mask);
/// The number of the next signal, or a negated errno.
int64_t liaison_signalfd_take(int fd);
void liaison_ignore_pipe_signal(void);
/// A thread that runs `body(context)` with every signal blocked, so that signals stay with the
/// thread that asked for them.
int64_t liaison_thread_start(unsigned long *thread, void *(*body)(void *), void *context);
void liaison_keep_memory(int mapped, int kept);
int64_t liaison_raise_descriptors(uint64_t most);
void liaison_pause(uint64_t milliseconds);
void liaison_thread_name(const char *name);
uint64_t liaison_nanoseconds(int clock);
const char *liaison_error_text(int number);
const char *liaison_error_name(int number);
const char *liaison_resolve_error_text(int code);
#endif
