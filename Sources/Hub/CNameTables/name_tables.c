#include "name_tables.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

_Alignas(8) static const unsigned char tables[] = {
#embed "name_tables.bin"
};

const size_t liaison_name_tables_bytes = sizeof tables;

const unsigned char *liaison_name_tables_start(void) { return tables; }
