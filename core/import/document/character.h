/* Characters as files escape them, and as UTF-8 has them. */
#ifndef FORETELL_IMPORT_DOCUMENT_CHARACTER_H
#define FORETELL_IMPORT_DOCUMENT_CHARACTER_H

#include <stddef.h>
#include <stdint.h>

#define FT_CHARACTER_MAX_BYTES 4

/* The value of a hexadecimal digit; -1: it is none. */
int ft_character_hex(char digit);

/* UTF-8 of a code point up to 0x10ffff that is no surrogate; the number of bytes. */
size_t ft_character_put(char *to, uint32_t code);

#endif
