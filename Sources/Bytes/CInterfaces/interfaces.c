#include "interfaces.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char node[] = {
#embed "../../../Protocols/org.liaison.varlink"
};
static const unsigned char reader[] = {
#embed "../../../Protocols/org.liaison.Reader.varlink"
};
static const unsigned char anchor[] = {
#embed "../../../Protocols/org.liaison.Anchor.varlink"
};
static const unsigned char hub[] = {
#embed "../../../Protocols/org.liaison.Hub.varlink"
};

struct liaison_text liaison_node_interface(void) { return (struct liaison_text){node, sizeof node}; }

struct liaison_text liaison_reader_interface(void) { return (struct liaison_text){reader, sizeof reader}; }

struct liaison_text liaison_anchor_interface(void) { return (struct liaison_text){anchor, sizeof anchor}; }

struct liaison_text liaison_hub_interface(void) { return (struct liaison_text){hub, sizeof hub}; }
