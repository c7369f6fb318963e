#!/bin/sh
# no_libm.sh ARCHIVE …: fails when an archive calls the C library's mathematics, whose bits depend
# on the processor and the library's version.
names='exp|exp2|exp10|expm1|log|log2|log10|log1p|pow|sqrt|cbrt|tanh|sinh|cosh|sin|cos|tan|atan|atan2|erf|lgamma|tgamma|fma|ldexp|scalbn|frexp|modf|fmod|remainder|floor|ceil|round|lround|llround|rint|nearbyint|trunc|hypot'
found=$(nm -u "$@" | grep -wE "U ($names)[fl]?(@.*)?$" | sort -u)
[ -z "$found" ] && exit 0
echo "calls of libm in $*:"
echo "$found"
exit 1
