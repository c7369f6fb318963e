/* A plan's block: everything that a model needs to predict, in one run of bytes without pointers, so
 * that it may be copied, or mapped by many processes.
 *
 * Shapes   Arrays are parts: an offset from the block's start and a count. A forest is cut into
 *          passes, each with at most FT_PASS_DECISIONS different ones (a feature and threshold, or a
 *          set, and the default direction) and the trees that use them alone. Mask 0 is never
 *          set; a tree of a group is padded to a complete one by decisions of mask 0.
 * Numbers  The integers are this machine's: a block is made where it is used, and is no file format.
 * Threads  read-only once made. */
#ifndef FORETELL_PREDICT_LAYOUT_H
#define FORETELL_PREDICT_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include "foretell/hash.h"

#define FT_PASS_MASKS \
  8192 /* with those of steps: 512 KiB of masks for a block of rows: they stay in the second cache */
#define FT_GROUP_DEPTH    8 /* deepest tree of a group of complete trees */
#define FT_SHARE_DEPTH    6 /* of trees that outputs share, the deepest that are taken apart */
#define FT_STEP_MASKS     128
#define FT_PASS_DECISIONS (FT_PASS_MASKS - FT_STEP_MASKS - 1)
#define FT_LEAF_BIAS      (1 << 23)

struct ft_part {
  uint64_t at;    /* bytes from the block's start */
  uint64_t count; /* of items */
};
#define FT_PART(block, type, part) ((const type *)(const void *)((const char *)(block) + (part).at))

/* A categorical decision: the rows whose code is listed, or is not (inverted), go right. */
struct ft_set {
  uint32_t first; /* index into the pass's codes */
  uint16_t codes;
  uint8_t inverted;
  uint8_t missing_right;
};

/* What one pass asks of one feature. Its masks follow one another: thresholds with missing values
 * to the left, thresholds with them to the right, sets. */
struct ft_input {
  uint32_t feature;
  uint16_t first;           /* mask */
  uint16_t left, right;     /* counts of masks */
  uint16_t sets;            /* count of masks */
  uint16_t levels;          /* of the search among the thresholds; 0: there are none */
  uint16_t slot;            /* of missing to the left; the next is of missing to the right */
  struct ft_part threshold; /* float, 2^levels - 1: the search's levels one after another; within
                             * level l the place has the outcome at level i as its bit i; NaN
                             * fills what is left over */
  struct ft_part rank;   /* uint16_t, left + right, and FT_RANK_SPARE: set where the value reaches
                             * more than so many of the thresholds */
  struct ft_part set;    /* struct ft_set */
  struct ft_part sorted; /* float, for up to FT_FEW_LEVELS: every sixteenth threshold, 16 of them,
                             * then all; NaN fills what is left over of sixteens */
  struct ft_part member; /* uint64_t: word w of set i is member[w * sets + i], bit c % 64 of word
                             * c / 64 set when code c goes right */
};
#define FT_FEW_LEVELS 8
#define FT_RANK_SPARE 64 /* ranks behind the last, which vectors read, and masks of one row */

/* Complete trees of one depth and output. */
struct ft_group {
  uint32_t output;
  uint32_t depth; /* 1 … FT_GROUP_DEPTH */
  uint32_t trees;
  uint32_t spare;       /* 0 */
  struct ft_part index; /* uint16_t, 2^depth - 1 a tree in breadth-first order: 8 × mask */
  struct ft_part leaf; /* uint8_t, three planes of 2^depth a tree: leaf + FT_LEAF_BIAS, low first */
  struct ft_part slot; /* uint8_t, 64 a tree, where the pass has slots: of the node in that place */
  struct ft_part below; /* uint8_t, the same: it goes right when the slot is above this */
};

/* A deep tree, or one that several outputs have with leaves of their own, is worked out in steps over
 * masks, which give every row the number of its leaf, bit by bit: where `by` is set the rows of
 * `right`, else those of `left`. All are 8 × a mask. Masks from the pass's own on are for the steps'
 * results; the first of these is set in every row. */
struct ft_deep_step {
  uint16_t to, by, right, left;
};
#define FT_DEEP_PLANES 16 /* bits of a leaf's number, at most */

struct ft_deep_tree {
  uint32_t step, steps; /* of the pass */
  uint32_t leaf;        /* of the pass: where its rows of leaves begin, in the order of numbers */
  uint32_t root;        /* node of the pass */
  uint16_t planes;
  uint16_t plane[FT_DEEP_PLANES]; /* 8 × the mask of a bit, the lowest first */
  uint16_t spare;
};

/* Deep trees that the same outputs have. */
struct ft_deep_group {
  uint32_t output;     /* the first; the others follow it */
  uint32_t outputs;    /* 1 … FT_DEEP_OUTPUTS */
  uint32_t width;      /* of a row of leaves: the power of two that holds the outputs */
  uint32_t spare;      /* 0 */
  struct ft_part tree; /* struct ft_deep_tree */
};
#define FT_DEEP_OUTPUTS 16

/* One row goes from node to node. */
struct ft_deep_node {
  uint32_t exit[2]; /* left, right */
  uint32_t mask;
};
#define FT_EXIT_LEAF (UINT32_C(1) << 31) /* the rest is a leaf's number; else an index of a node */

/* For one row a pass may have slots: a feature's count of thresholds reached, one for either default direction of
 * a missing value. Trees are then of depth 6 at most and seen as of depth 6; a node's place is in the
 * top three levels, 0 … 6, or in the subtree s below them, 7 + 7 s …, breadth first in each. */
#define FT_MAX_SLOTS  64
#define FT_SLOT_DEPTH 6

struct ft_pass {
  uint32_t masks;       /* mask 0 too */
  uint32_t slots;       /* 0: none */
  struct ft_part input; /* struct ft_input, by feature */
  struct ft_part code;  /* uint16_t, of all sets */
  struct ft_part group; /* struct ft_group */
  struct ft_part deep;  /* struct ft_deep_group */
  struct ft_part node;  /* struct ft_deep_node, of all deep groups, as are steps and leaves */
  struct ft_part step;  /* struct ft_deep_step */
  struct ft_part leaf;  /* int32_t */
  struct ft_part
      exit_of; /* uint8_t, 128, with slots: from a subtree's seven outcomes to its exit */
};

/* A tree with more decisions than a pass can hold is walked on the features themselves. A node of
 * 16 bytes; a leaf is its own child on both sides, so that a walk which has arrived may go on. */
struct ft_walk_node {
  uint32_t feature;  /* with the flags below; 0 of a leaf */
  uint32_t child[2]; /* left, right: indices within the tree */
  union {
    float threshold; /* numeric split */
    uint32_t set;    /* categorical split: index into the forest's sets */
    int32_t leaf;
  } of;
};
#define FT_WALK_MISSING_RIGHT (UINT32_C(1) << 31)
#define FT_WALK_SET           (UINT32_C(1) << 30)
#define FT_WALK_LEAF          (UINT32_C(1) << 29)
#define FT_WALK_FEATURE       (FT_WALK_LEAF - 1)

struct ft_walk_set {
  uint32_t first; /* index into set_word */
  uint32_t words;
};

struct ft_walk_tree {
  uint32_t first; /* node */
  uint32_t nodes;
  uint32_t output;
  uint32_t has_sets; /* some split of it is categorical */
};

struct ft_forest_block {
  double unit;             /* 2^-exponent */
  struct ft_part base;     /* double, one an output */
  struct ft_part constant; /* int64_t, one an output: the leaves of trees that are only a leaf */
  struct ft_part pass;     /* struct ft_pass */
  struct ft_part walk_tree, walk_node, walk_set, set_word;
};

/* A term of a linear leaf: of the number in that slot. */
struct ft_term_block {
  double slope;
  uint32_t slot;
  uint32_t spare; /* 0 */
};

/* Trees whose leaves are places in `leaf`. */
struct ft_linear_block {
  struct ft_forest_block splits; /* all of its trees are walked */
  struct ft_part number;         /* uint32_t, one a slot: the feature whose field it reads */
  struct ft_part leaf;           /* struct ft_linear_leaf */
  struct ft_part term;           /* struct ft_term_block */
};

struct ft_layer_block {
  uint32_t inputs, outputs, activation, spare; /* as of struct ft_layer */
  struct ft_part bias, weight;                 /* float */
};

struct ft_net_block {
  struct ft_part base;   /* double, one an output */
  struct ft_part term;   /* struct ft_term */
  struct ft_part lookup; /* struct ft_lookup */
  struct ft_part layer;  /* struct ft_layer_block */
};

struct ft_member_block {
  uint32_t kind;  /* enum ft_learner_kind */
  uint32_t index; /* among the members of its kind */
  double weight;
  uint32_t scale;        /* enum ft_scale */
  uint32_t sum, outputs; /* the sums that its outputs are added to */
  uint32_t spare;        /* 0 */
};

struct ft_transform_block {
  uint32_t kind, first, count, to, outputs, spare; /* as of struct ft_transform */
  struct ft_part number;                           /* double */
};

struct ft_name_block {
  struct ft_part text; /* char, with a NUL that is not counted */
  uint32_t type;       /* enum ft_type; of a label 0 */
  uint8_t precision, scale;
  uint8_t spare[2];
};

struct ft_category_slot {
  struct ft_hash128 hash;
  uint32_t code; /* 1 …; 0: the slot is empty */
};

struct ft_statistic_block {
  uint32_t columns;         /* as of struct ft_statistic; 0: none */
  uint32_t shift;           /* as of struct ft_statistic_view */
  struct ft_part part;      /* struct ft_combination_part */
  struct ft_part key;       /* uint64_t */
  struct ft_part begin;     /* uint32_t */
  struct ft_part value;     /* float, a key's together */
  struct ft_part otherwise; /* float */
};

struct ft_feature_block {
  uint32_t kind, part, field, type; /* as of struct ft_feature */
  struct ft_hash_key key;
  uint32_t used;         /* 1: some tree asks for it, 2: some tree is walked on it, or a net asks */
  uint32_t words;        /* as of struct ft_feature */
  float low, high;       /* the same */
  uint32_t derivation;   /* the same, and so are those below */
  uint32_t spare;        /* 0 */
  struct ft_part input;  /* uint32_t */
  struct ft_part number; /* double */
  struct ft_part slot;   /* struct ft_category_slot, a power of two, or none */
  struct ft_statistic_block statistic;
};

struct ft_plan_block {
  char magic[8];  /* FT_PLAN_MAGIC */
  uint64_t bytes; /* of the block */
  uint32_t problem, link, outputs, max_masks, max_codes;
  uint32_t sums, max_outputs, spare; /* of the model; of a member */
  double threshold;
  struct ft_name_block target;
  struct ft_part field;     /* struct ft_name_block */
  struct ft_part label;     /* struct ft_name_block */
  struct ft_part feature;   /* struct ft_feature_block */
  struct ft_part member;    /* struct ft_member_block */
  struct ft_part forest;    /* struct ft_forest_block */
  struct ft_part net;       /* struct ft_net_block */
  struct ft_part linear;    /* struct ft_linear_block */
  struct ft_part transform; /* struct ft_transform_block */
};
#define FT_USED_BESIDE 4 /* of a feature's `used`: one that is encoded with it is asked for */
#define FT_PLAN_MAGIC  "FTPLAN9" /* with its NUL; another number with every change of the layout */

#endif
