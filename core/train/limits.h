/* The constants of time and size that a search goes by, in one table: value, unit, reason.
 *
 * Source  Those in seconds were measured on two cores of a shared Zen 4 machine. The search corrects
 *         what it estimates by what its own fits take, so they need to be right only beside each other. The others were chosen by
 *         cross-validation over the sets of bench/automl_sets.py. What a learner's fit costs stands in the learner's file. */
#ifndef FORETELL_TRAIN_LIMITS_H
#define FORETELL_TRAIN_LIMITS_H

/* clang-format off */

/* --- shares of MAX_RUNTIME --- */
#define FT_LIMIT_FIT_SHARE                 0.95    /* of the time: the last fit must have ended; the rest is for judging and writing */
#define FT_LIMIT_MIN_SEARCH_SHARE          0.05    /* of the time: is searched however long reading took */
#define FT_LIMIT_SAMPLE_ONLY_SHARE         0.15    /* of the time left: below it no candidate would end on all rows */
#define FT_LIMIT_SAMPLE_SHARE              0.3     /* of the time: screens candidates on a sample */
#define FT_LIMIT_START_SHARE               0.5     /* of the time left: the first round of trees on very many rows may take */
#define FT_LIMIT_HURRIED_SHARE             0.2     /* of the time: the first few candidates may take before fewer are begun at once */
#define FT_LIMIT_FOLDED_SHARE              0.05    /* of the time: a fit that takes more is not done once a fold */
#define FT_LIMIT_ALONE_SHARE               0.1     /* of the time: a fit that takes more is given all threads */
#define FT_LIMIT_REFIT_SHARE               0.4     /* of the time: is kept for refits at most */
#define FT_LIMIT_EXPENSIVE_SHARE           0.5     /* of the limit, in core seconds: a candidate that takes more comes after all others */

/* --- what the end takes --- */
#define FT_LIMIT_END_SECONDS               0.3     /* s: writing a model */
#define FT_LIMIT_JUDGED_SECONDS            1e-5    /* s a judged row: intervals and baselines */
#define FT_LIMIT_MARGIN_SECONDS            3e-6    /* s a judged row and output: its margins */
#define FT_LIMIT_CHOOSE_SECONDS            2.2e-5  /* s a judged row: choosing the ensemble */
#define FT_LIMIT_WEIGH_SECONDS             6e-6    /* s a judged row and output: the same */
#define FT_LIMIT_READ_SECONDS              5e-8    /* s a cell: reading it: what this machine took beside it tells how slow it is */
#define FT_LIMIT_MAX_SLOWNESS              4.0     /* times: that is believed of it */

/* --- fits --- */
#define FT_LIMIT_SEARCH_SECONDS            100.0   /* core s: a search that nothing ends before; more gained less than its time */
#define FT_LIMIT_FOLDED_SECONDS            2.5     /* s: a fit that takes longer is not done once a fold */
#define FT_LIMIT_ALONE_SECONDS             20.0    /* s: a fit that takes longer is given all threads */
#define FT_LIMIT_SHARED_SECONDS            0.01    /* s a tree: from here on a tree is worth several threads, which wait for each other in every level */
#define FT_LIMIT_MAX_FIT_SECONDS           40.0    /* s: a fit that takes longer gets fewer rounds of larger steps */
#define FT_LIMIT_MAX_LEARNING_RATE_FACTOR  5.0     /* times: larger steps lose more than fewer rows */
#define FT_LIMIT_MAX_OVER                  3.0     /* times a fit's limit: beyond it rows are fewer too */
#define FT_LIMIT_UNSAMPLED_SECONDS         8.0     /* s: a fit that takes longer is worth a look at a sample first */
#define FT_LIMIT_BIN_SECONDS               1e-7    /* s a cell: bins of trees on very many rows */
#define FT_LIMIT_ROUND_SECONDS             1e-8    /* s a cell and output: their first round */
#define FT_LIMIT_MORE_ROWS                 1.5     /* times: a refit on all rows beside a fit on four fifths; with a margin */
#define FT_LIMIT_MORE_ROUNDS               1.1     /* times: rounds of a refit: more rows bear a few more */
#define FT_LIMIT_NO_REFIT_SHARE            0.85    /* of all rows: seen by the search: time is better spent on candidates than on refits */
#define FT_LIMIT_FIT_ROWS_SHARE            0.8     /* of the search's rows: seen by a fit */
#define FT_LIMIT_PATIENCE                  60      /* rounds: without a better loss, before a fit stops */
#define FT_LIMIT_SMALL_CLASS_ROWS          200     /* rows: of the smaller class: with fewer log loss stops too soon */
#define FT_LIMIT_SMALL_CLASS_PATIENCE      100     /* rounds: patience then */
#define FT_LIMIT_SMALL_CLASS_MIN_ROUNDS    100     /* rounds: at least then */

/* --- rows --- */
#define FT_LIMIT_HOLDOUT_ROWS              500     /* rows: from here on a part is held out */
#define FT_LIMIT_SMALL_ROWS                1500    /* rows: fewer are split into eight folds, not five */
#define FT_LIMIT_MAX_SCORED                50000   /* rows: are enough to compare candidates, and to show a score */
#define FT_LIMIT_SMALL_OUTPUTS             4       /* outputs: of more, fewer rows are judged: judging takes time too */
#define FT_LIMIT_SAMPLE_ROWS               20000   /* rows: order candidates as all rows would */
#define FT_LIMIT_MIN_OVER_SAMPLE           4       /* times the sample: fewer rows are not worth a search of their own */

/* --- candidates --- */
#define FT_LIMIT_AHEAD                     4       /* candidates: proposed and not yet judged: threads are busy, and little is wasted */
#define FT_LIMIT_FIRST_AHEAD               2       /* candidates: the same of the first, where there is little time */
#define FT_LIMIT_MIN_TRIED                 6       /* candidates: before a search may end by itself */
#define FT_LIMIT_BEST                      3       /* candidates: of the sample are tried on all rows */
#define FT_LIMIT_UNDERFITS                 3.0     /* times the lowest loss: a linear model's, from which on coarse candidates are left out */
#define FT_LIMIT_MIN_GAIN                  0.0005  /* of the loss: that a candidate must gain the ensemble */
#define FT_LIMIT_MIN_ERRORS                0.1     /* standard errors: of that gain */
#define FT_LIMIT_AFFORDED_SHARE            0.9     /* of the prediction budget: is planned with: fits on more rows are larger */

/* clang-format on */
#endif
