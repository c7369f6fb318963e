/* Our own exp, log and tanh: the same bits on every CPU and every C library.
 *
 * Numbers  double; IEEE add, multiply, divide and integer operations only, in one stated order, no
 *          fused multiply-add (-ffp-contract=off); within 2 ulp of the true value (tested against
 *          a reference table); NaN in, canonical NaN out.
 * Source   argument reduction by Cody and Waite; coefficients derived in tools/maths.py. */
#ifndef FORETELL_MATHS_H
#define FORETELL_MATHS_H

double ft_exp(double x); /* 0 below -745.2, infinity above 709.78 */
double ft_log(double x); /* -infinity at 0, NaN below */
double ft_tanh(double x);
double ft_logistic(double x); /* 1 / (1 + exp(-x)) */
double ft_softplus(double x); /* log(1 + exp(x)) */

#endif
