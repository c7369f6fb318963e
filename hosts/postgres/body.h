/* The bodies of functions of LANGUAGE foretell: what a user calls, and what carries the bytes.
 *
 * Shapes   a model's function   part=class artifact=<64 hexadecimal digits> pieces=<1 … 96>
 *          a carrier            carrier <n> of <pieces>, a line's end, base64
 *          a remote model's      part=remote artifact=<64 hexadecimal digits> pieces=0 <description>,
 *                                the hash being the description's (foretell/remote.h)
 *          A carrier's name is ft:<first 48 digits>:<n>, its schema and owner the function's.
 * Hostile  anyone may write a body: nothing in it is believed before the bytes hash to `artifact`. */
#ifndef FORETELL_HOSTS_POSTGRES_BODY_H
#define FORETELL_HOSTS_POSTGRES_BODY_H

#include "hosts/postgres/version.h"

#include "foretell/error.h"
#include "foretell/hash.h"
#include "foretell/span.h"

#define FT_PIECE_BYTES ((size_t)12 << 20) /* raw; 16 MiB of base64 */
#define FT_PIECES_MAX  96
#define FT_BODY_BYTES  128

enum ft_part {
  FT_PART_CLASS = 0,     /* the chosen label, or regression's value */
  FT_PART_PROBABILITIES, /* labels and probabilities, highest first */
  FT_PART_REMOTE,        /* the answer of an endpoint */
  FT_PART_PROBABILITY,   /* of the class that is the last argument */
  FT_PART_COUNT_OF
};

struct ft_body {
  enum ft_part part;
  uint32_t pieces;
  struct ft_sha256 artifact;
  struct ft_span description; /* of FT_PART_REMOTE; borrowed from the body */
};

void ft_body_write(char out[FT_BODY_BYTES], const struct ft_body *body);

/* Errors: FT_SYNTAX  anything but the form above */
enum ft_status ft_body_read(struct ft_body *out, struct ft_span text,
                            struct ft_error *err) FT_MUST_CHECK;

bool ft_body_is_carrier(struct ft_span text);

/* The base64 of piece `n` of `pieces`; FT_CORRUPT when the body says something else. */
enum ft_status ft_body_read_carrier(struct ft_span *base64, struct ft_span text, uint32_t n,
                                    uint32_t pieces, struct ft_error *err) FT_MUST_CHECK;

void ft_body_carrier_name(char out[NAMEDATALEN], const struct ft_sha256 *artifact, uint32_t n);

/* The pieces of that many bytes. */
uint32_t ft_body_pieces(size_t artifact_bytes);

#endif
