#include <sqlite3.h>

// SQLITE_TRANSIENT is a cast that Swift does not import: SQLite copies what is bound.
static inline int liaison_bind_text(
    sqlite3_stmt *statement, int place, const unsigned char *bytes, unsigned long long count) {
  return sqlite3_bind_text64(
      statement, place, count ? (const char *)bytes : "", count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline int liaison_bind_blob(
    sqlite3_stmt *statement, int place, const unsigned char *bytes, unsigned long long count) {
  return sqlite3_bind_blob64(
      statement, place, count ? (const void *)bytes : "", count, SQLITE_TRANSIENT);
}
