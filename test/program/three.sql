SELECT 3 AS a;
.timer on
