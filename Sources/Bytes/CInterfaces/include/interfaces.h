#pragma once

#include <stddef.h>

// The interfaces of Protocols/, as bytes of the program: each text stands once in the repository.
struct liaison_text {
  const unsigned char *bytes;
  size_t count;
};

struct liaison_text liaison_node_interface(void);
struct liaison_text liaison_reader_interface(void);
struct liaison_text liaison_anchor_interface(void);
struct liaison_text liaison_hub_interface(void);
