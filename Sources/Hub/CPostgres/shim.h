#include <libpq-fe.h>
#include <poll.h>

static inline void liaison_ignore_notice(void *context, const PGresult *result) {
  (void)context;
  (void)result;
}

// Nothing of libpq may write to standard error: errors come as results, and notices go to nobody.
static inline void liaison_ignore_notices(PGconn *connection) {
  PQsetNoticeReceiver(connection, liaison_ignore_notice, 0);
}

// Waits until the server has said something; 0 when it did not in time.
static inline int liaison_wait_readable(PGconn *connection, int milliseconds) {
  struct pollfd one = {.fd = PQsocket(connection), .events = POLLIN};
  return poll(&one, 1, milliseconds);
}

// PG_DIAG_SQLSTATE and PG_DIAG_MESSAGE_PRIMARY are macros that Swift does not import.
static inline const char *liaison_error_code(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_SQLSTATE);
}

static inline const char *liaison_error_message(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
}
