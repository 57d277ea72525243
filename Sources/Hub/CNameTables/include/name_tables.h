#pragma once

#include <stddef.h>

// The tables that Deploy/tables/generate.py made: TableFile.swift in Matching reads them.
// Little-endian, sections aligned to 8 bytes.
const unsigned char *liaison_name_tables_start(void);
extern const size_t liaison_name_tables_bytes;
